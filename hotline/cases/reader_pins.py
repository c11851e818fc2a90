"""Counts wrong PINs, ends PINs, and warns coordinators if another person seems to use a responder's PIN.

Also records each change of the setting `national_in_console`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hotline.alerts import queries, service_escalation
from hotline.alerts.service_case import RESPONDER_PREFIX, reads_in_console
from hotline.alerts.service_messages import notify_person
from hotline.cases import rules_reading_requests
from hotline.cases import tables as cases_tables
from hotline.cases.decrypt_reader import ReaderContext
from hotline.cases.rules_reading_requests import (
    PAGE,
    PIN,
    ReaderAnswer,
    ReaderQuestion,
    ReaderQuestionKind,
)
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway.doorbell import ringing
from hotline.gateway.rules import responders_short_code
from hotline.gateway.tables import Assignment
from hotline.people import rules, tables, tables_audit
from hotline.people.rules import (
    WARNING_TEMPLATES,
    Level,
    PinWarning,
    is_night,
    last_report_before,
    night_began,
)
from hotline.people.tables import PinWarningRow, Responder
from hotline.text.time import kigali_time
from hotline.tips import queries_visible
from hotline.tips.rules import Urgency
from hotline.tips.rules_events import CaseEventKind, Event
from hotline.tips.tables import Tip

# The classes below describe a request that waits for the reader process, and the transaction in which the reader
# process answers the request.


@dataclass(frozen=True, slots=True)
class WaitingHop:
    """One request of the gateway that waits for an answer of the reader process. `repr` does not show the values that
    the responder typed."""

    ask_id: int
    reading_id: int
    kind: ReaderQuestionKind
    public_key: bytes
    session_key: str
    bound: str
    responder_id: int | None
    typed: Mapping[str, str] = field(repr=False)
    """The values that the responder typed, decrypted from the request. Empty if no key decrypts the request."""
    request: str = ""

    @property
    def pin(self) -> str:
        return self.typed.get(PIN, "")

    @property
    def comes_first(self) -> bool:
        """Returns True for a request from an enrolled phone, or from a person who entered the right code from an SMS.

        All other requests get their answers later.
        """
        return self.responder_id is not None or self.kind is not ReaderQuestionKind.VIEW


@dataclass(slots=True)
class ReaderTurn:
    """A responder's request, together with the transaction that answers it. `repr` shows neither keys nor typed
    values."""

    session: Session
    context: ReaderContext
    person: Responder
    ask: ReaderQuestion
    at: datetime
    private: bytes = field(default=b"", repr=False)
    """The responder's private key. Empty if the PIN was wrong."""
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def actor(self) -> str:
        return f"{RESPONDER_PREFIX}{self.person.id}"

    def known(self) -> tuple[Tip, Assignment] | None:
        """Returns the case that the request names, and this responder's assignment to the case. Returns None if the
        responder no longer has access to the case."""
        return queries.assigned_case(self.session, self.person.id, self.ask.reference)

    def open_case(self) -> Tip | None:
        """Returns the case that the request names. Returns None if the case is closed, or if the responder no longer
        has the case."""
        known = self.known()
        return None if known is None or known[0].closed_at is not None else known[0]

    def reads_in_console(self, tip: Tip) -> bool:
        """Returns True if the responder may read this tip only in the console."""
        return reads_in_console(self.session, self.context, tip, self.person.id)

    def say(self, template: Template, **words: str) -> str:
        """Returns the text that this template makes in the responder's language."""
        return self.context.phrases.say(self.person.language, template, **words)

    def log(self, action: str, reason: str, subject: str = "") -> None:
        """Writes an action of this responder to the audit log. If no subject is given, the responder is the subject."""
        actor, at = self.actor, self.at
        subject = subject or actor
        tables_audit.append_row(self.session, at, actor, action, subject, reason)


LEADS = (Level.COORDINATOR, Level.NATIONAL)
MAX_WARNINGS = 40
"""The hotline reads at most this number of warnings about PINs: the newest warnings of all desks. A coordinator sees
only the warnings about responders of the coordinator's desks."""
MAX_LINES = 12
"""The maximum number of warnings on the page. A page with this many warnings needs up to three screens."""


def is_blocked(person: Responder, at: datetime) -> bool:
    return person.rested_until is not None and person.rested_until > at


def count_wrong(turn: ReaderTurn) -> None:
    """Counts a wrong PIN of a responder. After the third wrong PIN in a row, the phone is blocked for some time.

    After the sixth wrong PIN in a day, the phone is blocked until the next morning. The hotline then asks other
    responders to take this responder's open cases about danger.
    """
    person, at = turn.person, turn.at
    person.wrong_pins = [*person.wrong_pins, at.isoformat()]
    until = rules.blocked_until([datetime.fromisoformat(one) for one in person.wrong_pins])
    turn.session.flush()
    if until is None:
        return
    person.rested_until = until
    if rules.is_long_block(at, until):
        _pass_dangers_on(turn)
    notify_person(turn.session, person, Template.PINS_WRONG_YOURS, at, time=kigali_time(until))
    _warn(turn, PinWarning.WRONG)


def count_opening(turn: ReaderTurn, network: str | None) -> None:
    """Records that the responder has opened the list of cases. The responder's earlier wrong PINs then no longer count.

    If the phone uses another mobile network than before, warns the coordinators at once. If the responder opens the
    list at night, the coordinators get a separate warning in the morning.
    """
    session, person, at = turn.session, turn.person, turn.at
    person.wrong_pins = []
    moved = None not in (network, person.pin_network) and network != person.pin_network
    person.pin_opened_at, person.pin_openings = at, person.pin_openings + 1
    person.pin_network = network or person.pin_network
    session.flush()
    if is_night(at) and not tables.has_warning(
        session, person.id, PinWarning.NIGHT, night_began(at)
    ):
        tables.add_warning(session, person.id, PinWarning.NIGHT, at, waits=True)
    if moved:
        _warn(turn, PinWarning.NETWORK)


def count_read(turn: ReaderTurn, tip_id: int) -> None:
    """Records that the responder has read a case. If the responder has read unusually many different cases within an
    hour, sends a single warning to the coordinators."""
    person, at = turn.person, turn.at
    noted = (one.partition("@") for one in person.read_lately)
    before = {
        int(case): when
        for case, _, when in noted
        if at - datetime.fromisoformat(when) < rules.MANY_WITHIN
    }
    is_many = tip_id not in before and len(before) == rules.MANY_CASES
    before.pop(tip_id, None)
    before[tip_id] = at.isoformat()
    person.read_lately = [f"{case}@{when}" for case, when in before.items()]
    turn.session.flush()
    if is_many:
        _warn(turn, PinWarning.MANY)


def end_pin(turn: ReaderTurn) -> None:
    """Ends the responder's PIN. The PIN decrypts nothing any more. Asks other responders to take this responder's open
    cases about danger. The phone still gets alerts about cases.

    To get a new PIN, the responder must be enrolled again by two admins.
    """
    turn.person.pin_wrap = None
    turn.session.flush()
    turn.log("pin_ended", "not me")
    _pass_dangers_on(turn)
    _warn(turn, PinWarning.NOT_ME)


def _warn(turn: ReaderTurn, kind: PinWarning) -> None:
    """Stores a warning about this responder's PIN, and notifies the coordinators by SMS."""
    tables.add_warning(turn.session, turn.person.id, kind, turn.at, waits=False)
    code = responders_short_code(turn.context.line.service_code)
    for one in _coordinators(turn.session, turn.person, turn.at):
        notify_person(turn.session, one, WARNING_TEMPLATES[kind], turn.at, code=code)


def _pass_dangers_on(turn: ReaderTurn) -> None:
    """Asks another responder to take each open case about danger of this responder."""
    for tip_id in queries.open_tips_of(turn.session, turn.person.id):
        if turn.session.get_one(Tip, tip_id).urgency == Urgency.DANGER:
            event = Event(CaseEventKind.PASSED, by=turn.person.id)
            service_escalation.handle_event(turn.session, turn.context, tip_id, event, turn.at)


def _coordinators(session: Session, person: Responder, at: datetime) -> Sequence[Responder]:
    """Returns the people who get warnings about this responder's PIN: the active coordinators of the responder's desks.

    If there is no active coordinator, or if the responder is a coordinator, returns the other people of the national
    desk. For a person of an oversight desk, returns only the colleagues at this desk. The national desk must not learn
    what the person reads.
    """
    if queries_visible.oversees(session, person.id):
        return tables.colleagues_of(session, person, at)
    coordinators = () if person.level in LEADS else tables.coordinators_of(session, person, at)
    return coordinators or tables.national_people(session, at, skip=person.id)


def report_nights(context: Context) -> None:
    """Sends each coordinator an SMS at 07:00 if responders of the desk opened their lists of cases during the night.
    The SMS says on how many phones a list was opened.

    Marks the warnings as sent, so that no later call sends them again. Raises StoreUnavailable.
    """
    at = context.now()
    before = last_report_before(at)
    with context.database.reading() as session:
        if not tables.has_waiting_warning(session, before):
            return
    code = responders_short_code(context.line.service_code)
    with ringing(context) as session:
        phones = Counter[int]()
        for responder_id in tables.mark_reported(session, before, at):
            person = session.get_one(Responder, responder_id)
            phones.update(one.id for one in _coordinators(session, person, at))
        for leader_id, count in sorted(phones.items()):
            leader = session.get_one(Responder, leader_id)
            template = WARNING_TEMPLATES[PinWarning.NIGHT]
            notify_person(session, leader, template, at, count=str(count), code=code)


def last_opening(turn: ReaderTurn) -> str:
    """Returns a text that says when the responder last opened the list of cases, and how often in all. Example: "28/11
    03:12 (14 times)"."""
    at = turn.person.pin_opened_at
    if at is None:
        return turn.say(Template.PIN_NEVER)
    count = str(turn.person.pin_openings)
    return turn.say(Template.PIN_OPENED, time=kigali_time(at), count=count)


def has_unread_warnings(turn: ReaderTurn) -> bool:
    """Returns True if the hotline has sent warnings since this coordinator last read the warnings."""
    read_at = turn.person.warnings_read_at
    return any(
        row.notified_at is not None and (read_at is None or row.notified_at > read_at)
        for row, _ in _warnings_for(turn)
    )


def warnings_page(turn: ReaderTurn) -> ReaderAnswer:
    """Returns the page with warnings about PINs of the desk, the newest first. Records that the coordinator has read
    these warnings."""
    lines = [
        turn.say(
            rules.SHOWN_TEMPLATES[PinWarning(row.kind)], time=kigali_time(row.at), who=about.name
        )
        for row, about in _warnings_for(turn)[:MAX_LINES]
    ]
    turn.person.warnings_read_at = turn.at
    return ReaderAnswer(words={PAGE: "\n".join([*lines, turn.say(Template.WARNINGS_END)])})


def _warnings_for(turn: ReaderTurn) -> Sequence[tuple[PinWarningRow, Responder]]:
    """Returns the newest warnings about PINs that this coordinator may read, each with the responder who has the
    PIN."""
    session, person, at = turn.session, turn.person, turn.at
    if person.level not in LEADS and not queries_visible.oversees(session, person.id):
        return ()
    rows = tables.newest_warnings(session, at - rules.SHOWN_FOR, limit=MAX_WARNINGS)
    pairs = [(row, session.get_one(Responder, row.responder_id)) for row in rows]
    return [
        (row, about)
        for row, about in pairs
        if person.id in {one.id for one in _coordinators(session, about, at)}
    ]


READING_PLACES = ("national_in_console", "national_by_pin")
"""Two actions in the audit log. `national_in_console`: from now on, the national desk may read tips only in the
console. `national_by_pin`: from now on, the national desk may also read tips by phone."""


def record_reading_place(context: Context) -> None:
    """Checks the setting `national_in_console`. If the setting has changed, writes the change to the audit log and
    notifies the national desk.

    The reader process calls this function at its start. Raises StoreUnavailable.
    """
    at, is_on = context.now(), context.line.national_in_console
    template = Template.NATIONAL_IN_CONSOLE if is_on else Template.NATIONAL_BY_PIN
    with ringing(context) as session:
        was_on = tables_audit.newest_of(session, READING_PLACES) == READING_PLACES[0]
        if was_on == is_on:
            return
        tables_audit.append_row(
            session, at, "line", "national_in_console" if is_on else "national_by_pin"
        )
        for one in tables.national_people(session, at):
            notify_person(session, one, template, at)


def delete_old_requests(context: Context) -> None:
    """Deletes requests to the reader process that are older than ten minutes. The reader process and the clock process
    both call this function.

    Locks no rows if no request is old enough. Raises StoreUnavailable.
    """
    before = context.now() - rules_reading_requests.KEPT_FOR
    with context.database.reading() as session:
        if not cases_tables.has_older(session, before):
            return
    with context.database.writing() as session:
        cases_tables.delete_older(session, before)
