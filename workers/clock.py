"""Runs the clock process. Once a second, the process does the work that is due, even if a job of the queue was lost.

Each step is a function with the context as its argument, and may run twice. Two clock processes at the same time do no
harm. If two clock processes run, only one of them (the leader) does the work that is due.
"""

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Thread

from hotline.alarms import service
from hotline.alarms.rules import Alarm
from hotline.alerts import (
    queries_outbox,
    service_assignment,
    service_drills,
    service_intake,
    service_messages,
    service_sending,
)
from hotline.cases import (
    reader_pins,
    service_follow_up,
    service_pending_closures,
    service_retention,
    service_weekly_keys,
)
from hotline.core.contexts import Job, WorkerContext
from hotline.core.logs import REQUEST
from hotline.counters import service as counters_service
from hotline.dialogue import service_answers, service_inbox
from hotline.duty import service_accounts, service_leaves, service_roster
from hotline.editing import service_news_mail
from hotline.editing import tables as editing_tables
from hotline.flows import tables as flows_tables
from hotline.gateway import tables
from hotline.gateway.leader import Leadership
from hotline.monitoring import service_alarms
from hotline.statistics import service_releases
from hotline.text.errors import Unavailable
from workers.outage import Outage

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
JUMP = timedelta(seconds=60)
"""If the system clock jumps by more than this time, the clock process raises an alarm."""
RING_AFTER = timedelta(seconds=0.7)
URGENT_AFTER = timedelta(seconds=2)
"""If Redis did not accept the job for a due message, the clock process sends the message itself after this time.
"""
SELF_AFTER = timedelta(seconds=10)
"""If Redis accepted the job but no worker has sent the due message, the clock process sends it after this time.
"""

Step = Callable[[WorkerContext], object]


def look_after_due(context: WorkerContext) -> None:
    """Tells the workers again about the oldest due message. If no worker has sent the message in time, sends all due
    messages in the clock process itself.
    """
    at = context.now()
    with context.database.reading() as session:
        reason = tables.pause_reason(session, at)
        message = queries_outbox.oldest_due(session, at)
    if reason or message is None or at - message.next_at < RING_AFTER:
        return
    is_heard = context.jobs.ring(Job.DELIVER, message.id)

    patience = SELF_AFTER if is_heard else URGENT_AFTER
    if at - message.next_at >= patience:
        service_sending.deliver_due(context)


STEPS: tuple[Step, ...] = (
    service_assignment.release_held,
    service_assignment.assign_pending,
    service_intake.file_silent,
    service_messages.keep_time,
    service_sending.expire_leases,
    service_sending.retry_unknown,
    service_sending.resend_unreported,
    # This step comes before the step for deadlines. Otherwise the deadlines could treat this step's alert to the
    # national desk as an alert to a colleague.
    service_assignment.alert_undelivered_marks,
    reader_pins.report_nights,
    service_leaves.begin_leaves,
    service_roster.report_gaps,
    service_assignment.fire_deadlines,
    service_follow_up.ask_due,
    service_pending_closures.write_morning_sms,
    service_drills.end_due,
    look_after_due,
    service_answers.keep_time,
    counters_service.fold_tallies,
    counters_service.record_coverage,
    service_accounts.delete_expired,
    reader_pins.delete_old_requests,
    service_retention.erase_batch,
)


def lapse_emergency(context: WorkerContext) -> None:
    """Withdraws an emergency text without a second approval when its time is over.

    Imports the code that reads flow files only if an emergency publication must end. So a clock process does not load
    this code when it starts.
    """
    with context.database.reading() as session:
        if flows_tables.unsettled(session) is None:
            return
    from hotline.editing import service_plans

    service_plans.end_unconfirmed(context)


def keep_drafts(context: WorkerContext) -> None:
    """Publishes and withdraws planned texts at their time. After the system clock jumped forward, waits for the length
    of the jump, because the planned time may not have come yet.

    Imports the code that reads flow files only if a plan is due.
    """
    at = context.now()
    with context.database.reading() as session:
        is_due = bool(editing_tables.due(session, at)) and not tables.are_plans_held(session, at)
    if is_due:
        from hotline.editing import service_plans

        service_plans.carry_out_due(context)


def mail_news(context: WorkerContext) -> None:
    """Mails people about waiting drafts and comments. This step comes last in `ASIDE`, so that a slow mail server
    delays no other step there."""
    service_news_mail.send_due(context)


def publish_due(context: WorkerContext) -> None:
    """Creates the statistics releases that are due, once an hour, in a child process. Raises StoreUnavailable if the
    database does not answer, and WorkEnded if the child process ends without a result.
    """
    if service_releases.is_due(context):
        service.run_in_child(context, "release")


ASIDE: tuple[Step, ...] = (
    lapse_emergency,
    keep_drafts,
    service_inbox.read_inbox,
    publish_due,
    mail_news,
)
"""Steps that call other machines or take long. The leader runs these steps in another thread."""
FAREWELL_SECONDS = 2.0
"""At its end, a clock process waits at most this number of seconds for the steps in `ASIDE`."""
FOLLOWING: tuple[Step, ...] = (service_weekly_keys.delete_old_keys,)
"""The steps of a clock process that is not the leader. A clock process that is not the leader also deletes its own
old weekly keys."""


def tick(context: WorkerContext, steps: Sequence[Step] = STEPS) -> None:
    """Runs each step once. If a step fails, logs the failure and still runs the other steps."""
    for step in steps:
        REQUEST.set("")
        try:
            step(context)
        except Exception as broken:
            logger.error("the scheduled step %s failed: %s", step.__name__, type(broken).__name__)


class BackgroundRun:
    """A background thread for steps that would delay the ticks. A new run starts only after the last run has ended."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: Thread | None = None

    def go(self, context: WorkerContext, *steps: Step) -> None:
        """Starts the given steps in the thread, unless the thread still works on the steps of the last call."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=tick, args=(context, steps), name=self._name, daemon=True)
            self._thread.start()

    def rest(self, seconds: float) -> None:
        """Waits for the steps of the last call of `go`, but not longer than `seconds`.

        A later run does the work that these steps do not finish in this time.
        """
        if self._thread is not None:
            self._thread.join(seconds)


@dataclass(frozen=True, slots=True)
class Moment:
    """The times of the system clock and of the monotonic clock, read at the same moment."""

    wall: datetime
    monotonic: float

    def jump_since(self, before: "Moment") -> timedelta:
        """Returns the time by which the system clock was moved since the moment `before`.

        The result is negative if the clock was set back.
        """
        elapsed = timedelta(seconds=self.monotonic - before.monotonic)
        return (self.wall - before.wall) - elapsed


def run(
    context: WorkerContext,
    stop: Event,
    *,
    steps: Sequence[Step] = STEPS,
    aside: Sequence[Step] = ASIDE,
) -> None:
    """Runs the steps once a second until `stop` is set, as long as this process is the leader."""
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    leadership = Leadership(context.database, holder)
    outage = database_outage()
    background = BackgroundRun("aside")
    previous, leading, early_until = Moment(context.now(), time.monotonic()), False, 0.0
    set_back = moved = timedelta(0)
    while not stop.is_set():
        now = Moment(context.now(), time.monotonic())
        jump, previous = now.jump_since(previous), now
        if abs(jump) > JUMP:
            logger.critical("alarm: the clock of this machine jumped by more than a minute")
            wake_for_jump(context)
            early_until = max(early_until, now.monotonic) + jump.total_seconds()
            # Only the leader corrects the stored deadlines.
            set_back += -jump if leading and jump < timedelta(0) else timedelta(0)
            moved += jump if leading else timedelta(0)
        led, leading = leading, leads(context, leadership, outage)
        if leading:
            tick(context, () if led else (end_old_hold,))
            forward = partial(service_alarms.bring_forward, context)
            set_back = store_jump(set_back, forward, "move the deadlines of alerts")
            moved = store_jump(moved, partial(hold_plans, context), "delay planned publications")
            tick(context, steps)
            background.go(context, *without_plans(aside, is_early=now.monotonic < early_until))
        else:
            tick(context, FOLLOWING)
        stop.wait(max(0.0, TICK_SECONDS - (time.monotonic() - now.monotonic)))
    background.rest(FAREWELL_SECONDS)
    leadership.close()


def without_plans(steps: Sequence[Step], *, is_early: bool) -> Sequence[Step]:
    """Returns the given steps. If `is_early` is True, leaves out the step that publishes planned texts, because the
    clock of this process has jumped forward. If this process was the leader, `hold_plans` also stored the jump. If
    another process was the leader, `hold_plans` stored no jump, because the leader's clock may be right.
    """
    return [step for step in steps if not is_early or step is not keep_drafts]


def store_jump(jump: timedelta, store: Callable[[timedelta], None], action: str) -> timedelta:
    """Passes a jump of the clock to the function `store`. Returns zero if the jump is stored. If the database did not
    answer, returns the jump, so that the process can try again."""
    if jump:
        try:
            store(jump)
        except Unavailable as broken:
            logger.error("cannot %s after the clock jumped: %s", action, type(broken).__name__)
            return jump
    return timedelta(0)


def hold_plans(context: WorkerContext, jump: timedelta) -> None:
    """Stores a jump of the clock, so that planned texts wait after a restart too."""
    with context.database.writing() as session:
        tables.hold_plans(session, context.now(), jump)


def end_old_hold(context: WorkerContext) -> None:
    """Ends the delay of planned texts if the system clock was corrected while no clock process was the leader."""
    with context.database.writing() as session:
        tables.end_old_hold(session, context.now())


def wake_for_jump(context: WorkerContext) -> None:
    """Raises the alarm that the clock jumped.

    Logs any error and continues. If the database does not answer, another alarm reports this.
    """
    try:
        service.raise_alarm(context, Alarm.CLOCK_JUMP)
    except Exception as broken:
        logger.error("could not store the alarm about the clock's jump: %s", type(broken).__name__)


def database_outage() -> Outage:
    """Returns an `Outage` for the database, with the texts that the clock process logs when an outage begins and when
    it ends.
    """
    return Outage(
        logger,
        down="no leader: the database does not answer",
        back="the database answers again: the clock continues",
    )


def leads(context: WorkerContext, leadership: Leadership, outage: Outage) -> bool:
    """Returns True if this clock process is the leader now. Returns False if the database does not answer."""
    try:
        leading = leadership.holds(context.now())
    except Unavailable as broken:
        outage.goes_on(broken)
        return False
    outage.is_over()
    return leading
