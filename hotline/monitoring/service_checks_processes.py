"""Checks the processes that notify people and that work on queues, for the doctor. Each must show a sign of life.

The watch process itself does not use these checks, because a frozen process raises no alarm about itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import inf

from hotline.core.check_result import CheckResult, in_kigali, warning
from hotline.core.context import LookingKit
from hotline.core.database import Session
from hotline.core.jobs import READER_QUEUE, WORKER_QUEUE
from hotline.errors import StoreUnavailable
from hotline.gateway import queries_alert_path as watch_looked
from hotline.gateway import queries_on_call
from hotline.gateway.rules_delivery import Outcome
from hotline.gateway.tables import Message
from hotline.monitoring import service_alarms

WATCH, WATCHERS, WORKERS = "watch", "watchers", "workers"
UNTRIED = timedelta(minutes=1)
"""Time that a notice may stay untried. The watch process tries a notice within ten seconds."""
HEARD = 60.0
"""Seconds without a sign of life. An idle worker gives one every ten seconds."""
START_WATCH = (
    "`hotline run` or `systemctl restart hotline-watch` starts it; its log says why it ended"
)
START_WORKERS = (
    "start `hotline process {0}` again (`hotline run` does); one that is frozen must be ended first"
)
START_READER = "start `hotline process reader` again (`hotline run` does); one that is frozen must be ended first"


def findings(kit: LookingKit) -> tuple[CheckResult, ...]:
    """Checks the watch process, the result of its last notice, and the workers.

    Empty if the database does not answer, which another check reports.
    """
    at = kit.now()
    try:
        with kit.database.reading() as session:
            starting = watch_looked.is_starting(session, at)
            found = (
                _watch(watch_looked.last(session), at, starting=starting),
                _watchers(session, at),
            )
    except StoreUnavailable:
        return ()
    return *found, _workers(kit, starting=starting)


def _watch(looked: datetime | None, at: datetime, *, starting: bool) -> CheckResult:
    if looked is not None and at - looked < watch_looked.LEASE:
        return CheckResult(WATCH, True, f"looked at everything {in_kigali(looked)}")
    if starting:
        return CheckResult(WATCH, True, "has a minute to start")
    seen = "has never looked" if looked is None else f"has not looked since {in_kigali(looked)}"
    says = f"{seen}: the on-call contacts are notified of nothing"
    return CheckResult(WATCH, False, says, START_WATCH)


def _watchers(session: Session, at: datetime) -> CheckResult:
    """Checks that a notice gets through. A contact that no SMS reaches is notified of nothing."""
    if not queries_on_call.can_be_woken(session):
        says = "nobody is woken when something is wrong"
        return CheckResult(WATCHERS, False, says, "`hotline oncall add NAME`")
    newest = queries_on_call.newest_to_contacts(session)
    if newest is None:
        says = "no notice was ever sent: nothing proves that one arrives"
        return warning(WATCHERS, says, "`hotline oncall test`")
    written = in_kigali(newest.created_at)
    if newest.outcome == Outcome.ACCEPTED:
        return CheckResult(WATCHERS, True, f"the gateway took the last notice, written {written}")
    if newest.attempts == 0 and at - newest.created_at < UNTRIED:
        return CheckResult(WATCHERS, True, f"the last notice, written {written}, is on its way")
    return _failed(newest, written)


def _failed(notice: Message, written: str) -> CheckResult:
    cause, step = service_alarms.cause_and_step(notice)
    says = f"the last notice, written {written}, did not get through: {cause}"
    return CheckResult(WATCHERS, False, says, f"{step}; then `hotline oncall test`")


def _workers(kit: LookingKit, *, starting: bool) -> CheckResult:
    queues = (WORKER_QUEUE, READER_QUEUE)
    ages = {queue: kit.watch.instruments.worker_age(queue) for queue in queues}
    if None in ages.values():
        says = "Redis does not say which workers live"
        return warning(WORKERS, says, "see to Redis first: the clock delivers alerts meanwhile")
    silent = [queue for queue, age in ages.items() if age is not None and age >= HEARD]
    if not silent:
        return CheckResult(WORKERS, True, f"a worker lives for each queue: {', '.join(queues)}")
    if starting:
        return CheckResult(WORKERS, True, "have a minute to start")
    says = "; ".join(_silence(queue, ages[queue] or inf) for queue in silent)
    return CheckResult(WORKERS, False, says, "; ".join(_start(silent)))


def _silence(queue: str, age: float) -> str:
    if age == inf:
        return f"no worker lives for the queue {queue}"
    return f"the workers of the queue {queue} were last heard {age:.0f} seconds ago"


def _start(silent: Sequence[str]) -> Sequence[str]:
    return [
        START_READER if queue == READER_QUEUE else START_WORKERS.format(queue) for queue in silent
    ]
