"""Alerts people of tips for the first time, when a clock fires, and when a visit-safety message gets lost."""

from collections.abc import Sequence
from datetime import datetime

from hotline.alerts import (
    queries,
    queries_names,
    service_closing,
    service_correction,
    service_duplicates,
    service_escalation,
    tables,
)
from hotline.alerts.rules_assignment import Candidate
from hotline.alerts.rules_escalation import Planning
from hotline.core.context import Kit
from hotline.core.database import Session
from hotline.gateway.doorbell import ringing
from hotline.gateway.tables import Deadline
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_events import Event, Happened
from hotline.tips.rules_visit_safety import Care
from hotline.tips.tables import Tip

BATCH = 2000
"""Tips in one transaction. Each batch costs one commit and one doorbell."""
SERVER_BATCH = 5000
"""Tips in one transaction on PostgreSQL, where each statement is a trip to the server.

A batch there delays only an answer to one of its own tips.
"""
STEPS_A_TICK = 100
STEPS_AT_ONCE = 10
"""Clocks that fire in one transaction."""


def refer_waiting(kit: Kit, *, most: int | None = None) -> int:
    """Alerts people of every pending tip, most urgent first. Returns the number of tips.

    `most`: the limit for one transaction. If no active responder can be alerted, the tip stays pending. Then `readyz`
    fails, and callers are not offered a report meanwhile.
    """
    referred = 0
    roster: Sequence[Candidate] = ()
    most = most or (BATCH if kit.database.is_sqlite else SERVER_BATCH)
    full = True
    while full:
        told, roster = _refer_batch(kit, roster, most)
        referred += told
        full = told == most
    return referred


def _refer_batch(
    kit: Kit, roster: Sequence[Candidate], most: int
) -> tuple[int, Sequence[Candidate]]:
    """Returns how many tips were alerted, and the present roster. The next batch starts from that roster."""
    at = kit.now()
    with ringing(kit) as session:
        queries.take_turns(session)
        found, by_marks = queries.waiting(session, most)
        if not found:
            return 0, roster
        people = queries.roster(session, at, roster)
        waiting = service_duplicates.linked(session, found, at)
        following = service_duplicates.follow(session, waiting, people, at)
        planning = Planning(people, at)

        alone = [tip for tip in waiting if tip.tip_id not in following]
        steps = [*planning.steps(alone), *following.values()]

        if not steps:
            return 0, roster
        service_escalation.begin(session, steps, at, by_marks)
        service_escalation.tell(session, kit, [one for one in steps if one.recipients], at)
        marked = [one.tip_id for one in following.values() if one.care is not Care.NONE]
        service_correction.tell_followers(session, kit, marked, at)
    return len(steps), planning.roster


def fire_deadlines(kit: Kit) -> None:
    """Fires the clocks that are overdue. Each tip takes one step in a tick, even if the system clock jumped.

    Each transaction holds a few tips only, because on SQLite callers wait until it ends.
    """
    at = kit.now()
    stepped: set[int] = set()
    more = True
    while more and len(stepped) < STEPS_A_TICK:
        with ringing(kit) as session:
            due = tables.overdue(session, at, STEPS_AT_ONCE, but=stepped)
            for deadline, tip in due:
                if deadline.fired_at is None and tip.id not in stepped:
                    stepped.add(tip.id)
                    _fire(session, kit, deadline, tip, at)
        more = len(due) == STEPS_AT_ONCE


def _fire(session: Session, kit: Kit, deadline: Deadline, tip: Tip, at: datetime) -> None:
    deadline.fired_at = at
    session.flush()
    kind = DeadlineKind(deadline.kind)
    if kind is DeadlineKind.ERASURE:
        service_closing.came_due(session, kit, tip)
        return
    event = Event(Happened.DUE, kind=kind, nth=deadline.nth, named_at=deadline.named_at)
    service_escalation.happen(session, kit, tip.id, event, at)


def tell_unheard(kit: Kit) -> None:
    """Alerts the next person of the desk, or the national desk, of each mark that the assignee did not receive.

    The clock calls it. A repeat alerts no one again, because earlier alerts count. Raises StoreUnavailable.
    """
    at = kit.now()
    with kit.database.reading() as session:
        if not queries_names.unheard_marks(session, at):
            return
    with ringing(kit) as session:
        for tip_id in queries_names.unheard_marks(session, at):
            service_escalation.happen(session, kit, tip_id, Event(Happened.UNHEARD), at)
