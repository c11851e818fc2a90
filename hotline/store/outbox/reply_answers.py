"""What was answered to the SMS of responders. Rows, and the questions asked of them.

No word of what she wrote is kept: a keyed digest tells whether she wrote it before.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.domain.sms.reply_limits import Before, Why
from hotline.store.database import Row
from hotline.store.people.responders import Responder


class ReplyAnswer(Row):
    """One answer to an SMS of a responder: why it was sent, and the digest of what it answered."""

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
    """What she was answered since then. Her row is held: two SMS of hers are counted one by one."""
    session.execute(
        select(Responder.id).where(Responder.id == responder_id).with_for_update(key_share=True)
    )
    rows = session.execute(
        select(ReplyAnswer.why, ReplyAnswer.text_key, ReplyAnswer.answered_at).where(
            ReplyAnswer.responder_id == responder_id, ReplyAnswer.answered_at > since
        )
    )
    return [Before(Why(why), text_key, at) for why, text_key, at in rows]
