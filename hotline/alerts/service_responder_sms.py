"""Counts the SMS answers that a responder gets, and writes the row of each answer.

Each function runs inside its caller's transaction.
"""

from datetime import datetime

from hotline.alerts import service_messages, tables
from hotline.alerts.rules_reply_parsing import WEEK, Why, answered
from hotline.alerts.tables import ReplyAnswer
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway.rules_message import Wording
from hotline.people import tables as people_tables
from hotline.people.rules import Level
from hotline.people.tables import Responder


def may_answer(
    session: Session,
    responder: Responder,
    why: Why,
    text_key: str,
    at: datetime,
    *,
    in_danger: bool = False,
) -> Why | None:
    """Counts an answer to this responder and returns the reason it counts under. None where no answer is sent.

    `in_danger`: the responder has an open case of danger.
    """
    given = tables.before(session, responder.id, at - WEEK)

    counted = answered(why, text_key, given, at, in_danger=in_danger)

    if counted is not None:
        row = ReplyAnswer(responder_id=responder.id, why=counted, text_key=text_key, answered_at=at)
        session.add(row)
    return counted


def count_first_stop(session: Session, responder: Responder, text_key: str, at: datetime) -> bool:
    """Counts a STOP that gets no answer. Returns False where a STOP was counted within the last week."""
    given = tables.before(session, responder.id, at - WEEK)
    if any(one.why is Why.STOP for one in given):
        return False
    row = ReplyAnswer(responder_id=responder.id, why=Why.STOP, text_key=text_key, answered_at=at)
    session.add(row)
    return True


def tell_removal(session: Session, cases: int, at: datetime) -> None:
    """Notifies each member of the national desk that one person removed a responder, and how many cases were open."""
    for one in people_tables.who_live(session, at):
        if one.level == Level.NATIONAL:
            wording = Wording(Template.REMOVED, {"count": str(cases)}, one.language)
            say(session, one, wording, at)


def say(
    session: Session, responder: Responder, wording: Wording, at: datetime, *, of: int | None = None
) -> None:
    """Writes an SMS to this responder, due now. `of`: the assignment that it belongs to."""
    service_messages.confirmation(session, wording, responder.id, at, of)
