"""The relay: once a second it does whatever time alone can ask for, and mends what a doorbell missed.

Every step is a function of the kit that may run twice, and two relays at once are safe; leadership only spares them
the work.
"""

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

from hotline.domain.jobs import Job
from hotline.domain.outbox.delivery import LONGEST_SEND
from hotline.domain.watch.alarms import Alarm
from hotline.errors import Unavailable
from hotline.ports import RelayKit
from hotline.services import alarming, weekly_keys
from hotline.services.accounts import forgetting
from hotline.services.doorbell import ring
from hotline.services.outbox import delivery
from hotline.services.people import leaves
from hotline.services.reach import outreach
from hotline.services.reader import pins
from hotline.services.reader.pins import forget_old_readings
from hotline.services.referrals import call_back_requests, referral
from hotline.services.referrals.drills import exercising
from hotline.services.referrals.helping import following
from hotline.services.sms import fetching, sms_replies
from hotline.services.tips import intake, retention, waiting_closures
from hotline.services.watch import watchers
from hotline.statistics import service_releases
from hotline.store.flows import publications
from hotline.store.outbox import messages, outbox
from hotline.store.watch.leader import Leadership
from workers.outage import Outage

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
JUMP = timedelta(seconds=60)
"""More than this between two clocks is an alarm."""
RING_AFTER = timedelta(seconds=0.7)
URGENT_AFTER = timedelta(seconds=2)
"""How long danger waits for a bell that does not ring."""
SELF_AFTER = timedelta(seconds=10)
"""How long anything waits for a worker, bell or no bell."""

Step = Callable[[RelayKit], object]


def look_after_due(kit: RelayKit) -> None:
    """Ring for what should have gone, and deliver it here where nobody answers the bell."""
    at = kit.now()
    with kit.database.reading() as session:
        held = messages.held(session, at)
        due = outbox.oldest_due(session, at)
    if held or due is None or at - due.next_at < RING_AFTER:
        return
    heard = ring(kit, Job.DELIVER, due.id)

    patience = SELF_AFTER if heard else URGENT_AFTER
    if at - due.next_at >= patience:
        delivery.deliver_due(kit)


STEPS: tuple[Step, ...] = (
    referral.refer_waiting,
    intake.rescue_silent,
    call_back_requests.keep_time,
    delivery.expire_leases,
    delivery.retry_unknown,
    delivery.miss_reports,
    # Before the deadlines: whom the national desk's own clock tells at that moment is no colleague of hers.
    referral.tell_unheard,
    pins.tell_nights,
    leaves.begin_leaves,
    referral.fire_deadlines,
    following.ring_due,
    waiting_closures.tell,
    exercising.keep_time,
    look_after_due,
    sms_replies.keep_time,
    outreach.fold,
    outreach.sample,
    forgetting.forget_over,
    forget_old_readings,
    retention.tidy,
)


def lapse_emergency(kit: RelayKit) -> None:
    """What reads flow files is imported where there is something to end: a relay that starts has no use for it."""
    with kit.database.reading() as session:
        if publications.unsettled(session) is None:
            return
    from hotline.services.changes import emergencies

    emergencies.lapse(kit)


ASIDE: tuple[Step, ...] = (
    lapse_emergency,
    fetching.fetch,
    service_releases.publish_due,
)
"""What asks other machines or computes for long: done by whoever leads, beside the ticks."""
FAREWELL_SECONDS = 2.0
"""How long a relay that ends waits for them."""
FOLLOWING: tuple[Step, ...] = (weekly_keys.forget,)
"""What a relay does that does not lead: its own keys go all the same."""


def tick(kit: RelayKit, steps: Sequence[Step] = STEPS) -> None:
    """Each step by itself: one that fails is named, and the others still run."""
    for step in steps:
        try:
            step(kit)
        except Exception as broken:
            logger.error("step %s failed: %s", step.__name__, type(broken).__name__)


class BackgroundRun:
    """A step beside the ticks: no deadline waits for other machines. While the last run goes on, nothing begins."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: Thread | None = None

    def go(self, work: Callable[[], None]) -> None:
        """Begins `work`, unless the last run goes on. `work` names by itself whatever it raises."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=work, name=self._name, daemon=True)
            self._thread.start()

    def rest(self, seconds: float) -> None:
        """Waits for what is on its way, so long at the most: whatever it leaves undone is done again."""
        if self._thread is not None:
            self._thread.join(seconds)


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant by the two clocks."""

    wall: datetime
    monotonic: float

    def jump_since(self, before: "Moment") -> timedelta:
        """How far the wall's clock was turned meanwhile; less than nothing where it was set back."""
        passed = timedelta(seconds=self.monotonic - before.monotonic)
        return (self.wall - before.wall) - passed


def run(
    kit: RelayKit, stop: Event, *, steps: Sequence[Step] = STEPS, aside: Sequence[Step] = ASIDE
) -> None:
    """Tick once a second until told to stop, while this relay leads."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    leadership = Leadership(kit.database, holder)
    outage = database_outage()
    background = BackgroundRun("aside")
    last, leading, back = Moment(kit.now(), time.monotonic()), False, timedelta(0)
    while not stop.is_set():
        now = Moment(kit.now(), time.monotonic())
        jump, last = now.jump_since(last), now
        if abs(jump) > JUMP:
            logger.critical("alarm: the clock jumped by more than a minute")
            wake_for_jump(kit)
            # A relay that only stands by leaves it to the one that leads.
            back += -jump if leading and jump < timedelta(0) else timedelta(0)
        leading = leads(kit, leadership, outage)
        if leading:
            back = make_good(kit, back)
            tick(kit, steps)
            background.go(lambda: tick(kit, aside))
        else:
            tick(kit, FOLLOWING)
        stop.wait(max(0.0, TICK_SECONDS - (time.monotonic() - now.monotonic)))
    background.rest(FAREWELL_SECONDS)
    leadership.close()
    kit.senders.end(LONGEST_SEND.total_seconds())


def make_good(kit: RelayKit, back: timedelta) -> timedelta:
    """Nobody waits longer for a clock that was set back. Returns what is still to be made good."""
    if back:
        try:
            watchers.make_good(kit, back)
        except Unavailable as broken:
            logger.error("the clock was set back, and %s", type(broken).__name__)
            return back
    return timedelta(0)


def wake_for_jump(kit: RelayKit) -> None:
    """Whatever comes of it, the relay goes on. Without a database nobody is woken for this: she is woken for that."""
    try:
        alarming.happened(kit, Alarm.CLOCK_JUMP)
    except Exception as broken:
        logger.error("the jump is not written down: %s", type(broken).__name__)


def database_outage() -> Outage:
    """Returns what the clock says in its log of a database that does not answer."""
    return Outage(
        logger,
        down="no leader: the database does not answer",
        back="the database answers again: the clock goes on",
    )


def leads(kit: RelayKit, leadership: Leadership, outage: Outage) -> bool:
    """Whether this relay owns time now. A database that does not answer has no leader."""
    try:
        leading = leadership.holds(kit.now())
    except Unavailable as broken:
        outage.goes_on(broken)
        return False
    outage.is_over()
    return leading
