"""Stores requests for a call-back, and notifies the national desk of them. Ends requests that the caller withdraws or
that are too old.

`store_request` and the two `withdraw` functions run inside the transaction of the calling function. This module cannot
decrypt a phone number.
"""

import logging
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime

from hotline.alerts import service_messages
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.ussd import SessionStart
from hotline.core.wording import Template
from hotline.flows.flow import FlowSet
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules import OutgoingPart, Wording
from hotline.gateway.tables import LockedDialogue, is_part_paused
from hotline.keys.encrypt import EncryptedTip
from hotline.people import tables_audit, tables_desks
from hotline.text.places import NATIONAL
from hotline.text.time import KIGALI
from hotline.tips import rules_receipts, tables_persons
from hotline.tips.queries import ReportedTip
from hotline.tips.rules_receipts import (
    HALF_WINDOW,
    NOTICE_DELAY,
    WORD,
    CallBackState,
    Window,
    next_day,
    window_from,
    windows,
)
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import CallBack

logger = logging.getLogger(__name__)

BOUND_AS = "call-back"
"""The value in the associated data of an encrypted request. For a tip, this value is a district. So an encrypted
request cannot be decrypted as a tip.
"""


def call_flags(context: Context, flow_set: FlowSet, start: SessionStart) -> dict[str, bool]:
    """Returns the flags with which the flow may offer a call-back. There is one flag for each kind of person who needs
    help.

    If the phone number from which the desk calls is not verified, returns no flags.
    """
    number = flow_set.numbers.get(context.line.call_back_number)
    if number is None or not number.is_confirmed(start.started_at.date()):
        return {}
    return {f"call_back.{who}": True for who in rules_receipts.OFFERED}


def store_request(
    session: Session,
    context: Context,
    dialogue: LockedDialogue,
    tip: Tip | ReportedTip,
    answers: Mapping[str, str],
    *,
    caller: str,
) -> None:
    """Stores the caller's phone number, if the caller has agreed to all conditions of a call-back. Withdraws an earlier
    request from the same session.

    If the national desk has no key, stores nothing, because no one could decrypt the number.
    """
    withdraw_session(session, context, dialogue.key, up_to_attempt=tip.attempt)
    agreed = windows(answers, dialogue.started_at)
    if not agreed:
        return
    uid = secrets.token_hex(16)
    call = {
        "number": caller,
        "word": answers[WORD],
        "others": answers[rules_receipts.OTHERS_ANSWER],
        "language": tip.language,
    }
    at, rows = context.now(), tables_desks.desk_keys(session, [NATIONAL])
    keys = context.encrypter.counting(rows, at)
    encrypted = context.encrypter.tip(call, uid=uid, place=BOUND_AS, desks=keys, at=at)
    if NATIONAL not in encrypted.grants:
        logger.critical("alarm: call-back request not saved: the national desk has no valid key")
        return
    session.add(_row(tip, uid, encrypted, agreed, context.now()))


def withdraw_session(
    session: Session, context: Context, session_key: str, *, up_to_attempt: int
) -> None:
    """Withdraws the requests of a session, because the caller pressed `000` or changed the answer about the
    call-back."""
    rows = tables_persons.waiting_of_session(session, session_key, up_to_attempt=up_to_attempt)
    _withdraw(session, context, rows)


def withdraw(session: Session, context: Context, tip_id: int) -> None:
    """Withdraws the request that belongs to a tip, because the caller wants the tip erased."""
    _withdraw(session, context, tables_persons.waiting_call_backs(session, [tip_id]))


def keep_time(context: Context) -> None:
    """Notifies the national desk of new requests, and when the window of a call-back begins. Also ends requests whose
    time is over. While call-backs are paused, no window begins and no request ends.

    The clock process calls this function every second. Raises StoreUnavailable.
    """
    at = context.now()
    with context.database.reading() as session:
        is_paused = is_part_paused(session, OutgoingPart.CALL_BACKS)
        if not tables_persons.has_due(session, at, is_paused=is_paused):
            return
    with ringing(context) as session:
        is_paused = is_part_paused(session, OutgoingPart.CALL_BACKS)
        for row in tables_persons.due_call_backs(session, at, is_paused=is_paused):
            for template in _move(session, row, at, is_paused=is_paused):
                _notify(session, context, row, template, at)


def end_request(row: CallBack, state: CallBackState, at: datetime) -> None:
    """Ends a request, and deletes its phone number."""
    row.state, row.ended_at = state, at
    row.body = row.encrypted_key = b""


def next_window(row: CallBack) -> bool:
    """Moves a request to its second window. Two people must approve the call again.

    Returns False if the request has no second window.
    """
    if row.again_at is None:
        return False
    window = window_from(row.again_at)
    row.again_at = row.opened_at = None
    _set_window(row, window)
    return True


def _set_window(row: CallBack, window: Window) -> None:
    row.opens_at, row.closes_at = window.opens_at, window.closes_at
    row.begun_at = row.asked_by = row.approved_by = None


def _row(
    tip: Tip | ReportedTip,
    uid: str,
    encrypted: EncryptedTip,
    agreed: tuple[Window, ...],
    at: datetime,
) -> CallBack:
    first, *second = agreed
    return CallBack(
        tip_id=tip.id,
        uid=uid,
        state=CallBackState.WAITING,
        body=encrypted.body,
        encrypted_key=encrypted.grants[NATIONAL],
        opens_at=first.opens_at,
        closes_at=first.closes_at,
        again_at=second[0].opens_at if second else None,
        asked_at=at,
    )


def _withdraw(session: Session, context: Context, rows: Iterable[CallBack]) -> None:
    for row in rows:
        end_request(row, CallBackState.WITHDRAWN, context.now())
        if row.notified_at is not None:
            _notify(session, context, row, Template.CALL_WITHDRAWN, context.now())


def _move(session: Session, row: CallBack, at: datetime, *, is_paused: bool) -> list[Template]:
    """Updates the state of a request, and returns the messages that the national desk must get.

    The desk gets two messages if it missed the first window and the second has already begun. While call-backs are
    paused, a request whose window passes moves to its second window, and then to the next day. The hotline keeps the
    caller's number.
    """
    said: list[Template] = []
    while is_paused and row.closes_at <= at + HALF_WINDOW:
        again = row.again_at
        _set_window(row, next_day(row.window) if again is None else window_from(again))
        row.again_at = None
    while row.closes_at <= at:
        if not next_window(row):
            end_request(row, CallBackState.EXPIRED, at)
            tables_audit.append_row(
                session, at, "clock", "call_back_expired", f"call-back:{row.id}"
            )
            return [Template.CALL_OVER]
        row.notified_at = at
        said = [Template.CALL_MISSED]
    if row.notified_at is None and row.asked_at <= at - NOTICE_DELAY:
        row.notified_at = at
        said = [Template.CALL_WAITS]
    if row.begun_at is None and row.opens_at <= at and not is_paused:
        row.begun_at = at
        said.append(Template.CALL_NOW)
    return said


def _notify(
    session: Session, context: Context, row: CallBack, template: Template, at: datetime
) -> None:
    """Notifies each active member of the national desk who may see the tip.

    The message contains no phone number, no place and no text of the caller.
    """
    parameters = {
        "ref": f"C{row.id}",
        "time": str(row.window),
        "until": f"{row.closes_at.astimezone(KIGALI):%H:%M}",
    }
    people = {
        one.id: Wording(template, parameters, one.language)
        for one in tables_persons.desk_people(session, at, row.tip_id)
    }
    service_messages.ask_desk(session, context, people, at, at)
