"""Callers of a fault run who ask for a call: what they press, and whether each number is kept as it was promised.

Without them the search for numbers would look for what nobody ever left.
"""

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress

from hotline.alerts.service_call_back_requests import SEALED_AS
from hotline.core.database import Database
from hotline.errors import HandsetRefused, KeyMissing, SealBroken
from hotline.keys.decrypt import open_tip
from hotline.keys.encrypt import label
from hotline.keys.weekly_lock import WeeklyLock
from hotline.text.codes import NATIONAL
from tests import books
from tests.books import WaitingCall
from tests.chaos.reading import LabelMissing, choose
from tests.handsets import ClientSession
from tests.labels import AGREED, CALL


def ask(session: ClientSession) -> bool:
    """From "saved", and back to it. False where no call is offered, or she did not read that it was noted."""
    agreed = False
    with suppress(LabelMissing, HandsetRefused):
        for said in CALL:
            choose(session, said)
        agreed = session.open and AGREED in session.screen
        for _ in CALL:
            session.reply("0")
    return agreed


def unkept(
    database: Database, promised: Mapping[str, str], national_key: bytes, weekly_lock: WeeklyLock
) -> list[str]:
    """I1 of calls: each session to which one was promised has one that waits, and it opens to that number."""
    with database.reading() as session:
        waiting = books.calls(session)
    of_session: defaultdict[str, list[WaitingCall]] = defaultdict(list)
    for call in waiting:
        of_session[call.session_key].append(call)
    kept = {key: of_session[key] for key in promised}
    return [
        *(f"{len(calls)} calls wait for one that was promised" for calls in kept.values() if len(calls) != 1),
        *(
            f"call-back {calls[0].id} does not open to the number that asked"
            for key, calls in kept.items()
            if len(calls) == 1 and number(calls[0], national_key, weekly_lock) != promised[key]
        ),
    ]  # fmt: skip


def number(call: WaitingCall, national_key: bytes, weekly_lock: WeeklyLock) -> str:
    """Empty where it does not open."""
    seal = {"uid": call.uid, "place": SEALED_AS, "desk": NATIONAL}
    try:
        grant = weekly_lock.unlock(call.sealed_key, label(call.uid, NATIONAL))
        told = open_tip(call.body, grant, private_key=national_key, **seal)
    except (SealBroken, KeyMissing):
        return ""
    return told["number"]
