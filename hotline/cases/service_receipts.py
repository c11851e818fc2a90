"""Gives callers receipts, and checks receipts. With a receipt, which is a number and a PIN, a caller can ask about
their tip from any phone.

Wrong, expired and blocked receipts all get the same answer. `give_receipt`, `request_erasure` and `answer_question` run
inside the transaction of the calling function.

The module also shows a desk's question to the holder of the receipt, once. It stores one answer, and notifies the
people who asked. This module cannot decrypt the answer, but `cases/decrypt_access.py` can.

The module also stores the answers to the question if the help was good. No responder, desk or service ever sees such an
answer. The reader counts several answers at once for the year's statistics, and deletes them.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress

from hotline.alerts import service_closing, service_messages, tables
from hotline.alerts.rules_follow_up import month_of
from hotline.cases import service_attempts, tables_help
from hotline.cases.service_attempts import AttemptResult
from hotline.core.contexts import Context
from hotline.core.database import Session, new_record_key
from hotline.core.rules_attempts import AttemptedSecret, SecretTyped
from hotline.core.ussd import UssdHop
from hotline.core.wording import Template
from hotline.errors import KeyMissing
from hotline.flows.conversation import Facts
from hotline.flows.flow import FlowSet
from hotline.flows.questions_back import QuestionStatus, question_flag, questions
from hotline.gateway.rules_message import Wording
from hotline.gateway.tables_sessions import LockedDialogue
from hotline.keys import one_off
from hotline.people import tables_audit
from hotline.tips import rules_receipts
from hotline.tips.rules_receipts import ASKS_HELP, HelpOpinion

QUESTION_OFFERED = "question"
"""The flag that a question waits for the holder of a receipt."""


def question_flags(
    session: Session, context: Context, flow_set: FlowSet, tip_ids: Collection[int]
) -> list[str]:
    """Returns the flags for a question that waits for an answer.

    Returns none if the question is not approved today.
    """
    row = tables.waiting_question(session, tip_ids)
    question = questions(flow_set).get(row.question) if row is not None else None
    if question is None or question.standing(context.now().date()) is not QuestionStatus.SHOWS:
        return []
    return [QUESTION_OFFERED, question_flag(question.name)]


def _notify(session: Session, context: Context, row: tables.QuestionBackRow) -> None:
    """Notifies each recipient that the caller has answered. The SMS names the reference, but not the answer."""
    at = context.now()
    for one in tables.question_recipients(session, row, at):
        wording = Wording(Template.ANSWERED, {"ref": one.reference}, one.language)
        service_messages.write_message(session, wording, one.responder_id, at)


OFFERED = "receipts"
"""The flag of a hotline that can give and check receipts."""
SHOWN = "receipt"
"""The placeholder in texts for the receipt number of this session."""


class SessionNumber(Mapping[str, str]):
    """The receipt number of this session. It is computed only when a text shows it, which is rare."""

    def __init__(self, context: Context, session_key: str) -> None:
        self._pseudonyms = context.pseudonyms
        self._session_key = session_key
        self.shown = False
        """True after a screen has shown the number. After that, the hotline must not show the stored screen to another
        session.
        """

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
    """Returns the facts about receipts for the flows of this session."""
    if not context.pseudonyms.knows_receipts:
        return Facts()
    return Facts(flags={OFFERED: True}, words=SessionNumber(context, session_key))


def give_receipt(
    session: Session, context: Context, dialogue: LockedDialogue, *, attempt: int, pin: str
) -> None:
    """Makes this report attempt available under the session's receipt number and this PIN."""
    number = rules_receipts.number_from(context.pseudonyms.receipt_seed(dialogue.key))
    key = context.pseudonyms.receipt(number, pin)
    tables.give_receipt(session, dialogue.key, attempt=attempt, receipt_key=key)


def try_receipt(
    context: Context, flow_set: FlowSet, hop: UssdHop, asked: SecretTyped
) -> AttemptResult:
    """Returns the tips to which a receipt number and a PIN give access. A number with a typing error does not count as
    an attempt.

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
        question = question_flags(session, context, flow_set, found.tip_ids)
        if rules_receipts.asks_about_help(found.progress, context.now()):
            question.append(rules_receipts.ASKS_HELP)
        return AttemptResult((f"status.{status}", *question), key)

    number_key = context.pseudonyms.receipt_number(asked.target)
    return service_attempts.try_once(
        context, hop, asked.upto, AttemptedSecret.RECEIPT, number_key, opens
    )


def request_erasure(session: Session, context: Context, opened: AttemptResult | None) -> None:
    """Records an erasure request for the tips of the receipt that the caller has entered last.

    After that, this receipt is treated like a wrong receipt.
    """
    if opened is not None and opened.opened_key is not None:
        tip_ids = tables.find_receipt(session, opened.opened_key).tip_ids
        service_closing.request_erasure(session, context, tip_ids, actor="receipt")


def answer_about_help(
    session: Session, context: Context, opened: AttemptResult | None, opinion: HelpOpinion
) -> None:
    """Stores once for each receipt if its holder says that the help was good. The answer has no link to the tip."""
    if opened is None or opened.opened_key is None or ASKS_HELP not in opened.results:
        return
    if tables.mark_asked_help(session, tables.find_receipt(session, opened.opened_key).tip_ids):
        store_answer(session, context, opinion)


def answer_question(
    session: Session, context: Context, opened: AttemptResult | None, text: str, *, language: str
) -> None:
    """Encrypts the caller's answer to a desk's question, and notifies the people who asked.

    Does nothing if the question was already answered.
    """
    if opened is None or opened.opened_key is None or not text:
        return
    tip_ids = tables.find_receipt(session, opened.opened_key).tip_ids
    row = tables.waiting_question(session, tip_ids, for_writing=True)
    if row is None or question_flag(row.question) not in opened.results:
        return
    row.body = context.encrypter.answer(
        {"answer": text, "language": language}, public_key=row.public_key
    )
    row.answered_at = at = context.now()
    tables_audit.append_about_tip(session, row.tip_id, "question_answered", "receipt", at)
    _notify(session, context, row)


# Stores the answers to the question if the help was good. Encrypts each answer for the reader process alone.


BOUND = "help answer"
OPINION, RECORD_KEY = "opinion", "key"


def store_answer(session: Session, context: Context, opinion: HelpOpinion) -> None:
    """Stores an answer in the transaction of the calling function. Stores nothing if the reader's public key is
    missing."""
    with suppress(KeyMissing):
        body = one_off.seal(
            {OPINION: opinion.value, RECORD_KEY: new_record_key()},
            public=context.encrypter.reader_key(),
            bound=BOUND,
        )
        tables_help.add_answer(session, month_of(context.now()), body)
