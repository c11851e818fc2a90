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


def assign_pending(context: Context, *, most: int | None = None) -> int:
    """Alerts responders of every tip with a pending alert, the most urgent first. Returns the number of these tips.

    `most` limits the number of tips in one transaction. If no active responder can be alerted of a tip, the alert of
    this tip stays pending. Then the health check `readyz` fails, and callers cannot report until a responder is active
    again.
    """
    assigned = 0
    roster: Sequence[Candidate] = ()
    most = most or (BATCH if context.database.is_sqlite else SERVER_BATCH)
    full = True
    while full:
        alerted, roster = _assign_batch(context, roster, most)
        assigned += alerted
        full = alerted == most
    return assigned


def _assign_batch(
    context: Context, roster: Sequence[Candidate], most: int
) -> tuple[int, Sequence[Candidate]]:
    """Alerts responders of the tips in one batch. Returns the number of these tips, and the active responders with
    their new loads for the next batch."""
    at = context.now()
    with ringing(context) as session:
        queries.take_lock(session)
        found, by_marks = queries.pending_alerts(session, most)
        if not found:
            return 0, roster
        people = queries.roster(session, at, roster)
        waiting = service_case.link_tips(session, found, at)
        following = service_case.join_clusters(session, waiting, people, at)
        planning = AlertPlan(people, at)
        writers = queries.writers_of(session, [tip.tip_id for tip in waiting])

        alone = [
            tip._replace(excluded=tip.excluded | {writers[tip.tip_id]})
            if tip.tip_id in writers
            else tip
            for tip in waiting
            if tip.tip_id not in following
        ]
        held = _held_until(session, [o for o in alone if o.tip_id not in writers], people, at)
        queries.keep_pending(session, by_marks.intersection(held), at)
        for tip_id, until in held.items():
            tables.set_clocks(session, tip_id, {DeadlineKind.HELD: Clock(until)}, at)
        alone = [tip for tip in alone if tip.tip_id not in held]
        steps = [*service_messages.first_steps(session, planning, alone, at), *following.values()]

        if not steps:
            return 0, roster
        service_escalation.begin_steps(session, steps, at, by_marks)
        service_escalation.write_steps(
            session, context, [one for one in steps if one.recipients], at
        )
        kept = {one.tip_id: one.excluded for one in waiting}
        own = [(one, writers[one.tip_id]) for one in steps if one.tip_id in writers]
        _give_to_writers(session, context, own, people, kept, at)
        marked = [one.tip_id for one in following.values() if one.safety is not VisitSafety.NONE]
        service_correction.notify_followers(session, context, marked, at)
    return len(steps), planning.roster


def _held_until(
    session: Session, tips: Sequence[WaitingTip], people: Sequence[Candidate], at: datetime
) -> Mapping[int, datetime]:
    """Returns the tips whose alert must wait until a person of their district comes on duty, each with the time of this
    duty."""
    new = [tip for tip in tips if tip.case.urgency == Urgency.HEARD and not tip.alerted]
    if not new or all(one.is_on_duty for one in people):
        return {}
    duty = tables_roster.roster(session, at, at + HELD_FOR)
    members = queries_people.members(session)
    filed = tables.filing_times(session, [tip.tip_id for tip in new])

    @cache
    def until(case: Case, since: datetime, excluded: frozenset[int]) -> datetime | None:
        here = [one for one in people if one.id not in excluded]
        able = [one for one in members if one.id not in excluded]
        return held_until(case, here, able, duty, since, at)

    found = {tip.tip_id: until(tip.case, filed[tip.tip_id], tip.excluded) for tip in new}
    return {tip_id: due for tip_id, due in found.items() if due is not None}


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
        held = queries.held_alerts(session)
        until = _held_until(session, [tip for tip, _ in held], queries.roster(session, at), at)
        for tip, due in held:
            now = until.get(tip.tip_id)
            if now is None:
                tables.close_clocks(session, [tip.tip_id], [DeadlineKind.HELD], at)
            elif now != due:
                tables.set_clocks(session, tip.tip_id, {DeadlineKind.HELD: Clock(now)}, at)


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
    alerted = []
    for step, writer in written_tips:
        local = rules_assignment.colleagues(step.case, people, skip=None)
        may_see = {*local, *rules_assignment.national_people(people)}
        if writer in may_see.difference(excluded[step.tip_id]):
            alerted.append((step._replace(recipients=(writer,)), writer))
    for one in service_escalation.write_assignments(session, alerted, at) if alerted else ():
        given = session.get_one(Assignment, one.given.assignment_id)
        given.opened_at = at
        session.flush()
        command = Command(given.responder_id, one.name, Verb.TAKE, EventChannel.USSD, at)
        service_commands.carry_out(session, context, command)


def fire_deadlines(context: Context) -> None:
    """Handles the deadlines that have passed, with at most one escalation step for each tip. So a jump of the system
    clock does not cause several steps at once.

    Each transaction handles only a few tips, because with SQLite no caller gets an answer until the transaction ends.
    """
    at = context.now()
    stepped: set[int] = set()
    more = True
    while more and len(stepped) < STEPS_A_TICK:
        with ringing(context) as session:
            due = tables.overdue_clocks(session, at, STEPS_IN_TRANSACTION, skip=stepped)
            for deadline, tip in due:
                if deadline.fired_at is None and tip.id not in stepped:
                    stepped.add(tip.id)
                    _fire(session, context, deadline, tip, at)
        more = len(due) == STEPS_IN_TRANSACTION


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
