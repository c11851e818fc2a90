"""Gives receipts: a number and a PIN by which a person asks about a tip, from any phone.

A wrong, an expired and a used-up receipt get the same answer. `give_receipt`, `request_erasure` and `answer_question`
run inside their caller's transaction.

Also offers the desk's question to the holder of the receipt, once. Takes one answer, and notifies the people who asked.
This module cannot decrypt an answer. `desk/ask_back.py` and `desk/access.py` can.
"""

from collections.abc import Collection, Iterator, Mapping

from hotline.alerts import service_closing, service_messages, tables
from hotline.alerts.tables import QuestionBackRow
from hotline.cases import service_attempts
from hotline.cases.service_attempts import AttemptResult
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.rules_attempts import AttemptedSecret, SecretTyped
from hotline.core.ussd import UssdHop
from hotline.core.wording import Template
from hotline.flows.conversation import Facts
from hotline.flows.flow import FlowSet
from hotline.flows.questions_back import QuestionStatus, question_flag, questions
from hotline.gateway.rules_message import Wording
from hotline.gateway.tables_sessions import LockedDialogue
from hotline.people import tables_audit
from hotline.tips import rules_receipts

QUESTION_OFFERED = "question"
"""Flag of a receipt that has a question waiting."""


def question_flags(
    session: Session, context: Context, book: FlowSet, tip_ids: Collection[int]
) -> list[str]:
    """Returns the flags of the question that waits for an answer. Empty if its text is not approved today."""
    row = tables.waiting_question(session, tip_ids)
    question = questions(book).get(row.question) if row is not None else None
    if question is None or question.standing(context.now().date()) is not QuestionStatus.SHOWS:
        return []
    return [QUESTION_OFFERED, question_flag(question.name)]


def _tell(session: Session, context: Context, row: QuestionBackRow) -> None:
    """Notifies each recipient that an answer arrived, by the name that they know the tip by, without its content."""
    at = context.now()
    for one in tables.question_recipients(session, row, at):
        wording = Wording(Template.ANSWERED, {"ref": one.reference}, one.language)
        service_messages.write_message(session, wording, one.responder_id, at)


OFFERED = "receipts"
"""Flag of a line that can give and read receipts."""
SHOWN = "receipt"
"""The placeholder in a text for the session's own number."""


class SessionNumber(Mapping[str, str]):
    """The session's own number. It is computed only if a text has a place for it, which is rare."""

    def __init__(self, context: Context, session_key: str) -> None:
        self._pseudonyms = context.pseudonyms
        self._session_key = session_key
        self.shown = False
        """True if a screen shows the number. The screen is then for this session alone."""

    def __getitem__(self, name: str) -> str:
        if name != SHOWN:
            raise KeyError(name)
        self.shown = True
        return rules_receipts.group_digits(
            rules_receipts.number_from(self._pseudonyms.receipt_seed(self._session_key))
        )

    def __iter__(self) -> Iterator[str]:
        return iter((SHOWN,))

    def __len__(self) -> int:
        return 1


def receipt_facts(context: Context, session_key: str) -> Facts:
    """Returns the facts about receipts that a flow may show in this session."""
    if not context.pseudonyms.knows_receipts:
        return Facts()
    return Facts(flags={OFFERED: True}, words=SessionNumber(context, session_key))


def give_receipt(
    session: Session, context: Context, dialogue: LockedDialogue, *, passage: int, pin: str
) -> None:
    """Makes this report attempt available under the session's number and this PIN."""
    number = rules_receipts.number_from(context.pseudonyms.receipt_seed(dialogue.key))
    key = context.pseudonyms.receipt(number, pin)
    tables.give_receipt(session, dialogue.key, passage=passage, receipt_key=key)


def try_receipt(context: Context, book: FlowSet, hop: UssdHop, asked: SecretTyped) -> AttemptResult:
    """Returns what a number and a PIN open. A number with a typing error counts as no attempt.

    Raises StoreUnavailable.
    """
    if not rules_receipts.is_receipt(asked.target):
        return AttemptResult()
    key = context.pseudonyms.receipt(asked.target, asked.typed)

    def opens(session: Session) -> AttemptResult:
        found = tables.find_receipt(session, key)
        status = rules_receipts.status_of(found.progress)
        if status is None:
            return AttemptResult()
        question = question_flags(session, context, book, found.tip_ids)
        return AttemptResult((f"status.{status}", *question), key)

    number_key = context.pseudonyms.receipt_number(asked.target)
    return service_attempts.try_once(
        context, hop, asked.upto, AttemptedSecret.RECEIPT, number_key, opens
    )


def request_erasure(session: Session, context: Context, opened: AttemptResult | None) -> None:
    """Records an erasure request for the text that the newest PIN opened (`alerts/service_closing.py`).

    From then on the receipt is treated like a wrong one.
    """
    if opened is not None and opened.opened_key is not None:
        tip_ids = tables.find_receipt(session, opened.opened_key).tip_ids
        service_closing.request_erasure(session, context, tip_ids, actor="receipt")


def answer_question(
    session: Session, context: Context, opened: AttemptResult | None, said: str, *, language: str
) -> None:
    """Encrypts the answer to the question that the newest PIN opened, and notifies the people who asked.

    Does nothing if the question was answered meanwhile.
    """
    if opened is None or opened.opened_key is None or not said:
        return
    tip_ids = tables.find_receipt(session, opened.opened_key).tip_ids
    row = tables.waiting_question(session, tip_ids, for_writing=True)
    if row is None or question_flag(row.question) not in opened.said:
        return
    row.body = context.encrypter.answer(
        {"answer": said, "language": language}, public_key=row.public_key
    )
    row.answered_at = context.now()
    tables_audit.append_about_tip(
        session, row.tip_id, "question_answered", "receipt", context.now()
    )
    _tell(session, context, row)
