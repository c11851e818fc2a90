"""Alerts responders when a tip is filed, when a deadline passes, and when an SMS about visits did not arrive."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from hotline.alerts import (
    queries,
    queries_people,
    queries_references,
    queries_retention,
    rules_assignment,
    service_case,
    service_closing,
    service_commands,
    service_correction,
    service_escalation,
    service_messages,
    tables,
)
from hotline.alerts.rules_assignment import HELD_FOR, Candidate, Case, held_until
from hotline.alerts.rules_escalation import AlertPlan, EscalationStep, WaitingTip
from hotline.alerts.rules_replies import Command, Verb
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.gateway.doorbell import ringing
from hotline.gateway.tables import Assignment, Deadline
from hotline.people import tables_roster
from hotline.tips.rules import Clock, DeadlineKind, Urgency, VisitSafety
from hotline.tips.rules_events import CaseEventKind, Event, EventChannel
from hotline.tips.tables import Tip

BATCH = 2000
"""The largest number of tips that one transaction assigns with SQLite. One transaction for many tips needs only one
commit, and notifies the workers only once."""
SERVER_BATCH = 5000
"""The largest number of tips that one transaction assigns with PostgreSQL, where each statement needs a message to the
server.

A large batch does no harm with PostgreSQL: it delays only callers' answers about the same tips.
"""
LOOKED, MINUTE = "held_looked_at", timedelta(minutes=1)
"""The name of the task that checks held tips (their alerts wait for a person on duty), and the time between two
checks."""
STEPS_A_TICK = 100
STEPS_IN_TRANSACTION = 10
"""The largest number of deadlines that one transaction handles."""


def assign_pending(context: Context, *, limit: int | None = None) -> int:
    """Alerts responders of every tip with a pending alert, the most urgent first. Returns the number of these tips.

    `limit` limits the number of tips in one transaction. If no active responder can be alerted of a tip, the alert of
    this tip stays pending. Then the health check `readyz` fails, and callers cannot report until a responder is active
    again.
    """
    assigned = 0
    roster: Sequence[Candidate] = ()
    limit = limit or (BATCH if context.database.is_sqlite else SERVER_BATCH)
    is_full = True
    while is_full:
        count, roster = _assign_batch(context, roster, limit)
        assigned += count
        is_full = count == limit
    return assigned


def _assign_batch(
    context: Context, roster: Sequence[Candidate], limit: int
) -> tuple[int, Sequence[Candidate]]:
    """Alerts responders of the tips in one batch. Returns the number of these tips, and the active responders with
    their new loads for the next batch."""
    at = context.now()
    with ringing(context) as session:
        queries.take_lock(session)
        pending, by_marks = queries.pending_alerts(session, limit)
        if not pending:
            return 0, roster
        people = queries.roster(session, at, roster)
        tips = service_case.link_tips(session, pending, at)
        followers = service_case.join_clusters(session, tips, people, at)
        plan = AlertPlan(people, at)
        writers = queries.writers_of(session, [tip.tip_id for tip in tips])

        unjoined = [
            tip._replace(excluded=tip.excluded | {writers[tip.tip_id]})
            if tip.tip_id in writers
            else tip
            for tip in tips
            if tip.tip_id not in followers
        ]
        delays = _held_until(session, [o for o in unjoined if o.tip_id not in writers], people, at)
        queries.keep_pending(session, by_marks.intersection(delays), at)
        for tip_id, until in delays.items():
            tables.set_clocks(session, tip_id, {DeadlineKind.HELD: Clock(until)}, at)
        unjoined = [tip for tip in unjoined if tip.tip_id not in delays]
        steps = [*service_messages.first_steps(session, plan, unjoined, at), *followers.values()]

        if not steps:
            return 0, roster
        service_escalation.begin_steps(session, steps, at, by_marks)
        service_escalation.write_steps(
            session, context, [step for step in steps if step.recipients], at
        )
        excluded = {tip.tip_id: tip.excluded for tip in tips}
        written_tips = [(step, writers[step.tip_id]) for step in steps if step.tip_id in writers]
        _give_to_writers(session, context, written_tips, people, excluded, at)
        marked = [step.tip_id for step in followers.values() if step.safety is not VisitSafety.NONE]
        service_correction.notify_followers(session, context, marked, at)
    return len(steps), plan.roster


def _held_until(
    session: Session, tips: Sequence[WaitingTip], people: Sequence[Candidate], at: datetime
) -> Mapping[int, datetime]:
    """Returns the tips whose alert must wait for a person of their district on duty, each with the time of this
    duty."""
    new_tips = [tip for tip in tips if tip.case.urgency == Urgency.HEARD and not tip.alerted]
    if not new_tips or all(person.is_on_duty for person in people):
        return {}
    duty = tables_roster.roster(session, at, at + HELD_FOR)
    members = queries_people.members(session)
    filed = tables.filing_times(session, [tip.tip_id for tip in new_tips])

    @cache
    def until(case: Case, since: datetime, excluded: frozenset[int]) -> datetime | None:
        allowed = [person for person in people if person.id not in excluded]
        allowed_members = [member for member in members if member.id not in excluded]
        return held_until(case, allowed, allowed_members, duty, since, at)

    found = {tip.tip_id: until(tip.case, filed[tip.tip_id], tip.excluded) for tip in new_tips}
    return {tip_id: due_at for tip_id, due_at in found.items() if due_at is not None}


def release_held(context: Context) -> None:
    """Makes the alert of a held tip pending again, if a person has come on duty or the tip must not wait any more. If
    the duty roster or a leave was changed, sets the new time until which a tip waits. The clock process calls this
    function often, but tips are checked only once a minute."""
    at = context.now()
    with context.database.reading() as session:
        if queries_retention.is_done(session, LOOKED, at, MINUTE) or not tables.has_held(session):
            return
    with context.database.writing() as session:
        queries.take_lock(session)
        queries_retention.note_done(session, LOOKED, at)
        rows = queries.held_alerts(session)
        held_until = _held_until(session, [tip for tip, _ in rows], queries.roster(session, at), at)
        for tip, old_due in rows:
            new_due = held_until.get(tip.tip_id)
            if new_due is None:
                tables.close_clocks(session, [tip.tip_id], [DeadlineKind.HELD], at)
            elif new_due != old_due:
                tables.set_clocks(session, tip.tip_id, {DeadlineKind.HELD: Clock(new_due)}, at)


def _give_to_writers(
    session: Session,
    context: Context,
    written_tips: Sequence[tuple[EscalationStep, int]],
    people: Sequence[Candidate],
    excluded: Mapping[int, Collection[int]],
    at: datetime,
) -> None:
    """Makes each officer the assignee of the tip that they wrote down. Other responders are alerted as usual, because a
    second person must read the tip. The officer gets no SMS.

    If the officer may not see the tip, it has no assignee at first, like a caller's tip. `excluded` contains the people
    who are excluded from each tip.
    """
    assigned = []
    for step, writer in written_tips:
        local = rules_assignment.colleagues(step.case, people, skip=None)
        may_see = {*local, *rules_assignment.national_people(people)}
        if writer in may_see.difference(excluded[step.tip_id]):
            assigned.append((step._replace(recipients=(writer,)), writer))
    for entry in service_escalation.write_assignments(session, assigned, at) if assigned else ():
        assignment = session.get_one(Assignment, entry.given.assignment_id)
        assignment.opened_at = at
        session.flush()
        command = Command(assignment.responder_id, entry.name, Verb.TAKE, EventChannel.USSD, at)
        service_commands.carry_out(session, context, command)


def fire_deadlines(context: Context) -> None:
    """Handles the deadlines that have passed, with at most one escalation step for each tip. So a jump of the system
    clock does not cause several steps at once.

    Each transaction handles only a few tips, because with SQLite no caller gets an answer until the transaction ends.
    """
    at = context.now()
    tip_ids: set[int] = set()
    has_more = True
    while has_more and len(tip_ids) < STEPS_A_TICK:
        with ringing(context) as session:
            deadlines = tables.overdue_clocks(session, at, STEPS_IN_TRANSACTION, skip=tip_ids)
            for deadline, tip in deadlines:
                if deadline.fired_at is None and tip.id not in tip_ids:
                    tip_ids.add(tip.id)
                    _fire(session, context, deadline, tip, at)
        has_more = len(deadlines) == STEPS_IN_TRANSACTION


def _fire(session: Session, context: Context, deadline: Deadline, tip: Tip, at: datetime) -> None:
    deadline.fired_at = at
    session.flush()
    kind = DeadlineKind(deadline.kind)
    if kind is DeadlineKind.HELD:
        # The first alert of this tip is still pending, so the next call of `assign_pending` alerts people.
        return
    if kind is DeadlineKind.ERASURE:
        service_closing.erasure_due(session, context, tip)
        return
    event = Event(CaseEventKind.DUE, kind=kind, nth=deadline.nth, named_at=deadline.named_at)
    service_escalation.handle_event(session, context, tip.id, event, at)


def alert_undelivered_marks(context: Context) -> None:
    """Alerts another responder if the assignee of a tip did not get the SMS that the caller wants no visit.

    The clock process calls this function every second. Alerts no person twice of the same tip. Raises StoreUnavailable.
    """
    at = context.now()
    with context.database.reading() as session:
        if not queries_references.marks_not_delivered(session, at):
            return
    with ringing(context) as session:
        for tip_id in queries_references.marks_not_delivered(session, at):
            service_escalation.handle_event(
                session, context, tip_id, Event(CaseEventKind.NOT_HEARD), at
            )
