"""Checks short secrets, which an attacker could find with many attempts. Also gives receipts, and lets a caller with a
receipt ask about a tip from any phone.

A secret is a receipt with its PIN, or an enrolment code. In one database transaction, the hotline compares a typed
secret with the stored secrets and records the attempt. If the gateway sends a request twice, both copies get the same
answer. Wrong, unknown, expired and blocked secrets all get the same answer. `give_receipt`, `request_erasure` and
`answer_question` run inside the transaction of the calling function.

The holder of a receipt can also answer a desk's question once. The module encrypts the answer and notifies the people
who asked. Only `cases/decrypt_access.py` can decrypt the answer.

The holder can also say if the help was good. No responder, desk or service ever sees the opinion of a single caller.
The reader process counts several opinions at once for the statistics, and then deletes these opinions.
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
"""A digest begins with this text if digits that may be a PIN were replaced before the digest was computed."""
CompareSecret = Callable[[Session], "AttemptResult"]
"""A function that compares the secret that a person typed with the stored secrets. If the secret is right, returns the
tips or the enrolment code to which it belongs."""


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
    """One attempt to enter a secret. `target_key` is a digest of the number that the secret belongs to, such as the
    receipt number. No log may contain any part of this attempt."""

    secret: AttemptedSecret
    session_key: str = field(repr=False)
    text_key: str = field(repr=False)
    target_key: str = field(repr=False)
    caller: str = field(repr=False)


def text_digest(context: Context, session_key: str, text: str, *, but_pins: bool = False) -> str:
    """Returns a keyed digest of the text that a session has sent, for the row of the session. If `but_pins` is True,
    the function replaces digits that may be a PIN before it computes the digest.
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

    If the text of the request does not continue the session's earlier text, the result is empty. Raises
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
"""The flag that a desk's question is ready for the caller who has entered the receipt."""


def question_flags(
    session: Session, context: Context, flow_set: FlowSet, tip_ids: Collection[int]
) -> list[str]:
    """Returns two flags, if a desk's question waits for this caller. The first flag says that a question waits, and the
    second names the question.

    Returns an empty list if there is no such question, or if the question is not approved today.
    """
    row = tables.waiting_question(session, tip_ids)
    question = questions(flow_set).get(row.question) if row is not None else None
    if question is None or question.standing(context.now().date()) is not QuestionStatus.SHOWS:
        return []
    return [QUESTION_OFFERED, question_flag(question.name)]


OFFERED = "receipts"
"""The flag that this hotline can give and check receipts."""
SHOWN = "receipt"
"""The placeholder in a screen's text that is replaced by the receipt number of this session."""


class SessionNumber(Mapping[str, str]):
    """The receipt number of this session. The number is computed only when a screen shows it, because few sessions need
    a receipt."""

    def __init__(self, context: Context, session_key: str) -> None:
        self._pseudonyms = context.pseudonyms
        self._session_key = session_key
        self.shown = False
        """True after a screen has shown the number. The hotline must not show a stored copy of this screen to another
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
    if not context.pseudonyms.knows_receipts:
        return Facts()
    return Facts(flags={OFFERED: True}, words=SessionNumber(context, session_key))


def give_receipt(
    session: Session, context: Context, dialogue: LockedDialogue, *, attempt: int, pin: str
) -> None:
    """Stores that the receipt number of this session, together with this PIN, gives access to the tips of this report
    attempt."""
    number = rules_receipts.number_from(context.pseudonyms.receipt_seed(dialogue.key))
    key = context.pseudonyms.receipt(number, pin)
    tables.give_receipt(session, dialogue.key, attempt=attempt, receipt_key=key)


def try_receipt(
    context: Context, flow_set: FlowSet, hop: UssdHop, asked: SecretTyped
) -> AttemptResult:
    """Returns flags with the status of the tips to which a receipt number and a PIN give access. A number with a typing
    error does not count as an attempt.

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
    """Requests the erasure of all tips that belong to the receipt which the caller entered last.

    From then on, the hotline answers this receipt as if it were wrong.
    """
    if opened is not None and opened.opened_key is not None:
        tip_ids = tables.find_receipt(session, opened.opened_key).tip_ids
        service_closing.request_erasure(session, context, tip_ids, actor="receipt")


def answer_about_help(
    session: Session, context: Context, opened: AttemptResult | None, opinion: HelpOpinion
) -> None:
    """Stores the caller's opinion about the help, once for each receipt. The stored opinion has no link to the tip."""
    if opened is None or opened.opened_key is None or ASKS_HELP not in opened.results:
        return
    if tables.mark_asked_help(session, tables.find_receipt(session, opened.opened_key).tip_ids):
        store_answer(session, context, opinion)


def answer_question(
    session: Session, context: Context, opened: AttemptResult | None, text: str, *, language: str
) -> None:
    """Encrypts and stores the caller's answer to a desk's question, and notifies the people who asked.

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
    # The SMS contains the reference of the case, and no part of the answer.
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
