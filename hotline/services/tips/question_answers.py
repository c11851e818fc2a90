"""A question back, as whoever holds the receipt meets it: offered once, answered once, and told to whoever asked.

Runs inside its caller's transaction. Nothing here can open an answer: `desk/ask_back.py` and `desk/access.py` can.
"""

from collections.abc import Collection

from hotline.domain.outbox.delivery import Priority
from hotline.domain.outbox.message import Kind, Wording
from hotline.domain.wording import Template
from hotline.engine.flow import Book
from hotline.engine.numbers.questions import QuestionStatus, flag_of, questions
from hotline.ports import Kit
from hotline.services.referrals import case_messages
from hotline.store.database import Session
from hotline.store.desk import audit
from hotline.store.referrals import asked_back
from hotline.store.referrals.asked_back import AskedBack

OFFERED = "question"
"""The flag of a receipt behind which a question waits."""


def offered(session: Session, kit: Kit, book: Book, tip_ids: Collection[int]) -> list[str]:
    """The flags of the question that waits for an answer; none where nobody answers for its words today."""
    row = asked_back.waiting(session, tip_ids)
    question = questions(book).get(row.question) if row is not None else None
    if question is None or question.standing(kit.now().date()) is not QuestionStatus.SHOWS:
        return []
    return [OFFERED, flag_of(question.name)]


def take(
    session: Session,
    kit: Kit,
    *,
    tip_ids: Collection[int],
    seen: Collection[str],
    said: str,
    language: str,
) -> None:
    """Seal an answer and tell of it: to the question that she `seen`, if nobody has answered it meanwhile."""
    row = asked_back.waiting(session, tip_ids, for_writing=True)
    if row is None or not said or flag_of(row.question) not in seen:
        return
    row.body = kit.sealer.answer({"answer": said, "language": language}, public_key=row.public_key)
    row.answered_at = kit.now()
    audit.append(
        session,
        at=kit.now(),
        actor="receipt",
        action="question_answered",
        subject=f"tip:{row.tip_id}",
    )
    _tell(session, kit, row)


def _tell(session: Session, kit: Kit, row: AskedBack) -> None:
    """Without content: that something has come, by the name that each recipient knows the tip by."""
    at = kit.now()
    session.add_all(
        case_messages.message(
            Kind.ALERT,
            Wording(Template.ANSWERED, {"ref": one.reference}, one.language),
            one.responder_id,
            priority=Priority.SOON,
            at=at,
            of=None,
        )
        for one in asked_back.recipients(session, row, at)
    )
