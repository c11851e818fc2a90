"""Closes cases, confirms or refuses closure requests, and reopens cases.

Two people are needed to close a case about danger, a child or an official, or a case in which responders met a person.
One person requests the closure, and a second person confirms the closure.

The module also handles callers' requests to erase the text of a tip. After such a request, the module marks the tip,
notifies people, and erases the text as soon as the rules allow this.

The functions run inside the transaction of the calling function, except `decide_erasure` and `undecided_others`. Each
change adds a row to the audit log.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hotline.alerts import queries, queries_retention, service_case, tables, tables_case_events
from hotline.alerts import service_messages as alerts_service_messages
from hotline.alerts.queries_references import cluster_of
from hotline.alerts.rules_escalation_steps import (
    KEPT_FOR,
    WITHIN,
    ErasureRequest,
    TextFate,
    next_due,
)
from hotline.alerts.rules_replies import CommandResult
from hotline.alerts.service_case import RESPONDER_PREFIX as RESPONDER
from hotline.alerts.service_case import EventActor, desk_decides, reads_in_console
from hotline.alerts.service_escalation import handle_event
from hotline.alerts.service_messages import SmsPlan
from hotline.core import rules_trial
from hotline.core.actors import Actor
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.gateway.rules import Priority, Wording
from hotline.people import tables_accounts, tables_audit, tables_desks
from hotline.people.rules import of_account
from hotline.people.tables_accounts import is_same_person
from hotline.text.errors import EndRefused, ErasureRefused
from hotline.text.places import MET, NATIONAL
from hotline.text.time import kigali_time
from hotline.tips import queries_visible, rules_events, rules_persons
from hotline.tips.rules import OVERSEEN, Basis, Clock, DeadlineKind, TipOutcome, Urgency, by_day
from hotline.tips.rules_events import CaseEventKind, Event, EventChannel, LoggedEvent, TakeProof
from hotline.tips.rules_persons import ClosureRefusal, MetPerson
from hotline.tips.tables import Tip, drop_closure_request, requested_outcome


def request_erasure(
    session: Session, context: Context, tip_ids: Collection[int], *, actor: str
) -> None:
    """Records a request to erase the text of these tips. Deletes the receipts of these tips, and the phone numbers for
    call-backs, at once.

    If a case is closed and has no legal hold, also erases its text at once. If the request is repeated, nothing
    changes.
    """
    at = context.now()
    for tip in queries_retention.without_erasure_request(session, tip_ids):
        tip.erasure_asked_at, tip.receipt_key = at, None
        alerts_service_messages.withdraw(session, context, tip.id)
        tables_audit.append_about_tip(session, tip.id, "erase_wanted", actor, at)
        session.flush()
        fate = text_fate(session, tip)
        if fate is TextFate.GO and tip.closed_at is not None:
            _erase(session, tip, at, actor=actor)
            continue
        due_at = at + WITHIN
        tables.set_clocks(session, tip.id, {DeadlineKind.ERASURE: Clock(due_at)}, at)
        people = service_case.people_to_notify_of_erasure(
            session, tip, queries_retention.notified_of_erasure(session, tip, at), at
        )
        plan = SmsPlan(session, context, [person.responder_id for person in people], at)
        assignments, storms = queries.newest_by_responder(session, tip.id), tip.storm_at is not None
        for one in people:
            id, sent_at = one.responder_id, _due(tip, at)
            alert = assignments.get(id)
            if alert is None or not plan.shares_notice(
                alert.id, id, one.language, urgency=Priority.SOON, storms=storms, due=sent_at
            ):
                wording = Wording(Template.ERASE_WANTED, {"ref": one.reference}, one.language)
                alerts_service_messages.write_message(session, wording, id, at, due=sent_at)
        plan.write()
        session.flush()
        if fate is TextFate.DECIDED:
            _ask_to_decide(session, context, tip, due_at, at)


def erasure_due(session: Session, context: Context, tip: Tip) -> None:
    """Erases the text of a tip whose erasure request is due, if the rules allow this now. If the rules do not allow
    this, sets the time when the hotline handles the request again.

    If the national desk must decide, asks the desk again to decide.
    """
    at = context.now()
    if tip.erasure_asked_at is None or tip.erased_at is not None:
        return
    fate = text_fate(session, tip)
    if fate is TextFate.GO:
        _erase(session, tip, at, actor="clock")
        return
    due_at = next_due(fate, at)
    tables.set_clocks(session, tip.id, {DeadlineKind.ERASURE: Clock(due_at)}, at)
    if fate is TextFate.DECIDED:
        _ask_to_decide(session, context, tip, due_at, at)


def decide_erasure(
    context: Context, tip_id: int, *, erases: bool, by: tables_audit.CommandActor, reason: str
) -> None:
    """Erases the text now, or keeps it for thirty more days, as the national desk has decided.

    Raises NotFound, ErasureRefused.
    """
    with context.database.writing() as session:
        tip = queries_retention.retained_tip(session, tip_id).tip
        _check(session, tip, erases=erases)
        at, actor = context.now(), tables_audit.actor_of(by)
        if erases:
            _erase(session, tip, at, actor=actor, reason=reason)
            return
        tables_audit.append_about_tip(session, tip.id, "erase_kept", actor, at, reason)
        tables.set_clocks(session, tip.id, {DeadlineKind.ERASURE: Clock(at + KEPT_FOR)}, at)


def undecided_others(context: Context, tip_id: int) -> Sequence[int]:
    """Returns the other tips of the same erasure request that wait for a decision of the national desk."""
    with context.database.reading() as session:
        at, tip = context.now(), queries_retention.retained_tip(session, tip_id).tip
        return [
            other.id
            for other in queries_retention.other_tips_due(session, tip, (), at, at + WITHIN)
            if text_fate(session, other) is TextFate.DECIDED
        ]


def text_fate(session: Session, tip: Tip) -> TextFate:
    """Returns the `TextFate` of a tip: what happens to its text after an erasure request."""
    return ErasureRequest(
        urgency=tip.urgency,
        taken=tip.assignee_id is not None,
        closed=tip.closed_at is not None,
        is_held=queries_retention.has_legal_hold(session, tip.id),
    ).fate


def _check(session: Session, tip: Tip, *, erases: bool) -> None:
    if tip.erasure_asked_at is None or tip.erased_at is not None:
        raise ErasureRefused(f"tip {tip.id} has no pending erasure request")
    fate = text_fate(session, tip)
    if fate is TextFate.HELD:
        raise ErasureRefused(f"tip {tip.id} is under legal hold: remove the legal hold first")
    if fate is TextFate.GO and not erases:
        raise ErasureRefused(
            f"tip {tip.id}: you can refuse an erasure request only for an open case that is urgent or has no assignee"
        )


def _erase(session: Session, tip: Tip, at: datetime, *, actor: str, reason: str = "") -> None:
    """Erases the text of a tip. Does not close the case, and ends no other deadline of the case."""
    tables_audit.append_about_tip(session, tip.id, "tip_erased", actor, at, reason)
    tables.close_clocks(session, [tip.id], [DeadlineKind.ERASURE], at)
    session.flush()
    queries_retention.erase_text(session, [tip.id], at)


def _ask_to_decide(
    session: Session, context: Context, tip: Tip, due_at: datetime, at: datetime
) -> None:
    """Asks the national desk to decide on an erasure request.

    Does nothing if the desk will be asked before `due_at` about another tip of the same cluster or erasure request.
    """
    cluster_ids = [row.id for row in cluster_of(session, tip)]
    other_tips = queries_retention.other_tips_due(session, tip, cluster_ids, at, due_at)
    if any(text_fate(session, other) is TextFate.DECIDED for other in other_tips):
        return
    people = tables.national_recipients(session, tip.id, at)
    messages = {
        person.responder_id: Wording(
            Template.ERASE_DECIDE,
            {"ref": person.reference, "time": kigali_time(due_at)},
            person.language,
        )
        for person in people
    }
    alerts_service_messages.ask_desk(session, context, messages, _due(tip, at), at)


def _due(tip: Tip, at: datetime) -> datetime:
    """Returns the time when an SMS about an erasure request is sent: now if there is danger, otherwise during the
    day."""
    return at if tip.urgency == Urgency.DANGER else by_day(at)


NAME = "name:"
"""A stored name begins with this text if the person gave the command on the server."""
ACCOUNT = "account:"
"""A stored name begins with this text if it contains the id and the name of an account."""


class CloseResult(NamedTuple):
    ending: CommandResult
    """The result of the command, such as: the case was closed, or a second person must confirm the closure."""
    outcome: TipOutcome | None = None
    """The outcome that was recorded."""


@dataclass(frozen=True, slots=True)
class CloseRequest:
    """A person who closes a case, or decides about its closure, with their reason."""

    name: str
    """The person's name in the row of the case: `responder:7`, `account:4:Alice`, or `name:` and a name from a command
    on the server."""
    actor: str
    """The person's name in the audit log."""
    reason: str = ""
    responder_id: int | None = None
    channel: EventChannel | None = None
    """None if `actor` shows the channel: a command, a page of the console, or the clock process."""
    not_trafficking: rules_events.NotTrafficking | None = None
    """The real kind of the case, if the person closes the case as not trafficking."""

    @property
    def entry_by(self) -> EventActor:
        return EventActor(self.actor, self.channel, person=self.responder_id)

    def codes(self, outcome: TipOutcome | None) -> dict[str, str]:
        """Returns the codes in the event of this closure: the outcome, and the kind of case."""
        values = {rules_events.OUTCOME: outcome, rules_events.WHAT: self.not_trafficking}
        return {name: code.value for name, code in values.items() if code is not None}


def by_responder(responder_id: int, channel: EventChannel = EventChannel.USSD) -> CloseRequest:
    actor = f"{RESPONDER}{responder_id}"
    return CloseRequest(actor, actor, responder_id=responder_id, channel=channel)


def by_command(name: str, reason: str) -> CloseRequest:
    return CloseRequest(f"{NAME}{name.strip()}", tables_audit.by_command(name), reason)


def by_signed_command(session: Session, by: tables_audit.CommandActor, reason: str) -> CloseRequest:
    """Returns a `CloseRequest` for the person who gives a command. If the owner of the account also has a phone as a
    responder, the `CloseRequest` names this responder."""
    if not isinstance(by, Actor) or by.account_id is None:
        return by_command(tables_audit.name_of(by), reason)
    actor = tables_audit.by_actor(by)
    person_id = tables_accounts.get_account(session, by.account_id).person_id
    responder = next(iter(tables_accounts.phones_of(session, person_id)), None)
    if responder is None:
        return CloseRequest(actor, actor, reason)
    return CloseRequest(f"{RESPONDER}{responder.id}", actor, reason, responder.id)


def person_name(name: str) -> str:
    """Returns a person's name without its prefix, such as `name:`."""
    if name.startswith(ACCOUNT):
        return name.split(":", 2)[2]
    return name.removeprefix(NAME)


def needs_second(session: Session, tip: Tip) -> bool:
    """Returns True if a second person must confirm the closure of this case.

    A second person is needed for danger, for a child, or for an official who may be involved. A second person is also
    needed if an officer wrote the tip down, or if a person in the case was screened or offered help. The results of
    screenings do not count, because they are encrypted. One person alone can close a drill.
    """
    child = tip.basis == Basis.VITAL_INTEREST_CHILD
    if tip.channel == rules_trial.DRILL:
        return False
    is_grave = tip.urgency == Urgency.DANGER or tip.official != "no" or child
    return is_grave or tip.channel == MET or tables_case_events.has_met(session, tip.id)


def note_opened(
    session: Session, context: Context, tip: Tip, name: str, by: EventActor, at: datetime
) -> None:
    """Records that this person opened the case while its closure was requested.

    `name` has the same form as `CloseRequest.name`.
    """
    since = tip.closure_requested_at
    if since is None or tip.closed_at is not None:
        return
    service_case.write_event(
        session, tip.id, LoggedEvent.OPENED, by, at, key=opening(tip, name, since)
    )
    asked_by = tip.closure_by or ""
    if tip.closure_read_at is None and may_confirm(session, tip, asked_by, name):
        tip.closure_read_at = at
        session.flush()
        handle_event(
            session, context, tip.id, Event(CaseEventKind.CLOSURE_READ, by=by.responder_id), at
        )


def may_confirm(session: Session, tip: Tip, requested_by: str, name: str) -> bool:
    """Returns True if this person belongs to the desk that decides about the tip, and has not requested the closure.

    `requested_by` and `name` have the same form as `CloseRequest.name`.
    """
    if is_same_person(session, requested_by, name):
        return False
    identifier = name.partition(":")[2]
    if name.startswith(RESPONDER):
        return queries_visible.decides(session, tip, int(identifier))
    if not name.startswith(ACCOUNT):
        return False
    member = of_account(int(identifier.partition(":")[0]))
    desks = tables_desks.desks_of(session, member)
    if tip.official == OVERSEEN:
        return not desks.isdisjoint(tables_desks.every_oversight(session))
    return NATIONAL in desks


def has_opened(
    session: Session, tip: Tip, name: str, since: datetime | None, *, in_console: bool = False
) -> bool:
    """Returns True if this person has opened the case with any of their phones or accounts.

    If `since` is the time of a closure request, only reading after that request counts. If `in_console` is True,
    reading on a phone does not count.
    """
    return any(
        tables_case_events.is_written(session, f"{LoggedEvent.OPENED}:{opening(tip, alias, since)}")
        for alias in tables_accounts.names_of(session, name)
        if not in_console or alias.startswith(ACCOUNT)
    )


def opening(tip: Tip, name: str, since: datetime | None = None) -> str:
    """Returns the unique key of the event which records that this person opened the case. `since` is the time of the
    closure request that was open then, or None if there was no request."""
    actor = ":".join(name.split(":", 2)[:2])
    return f"{tip.id}:{actor}" if since is None else f"{tip.id}:{since.timestamp()}:{actor}"


@dataclass(frozen=True, slots=True)
class Closing:
    """The closing of one case by one person, in one transaction."""

    session: Session
    context: Context
    tip: Tip
    by: CloseRequest
    at: datetime

    def has_other_request(self, outcome: TipOutcome) -> bool:
        """Returns True if another person has requested the closure of this case with another outcome."""
        if self.tip.closure_by is None or self.tip.outcome_asked == outcome:
            return False
        return not is_same_person(self.session, self.tip.closure_by, self.by.name)

    def close(self, outcome: TipOutcome | None, *, only_requests: bool = False) -> CloseResult:
        """Closes a case with an outcome. If a second person must confirm the closure, only records the closure request.

        A later request of the same person replaces their earlier request. If `only_requests` is True, only requests the
        closure, except for a drill.
        """
        tip = self.tip
        if tip.closed_at is not None:
            old_outcome = None if tip.outcome is None else TipOutcome(tip.outcome)
            return CloseResult(CommandResult.CLOSED, old_outcome)
        if self.must_read_first():
            return CloseResult(CommandResult.OPEN_FIRST)
        outcome_or_silent = outcome or TipOutcome.SILENT
        if self.has_other_request(outcome_or_silent):
            return CloseResult(CommandResult.ANOTHER_WAITS, requested_outcome(tip))
        is_request = only_requests and tip.channel != rules_trial.DRILL
        if not (is_request or needs_second(self.session, tip)):
            self._close(outcome)
            return CloseResult(CommandResult.CLOSED, outcome)
        if not self._is_recorded(outcome_or_silent):
            self._request(outcome_or_silent)
        return CloseResult(CommandResult.CLOSURE_REQUESTED, outcome_or_silent)

    def _is_recorded(self, outcome: TipOutcome) -> bool:
        """Returns True if a person has already requested the same closure, and no one has confirmed it yet."""
        if self.tip.closure_by is None or self.tip.outcome_asked != outcome:
            return False
        request = tables_case_events.newest_event(self.session, self.tip.id, LoggedEvent.CLOSED)
        what = self.by.codes(outcome).get(rules_events.WHAT)
        return (
            request is None
            or not is_same_person(self.session, self.tip.closure_by, self.by.name)
            or request.codes.get(rules_events.WHAT) == what
        )

    def _request(self, outcome: TipOutcome) -> None:
        """Records a closure request, which replaces an earlier request. The log of the case shows both requests."""
        session, tip, at, old_event = self.session, self.tip, self.at, None
        if tip.closure_by is not None:
            old_event = tables_case_events.newest_event(session, tip.id, LoggedEvent.CLOSED)
        tip.outcome_asked, tip.closure_by = outcome, self.by.name
        tip.closure_requested_at, tip.closure_read_at = at, None
        self._record(f"end_wanted_{outcome}")
        old_id = None if old_event is None else old_event.id
        codes, by = self.by.codes(outcome), self.by.entry_by
        service_case.write_closed(
            session, tip.id, by, at, codes, is_request=True, supersedes=old_id
        )
        session.flush()
        self._happened(CaseEventKind.CLOSURE_REQUESTED)

    def must_read_first(self) -> bool:
        """Returns True if this responder must read the tip in the console before they close the case by phone."""
        return self._must_use_console() and not has_opened(
            self.session, self.tip, self.by.name, None, in_console=True
        )

    def _must_use_console(self) -> bool:
        """Returns True if this responder acts by phone, but may read the tip only in the console."""
        is_remote = self.by.channel in (EventChannel.USSD, EventChannel.SMS)
        reader = self.by.responder_id if is_remote and self.tip.erased_at is None else None
        return reader is not None and reads_in_console(self.session, self.context, self.tip, reader)

    def decide(self, *, agrees: bool, people: Sequence[MetPerson] | None = None) -> None:
        """Confirms a closure as the second person, or refuses the closure so that the case continues.

        To confirm, this person must have opened the case after the closure request. `people` contains the persons of
        the case, or is None if the calling function could not decrypt them. Raises EndRefused.
        """
        session, tip, by, at = self.session, self.tip, self.by, self.at
        if tip.closure_by is None:
            raise EndRefused(
                f"tip {tip.id}: one person must request closure before another person can confirm it",
                ClosureRefusal.NOT_REQUESTED,
            )
        if is_same_person(session, tip.closure_by, by.name):
            raise EndRefused(
                f"tip {tip.id}: {person_name(by.name)} requested the closure, so another person must confirm it",
                ClosureRefusal.SAME_PERSON,
            )
        if agrees:
            self._check_confirms(people)
        outcome, answer = requested_outcome(tip), rules_events.YES if agrees else rules_events.NO
        drop_closure_request(tip)
        codes = {rules_events.AGREES: answer, rules_events.OUTCOME: outcome.value}
        self._log(LoggedEvent.CLOSURE_DECIDED, codes)
        if agrees:
            self._close(outcome)
            return
        self._record("end_refused")
        session.flush()
        if by.responder_id is not None:
            # Lists and statistics then show this responder as the assignee of the case.
            tables.acknowledge(session, tip.id, by.responder_id, at, proved=True)
            queries.record_passed(session, tip.id, by.responder_id, None)
            channel = by.channel or EventChannel.CONSOLE
            service_case.write_taken(
                session, tip.id, by.responder_id, at, channel, TakeProof.PROVED
            )
        self._happened(CaseEventKind.REFUSED)

    def _check_confirms(self, people: Sequence[MetPerson] | None) -> None:
        # If the text of the tip was erased, no one can open the case, so the person may confirm without opening it.
        tip, name, since = self.tip, self.by.name, self.tip.closure_requested_at
        in_console = self._must_use_console()
        is_opened = has_opened(self.session, tip, name, since, in_console=in_console)
        if tip.erased_at is None and not is_opened:
            raise EndRefused(
                f"tip {tip.id}: {person_name(name)} must first read the tip again, then confirm the closure",
                ClosureRefusal.UNOPENED,
            )
        if not desk_decides(self.session, tip):
            return
        if people is None:
            raise EndRefused(
                f"tip {tip.id}: only the national desk can close this tip, in the console",
                ClosureRefusal.IN_CONSOLE,
            )
        if rules_persons.prevents_closure(people):
            raise EndRefused(
                f"tip {tip.id} has a possible victim: first record a new screening of this person"
                " or an official decision",
                ClosureRefusal.POSSIBLE,
            )

    def reopen(self) -> None:
        """Reopens a closed case. The escalation of the case continues within a second. Raises EndRefused."""
        tip = self.tip
        if tip.closed_at is None:
            raise EndRefused(f"tip {tip.id} is open already, so you cannot reopen it")
        if tip.channel == rules_trial.DRILL:
            raise EndRefused(f"tip {tip.id} was a drill and stays closed: start a new drill")
        if tip.erased_at is not None:
            raise EndRefused(f"tip {tip.id} cannot be reopened, because its text was erased")
        tip.closed_at = tip.outcome = tip.assignee_id = None
        drop_closure_request(tip)
        self._record("tip_reopened")
        self._log(LoggedEvent.REOPENED)
        self.session.flush()
        clocks = {DeadlineKind.ACKNOWLEDGE: Clock(self.at)}
        tables.set_clocks(self.session, tip.id, clocks, self.at)

    def _close(self, outcome: TipOutcome | None) -> None:
        session, tip, by = self.session, self.tip, self.by
        if outcome is not None:
            tip.outcome = outcome
            self._record(f"tip_outcome_{outcome}")
        self._record("tip_closed")
        service_case.write_closed(session, tip.id, by.entry_by, self.at, by.codes(outcome))
        self._happened(CaseEventKind.CLOSED)
        tip.closed_at = self.at
        drop_closure_request(tip)
        session.flush()
        erasure_waits = tip.erasure_asked_at is not None and tip.erased_at is None
        # With a legal hold, the text is not erased.
        if erasure_waits and text_fate(session, tip) is TextFate.GO:
            _erase(session, tip, self.context.now(), actor="clock")

    def _happened(self, kind: CaseEventKind) -> None:
        event = Event(kind, by=self.by.responder_id)
        handle_event(self.session, self.context, self.tip.id, event, self.at)

    def _log(self, kind: LoggedEvent, codes: Mapping[str, str] | None = None) -> None:
        key, by = f"{self.tip.id}:{self.at.timestamp()}", self.by.entry_by
        service_case.write_event(self.session, self.tip.id, kind, by, self.at, key=key, codes=codes)

    def _record(self, action: str) -> None:
        tables_audit.append_about_tip(
            self.session, self.tip.id, action, self.by.actor, self.at, self.by.reason
        )
