"""Checks call-backs for the doctor: the offer to callers, the desk's key, and numbers that were opened and left."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.core.check_result import CheckResult, checked
from hotline.core.context import Kit
from hotline.errors import NotReady, StoreUnavailable
from hotline.people import tables_desks
from hotline.text.codes import NATIONAL
from hotline.text.time import KIGALI
from hotline.tips import tables_call_back
from hotline.tips.rules_call_back import CallBackState
from hotline.tips.tables_call_back import CallBack

TALK = timedelta(minutes=30)
"""Time after the opening of a number in which its outcome must be recorded. The number is kept until then."""
CLOSES = timedelta(minutes=2)
"""Time after a window's end in which the clock must have ended the call-back."""


def findings(kit: Kit) -> tuple[CheckResult, ...]:
    """Returns the checks of call-backs. Empty if the database does not answer, which another check reports."""
    try:
        with kit.database.reading() as session:
            rows = tables_call_back.everyone(session)
            has_key = bool(tables_desks.public_keys(session, [NATIONAL]))
        offer = _offer(kit)
    except StoreUnavailable:
        return ()
    waiting = [row for row in rows if row.state == CallBackState.WAITING]
    return _offered(offer, waiting=len(waiting)), _key(has_key=has_key), _left(waiting, kit.now())


class Offer(StrEnum):
    """The state of the offer to callers, with the reason if there is none."""

    OFFERED = "offered to callers"
    UNSET = "not offered: no number is set that the desk calls from (HOTLINE_CALL_BACK_NUMBER)"
    NO_FLOWS = "not offered: no flows are live"
    UNLISTED = "not offered: the number that the desk calls from is no row of numbers.csv"
    UNSIGNED = "not offered: nobody has signed the number that the desk calls from, or too long ago"


def _offer(kit: Kit) -> Offer:
    if not kit.line.call_back_number:
        return Offer.UNSET
    try:
        row = kit.books.book(kit.books.live()).numbers.get(kit.line.call_back_number)
    except NotReady:
        return Offer.NO_FLOWS
    if row is None:
        return Offer.UNLISTED
    return Offer.OFFERED if row.is_confirmed(kit.now().date()) else Offer.UNSIGNED


def _offered(offer: Offer, *, waiting: int) -> CheckResult:
    """Checks the offer. A number that is not set is a decision. A number that may not be used is a fault."""
    waits = f"; {waiting} wait: `hotline callbacks list`" if waiting else ""
    if offer not in (Offer.UNLISTED, Offer.UNSIGNED):
        return CheckResult("call-backs", True, f"{offer}{waits}")
    todo = "have it signed, and confirm it in the console or numbers.csv; then it is published"
    return CheckResult("call-backs", False, f"{offer}{waits}", todo)


def _key(*, has_key: bool) -> CheckResult:
    return checked(
        "call-backs open for",
        None
        if has_key
        else "nobody: the national desk has no key, so whoever asks for a call is not kept",
        "two people of the national desk, by name, with its passphrase, inside the window alone",
        "see the runbook, A desk without a key",
    )


def _left(waiting: Sequence[CallBack], at: datetime) -> CheckResult:
    """Checks that no number is kept after its window, or without an outcome long after it was opened."""
    for row in waiting:
        if row.closes_at + CLOSES <= at:
            says = f"C{row.id} is past its window, and its number is still kept"
            return CheckResult(
                "call-backs left",
                False,
                says,
                "start `hotline process worker`: its clock ends them",
            )
        if row.opened_at is not None and row.opened_at + TALK <= at:
            seen = row.opened_at.astimezone(KIGALI)
            return CheckResult(
                "call-backs left",
                False,
                f"C{row.id} was opened {seen:%d/%m %H:%M} and nobody has said what came of it",
                "ask the person who opened it, then say what came of it on the page /call-backs",
            )
    return CheckResult("call-backs left", True, "none was opened and left")
