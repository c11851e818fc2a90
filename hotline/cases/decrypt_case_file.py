"""Makes a case file: a document about one case for a prosecutor or court. Decrypts the case with the key of the account
that makes the file. The hotline keeps the text of the file only in memory.

A child process turns the text into a PDF, which opens only with a passphrase. The child process gets no keys and no
files. The hotline stores only a digest of the case file.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from hotline.alarms.service import run_in_child
from hotline.alerts import queries, tables_case_events
from hotline.cases import (
    decrypt_desk_reading,
    rules_case_file,
    service_case_files,
    service_persons,
    service_reading,
    service_retention,
)
from hotline.cases import queries as cases_queries
from hotline.cases.decrypt_access import DecryptedTip
from hotline.cases.rules_case_file import FileBasis, FileEvent, FileFacts
from hotline.cases.service_viewer import viewer_of
from hotline.cases.tables_case_files import CaseFile
from hotline.console.routes import table
from hotline.core.actors import AccountRole, SignedIn
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session
from hotline.people import rules_sign_in, tables, tables_accounts, tables_audit
from hotline.people.encrypt import lock_key, unlock_key
from hotline.people.rules import account_of
from hotline.people.tables_audit import AuditEntry
from hotline.text.errors import NotFound
from hotline.text.languages import NAMES, phrase
from hotline.text.places import FORMS, place_name
from hotline.text.time import KIGALI
from hotline.tips.rules import Urgency
from hotline.tips.rules_events import (
    PROOF,
    SAYS,
    WAITS,
    YES,
    EventChannel,
    LoggedEvent,
    NoteCode,
    TakeProof,
)
from hotline.tips.rules_persons import CASE_FORMS, MetPerson, PersonEntry, build_persons
from hotline.tips.tables import Tip

TEMPLATE = Path(__file__).parent / "case_file.typ"
WORDS = 6
BOUND = "case file"
SENTENCES = {**table("case_events"), LoggedEvent.NOTE: phrase("{who} wrote a note.")}
EVENTS_IN_FILE = frozenset(
    (
        *(LoggedEvent.ALERTED, LoggedEvent.ACKNOWLEDGED, LoggedEvent.ON_SITE, LoggedEvent.PASSED),
        *(LoggedEvent.NOTE, LoggedEvent.SCREENED, LoggedEvent.CONSENT, LoggedEvent.OFFERED),
        *(LoggedEvent.DETERMINATION, LoggedEvent.CLOSURE_DECIDED, LoggedEvent.CLOSED),
        LoggedEvent.REOPENED,
    )
)
"""The kinds of events that a case file may contain. Other kinds of events could reveal who the caller is, where a
person is now, or facts of other cases."""
CLOSING = phrase("{who} asked to close the case.")
OPENED = phrase("{who} opened the report.")
CUSTODY = {
    "tip_read": OPENED,
    "people_read": phrase("{who} opened the notes on people."),
    "hold_placed": phrase("{who} placed a legal hold."),
    "hold_lifted": phrase("{who} lifted the legal hold."),
    "case_file_asked": phrase("{who} requested a case file."),
    "case_file_approved": phrase("{who} approved a case file."),
    "case_file_made": phrase("{who} made a case file."),
}
CHANNELS = {"ussd": "USSD", "sms": "SMS"}


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A case file that was just made, and is not stored. `repr` does not show the content."""

    number: int
    pdf: bytes = field(default=b"", repr=False)
    """The encrypted PDF. Empty if the officer prints the file instead."""
    document: Mapping[str, object] = field(default_factory=dict, repr=False)


def new_passphrase(token: str) -> tuple[str, str]:
    """Returns six random words, which are a passphrase. Also returns the encrypted words for a hidden field of the
    form. Only the same console session can decrypt the field."""
    words = rules_sign_in.suggest_password(secrets.choice, WORDS).replace("-", " ")
    return words, lock_key(token, words.encode(), account=BOUND).hex()


def read_passphrase(token: str, locked: str) -> str | None:
    """Returns the six words of the passphrase, decrypted from the hidden field of a form. Returns None if a different
    console session encrypted the field."""
    with suppress(ValueError):
        words = unlock_key(token, bytes.fromhex(locked), account=BOUND)
        return None if words is None else words.decode()
    return None


def make(
    context: ConsoleContext,
    by: SignedIn,
    token: str,
    file_id: int,
    *,
    say: Callable[..., str],
    language: str,
    words: str | None,
) -> MadeFile:
    """Makes an approved case file, and stores its digest. After that, the row of the case file no longer names the case
    and the person.

    If `words` is None, returns a text to print. Otherwise returns a PDF with the six words as its passphrase. Raises
    NotFound, EndRefused, KeyMissing, DecryptionFailed and WorkEnded.
    """
    document = _document(context, by, token, file_id, say, language)
    text = json.dumps(document, ensure_ascii=False)
    made = text.encode()
    if words is not None:
        data = {"report": json.dumps({"language": language, **document}, ensure_ascii=False)}
        template = TEMPLATE.read_text(encoding="utf-8")
        given = [template, data, int(context.now().timestamp()), words]
        made = run_in_child(context, "paper", json.dumps(given).encode())
    with context.database.writing() as session:
        row = _approved(session, context, by, file_id, for_writing=True)
        tip_id, actor = row.tip_id or 0, tables_audit.by_actor(by.actor)
        row.made_by, row.made_at = actor, context.now()
        row.digest = hashlib.sha256(made).hexdigest()
        row.tip_id = row.n = row.hold_id = None
        service_retention.keep_for_file(session, tip_id)
        why = f"file {file_id}: {'printed' if words is None else 'PDF'}"
        tables_audit.append_about_tip(session, tip_id, "case_file_made", actor, context.now(), why)
    return MadeFile(file_id, b"" if words is None else made, document)


def _approved(
    session: Session,
    context: ConsoleContext,
    by: SignedIn,
    file_id: int,
    *,
    for_writing: bool = False,
) -> CaseFile:
    """Returns an approved request for a case file. Both the account and the person who approved the request must be
    allowed to see the case. Raises NotFound."""
    row = (
        service_retention.locked_file(session, file_id)
        if for_writing
        else session.get(CaseFile, file_id)
    )
    if row is None or row.tip_id is None or not service_case_files.is_approved(row, context.now()):
        raise NotFound(f"case file {file_id} has no valid approval: ask for an approval first")
    approver = account_of(row.approved_by or "")
    if approver is None or not service_case_files.may_know(session, row.tip_id, approver):
        raise NotFound(f"request case file {file_id} again: the approver may not see the case")
    cases_queries.visible_tip(session, viewer_of(session, by), row.tip_id)
    return row


def _document(
    context: ConsoleContext,
    by: SignedIn,
    token: str,
    file_id: int,
    say: Callable[..., str],
    language: str,
) -> dict[str, object]:
    with context.database.reading() as session:
        row = _approved(session, context, by, file_id)
        tip_id, n, basis = row.tip_id or 0, row.n, FileBasis(row.basis)
        tip = session.get_one(Tip, tip_id)
        service_case_files.check_person(session, context, by, token, tip, n)
    decrypted = None
    if tip.erased_at is None:
        why = f"case file {file_id}"
        decrypted, _ = decrypt_desk_reading.decrypt_tip(context, by, token, tip_id, why)
    with context.database.reading() as session:
        entries = service_persons.events_for_rules(session, context, by, token, tip)
        gathered = _Gathered(
            session, tip, basis is not FileBasis.REQUEST, n, entries, decrypted, say
        )
        facts = FileFacts(
            number=file_id,
            filed_at=tip.filed_at or tip.created_at,
            made_at=context.now(),
            basis=basis,
            order=row.order_number,
            about=[
                (say(phrase("District")), place_name(tip.place, language)),
                (
                    say(phrase("Type")),
                    say(FORMS[tip.category] if tip.category else phrase("not said")),
                ),
                (say(phrase("Urgency")), say(Urgency(tip.urgency).label)),
            ],
            events=[*gathered.events()],
            custody=[*gathered.custody()],
            person=gathered.person,
            answers=_answers(context, decrypted, language),
            call=_call(tip, say),
            names=gathered.names(),
        )
    return rules_case_file.document(facts, say, table("file_bases"))


def _call(tip: Tip, say: Callable[..., str]) -> list[tuple[str, str]]:
    at = tip.filed_at or tip.created_at
    return [
        (say(phrase("Time of the call")), f"{at.astimezone(KIGALI):%Y-%m-%d %H:%M}"),
        (
            say(phrase("Channel")),
            CHANNELS.get(tip.channel, say(phrase("a person of the hotline wrote down the tip"))),
        ),
        (say(phrase("Language")), NAMES.get(tip.language, tip.language)),
    ]


def _answers(
    context: ConsoleContext, tip: DecryptedTip | None, language: str
) -> list[tuple[str, str]]:
    """Returns the caller's report as questions and answers, and a desk's later question with the caller's answer.
    Leaves out the notes of responders."""
    if tip is None:
        return []
    answers = service_reading.read_answers(context, tip, language)
    back = service_reading.asked_back(context, tip, language)
    return [*((one.question, one.answer) for one in answers), *back]


@dataclass(frozen=True)
class _Gathered:
    """Reads the events of a case, and replaces each officer's name with a role and a letter."""

    session: Session
    tip: Tip
    has_order: bool
    n: int | None
    entries: Sequence[PersonEntry]
    decrypted: DecryptedTip | None
    say: Callable[..., str]

    @cached_property
    def person(self) -> MetPerson | None:
        return next((one for one in build_persons(self.entries) if one.n == self.n), None)

    @cached_property
    def _letters(self) -> dict[str, str]:
        return {}

    @cached_property
    def _audit(self) -> Sequence[AuditEntry]:
        return tables_audit.entries(self.session, subject=f"tip:{self.tip.id}")

    def events(self) -> Iterator[FileEvent]:
        """Yields the events of the case. Leaves out an event about a person if the file is not about this person."""
        of_person = {one.id: one.reported.n for one in self.entries}
        signed = {one.at: one.actor for one in self._audit}
        for row in tables_case_events.events_of_tip(self.session, self.tip.id):
            kind = LoggedEvent(row.kind)
            is_other = kind in CASE_FORMS and of_person.get(row.id, 0) != self.n
            if kind not in EVENTS_IN_FILE or is_other or row.codes.get(PROOF) == TakeProof.DOUBTED:
                continue
            sentence = CLOSING if row.codes.get(WAITS) == YES else SENTENCES[kind]
            actor = signed.get(row.at, "desk" if row.channel == EventChannel.CONSOLE else "clock")
            if row.responder_id is not None:
                actor = f"responder:{row.responder_id}"
            text = self._note(row) if kind is LoggedEvent.NOTE else ""
            by_clock = kind is LoggedEvent.ALERTED or actor == "clock"
            yield FileEvent(row.at, sentence, self._role_and_letter(actor), text, by_clock=by_clock)

    def _note(self, row: tables_case_events.CaseEventRow) -> str:
        """Returns the text of a note that a responder wrote in their own words. Returns an empty text unless a
        prosecutor or court has ordered the file, and the file is about the only person of the case.
        """
        met = {one.reported.n for one in self.entries}
        is_about = self.has_order and self.n is not None and met == {self.n}
        if self.decrypted is None or not is_about or row.codes.get(SAYS) != NoteCode.WORDS:
            return ""
        return next((one.words for one in self.decrypted.notes if one.at == row.at), "")

    def custody(self) -> Iterator[FileEvent]:
        """Yields an entry for each time that a person opened the case, changed its legal hold or handled a case
        file."""
        for entry in self._audit:
            if entry.action in CUSTODY:
                yield FileEvent(entry.at, CUSTODY[entry.action], self._role_and_letter(entry.actor))
        for row in tables_case_events.events_of_tip(self.session, self.tip.id):
            if row.kind == LoggedEvent.OPENED and row.channel != EventChannel.CONSOLE:
                yield FileEvent(
                    row.at, OPENED, self._role_and_letter(f"responder:{row.responder_id}")
                )

    def _role_and_letter(self, actor: str) -> str:
        """Returns the text that replaces an officer's name: the role of the officer and a capital letter. An officer
        with several phones or accounts always gets the same letter."""
        kind, _, rest = actor.partition(":")
        key, role = actor, self.say(phrase("The hotline"))
        account_id = account_of(actor)
        if kind == "responder" and rest.isdecimal():
            row = self.session.get_one(tables.Responder, int(rest))
            key, role = f"person:{row.person_id}", self.say(row.level)
        elif account_id is not None:
            account = tables_accounts.get_account(self.session, account_id)
            is_national = AccountRole.NATIONAL in account.held_roles
            role = self.say(phrase("National desk") if is_national else phrase("Desk officer"))
            key = f"person:{account.person_id}"
        elif kind == "desk":
            role = self.say(phrase("Desk officer"))
        elif kind != "cli":
            return role
        mark = self._letters.setdefault(key, rules_case_file.letter(len(self._letters)))
        return f"{role[:1].upper()}{role[1:]} {mark}"

    def names(self) -> frozenset[str]:
        """Returns the texts that the file must not contain: the names of all people of the hotline, and the references
        of the case. For people who worked on this case, also returns each single word of their names."""
        own = {tables_audit.name_in(one.actor) for one in self._audit}
        known = tables.responder_names(self.session)
        rows = tables_case_events.events_of_tip(self.session, self.tip.id)
        own |= {known.get(one.responder_id or 0, "") for one in rows}
        others = {one.shown for one in tables_accounts.all_accounts(self.session)}
        others |= {*queries.references_of_tip(self.session, self.tip.id)}
        return rules_case_file.names_in(own, {*known.values(), *others})
