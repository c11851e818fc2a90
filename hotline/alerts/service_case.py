"""Writes the events of a case, and reads the state of an open case for the escalation policy.

Each event has a unique key, so a repeated command writes the event only once. All functions run inside the transaction
of the calling function.

The module also finds the digits with which a responder may answer about a case, and writes the text that offers these
digits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hotline.alerts import (
    queries,
    queries_references,
    rules_escalation_steps,
    tables,
    tables_case_events,
)
from hotline.alerts.rules_assignment import Case
from hotline.alerts.rules_replies import Command, OfferedCase, offered_texts
from hotline.core import rules_trial
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.gateway.tables import Assignment
from hotline.people import tables_desks
from hotline.people.rules import Level, of_responder
from hotline.people.tables import Responder
from hotline.text.places import MET, NATIONAL, alert_place
from hotline.tips import queries_visible, rules_persons, tables_persons
from hotline.tips import tables as tips_tables
from hotline.tips.queries import ReportedTip
from hotline.tips.rules import (
    ASKS,
    OUTCOMES,
    DeadlineKind,
    TipOutcome,
    TipState,
    Urgency,
    VisitFacts,
    visit_facts,
)
from hotline.tips.rules_events import (
    PROOF,
    TO,
    WAITS,
    YES,
    EventChannel,
    LoggedEvent,
    TakeProof,
    strictest_visit,
)
from hotline.tips.rules_persons import COUNTING_PROOFS
from hotline.tips.tables import Tip

RESPONDER = "responder"
WAYS = {
    "cli": EventChannel.CLI,
    "desk": EventChannel.CLI,
    "account": EventChannel.CONSOLE,
    RESPONDER: EventChannel.USSD,
}
"""The channel of an event, by the prefix of the actor's name in the audit log. All other actors are jobs that run at a
given time.
"""


@dataclass(frozen=True, slots=True)
class EventActor:
    """The person or process that caused an event, with its name in the audit log."""

    actor: str
    channel: EventChannel | None = None
    """None if the channel follows from the actor's name: a command, a page of the console, or a timed job."""
    desk: str | None = None
    person: int | None = None
    """The id of a responder who used a console account."""

    @property
    def by_way(self) -> EventChannel:
        return self.channel or WAYS.get(self.actor.partition(":")[0], EventChannel.CLOCK)

    @property
    def responder_id(self) -> int | None:
        kind, _, number = self.actor.partition(":")
        return int(number) if kind == RESPONDER else self.person


def by_responder(responder_id: int, channel: EventChannel) -> EventActor:
    return EventActor(f"{RESPONDER}:{responder_id}", channel)


def write_event(
    session: Session,
    tip_id: int,
    kind: LoggedEvent,
    by: EventActor,
    at: datetime,
    *,
    key: str,
    codes: Mapping[str, str] | None = None,
    supersedes: int | None = None,
) -> int | None:
    """Writes an event of a case. Returns the id of the event. Returns None if the event was written before."""
    row = tables_case_events.CaseEventRow(
        tip_id=tip_id,
        at=at,
        responder_id=by.responder_id,
        desk=by.desk,
        channel=by.by_way,
        kind=kind,
        codes=dict(codes or {}),
        key=f"{kind}:{key}",
        supersedes=supersedes,
    )
    return tables_case_events.write_event(session, row)


def write_taken(
    session: Session, tip_id: int, taker: int, at: datetime, channel: EventChannel, proof: TakeProof
) -> None:
    """Writes an event: a responder acknowledged the case, or the acknowledgement was proved or doubted.

    If the last event already says the same, writes nothing.
    """
    last = tables_case_events.last_event_of(session, tip_id, taker)
    held = tables_case_events.last_event_of(session, tip_id, taker, but_alerts=True)
    is_taken = held is not None and held.kind == LoggedEvent.ACKNOWLEDGED
    was = held.codes.get(PROOF, "") if held is not None and is_taken else None
    told_since = last is not held
    if proof is TakeProof.DOUBTED and was not in COUNTING_PROOFS:
        return
    if proof is TakeProof.PROVISIONAL and was in COUNTING_PROOFS:
        # An earlier acknowledgement of this responder counts until it is doubted.
        return
    same = was == proof or (was in COUNTING_PROOFS and proof in COUNTING_PROOFS)
    if same and not (told_since and proof in COUNTING_PROOFS):
        return
    corrected = held.id if held is not None and was is not None and not same else None
    write_event(
        session,
        tip_id,
        LoggedEvent.ACKNOWLEDGED,
        by_responder(taker, channel),
        at,
        key=f"{tip_id}:{taker}:{last.id if last is not None else 0}",
        codes={PROOF: proof.value},
        supersedes=corrected,
    )


def write_taken_by(session: Session, tip_id: int, command: Command, *, counts: bool) -> None:
    """Writes the event that a responder acknowledges the case now.

    `counts` is True if the acknowledgement already counts, even if it is not proved yet.
    """
    proof = TakeProof.PROVED if command.proved else TakeProof.UNPROVED
    proof = proof if counts else TakeProof.PROVISIONAL
    write_taken(session, tip_id, command.responder_id, command.at, command.channel, proof)


def write_report(session: Session, row: Assignment, command: Command, kind: LoggedEvent) -> None:
    """Writes a report of a responder as an event. A responder can make this report once with each of their
    references."""
    by = by_responder(command.responder_id, command.channel)
    write_event(session, row.tip_id, kind, by, command.at, key=str(row.id))


def write_passed(session: Session, tip_id: int, command: Command) -> None:
    """Writes the event that a responder passes the case on. Its key contains the id of the responder's last event in
    this case.
    """
    who = command.responder_id
    last = tables_case_events.last_event_of(session, tip_id, who)
    key = f"{tip_id}:{who}:{last.id if last is not None else 0}"
    by, codes = by_responder(who, command.channel), {TO: command.to.value}
    write_event(session, tip_id, LoggedEvent.PASSED, by, command.at, key=key, codes=codes)


def write_closed(
    session: Session,
    tip_id: int,
    by: EventActor,
    at: datetime,
    codes: Mapping[str, str],
    *,
    waits: bool = False,
    supersedes: int | None = None,
) -> None:
    """Writes the event that a case was closed. If `waits` is True, writes instead that its closure was requested.

    `supersedes` is the id of an earlier request that this request replaces.
    """
    codes = {**codes, WAITS: YES} if waits else codes
    which = f"wanted:{':'.join(codes.values())}" if waits else "done"
    key = f"{tip_id}:{at.timestamp()}:{which}"
    write_event(
        session, tip_id, LoggedEvent.CLOSED, by, at, key=key, codes=codes, supersedes=supersedes
    )


RESPONDER_PREFIX = "responder:"
"""The prefix of a responder's id, in fields that can also contain a person's name."""


WITH_A_SERVICE = frozenset({rules_persons.FollowKind.ARRIVAL, rules_persons.FollowKind.THIRTY})
"""The kinds of reminders that follow after a service has accepted, or after the person has arrived."""
INBOX_PATIENCE = timedelta(minutes=5)
"""The longest time for which the gateway's inbox may stay unread. After that time, a responder's answer by SMS to a
case about danger does not count until it is proved."""


def is_inbox_unread(session: Session, context: Context, tip: Tip, at: datetime) -> bool:
    """Returns True if there is danger, and the gateway's inbox was not read for longer than `INBOX_PATIENCE`."""
    if tip.urgency != Urgency.DANGER or not context.line.inbox:
        return False
    read = tables.inbox_position(session)
    return read is None or at - read.read_at > INBOX_PATIENCE


def case_of(tip: Tip) -> Case:
    once = tip.state == TipState.FRAGMENT
    place = alert_place(tip.place, tip.within)
    return Case(place, tip.category, tip.urgency, tip.official, once, language=tip.language)


def routed_case(session: Session, tip: Tip) -> Case:
    """Returns the case of a tip, with the partner desks that are also alerted."""
    return replace(
        case_of(tip), partners=tips_tables.extra_desks(session, [tip.id]).get(tip.id, frozenset())
    )


def visit_facts_of(tip: Tip | ReportedTip) -> VisitFacts:
    return visit_facts(
        tip.matter, tip.urgency, tip.visit, bool(tip.do_not_visit), tip.visit_decision
    )


def assignee_visit_facts(session: Session, tip: Tip) -> VisitFacts:
    """Returns the facts about visits for the assignee, from the strictest open tip in the cluster."""
    others = (one for one in queries_references.cluster_of(session, tip) if one.id != tip.id)
    return strictest_visit(visit_facts_of(tip), map(visit_facts_of, others))


def case_state(session: Session, tip: Tip) -> rules_escalation_steps.CaseState:
    """Returns the state of an open case."""
    others = [one.id for one in queries_references.cluster_of(session, tip) if one.id != tip.id]
    related = queries.alerted_by_tip(session, others) if others else {}
    judging = None
    if tip.closure_by is not None:
        wanted = tip.closure_by
        judging = (
            int(wanted.removeprefix(RESPONDER_PREFIX)) if wanted.startswith(RESPONDER_PREFIX) else 0
        )
    return rules_escalation_steps.CaseState(
        case=routed_case(session, tip),
        step=queries.next_step(session, tip.id),
        alerted=queries.alerted_by_tip(session, [tip.id])[tip.id],
        assignee=tip.assignee_id,
        other_assignees=queries.other_takers(session, tip),
        last_due_at=tables.last_due(session, tip.id, DeadlineKind.ACKNOWLEDGE),
        renewed=tip.renewed_at is not None,
        closure_by=judging,
        is_safe=judging is not None and _is_safe(session, tip),
        desk_decides=desk_decides(session, tip),
        closure_read=tip.closure_read_at is not None,
        safety=visit_facts_of(tip).safety,
        clocks=tables.open_clocks(session, tip.id),
        is_met=tip.channel == MET,
        unread=queries_references.those_who_have_not_read(session, tip.id),
        company=tuple(one.responder_id for some in related.values() for one in some),
        linked_questions=tables.times_fired(session, others, DeadlineKind.VISIT_SAFETY),
    )


def reads_in_console(session: Session, context: Context, tip: Tip, responder_id: int) -> bool:
    """Returns True if this responder of the national desk may read the tip only in the console.

    Returns False if another desk of the responder may read the tip too. Also returns False for a drill, because the tip
    of a drill contains no text of a caller.
    """
    if not context.line.national_in_console or tip.channel == rules_trial.DRILL:
        return False
    if session.get_one(Responder, responder_id).level != Level.NATIONAL:
        return False
    desks = tables_desks.desks_of(session, of_responder(responder_id)) - {NATIONAL}
    return all(queries_visible.tip_with_grant(session, tip.id, one)[1] is None for one in desks)


def can_stand_down(session: Session, tip: Tip) -> bool:
    """Returns True if the people of an earlier place may be stood down.

    For this, the assignee must have been alerted for the present place.
    """
    state = case_state(session, tip)
    gone = rules_escalation_steps.alerted_elsewhere(state)
    return bool(gone) and state.assignee is not None and state.assignee not in gone


def desk_decides(session: Session, tip: Tip) -> bool:
    """Returns True if only the national desk may decide on the requested closure.

    The result does not reveal what a screening has shown.
    """
    if tip.closure_by is None:
        return False
    wanted = TipOutcome(tip.outcome_asked or TipOutcome.SILENT)
    return rules_persons.is_for_national_desk(
        wanted, has_met=tables_case_events.has_met(session, tip.id)
    )


def _is_safe(session: Session, tip: Tip) -> bool:
    """Returns True if a service helps every person who was met, and the requested outcome also says that they are safe.

    The function uses only reminders, because the answers about persons are encrypted.
    """
    if tip.outcome_asked is None or not OUTCOMES[TipOutcome(tip.outcome_asked)].is_safe:
        return False
    met = {row.n for row in tables_persons.persons_of_tip(session, tip.id)}
    offers = tables_persons.offers_of(session, tip.id)
    with_service = {
        row.n for row in offers if row.thirty_at is not None or row.clock in WITH_A_SERVICE
    }
    return bool(met) and met <= with_service


def is_with_colleague(session: Session, tip: Tip, responder_id: int) -> bool:
    """Returns True if a colleague is the assignee, and no responder is asked to take the case.

    In this case, passing the case on would change nothing.
    """
    if tip.assignee_id is None or tip.assignee_id == responder_id:
        return False
    return DeadlineKind.ACKNOWLEDGE not in tables.open_clocks(session, tip.id)


def digits_text(context: Context, case: OfferedCase, language: str) -> str:
    """Returns the texts of all digits that are possible in this case, in one line."""
    return " ".join(context.phrases.say(language, one) for one in offered_texts(case))


def offered_case(session: Session, tip: Tip, responder: Responder) -> OfferedCase:
    """Returns what a responder may answer about an open case now."""
    own: Sequence[Assignment] = queries.assignments_to(session, tip.id, responder.id)
    is_national = queries_visible.decides(session, tip, responder.id)
    clocks = tables.open_clocks(session, tip.id)
    requested = tip.closure_by
    own_request = requested == f"{RESPONDER_PREFIX}{responder.id}"
    return OfferedCase(
        is_own=tip.assignee_id == responder.id,
        is_helped=tip.assignee_id not in (None, responder.id) and not clocks.keys() & {*ASKS},
        is_on_site=any(one.on_site_at is not None for one in own),
        has_service=any(one.handed_to_help_at is not None for one in own),
        is_passed=any(one.passed_at is not None for one in own),
        closure_requested=requested is not None and (own_request or is_national),
        decides=is_national and assignee_visit_facts(session, tip).is_marked,
        may_stand_down=is_national and bool(tip.place_step) and can_stand_down(session, tip),
    )
