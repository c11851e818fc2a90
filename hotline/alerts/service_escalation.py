"""Alerts people of a case, and sets the deadlines of the case, as `alerts/rules_escalation.py` decides.

The functions run inside the transaction of the calling function.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from hotline.alerts import (
    queries,
    queries_retention,
    rules_assignment,
    rules_escalation_steps,
    service_case,
    service_messages,
    tables,
    tables_case_events,
    tables_drills,
)
from hotline.alerts import rules_escalation as alerts_rules_escalation
from hotline.alerts.queries import Alert, NewAssignment
from hotline.alerts.rules_escalation import EscalationStep, SmsShare
from hotline.alerts.rules_escalation_steps import CaseState, Decision
from hotline.alerts.service_case import case_state
from hotline.alerts.service_messages import BEHIND, WrittenAssignment, notify
from hotline.core import rules_trial
from hotline.core.contexts import Context
from hotline.core.database import Session, new_ids
from hotline.core.wording import Template
from hotline.gateway.rules import (
    Priority,
    Wording,
    alert_but_ref,
    responders_short_code,
    with_similar_case,
)
from hotline.gateway.tables import Assignment
from hotline.tips import queries as tips_queries
from hotline.tips import rules as tips_rules
from hotline.tips.rules import CASE_CLOCKS, DeadlineKind, VisitSafety
from hotline.tips.rules_events import CaseEventKind, Event, Purpose
from hotline.tips.tables import Tip, drop_closure_request, was_alerted

ASKS_TO_TAKE = (Purpose.ALERT, Purpose.OPEN)
"""The purposes of alerts that do not go to people who were alerted of a similar tip."""


def decide(
    session: Session,
    tip: Tip,
    state: CaseState,
    roster: Sequence[rules_assignment.Candidate],
    event: Event,
    at: datetime,
) -> Decision:
    """Returns the decision about an event of a case. For a drill, only people of the tested desk can be alerted."""
    if tip.channel != rules_trial.DRILL:
        return alerts_rules_escalation.decide(state, roster, event, at)
    row = tables_drills.drill_of_tip(session, tip.id)
    if row is None:
        return Decision(assignee=state.assignee)
    people = alerts_rules_escalation.drill_people(roster, row.desk, escalates=row.escalates)
    return alerts_rules_escalation.drill_decision(state, people, event, at, row.ends_at)


TO_ALERTED = (
    Purpose.VISIT_SAFETY,
    Purpose.UNANSWERED,
    Purpose.MOVED,
    Purpose.TOLD_FIRST,
    Purpose.STAND_DOWN,
)
"""The purposes of messages that go only to people who were already alerted of the case."""
NOTICING = (*TO_ALERTED, Purpose.HOW, Purpose.LET)
"""The purposes of messages that name the reference by which the responder already knows the case."""


def handle_event(
    session: Session, context: Context, tip_id: int, event: Event, at: datetime
) -> None:
    """Alerts people, sets deadlines and sets the assignee, as the rules decide about an event of a case.

    If no one was alerted of the case yet, handles only an officer's command to close the case, or to pass it on. If the
    case is closed, only ends the deadlines of the case.
    """
    tip = queries.tip_for_writing(session, tip_id)
    if tip.channel == rules_trial.CHANNEL:
        return
    if tip.closed_at is not None:
        tables.close_clocks(session, [tip_id], CASE_CLOCKS, at)
        return
    if not was_alerted(session, tip.id, tip.assigned_at):
        is_held = DeadlineKind.HELD in tables.open_clocks(session, tip_id)
        is_passed = is_held and event.what is CaseEventKind.PASSED
        if not is_passed and event.what is not CaseEventKind.CLOSED:
            return
        queries.delete_pending(session, [tip_id])
        tables.close_clocks(session, [tip_id], [DeadlineKind.HELD], at)
    roster = queries.allowed_roster(session, tip_id, at)
    state = case_state(session, tip)

    decision = decide(session, tip, state, roster, event, at)

    is_repeated = event.what is CaseEventKind.DUE
    _carry_out(session, context, tip, state, decision, at, again=is_repeated)


def alert_colleague(session: Session, context: Context, tip_id: int, at: datetime) -> None:
    """Alerts a colleague of a case, because the alert to a responder does not arrive or arrives late."""
    handle_event(session, context, tip_id, Event(CaseEventKind.NOT_REACHED), at)


def _carry_out(
    session: Session,
    context: Context,
    tip: Tip,
    before: CaseState,
    decision: Decision,
    at: datetime,
    *,
    again: bool,
) -> None:
    tables.close_clocks(session, [tip.id], decision.close, at)
    if DeadlineKind.CONFIRM_CLOSURE in decision.close:
        drop_closure_request(tip)
    tables.set_clocks(session, tip.id, decision.set, at)
    if decision.assignee != before.assignee:
        tip.assignee_id, tip.renewed_at = decision.assignee, None
        session.flush()
    for order in decision.notices:
        if order.purpose is Purpose.REMIND:
            service_messages.remind(session, context, tip, order, at)
            continue
        recipients = order.responder_ids
        if order.purpose in NOTICING:
            recipients = notify(session, context, tip, order, before.safety, at, again=again)
        if recipients and order.purpose not in TO_ALERTED:
            step = EscalationStep(
                tip.id,
                before.case,
                before.step,
                recipients,
                order.purpose,
                locked=tip.locked_for is not None,
                leader=tips_queries.open_leader(session, tip.id),
                safety=before.safety,
                is_drill=tip.channel == rules_trial.DRILL,
                share=SmsShare.ALONE if tip.storm_at is None else SmsShare.ESCALATED,
            )
            write_steps(session, context, [step], at)
    if decision.release:
        queries_retention.stand_down(session, tip.id, decision.release, before.step, at)


def begin_steps(
    session: Session, steps: Sequence[EscalationStep], at: datetime, marked: Collection[int]
) -> None:
    """Deletes the pending alerts of these tips, and sets the first deadline of each tip. A fragment (a report without a
    known place) has no deadline.

    `marked` contains the tips without a row in `PendingAlert`: only their own columns say that the alert is pending.
    """
    tip_ids = [step.tip_id for step in steps]
    queries.delete_pending(session, tip_ids)
    if marked:
        waiting = [tip_id for tip_id in tip_ids if tip_id in marked]
        queries.mark_assigned(session, waiting, at)
        tables.close_clocks(session, waiting, [DeadlineKind.HELD], at)
    ids_by_due: dict[datetime, list[int]] = defaultdict(list)
    for step in steps:
        if step.case.once:
            continue
        if step.number == 0:
            by = tips_rules.acknowledge_due(step.case.urgency, at, step=0)
            ids_by_due[by].append(step.tip_id)
            if clocks := rules_escalation_steps.visit_safety_clock(step.safety, at):
                tables.set_clocks(session, step.tip_id, clocks, at)
            continue
        if step.leader is not None and queries.is_taken(session, step.tip_id):
            continue
        raised = alerts_rules_escalation.more_urgent_clocks(step.case, step.safety, at)
        tables.close_clocks(session, [step.tip_id], raised.close, at)
        tables.set_clocks(session, step.tip_id, raised.set, at)
        queries.tip_for_writing(session, step.tip_id).assignee_id = raised.assignee
    tables.set_first_clocks(session, ids_by_due, at)


def write_steps(
    session: Session, context: Context, steps: Sequence[EscalationStep], at: datetime
) -> None:
    """Writes an assignment and an alert for each recipient of these escalation steps.

    If a tip joins a cluster (a group of similar tips), people who were alerted of the first tip get no alert. Instead,
    the hotline notifies these people once that there are more details.
    """
    steps = service_case.with_strictest_visit(session, steps)
    new = [(step, person) for step in steps for person in step.recipients]
    if not new:
        return
    languages = queries.languages(session, {person for _, person in new})
    locked = queries.locked_out(session, [(step.tip_id, who) for step, who in new if step.locked])
    asking = [(step, person) for step, person in new if step.purpose in ASKS_TO_TAKE]
    leaders = {step.leader for step, _ in asking if step.leader is not None}
    leader_names = queries.references_by_responder(session, leaders)
    with_visit_facts = {step.tip_id for step in steps if step.safety is not VisitSafety.NONE}
    knew = queries.references_by_responder(session, with_visit_facts)
    assignments = write_assignments(session, new, at)
    similar = service_case.known_in_situation(session, [(step.tip_id, who) for step, who in asking])

    code, entry = (
        service_messages.dial_code(context),
        responders_short_code(context.line.service_code),
    )
    plan = service_messages.SmsPlan(session, context, languages, at)
    shares = service_messages.wanted_shares(session, assignments, at)
    alerts, storm, by_name = list[Alert](), list[Alert](), list[WrittenAssignment]()
    for one in assignments:
        step, who = one.step, one.given.responder_id
        case, shut = step.case, (step.tip_id, who) in locked
        of_leader = leader_names.get((step.leader, who))
        if of_leader is None:
            dials = entry if step.purpose is Purpose.CONFIRM_CLOSURE else code
            facts = (case.place, case.urgency, step.purpose, languages[who], dials, shut)
            words = with_similar_case(alert_but_ref(*facts), similar.get((step.tip_id, who)))
            # The messages of a drill are sent after all other messages.
            priority = Priority.DRILL if step.is_drill else case.urgency
            share = shares[one.given.assignment_id]
            if not step.is_drill and plan.shares(one, share, languages[who]) is not SmsShare.ALONE:
                continue
            queue = alerts if share is SmsShare.ALONE else storm
            queue.append(Alert(one.given, one.name, words, priority))
            by_name.append(one)
        elif step.more and not plan.shares_notice(
            one.given.assignment_id, who, languages[who], urgency=case.urgency
        ):
            wording = Wording(Template.MORE_TOLD, {}, languages[who])
            alerts.append(Alert(one.given, of_leader, wording, case.urgency))
    queries.write_alerts(session, alerts, at)
    queries.write_alerts(session, storm, at, turn=1)
    messages = service_messages.visit_safety_messages(
        session, context, plan, by_name, knew, languages
    )
    plan.write()
    queries.write_alerts(session, messages, at, turn=BEHIND)


def write_assignments(
    session: Session, alerted: Sequence[tuple[EscalationStep, int]], at: datetime
) -> Sequence[WrittenAssignment]:
    """Writes an assignment for each recipient of an escalation step. A person who was alerted of the tip before keeps
    their first reference. Every other person gets a new reference."""
    ids = zip(new_ids(session, Assignment, len(alerted)), alerted, strict=True)
    rows = [NewAssignment(id, step.tip_id, step.number, person) for id, (step, person) in ids]
    first = queries.first_assignments(session, {step.tip_id for step, _ in alerted if step.number})
    knew = {
        row: before
        for row in rows
        if (before := first.get((row.tip_id, row.responder_id))) is not None
    }
    queries.write_assignments(session, [(row, *before) for row, before in knew.items()], at)
    names = {row.assignment_id: reference for row, (_, reference) in knew.items()}
    left, unlucky = [row for row in rows if row not in knew], 0
    while left:
        noise = secrets.token_bytes(rules_assignment.NOISE * (len(left) + 1))
        references = rules_assignment.draw_references(
            noise, rules_assignment.length_after(unlucky), len(left)
        )
        tried = [(row, None, name) for row, name in zip(left, references, strict=False)]
        written = queries.write_assignments(session, tried, at)
        names |= {row.assignment_id: name for row, _, name in tried if row.assignment_id in written}
        unlucky += 2 * len(written) < len(left)
        left = [row for row in left if row.assignment_id not in names]
    pairs = zip(rows, alerted, strict=True)
    all_of = [
        WrittenAssignment(row, names[row.assignment_id], step, row in knew)
        for row, (step, _) in pairs
    ]
    tables_case_events.write_alerted(
        session, [(*assignment.given, assignment.step.purpose) for assignment in all_of], at
    )
    return all_of
