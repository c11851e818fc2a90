"""Closes cases, confirms or refuses requested closures, and reopens cases.

A case of danger, of a child or of an official closes only with two people. So does a case with a person who was met.

Also handles erasure requests. It marks the tip and notifies people at once, and erases the text when the case allows
it.

All functions except `decide_erasure` and `undecided_others` run inside their caller's transaction. Each change leaves
a row in the audit log.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.alerts import (
    queries,
    queries_retention,
    service_call_back_requests,
    service_case_events,
    service_duplicates,
    service_escalation,
    service_messages,
    tables,
    tables_case_events,
)
from hotline.alerts.queries_references import cluster_of
from hotline.alerts.queries_retention import RetainedTip
from hotline.alerts.rules_escalation_steps import (
    KEPT_FOR,
    WITHIN,
    ErasureRequest,
    TextFate,
    next_due,
)
from hotline.alerts.rules_replies import CommandResult
from hotline.alerts.service_case_events import EventActor
from hotline.alerts.service_case_state import RESPONDER, desk_decides
from hotline.alerts.tables import Recipient
from hotline.core import rules_trial
from hotline.core.actors import Actor
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.core.wording import Template
from hotline.errors import EndRefused, ErasureRefused
from hotline.gateway.rules_message import Wording
from hotline.people import tables_accounts, tables_audit, tables_members
from hotline.people.rules import Level
from hotline.people.rules_desks import of_account
from hotline.people.tables import Responder
from hotline.people.tables_accounts import is_same_person
from hotline.people.tables_audit import CommandActor
from hotline.text.codes import NATIONAL
from hotline.text.time import KIGALI
from hotline.tips import rules_events, rules_persons
from hotline.tips.rules import Basis, TipOutcome, Urgency
from hotline.tips.rules_deadlines import Clock, DeadlineKind, by_day
from hotline.tips.rules_events import CaseEventKind, Event, EventChannel, LoggedEvent, TakeProof
from hotline.tips.rules_persons import ClosureRefusal, MetPerson
from hotline.tips.tables import Tip, drop_closure_request


def request_erasure(
    session: Session, context: Context, tip_ids: Collection[int], *, actor: str
) -> None:
    """Records a request to erase the text of these tips. Deletes a call-back number and the receipt at once.

    Erases the text at once if the case is closed and no legal hold protects it. A repeated request changes nothing.
    """
    at = context.now()
    for tip in queries_retention.without_erasure_request(session, tip_ids):
        tip.erase_wanted_at, tip.receipt_key = at, None
        service_call_back_requests.withdraw(session, context, tip.id)
        tables_audit.append_about_tip(session, tip.id, "erase_wanted", actor, at)
        session.flush()
        fate = text_fate(session, tip)
        if fate is TextFate.GO and tip.closed_at is not None:
            _erase(session, tip, at, actor=actor)
            continue
        due = at + WITHIN
        tables.set_clocks(session, tip.id, {DeadlineKind.ERASURE: Clock(due)}, at)
        told = service_duplicates.people_to_notify_of_erasure(
            session, tip, queries_retention.notified_of_erasure(session, tip, at), at
        )
        _tell(session, tip, told, Template.ERASE_WANTED, {}, at)
        session.flush()
        if fate is TextFate.DECIDED:
            _ask_to_decide(session, tip, due, at)


def erasure_due(session: Session, context: Context, tip: Tip) -> None:
    """Erases the text when the time of a request is over. If it cannot, sets the next time.

    Asks the national desk again if the desk must decide.
    """
    at = context.now()
    if tip.erase_wanted_at is None or tip.erased_at is not None:
        return
    fate = text_fate(session, tip)
    if fate is TextFate.GO:
        _erase(session, tip, at, actor="clock")
        return
    due = next_due(fate, at)
    tables.set_clocks(session, tip.id, {DeadlineKind.ERASURE: Clock(due)}, at)
    if fate is TextFate.DECIDED:
        _ask_to_decide(session, tip, due, at)


def erase_at_closing(session: Session, context: Context, tip: Tip) -> None:
    """Erases the text of a closed case that has an erasure request, unless a legal hold protects it."""
    if tip.erase_wanted_at is None or tip.erased_at is not None:
        return
    if text_fate(session, tip) is TextFate.GO:
        _erase(session, tip, context.now(), actor="clock")


def decide_erasure(
    context: Context, tip_id: int, *, erases: bool, by: CommandActor, reason: str
) -> RetainedTip:
    """Carries out the national desk's decision on a request: erases the text now, or keeps it for thirty more days.

    Raises NotFound, ErasureRefused.
    """
    with context.database.writing() as session:
        found = queries_retention.retained_tip(session, tip_id)
        _check(session, found.tip, erases=erases)
        if erases:
            _erase(
                session, found.tip, context.now(), actor=tables_audit.actor_of(by), reason=reason
            )
        else:
            at, tip = context.now(), found.tip
            tables_audit.append_about_tip(
                session, tip.id, "erase_kept", tables_audit.actor_of(by), at, reason
            )
            again = {DeadlineKind.ERASURE: Clock(at + KEPT_FOR)}
            tables.set_clocks(session, tip.id, again, at)
        session.flush()
        return queries_retention.retained_tip(session, tip_id)


def undecided_others(context: Context, tip_id: int) -> Sequence[int]:
    """Returns the other tips of the same erasure request on which the national desk must decide too."""
    with context.database.reading() as session:
        at, tip = context.now(), queries_retention.retained_tip(session, tip_id).tip
        return [
            one.id
            for one in queries_retention.others_due(session, tip, (), at, at + WITHIN)
            if text_fate(session, one) is TextFate.DECIDED
        ]


def text_fate(session: Session, tip: Tip) -> TextFate:
    """Returns what may happen to a tip's text now."""
    return ErasureRequest(
        urgency=tip.urgency,
        taken=tip.assignee_id is not None,
        closed=tip.closed_at is not None,
        held=queries_retention.has_legal_hold(session, tip.id),
    ).fate


def _check(session: Session, tip: Tip, *, erases: bool) -> None:
    if tip.erase_wanted_at is None or tip.erased_at is not None:
        raise ErasureRefused(f"tip {tip.id} has no erasure request, or its text is erased")
    fate = text_fate(session, tip)
    if fate is TextFate.HELD:
        raise ErasureRefused(f"tip {tip.id} is under legal hold: remove the hold first")
    if fate is TextFate.GO and not erases:
        raise ErasureRefused(
            f"tip {tip.id}: a responder works on it without danger, so its text is erased later"
        )


def _erase(session: Session, tip: Tip, at: datetime, *, actor: str, reason: str = "") -> None:
    """Erases the text. The case itself continues, and its other clocks still run."""
    tables_audit.append_about_tip(session, tip.id, "tip_erased", actor, at, reason)
    tables.close_clocks(session, [tip.id], [DeadlineKind.ERASURE], at)
    session.flush()
    queries_retention.erase_text(session, [tip.id], at)


def _ask_to_decide(session: Session, tip: Tip, due: datetime, at: datetime) -> None:
    """Asks the national desk to decide on a request.

    Does not ask if the desk gets a question by then about another request of the same cluster or time.
    """
    like = [one.id for one in cluster_of(session, tip)]
    others = queries_retention.others_due(session, tip, like, at, due)
    if any(text_fate(session, one) is TextFate.DECIDED for one in others):
        return
    people = tables.national_recipients(session, tip.id, at)
    by = f"{due.astimezone(KIGALI):%d/%m %H:%M}"
    _tell(session, tip, people, Template.ERASE_DECIDE, {"time": by}, at)


def _tell(
    session: Session,
    tip: Tip,
    people: Sequence[Recipient],
    template: Template,
    parameters: dict[str, str],
    at: datetime,
) -> None:
    """Writes an SMS to each person: at once in danger, else by day, because the decision has three days."""
    due = at if tip.urgency == Urgency.DANGER else by_day(at)
    for one in people:
        wording = Wording(template, {"ref": one.reference, **parameters}, one.language)
        service_messages.write_message(session, wording, one.responder_id, at, due=due)


NAME = "name:"
"""Prefix of a name that was given with a command."""
ACCOUNT = "account:"
"""Prefix of an account's id and name in an actor."""


@dataclass(frozen=True, slots=True)
class CloseResult:
    ending: CommandResult
    """Result: closed, waiting for confirmation, or refused because another request waits."""
    outcome: TipOutcome | None = None
    """The outcome that is recorded."""


@dataclass(frozen=True, slots=True)
class CloseRequest:
    """The person who decides on a case, and the reason."""

    name: str
    """The person as the case stores it: `responder:7`, `account:4:Alice`, or `name:` and the name of a command."""
    actor: str
    """The person as the audit log names them."""
    reason: str = ""
    responder_id: int | None = None
    way: EventChannel | None = None
    """None if `actor` says it: a command, a page of the console, the clock."""
    what: rules_events.NotTrafficking | None = None
    """The reason why it is not trafficking, if the responder closes it as that."""

    @property
    def entry_by(self) -> EventActor:
        return EventActor(self.actor, self.way, person=self.responder_id)

    def codes(self, outcome: TipOutcome | None) -> dict[str, str]:
        """Returns the codes that the case event of this closure stores."""
        said = {rules_events.OUTCOME: outcome, rules_events.WHAT: self.what}
        return {name: code.value for name, code in said.items() if code is not None}


def by_responder(responder_id: int, way: EventChannel = EventChannel.USSD) -> CloseRequest:
    who = f"{RESPONDER}{responder_id}"
    return CloseRequest(who, who, responder_id=responder_id, way=way)


def by_command(name: str, reason: str) -> CloseRequest:
    return CloseRequest(f"{NAME}{name.strip()}", tables_audit.by_command(name), reason)


def by_signed_command(session: Session, by: CommandActor, reason: str) -> CloseRequest:
    """Returns the request of a person who signs a command. An account whose person has a phone counts as that phone."""
    if not isinstance(by, Actor) or by.account_id is None:
        return by_command(tables_audit.name_of(by), reason)
    actor = tables_audit.by_actor(by)
    person_id = tables_accounts.get_account(session, by.account_id).person_id
    responder = next(iter(tables_accounts.phones_of(session, person_id)), None)
    if responder is None:
        return CloseRequest(actor, actor, reason)
    return CloseRequest(f"{RESPONDER}{responder.id}", actor, reason, responder.id)


def person_name(name: str) -> str:
    """Returns the name of a person for people to read."""
    if name.startswith(ACCOUNT):
        return name.split(":", 2)[2]
    return name.removeprefix(NAME)


def needs_second(session: Session, tip: Tip) -> bool:
    """Returns True if a second person must confirm the closure of this case.

    That is so for a danger, for a child, and for an official who may be involved. It is also so for each case in which
    a person was screened or offered help. Their results are encrypted, so the need must not reveal them. A drill never
    needs a second person.
    """
    child = tip.basis == Basis.VITAL_INTEREST_CHILD
    if tip.channel == rules_trial.DRILL:
        return False
    is_grave = tip.urgency == Urgency.DANGER or tip.official != "no" or child
    return is_grave or tables_case_events.has_met(session, tip.id)


def has_other_request(session: Session, tip: Tip, who: CloseRequest, outcome: TipOutcome) -> bool:
    """Returns True if another person's request for another outcome is pending."""
    if tip.end_wanted_by is None or tip.end_wanted == outcome:
        return False
    return not is_same_person(session, tip.end_wanted_by, who.name)


def close(
    session: Session,
    context: Context,
    tip: Tip,
    outcome: TipOutcome | None,
    who: CloseRequest,
    at: datetime,
    *,
    only_requests: bool = False,
) -> CloseResult:
    """Closes a case with an outcome, or requests its closure where a second person confirms it.

    The same person's later request replaces the earlier one. `only_requests`: a command, which closes no case.
    """
    if tip.closed_at is not None:
        return CloseResult(
            CommandResult.CLOSED, None if tip.outcome is None else TipOutcome(tip.outcome)
        )
    wanted = outcome or TipOutcome.SILENT
    if has_other_request(session, tip, who, wanted):
        return CloseResult(
            CommandResult.ANOTHER_WAITS, TipOutcome(tip.end_wanted or TipOutcome.SILENT)
        )
    asks = only_requests and tip.channel != rules_trial.DRILL
    if not (asks or needs_second(session, tip)):
        _close(session, context, tip, outcome, who, at)
        return CloseResult(CommandResult.CLOSED, outcome)
    if not _is_recorded(session, tip, who, wanted):
        _request(session, context, tip, wanted, who, at)
    return CloseResult(CommandResult.CLOSURE_REQUESTED, wanted)


def _is_recorded(session: Session, tip: Tip, who: CloseRequest, wanted: TipOutcome) -> bool:
    """Returns True if this same request is pending already, no matter who made it."""
    if tip.end_wanted_by is None or tip.end_wanted != wanted:
        return False
    request = tables_case_events.newest_event(session, tip.id, LoggedEvent.CLOSED)
    same = is_same_person(session, tip.end_wanted_by, who.name)
    return (
        request is None
        or not same
        or request.codes.get(rules_events.WHAT) == who.codes(wanted).get(rules_events.WHAT)
    )


def _request(
    session: Session,
    context: Context,
    tip: Tip,
    wanted: TipOutcome,
    who: CloseRequest,
    at: datetime,
) -> None:
    """Records a request, which replaces an earlier one. Both stay in the case events."""
    before = None
    if tip.end_wanted_by is not None:
        before = tables_case_events.newest_event(session, tip.id, LoggedEvent.CLOSED)
    tip.end_wanted, tip.end_wanted_by = wanted, who.name
    tip.closure_requested_at, tip.closure_read_at = at, None
    _record(session, tip, f"end_wanted_{wanted}", who, at)
    replaced = None if before is None else before.id
    codes = who.codes(wanted)
    service_case_events.write_closed(
        session, tip.id, who.entry_by, at, codes, waits=True, supersedes=replaced
    )
    session.flush()
    service_escalation.handle_event(
        session, context, tip.id, Event(CaseEventKind.CLOSURE_REQUESTED, by=who.responder_id), at
    )


def note_opened(
    session: Session, context: Context, tip: Tip, name: str, by: EventActor, at: datetime
) -> None:
    """Records that this person opened the case while its closure is pending. `name`: as in `CloseRequest`."""
    if tip.closure_requested_at is None or tip.closed_at is not None:
        return
    service_case_events.write_event(
        session, tip.id, LoggedEvent.OPENED, by, at, key=_opening(tip, name)
    )
    asked_by = tip.end_wanted_by or ""
    if tip.closure_read_at is None and may_confirm(session, asked_by, name):
        tip.closure_read_at = at
        session.flush()
        service_escalation.handle_event(
            session, context, tip.id, Event(CaseEventKind.CLOSURE_READ, by=by.responder_id), at
        )


def may_confirm(session: Session, requested_by: str, name: str) -> bool:
    """Returns True for a person of the national desk who did not request the closure. Both as in `CloseRequest`."""
    if is_same_person(session, requested_by, name):
        return False
    rest = name.partition(":")[2]
    if name.startswith(RESPONDER):
        return session.get_one(Responder, int(rest)).level == Level.NATIONAL
    if not name.startswith(ACCOUNT):
        return False
    member = of_account(int(rest.partition(":")[0]))
    return NATIONAL in tables_members.desks_of(session, member)


def has_opened(session: Session, tip: Tip, name: str) -> bool:
    """Returns True if this person has opened the case since closure was requested."""
    if tip.closure_requested_at is None:
        return False
    return tables_case_events.is_written(session, f"{LoggedEvent.OPENED}:{_opening(tip, name)}")


def _opening(tip: Tip, name: str) -> str:
    """Returns the key of the case event that one person opened a case after one request."""
    who = ":".join(name.split(":", 2)[:2])
    asked = 0.0 if tip.closure_requested_at is None else tip.closure_requested_at.timestamp()
    return f"{tip.id}:{asked}:{who}"


def confirm_closure(
    session: Session,
    context: Context,
    tip: Tip,
    who: CloseRequest,
    agrees: bool,
    at: datetime,
    *,
    people: Sequence[MetPerson] | None = None,
) -> None:
    """Confirms a closure as a second person, or refuses it so that the case continues.

    Confirming requires that this person opened the case since closure was requested. `people`: the persons in the case,
    if the caller of this function could decrypt them. Raises EndRefused.
    """
    if tip.end_wanted_by is None:
        raise EndRefused(f"tip {tip.id}: no closure was requested", ClosureRefusal.NOT_REQUESTED)
    if is_same_person(session, tip.end_wanted_by, who.name):
        raise EndRefused(
            f"tip {tip.id}: {person_name(who.name)} requested the closure: a second person must confirm it",
            ClosureRefusal.SAME_PERSON,
        )
    if agrees:
        _check_confirms(session, tip, who, people)
    wanted = TipOutcome(tip.end_wanted or TipOutcome.SILENT)
    drop_closure_request(tip)
    service_case_events.write_event(
        session,
        tip.id,
        LoggedEvent.CLOSURE_DECIDED,
        who.entry_by,
        at,
        key=f"{tip.id}:{at.timestamp()}",
        codes={
            rules_events.AGREES: rules_events.YES if agrees else rules_events.NO,
            rules_events.OUTCOME: wanted.value,
        },
    )
    if agrees:
        _close(session, context, tip, wanted, who, at)
        return
    _record(session, tip, "end_refused", who, at)
    session.flush()
    if who.responder_id is not None:
        _takes(session, tip, who.responder_id, who.way or EventChannel.CONSOLE, at)
    service_escalation.handle_event(
        session, context, tip.id, Event(CaseEventKind.REFUSED, by=who.responder_id), at
    )


def _takes(session: Session, tip: Tip, who: int, way: EventChannel, at: datetime) -> None:
    """Records that the responder who refuses a closure acknowledges the case, so lists and statistics show it."""
    tables.acknowledge(session, tip.id, who, at, proved=True)
    queries.record_passed(session, tip.id, who, None)
    service_case_events.write_taken(session, tip.id, who, at, way, TakeProof.PROVED)


def _check_confirms(
    session: Session, tip: Tip, who: CloseRequest, people: Sequence[MetPerson] | None
) -> None:
    # Erased text cannot be opened any more, so it needs no proof of reading.
    if tip.erased_at is None and not has_opened(session, tip, who.name):
        raise EndRefused(
            f"tip {tip.id}: {person_name(who.name)} has not opened it since closure was requested",
            ClosureRefusal.UNOPENED,
        )
    if not desk_decides(session, tip):
        return
    if people is None:
        raise EndRefused(
            f"tip {tip.id}: the national desk decides in the console", ClosureRefusal.IN_CONSOLE
        )
    if rules_persons.prevents_closure(people):
        raise EndRefused(
            f"tip {tip.id}: note a new screening or an official decision first",
            ClosureRefusal.POSSIBLE,
        )


def reopen(session: Session, tip: Tip, who: CloseRequest, at: datetime) -> None:
    """Reopens a closed case. Its escalation continues at the next tick. Raises EndRefused."""
    if tip.closed_at is None:
        raise EndRefused(f"tip {tip.id} is open")
    if tip.channel == rules_trial.DRILL:
        raise EndRefused(f"tip {tip.id} was a drill: start another one in the console")
    if tip.erased_at is not None:
        raise EndRefused(f"tip {tip.id}: its text was erased: the caller must report again")
    tip.closed_at = tip.outcome = tip.assignee_id = None
    drop_closure_request(tip)
    _record(session, tip, "tip_reopened", who, at)
    key = f"{tip.id}:{at.timestamp()}"
    service_case_events.write_event(
        session, tip.id, LoggedEvent.REOPENED, who.entry_by, at, key=key
    )
    session.flush()
    tables.set_clocks(session, tip.id, {DeadlineKind.ACKNOWLEDGE: Clock(at)}, at)


def _close(
    session: Session,
    context: Context,
    tip: Tip,
    outcome: TipOutcome | None,
    who: CloseRequest,
    at: datetime,
) -> None:
    if outcome is not None:
        tip.outcome = outcome
        _record(session, tip, f"tip_outcome_{outcome}", who, at)
    _record(session, tip, "tip_closed", who, at)
    service_case_events.write_closed(session, tip.id, who.entry_by, at, who.codes(outcome))
    service_escalation.handle_event(
        session, context, tip.id, Event(CaseEventKind.CLOSED, by=who.responder_id), at
    )
    tip.closed_at = at
    drop_closure_request(tip)
    session.flush()
    erase_at_closing(session, context, tip)


def _record(session: Session, tip: Tip, action: str, who: CloseRequest, at: datetime) -> None:
    tables_audit.append_about_tip(session, tip.id, action, who.actor, at, who.reason)
