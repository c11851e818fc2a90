"""Checks short secrets that an attacker could guess: receipt numbers with their PINs, and enrolment codes. Also gives
receipts to callers. A caller with a receipt can ask about a tip from any phone.

A single database transaction compares a typed secret with the stored secrets and records the attempt. If the gateway
sends a request twice, the hotline counts one attempt and gives the same answer twice. Wrong, unknown, expired and
blocked secrets all get the same answer.

The holder of a receipt can answer a desk's question once. The module encrypts this answer, and notifies the people who
asked the question. Only `cases/decrypt_access.py` can decrypt the answer.

The holder can also say if the help was good. No responder, desk or service ever sees a single caller's opinion. The
reader process counts several opinions at once for the statistics, and then deletes them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from hotline.alerts import service_closing, service_messages, tables
from hotline.alerts.rules_follow_up import month_of
from hotline.cases import tables as cases_tables
from hotline.cases.rules_reading_requests import without_pins
from hotline.core import tables as core_tables
from hotline.core.contexts import Context
from hotline.core.database import Session, new_record_key
from hotline.core.rules_attempts import DAY, HOUR, AttemptedSecret, SecretTyped, is_exhausted
from hotline.core.ussd import UssdHop, follows
from hotline.core.wording import Template
from hotline.flows.conversation import Facts
from hotline.flows.flow import FlowSet, QuestionStatus, question_flag, questions
from hotline.gateway import tables as gateway_tables
from hotline.gateway.rules import Wording
from hotline.gateway.tables import LockedDialogue
from hotline.keys import one_off
from hotline.people import tables_audit
from hotline.text.errors import KeyMissing
from hotline.tips import rules_receipts
from hotline.tips.rules_receipts import ASKS_HELP, HelpOpinion

BUT_PINS = "but-pins:"
"""The hotline may replace the digits of a PIN before it computes a digest. It marks such a digest with this text."""
CompareSecret = Callable[[Session], "AttemptResult"]
"""A function that compares a typed secret with the stored secrets. For a right secret, returns the tips or the
enrolment code to which the secret belongs."""


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """The result of comparing a typed secret with the stored secrets. No log may contain any part of this result."""

    results: Sequence[str] = ()
    opened_key: str | None = field(default=None, repr=False)

    @property
    def flags(self) -> Mapping[str, bool]:
        return dict.fromkeys(self.results, True)


@dataclass(frozen=True, slots=True)
class SecretAttempt:
    """One attempt to enter a secret. `target_key` is a digest of the number to which the secret belongs, such as the
    receipt number. No log may contain any part of this attempt."""

    secret: AttemptedSecret
    session_key: str = field(repr=False)
    text_key: str = field(repr=False)
    target_key: str = field(repr=False)
    caller: str = field(repr=False)


def text_digest(context: Context, session_key: str, text: str, *, but_pins: bool = False) -> str:
    """Returns a keyed digest of the text that a session has sent. If `but_pins` is True, first replaces digits that may
    be a PIN.
    """
    if but_pins:
        return f"{len(text)}:{BUT_PINS}{context.pseudonyms.heard(session_key, without_pins(text))}"
    return f"{len(text)}:{context.pseudonyms.heard(session_key, text)}"


def continues_text(context: Context, dialogue: gateway_tables.LockedDialogue, text: str) -> bool:
    """Returns True if `text` begins with the text that this session has sent before.

    If the session has sent no text before, returns True for every text.
    """
    length, known = max(dialogue.committed, 0), dialogue.text_key
    if known is None or not follows(text, length):
        return known is None and length == 0
    but_pins = known.startswith(f"{length}:{BUT_PINS}")
    return known == text_digest(context, dialogue.key, text[:length], but_pins=but_pins)


def try_once(
    context: Context,
    hop: UssdHop,
    upto: int,
    secret: AttemptedSecret,
    target_key: str,
    compare: CompareSecret,
) -> AttemptResult:
    """Compares the secret that the caller typed in this request with the stored secrets, and returns the result. If the
    gateway repeats the request, returns the earlier result.

    Returns an empty result if the text of the request does not continue the session's earlier text. Raises
    StoreUnavailable.
    """
    key = context.pseudonyms.session(hop.session_id)
    heard_key = context.pseudonyms.heard(key, hop.text[:upto])
    with context.database.reading() as session:
        before = core_tables.find_attempt(session, key, heard_key)
    if before is not None:
        return AttemptResult(before.results, before.opened_key)

    attempt = SecretAttempt(secret, key, heard_key, target_key, hop.caller)
    with context.database.writing() as session:
        dialogue = gateway_tables.lock_dialogue(session, key)
        before = core_tables.find_attempt(session, key, heard_key)
        if before is not None:
            return AttemptResult(before.results, before.opened_key)
        if dialogue is None or not continues_text(context, dialogue, hop.text):
            return AttemptResult()
        return try_secret(session, context, attempt, compare)


def try_secret(
    session: Session, context: Context, attempt: SecretAttempt, compare: CompareSecret
) -> AttemptResult:
    """Compares a typed secret with the stored secrets and records the attempt, in the transaction of the calling
    function. After too many attempts, records the attempt without comparing the secret.
    """
    at, secret, target = context.now(), attempt.secret, attempt.target_key
    contact_key = context.pseudonyms.contact(attempt.caller, at)
    contact_keys = {contact_key, context.pseudonyms.contact(attempt.caller, at - HOUR)}

    core_tables.lock_digests(session, [contact_key, target])
    worn = is_exhausted(
        secret,
        of_contact=core_tables.count_of_contact(session, secret, contact_keys, at - HOUR),
        of_target=core_tables.count_of_target(session, secret, target, at - DAY),
    )
    found = AttemptResult() if worn else compare(session)

    right_code = secret is AttemptedSecret.CODE and found.opened_key is not None
    row = core_tables.AttemptRow(
        secret=secret,
        session_key=attempt.session_key,
        text_key=attempt.text_key,
        contact_key=contact_key,
        target_key="" if right_code else target,
        compared=not worn,
        opened_key=found.opened_key,
        results=[*found.results],
        at=at,
    )
    core_tables.record_attempt(session, row)
    return found


QUESTION_OFFERED = "question"
"""This flag says that a desk's question is ready for the caller who has entered the receipt number."""


def question_flags(
    session: Session, context: Context, flow_set: FlowSet, tip_ids: Collection[int]
) -> list[str]:
    """Returns two flags if a desk's question waits for this caller: one says that it waits, and one names the question.

    Returns an empty list if no question waits, or if the question is not approved today.
    """
    row = tables.waiting_question(session, tip_ids)
    question = questions(flow_set).get(row.question) if row is not None else None
    if question is None or question.standing(context.now().date()) is not QuestionStatus.SHOWS:
        return []
    return [QUESTION_OFFERED, question_flag(question.name)]


OFFERED = "receipts"
"""This flag says that this hotline can give and check receipts."""
SHOWN = "receipt"
"""In a screen's text, this session's receipt number replaces this placeholder."""


class SessionNumber(Mapping[str, str]):
    """The receipt number of this session. Computed only when a screen shows it, because few sessions need a receipt."""

    def __init__(self, context: Context, session_key: str) -> None:
        self._pseudonyms = context.pseudonyms
        self._session_key = session_key
        self.shown = False
        """True after a screen has shown the number. The hotline must not show a stored copy of this screen in another
        session, because the copy contains this session's number."""

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
    """Returns the flags and values about receipts that the flows of this session need."""
    if not context.pseudonyms.has_receipt_key:
        return Facts()
    return Facts(flags={OFFERED: True}, words=SessionNumber(context, session_key))


def give_receipt(
    session: Session, context: Context, dialogue: LockedDialogue, *, attempt: int, pin: str
) -> None:
    """Stores that this session's receipt number and this PIN together give access to the tips of the report attempt."""
    number = rules_receipts.number_from(context.pseudonyms.receipt_seed(dialogue.key))
    key = context.pseudonyms.receipt(number, pin)
    tables.give_receipt(session, dialogue.key, attempt=attempt, receipt_key=key)


def try_receipt(
    context: Context, flow_set: FlowSet, hop: UssdHop, asked: SecretTyped
) -> AttemptResult:
    """Checks a receipt number with its PIN, and returns flags with the status of the tips of this receipt. A number
    with a typing error does not count as an attempt.

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
    return try_once(context, hop, asked.upto, AttemptedSecret.RECEIPT, number_key, opens)


def request_erasure(session: Session, context: Context, opened: AttemptResult | None) -> None:
    """Requests the erasure of all tips that belong to the receipt number which the caller entered last.

    From then on, the hotline treats this receipt number as wrong.
    """
    if opened is not None and opened.opened_key is not None:
        tip_ids = tables.find_receipt(session, opened.opened_key).tip_ids
        service_closing.request_erasure(session, context, tip_ids, actor="receipt")


def answer_about_help(
    session: Session, context: Context, opened: AttemptResult | None, opinion: HelpOpinion
) -> None:
    """Stores the caller's opinion about the help that the person got, once for each receipt. The stored opinion has no
    link to the tip."""
    if opened is None or opened.opened_key is None or ASKS_HELP not in opened.results:
        return
    if tables.mark_asked_help(session, tables.find_receipt(session, opened.opened_key).tip_ids):
        store_answer(session, context, opinion)


def answer_question(
    session: Session, context: Context, opened: AttemptResult | None, text: str, *, language: str
) -> None:
    """Encrypts and stores the caller's answer to a desk's question, and notifies the people who asked the question.

    Does nothing if the caller has already answered the question.
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
    # The SMS contains the case's reference, but no part of the answer.
    for one in tables.question_recipients(session, row, at):
        wording = Wording(Template.ANSWERED, {"ref": one.reference}, one.language)
        service_messages.write_message(session, wording, one.responder_id, at)


# The code below stores opinions about the help. Only the reader process can decrypt an opinion.


BOUND = "help answer"
OPINION, RECORD_KEY = "opinion", "key"


def store_answer(session: Session, context: Context, opinion: HelpOpinion) -> None:
    """Stores an opinion about the help, in the transaction of the calling function. Stores nothing if the public key of
    the reader process is missing."""
    with suppress(KeyMissing):
        body = one_off.seal(
            {OPINION: opinion.value, RECORD_KEY: new_record_key()},
            public=context.encrypter.reader_key(),
            bound=BOUND,
        )
        cases_tables.add_answer(session, month_of(context.now()), body)
