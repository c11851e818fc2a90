"""Gives receipts: a number and a PIN by which a person asks about a tip, from any phone.

A wrong, an expired and a used-up receipt get the same answer. `give`, `erase` and `answer` run inside their caller's
transaction.

Also offers the desk's question to the holder of the receipt, once. Takes one answer, and notifies the people who asked.
This module cannot decrypt an answer. `desk/ask_back.py` and `desk/access.py` can.
"""

from collections.abc import Collection, Iterator, Mapping

from hotline.alerts import service_closing, service_messages, tables
from hotline.alerts.tables import AskedBack
from hotline.cases import service_attempts
from hotline.cases.service_attempts import SecretLook
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.core.rules_attempts import Secret, SecretTyped
from hotline.core.ussd import UssdHop
from hotline.core.wording import Template
from hotline.flows.flow import Book
from hotline.flows.number_questions import QuestionStatus, flag_of, questions
from hotline.flows.run import Facts
from hotline.gateway.rules_message import Wording
from hotline.gateway.tables_sessions import HeldDialogue
from hotline.people import tables_audit
from hotline.tips import rules_receipts

QUESTION_OFFERED = "question"
"""Flag of a receipt that has a question waiting."""


def offered(session: Session, kit: Kit, book: Book, tip_ids: Collection[int]) -> list[str]:
    """Returns the flags of the question that waits for an answer. Empty if its text is not approved today."""
    row = tables.waiting(session, tip_ids)
    question = questions(book).get(row.question) if row is not None else None
    if question is None or question.standing(kit.now().date()) is not QuestionStatus.SHOWS:
        return []
    return [QUESTION_OFFERED, flag_of(question.name)]


def _tell(session: Session, kit: Kit, row: AskedBack) -> None:
    """Notifies each recipient that an answer arrived, by the name that they know the tip by, without its content."""
    at = kit.now()
    for one in tables.recipients(session, row, at):
        wording = Wording(Template.ANSWERED, {"ref": one.reference}, one.language)
        service_messages.say(session, wording, one.responder_id, at)


OFFERED = "receipts"
"""Flag of a line that can give and read receipts."""
SHOWN = "receipt"
"""The placeholder in a text for the session's own number."""


class OwnWords(Mapping[str, str]):
    """The session's own number. It is computed only if a text has a place for it, which is rare."""

    def __init__(self, kit: Kit, session_key: str) -> None:
        self._pseudonyms = kit.pseudonyms
        self._session_key = session_key
        self.shown = False
        """True if a screen shows the number. The screen is then for this session alone."""

    def __getitem__(self, name: str) -> str:
        if name != SHOWN:
            raise KeyError(name)
        self.shown = True
        return rules_receipts.spaced(
            rules_receipts.number_from(self._pseudonyms.receipt_seed(self._session_key))
        )

    def __iter__(self) -> Iterator[str]:
        return iter((SHOWN,))

    def __len__(self) -> int:
        return 1


def facts(kit: Kit, session_key: str) -> Facts:
    """Returns the facts about receipts that a flow may show in this session."""
    if not kit.pseudonyms.knows_receipts:
        return Facts()
    return Facts(flags={OFFERED: True}, words=OwnWords(kit, session_key))


def give(session: Session, kit: Kit, dialogue: HeldDialogue, *, passage: int, pin: str) -> None:
    """Makes this report attempt available under the session's number and this PIN."""
    number = rules_receipts.number_from(kit.pseudonyms.receipt_seed(dialogue.key))
    key = kit.pseudonyms.receipt(number, pin)
    tables.give(session, dialogue.key, passage=passage, receipt_key=key)


def look(kit: Kit, book: Book, hop: UssdHop, asked: SecretTyped) -> SecretLook:
    """Returns what a number and a PIN open. A number with a typing error counts as no attempt.

    Raises StoreUnavailable.
    """
    if not rules_receipts.well_formed(asked.target):
        return SecretLook()
    key = kit.pseudonyms.receipt(asked.target, asked.typed)

    def opens(session: Session) -> SecretLook:
        found = tables.find(session, key)
        status = rules_receipts.status_of(found.progress)
        if status is None:
            return SecretLook()
        question = offered(session, kit, book, found.tip_ids)
        return SecretLook((f"status.{status}", *question), key)

    number_key = kit.pseudonyms.receipt_number(asked.target)
    return service_attempts.look_once(kit, hop, asked.upto, Secret.RECEIPT, number_key, opens)


def erase(session: Session, kit: Kit, opened: SecretLook | None) -> None:
    """Records an erasure request for the text that the newest PIN opened (`endings.py`).

    From then on the receipt is treated like a wrong one.
    """
    if opened is not None and opened.opened_key is not None:
        tip_ids = tables.find(session, opened.opened_key).tip_ids
        service_closing.wish(session, kit, tip_ids, actor="receipt")


def answer(
    session: Session, kit: Kit, opened: SecretLook | None, said: str, *, language: str
) -> None:
    """Encrypts the answer to the question that the newest PIN opened, and notifies the people who asked.

    Does nothing if the question was answered meanwhile.
    """
    if opened is None or opened.opened_key is None or not said:
        return
    tip_ids = tables.find(session, opened.opened_key).tip_ids
    row = tables.waiting(session, tip_ids, for_writing=True)
    if row is None or flag_of(row.question) not in opened.said:
        return
    row.body = kit.sealer.answer({"answer": said, "language": language}, public_key=row.public_key)
    row.answered_at = kit.now()
    tables_audit.of_tip(session, row.tip_id, "question_answered", "receipt", kit.now())
    _tell(session, kit, row)
