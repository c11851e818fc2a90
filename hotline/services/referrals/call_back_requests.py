"""Calls that callers ask for: written down sealed, told to the national desk, taken back, and over in time.

`ask` and the `withdraw`s run inside their caller's transaction. Nothing here can open a number:
`desk/call_back_desk.py` can.
"""

import logging
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

from hotline.domain.call_back import (
    ANSWERS_TOO,
    KIGALI,
    OFFERED,
    QUIET,
    WORD,
    CallBackState,
    Window,
    window_from,
    windows,
)
from hotline.domain.dialogue.ussd import Opening
from hotline.domain.outbox.message import Wording
from hotline.domain.tip import NATIONAL
from hotline.domain.wording import Template
from hotline.engine.flow import Book
from hotline.ports import Kit
from hotline.sealing.sealer import SealedTip
from hotline.services.doorbell import ringing
from hotline.services.referrals import case_messages
from hotline.store.database import Session
from hotline.store.desk import audit, desks
from hotline.store.dialogue.openings import HeldDialogue
from hotline.store.tips import call_backs
from hotline.store.tips.call_backs import CallBack
from hotline.store.tips.tips import Tip
from hotline.store.tips.told_tips import ToldTip

logger = logging.getLogger(__name__)

SEALED_AS = "call-back"
"""What a body is bound to in the place of a district: no tip's seal fits it."""


def flags(kit: Kit, book: Book, opening: Opening) -> dict[str, bool]:
    """Whether a call is offered, by who needs help: only from a number that somebody signed."""
    number = book.numbers.get(kit.line.call_back_number)
    if number is None or not number.is_confirmed(opening.started_at.date()):
        return {}
    return {f"call_back.{who}": True for who in OFFERED}


def ask(
    session: Session,
    kit: Kit,
    dialogue: HeldDialogue,
    tip: Tip | ToldTip,
    answers: Mapping[str, str],
    *,
    caller: str,
) -> None:
    """Keep her number, if these answers agree to a call in every point. The one before, of her session, is taken back.

    Without the national desk's key nothing is kept: a number that nobody can open helps nobody.
    """
    withdraw_session(session, kit, dialogue.key, up_to_passage=tip.passage)
    agreed = windows(answers, dialogue.started_at)
    if not agreed:
        return
    uid = secrets.token_hex(16)
    told = {
        "number": caller,
        "word": answers[WORD],
        "others": answers[ANSWERS_TOO],
        "language": tip.language,
    }
    keys = desks.public_keys(session, [NATIONAL])
    sealed = kit.sealer.tip(told, uid=uid, place=SEALED_AS, desks=keys, at=kit.now())
    if NATIONAL not in sealed.grants:
        logger.critical("alarm: a call-back is not kept: the national desk has no key that works")
        return
    session.add(_row(tip, uid, sealed, agreed, kit.now()))


def withdraw_session(session: Session, kit: Kit, session_key: str, *, up_to_passage: int) -> None:
    """`000`, or another answer to a question about the call: nobody calls."""
    rows = call_backs.waiting_of_session(session, session_key, up_to_passage=up_to_passage)
    _withdraw(session, kit, rows)


def withdraw(session: Session, kit: Kit, tip_id: int) -> None:
    """Whoever holds a tip's receipt takes back the call that was asked for with it."""
    _withdraw(session, kit, call_backs.waiting_of(session, [tip_id]))


def keep_time(kit: Kit) -> None:
    """For the clock: tell the desk what waits and what begins, and end what is over. Raises StoreUnavailable."""
    at = kit.now()
    with kit.database.reading() as session:
        if not call_backs.any_due(session, at):
            return
    with ringing(kit) as session:
        for row in call_backs.due(session, at):
            for template in _move(session, row, at):
                _tell(session, row, template, at)


def end(row: CallBack, state: CallBackState, at: datetime) -> None:
    """Its number goes with it."""
    row.state, row.ended_at = state, at
    row.body = row.sealed_key = b""


def next_window(row: CallBack) -> bool:
    """On to the second window, which wants two people anew; False where there is none."""
    if row.again_at is None:
        return False
    window = window_from(row.again_at)
    row.opens_at, row.closes_at, row.again_at = window.opens_at, window.closes_at, None
    row.begun_at = row.wanted_by = row.approved_by = row.opened_at = None
    return True


def _row(
    tip: Tip | ToldTip, uid: str, sealed: SealedTip, agreed: tuple[Window, ...], at: datetime
) -> CallBack:
    first, *second = agreed
    return CallBack(
        tip_id=tip.id,
        uid=uid,
        state=CallBackState.WAITING,
        body=sealed.body,
        sealed_key=sealed.grants[NATIONAL],
        opens_at=first.opens_at,
        closes_at=first.closes_at,
        again_at=second[0].opens_at if second else None,
        asked_at=at,
    )


def _withdraw(session: Session, kit: Kit, rows: Iterable[CallBack]) -> None:
    for row in rows:
        end(row, CallBackState.WITHDRAWN, kit.now())
        if row.told_at is not None:
            _tell(session, row, Template.CALL_WITHDRAWN, kit.now())


def _move(session: Session, row: CallBack, at: datetime) -> list[Template]:
    """What time has changed, and what of it the desk is told: a window that is over never hides that it began."""
    said: list[Template] = []
    while row.closes_at <= at:
        if not next_window(row):
            end(row, CallBackState.EXPIRED, at)
            audit.append(
                session,
                at=at,
                actor="clock",
                action="call_back_expired",
                subject=f"call-back:{row.id}",
            )
            return [Template.CALL_OVER]
        row.told_at = at
        said = [Template.CALL_MISSED]
    if row.told_at is None and row.asked_at <= at - QUIET:
        row.told_at = at
        said = [Template.CALL_WAITS]
    if row.begun_at is None and row.opens_at <= at:
        row.begun_at = at
        said.append(Template.CALL_NOW)
    return said


def _tell(session: Session, row: CallBack, template: Template, at: datetime) -> None:
    """Tells everybody of the national desk, without a number, a place or a word of hers."""
    parameters = {
        "ref": f"C{row.id}",
        "time": str(row.window),
        "until": f"{row.closes_at.astimezone(KIGALI):%H:%M}",
    }
    for one in call_backs.desk_people(session, at, row.tip_id):
        case_messages.say(session, Wording(template, parameters, one.language), one.id, at)
