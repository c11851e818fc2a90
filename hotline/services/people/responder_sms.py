"""An SMS that answers a responder: how many of them she gets, and the row that is sent.

Each function runs inside its caller's transaction.
"""

from datetime import datetime

from hotline.domain.outbox.message import CONFIRMATION_PRIORITY, Kind, Wording
from hotline.domain.sms.reply_limits import WEEK, Why, answered
from hotline.services.referrals import case_messages
from hotline.store.database import Session
from hotline.store.outbox import reply_answers
from hotline.store.outbox.reply_answers import ReplyAnswer
from hotline.store.people.responders import Responder


def may_answer(
    session: Session, responder: Responder, why: Why, text_key: str, at: datetime
) -> bool:
    """Whether she gets an answer. One that she gets is counted."""
    given = reply_answers.before(session, responder.id, at - WEEK)

    counted = answered(why, text_key, given, at)

    if counted is None:
        return False
    session.add(
        ReplyAnswer(responder_id=responder.id, why=counted, text_key=text_key, answered_at=at)
    )
    return True


def say(
    session: Session, responder: Responder, wording: Wording, at: datetime, *, of: int | None = None
) -> int:
    """Writes an SMS to her, due now; its id."""
    row = case_messages.message(
        Kind.CONFIRMATION, wording, responder.id, priority=CONFIRMATION_PRIORITY, at=at, of=of
    )
    session.add(row)
    session.flush()
    return row.id
