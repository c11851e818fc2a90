"""Stores the answers that were sent to responders' SMS.

The text of a responder's SMS is not kept. A keyed digest shows if they wrote the same before.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.sms.reply_limits import Before, Why
from hotline.store.database import Row
from hotline.store.people.responders import Responder


class ReplyAnswer(Row):
    """One answer to a responder's SMS: why it was sent, and the digest of that SMS."""

    __tablename__ = "reply_answer"
    __table_args__ = (
        Index("reply_answer_responder", "responder_id", "answered_at"),
        Index("reply_answer_old", "answered_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    responder_id: Mapped[int] = mapped_column(ForeignKey("responder.id"))
    why: Mapped[str]
    """A `domain.sms.reply_limits.Why`."""
    text_key: Mapped[str]
    answered_at: Mapped[datetime]


def before(session: Session, responder_id: int, since: datetime) -> list[Before]:
    """Returns the answers that a responder got after `since`.

    Locks the responder's row, so that two SMS from one responder are counted one by one.
    """
    session.execute(
        select(Responder.id).where(Responder.id == responder_id).with_for_update(key_share=True)
    )
    rows = session.execute(
        select(ReplyAnswer.why, ReplyAnswer.text_key, ReplyAnswer.answered_at).where(
            ReplyAnswer.responder_id == responder_id, ReplyAnswer.answered_at > since
        )
    )
    return [Before(Why(why), text_key, at) for why, text_key, at in rows]
