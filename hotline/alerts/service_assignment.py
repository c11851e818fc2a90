"""Alerts people of a tip: first when it is filed, then if a deadline passes or a visit-safety message is lost."""

from collections.abc import Sequence
from datetime import datetime

from hotline.alerts import (
    queries,
    queries_references,
    service_closing,
    service_correction,
    service_duplicates,
    service_escalation,
    tables,
)
from hotline.alerts.rules_assignment import Candidate
from hotline.alerts.rules_escalation import AlertPlan
from hotline.core.contexts import Context
from hotline.core.database import Session
from hotline.gateway.doorbell import ringing
from hotline.gateway.tables import Deadline
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_events import CaseEventKind, Event
from hotline.tips.rules_visit_safety import VisitSafety
from hotline.tips.tables import Tip

BATCH = 2000
"""The most tips in one transaction. Each batch needs one commit and one doorbell."""
SERVER_BATCH = 5000
"""The most tips in one transaction on PostgreSQL, where each statement travels to the server and back.

On PostgreSQL, a batch delays only an answer to one of its own tips."""
STEPS_A_TICK = 100
STEPS_IN_TRANSACTION = 10
"""The most deadlines that are handled in one transaction."""


def assign_pending(context: Context, *, most: int | None = None) -> int:
    """Alerts people of every pending tip, the most urgent first. Returns the number of tips.

    `most` is the limit for one transaction. If no active responder can be alerted, the tip stays pending. Then `readyz`
    fails, and callers cannot report until a responder is active again.
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
    """Returns the number of alerted tips, and the roster with its new loads. The next batch starts from that roster."""
    at = context.now()
    with ringing(context) as session:
        queries.take_lock(session)
        found, by_marks = queries.pending_alerts(session, most)
        if not found:
            return 0, roster
        people = queries.roster(session, at, roster)
        waiting = service_duplicates.link_tips(session, found, at)
        following = service_duplicates.join_clusters(session, waiting, people, at)
        planning = AlertPlan(people, at)

        alone = [tip for tip in waiting if tip.tip_id not in following]
        steps = [*planning.steps(alone), *following.values()]

        if not steps:
            return 0, roster
        service_escalation.begin_steps(session, steps, at, by_marks)
        service_escalation.write_steps(
            session, context, [one for one in steps if one.recipients], at
        )
        marked = [one.tip_id for one in following.values() if one.safety is not VisitSafety.NONE]
        service_correction.notify_followers(session, context, marked, at)
    return len(steps), planning.roster


def fire_deadlines(context: Context) -> None:
    """Handles the deadlines that have passed. Each tip takes one step in a tick, even if the system clock jumped
    forward.

    Each transaction handles only a few tips, because on SQLite callers must wait until it ends.
    """
    at = context.now()
    stepped: set[int] = set()
    more = True
    while more and len(stepped) < STEPS_A_TICK:
        with ringing(context) as session:
            due = tables.overdue_clocks(session, at, STEPS_IN_TRANSACTION, but=stepped)
            for deadline, tip in due:
                if deadline.fired_at is None and tip.id not in stepped:
                    stepped.add(tip.id)
                    _fire(session, context, deadline, tip, at)
        more = len(due) == STEPS_IN_TRANSACTION


def _fire(session: Session, context: Context, deadline: Deadline, tip: Tip, at: datetime) -> None:
    deadline.fired_at = at
    session.flush()
    kind = DeadlineKind(deadline.kind)
    if kind is DeadlineKind.ERASURE:
        service_closing.erasure_due(session, context, tip)
        return
    event = Event(CaseEventKind.DUE, kind=kind, nth=deadline.nth, named_at=deadline.named_at)
    service_escalation.handle_event(session, context, tip.id, event, at)


def alert_undelivered_marks(context: Context) -> None:
    """Alerts the next person of the desk, or the national desk, of each visit-safety mark that the assignee did not
    receive.

    Each tick of the clock worker calls it. A second call alerts no person again, because it counts earlier alerts.
    Raises StoreUnavailable.
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
