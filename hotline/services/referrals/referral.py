"""Tips out to people: told for the first time, and again whenever a clock fires."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.referrals.case_events import Event, Happened
from hotline.domain.referrals.clocks import DeadlineKind
from hotline.domain.referrals.coming import Care
from hotline.domain.referrals.planning import Planning
from hotline.domain.referrals.referral import Candidate
from hotline.ports import Kit
from hotline.services.doorbell import ring_for
from hotline.services.referrals import clusters, correcting, endings, ladder
from hotline.store.database import Session
from hotline.store.outbox.messages import Deadline
from hotline.store.referrals import deadlines, referrals
from hotline.store.tips.tips import Tip

BATCH = 2000
"""Tips in one transaction: a burst costs a commit for each batch, and one doorbell."""
SERVER_BATCH = 5000
"""On PostgreSQL, where every statement is a trip, and a batch holds up nobody but an answer to one of its tips."""
STEPS_A_TICK = 100
STEPS_AT_ONCE = 10
"""In one transaction."""


def batch_of(kit: Kit) -> int:
    """How many tips are told of in one transaction."""
    return BATCH if kit.database.is_sqlite else SERVER_BATCH


def refer_waiting(kit: Kit, *, most: int | None = None) -> int:
    """Tell of every tip that waits, the most urgent first. Returns how many were told of. `most`: in a transaction.

    A tip for whom nobody lives stays waiting: `readyz` fails, and the report is not offered meanwhile.
    """
    referred = 0
    message_id: int | None = None
    roster: Sequence[Candidate] = ()
    most = most or batch_of(kit)
    full = True
    while full:
        batch = _refer_batch(kit, roster, most)
        referred += batch.referred
        roster = batch.roster
        full = batch.referred == most
        if message_id is None and batch.message_id is not None:
            message_id = batch.message_id
            ring_for(kit, message_id)
    return referred


@dataclass(frozen=True, slots=True)
class _Batch:
    referred: int
    message_id: int | None
    """Of the first alert, which is of the most urgent."""
    roster: Sequence[Candidate]
    """As it stands now: the next batch counts on from here."""


def _refer_batch(kit: Kit, roster: Sequence[Candidate], most: int) -> _Batch:
    at = kit.now()
    with kit.database.writing() as session:
        referrals.take_turns(session)
        found, by_marks = referrals.waiting(session, most)
        if not found:
            return _Batch(0, None, roster)
        people = referrals.roster(session, at, roster)
        waiting = clusters.linked(session, found, at)
        following = clusters.follow(session, waiting, people, at)
        planning = Planning(people, at)

        ringing = [tip for tip in waiting if tip.tip_id not in following]
        steps = [*planning.steps(ringing), *following.values()]

        if not steps:
            return _Batch(0, None, roster)
        ladder.begin(session, steps, at, by_marks)
        message_id = ladder.tell(session, kit, [one for one in steps if one.recipients], at)
        marked = [one.tip_id for one in following.values() if one.care is not Care.NONE]
        correcting.tell_followers(session, kit, marked, at)
    return _Batch(len(steps), message_id, planning.roster)


def fire_deadlines(kit: Kit) -> None:
    """Fires the clocks that have passed: one step for each tip, never two in a tick, whatever the clock did.

    A few in each transaction: on SQLite callers wait for its end.
    """
    at = kit.now()
    to_ring: int | None = None
    stepped: set[int] = set()
    more = True
    while more and len(stepped) < STEPS_A_TICK:
        with kit.database.writing() as session:
            due = deadlines.overdue(session, at, STEPS_AT_ONCE, but=stepped)
            for deadline, tip in due:
                if deadline.fired_at is None and tip.id not in stepped:
                    stepped.add(tip.id)
                    to_ring = _fire(session, kit, deadline, tip, at) or to_ring
        more = len(due) == STEPS_AT_ONCE
    ring_for(kit, to_ring)


def _fire(session: Session, kit: Kit, deadline: Deadline, tip: Tip, at: datetime) -> int | None:
    """Returns a message's id where somebody is told."""
    deadline.fired_at = at
    session.flush()
    kind = DeadlineKind(deadline.kind)
    if kind is DeadlineKind.ERASURE:
        endings.came_due(session, kit, tip)
        return None
    event = Event(Happened.DUE, kind=kind, nth=deadline.nth, named_at=deadline.named_at)
    return ladder.happen(session, kit, tip.id, event, at)
