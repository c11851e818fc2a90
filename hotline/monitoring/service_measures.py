"""Collects the values for the page `/metrics` when Prometheus asks. Also checks if the hotline has met the service
levels of this month.

No metric counts tips, because a change of the count would show at what hour a report came. A count by urgency would
also show the kind of the report. So the service level for tips about danger has no histogram: its values only say if an
alert was late.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version
from time import perf_counter

from hotline.alarms.rules import DANGER, EVENT_ALARMS, HOP, CheckResult, ServiceLevel, warning
from hotline.alarms.tables import raised_alarms
from hotline.core.contexts import READER_QUEUE, WORKER_QUEUE, CliContext, Context
from hotline.core.database import Session
from hotline.core.environment import commit
from hotline.counters import service as reach
from hotline.counters import tables
from hotline.counters.rules import BEYOND, BOUNDS, Gauge, Sample, Timing
from hotline.gateway import queries as gateway_queries
from hotline.gateway import tables as gateway_tables
from hotline.monitoring import (
    queries,
    service_audit_digest,
    service_checks_database,
    service_checks_outside,
)
from hotline.text.errors import StoreUnavailable
from hotline.text.time import KIGALI

HOUR = timedelta(hours=1)
Measured = Sequence[Gauge | Timing]


def gather(context: CliContext) -> Measured:
    """Returns the current values of all metrics. If the function cannot read a value, the result does not contain this
    value, and the metric `hotline_wrong` shows the fault.
    """
    found = (
        *service_checks_outside.process_findings(context),
        *service_checks_outside.check_outside(context),
        *service_checks_database.check_database(context),
        *service_checks_outside.traffic_findings(context),
        service_audit_digest.check_log(context),
    )
    wrong = {result.name: 0 if result.ok else result.level for result in found}
    measured = [*_around(context)]
    try:
        started = perf_counter()
        with context.database.writing() as session:
            gateway_tables.try_writing(session, context.now())
        of_commit = "Seconds that a small write and its commit took."
        measured.append(_one("hotline_commit_seconds", of_commit, perf_counter() - started))
        with context.database.reading() as session:
            raised = raised_alarms(session)
            wrong |= {alarm: int(alarm in raised) for alarm in EVENT_ALARMS}
            measured += [*_timings(session), *_outbox(session, context)]
            measured += _levels(session, context.now())
    except StoreUnavailable:
        pass
    help_text = "Result of each check: 0 is good, more is worse."
    return [_by("hotline_wrong", help_text, "part", wrong), *measured]


@cache
def _code() -> Sample:
    """Returns the version and the commit of this code. Caches the result, because the function may have to run git."""
    return Sample(1, {"version": version("hotline"), "commit": commit()})


def _around(context: CliContext) -> Measured:
    instruments = context.watch.instruments
    queues = (WORKER_QUEUE, READER_QUEUE)
    lengths = {queue: instruments.queue_length(queue) for queue in queues}
    ages = {queue: instruments.worker_age(queue) for queue in queues}
    limit = service_checks_outside.HEARD
    up = {queue: None if age is None else age < limit for queue, age in ages.items()}
    help_text = "Seconds until the certificate of an address ends. 0 if a browser refuses it."
    return [
        Gauge("hotline_build_info", "1, with the version and the commit of this code.", [_code()]),
        _by("hotline_queue_length", "Jobs that wait for a worker.", "queue", lengths),
        _by("hotline_workers_up", "1 if a worker gave a sign within a minute.", "queue", up),
        _by("hotline_certificate_seconds", help_text, "of", instruments.certificates()),
        _one("hotline_backup_age_seconds", "Age of the newest backup.", instruments.backup_age()),
        _one("hotline_balance", "Balance at the gateway.", instruments.balance()),
        _one("hotline_disk_free_bytes", "Free bytes on the disk.", instruments.disk_free()),
    ]


def _timings(session: Session) -> Measured:
    """Returns one histogram of durations for each hook and outcome, and one for each outcome of sending a message."""
    hooks = {astuple(entry): number for entry, number in tables.hook_counters(session).items()}
    sends = {("", *key): number for key, number in queries.sends(session).items()}
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * (BEYOND + 1))
    seconds: dict[tuple[str, str], float] = defaultdict(float)
    for (hook, outcome, bound), (number, duration) in (hooks | sends).items():
        counts[hook, outcome][min(bound, BEYOND)] += number
        seconds[hook, outcome] += duration
    hook_says = ("hotline_hook_seconds", "Seconds that hooks took to answer.")
    send_says = ("hotline_gateway_seconds", "Seconds that the gateway took, by result of the send.")
    return [
        Timing(*hook_says, {"hook": hook, "outcome": outcome}, counted, seconds[hook, outcome])
        if hook
        else Timing(*send_says, {"outcome": outcome}, counted, seconds[hook, outcome])
        for (hook, outcome), counted in sorted(counts.items())
    ]


def _outbox(session: Session, context: CliContext) -> Measured:
    now = context.now()
    lease_end = gateway_queries.outbox_health(session).clock_until
    oldest = queries.oldest_waiting(session)
    ages = {queue: (now - oldest.get(queue, now)).total_seconds() for queue in queries.QUEUES}
    rates = queries.arrivals(session, now - HOUR, now)
    shares = {network: counts.rate for network, counts in sorted(rates.items())}
    strange = float(reach.counted_today(session, reach.STRANGE_CALLER, now))
    states = tables.unfinished_messages(session)
    of_states = "Messages that are not finished, by state; an unknown one may have been sent."
    of_waits = "Seconds that the oldest message of a queue has waited for the gateway."
    of_shares = "Share of an hour's delivery reports that say arrived. None if too few."
    lease = (lease_end - now).total_seconds() if lease_end else None
    of_lease = "Seconds until the clock's lease ends. Below 0, no clock runs."
    return [
        _one("hotline_strange_caller_hops", "Hops today by the wrong phone in a session.", strange),
        _by("hotline_messages", of_states, "state", states),
        _by("hotline_queue_age_seconds", of_waits, "queue", ages),
        _by("hotline_arrived_share", of_shares, "network", shares),
        _one("hotline_clock_lease_seconds", of_lease, lease),
    ]


def _one(name: str, help_: str, value: float | None) -> Gauge:
    return Gauge(name, help_, [] if value is None else [Sample(value, {})])


def _by(name: str, help_: str, label: str, values: Mapping[str, float | None]) -> Gauge:
    """Returns a Prometheus gauge with one sample for each value that is not None."""
    samples = [Sample(value, {label: key}) for key, value in values.items() if value is not None]
    return Gauge(name, help_, samples)


# The code below checks if the hotline has met the service levels of this month.


def level_counts(session: Session, at: datetime) -> Mapping[ServiceLevel, tuple[int, int]]:
    """Returns how often the hotline measured each service level in this month, and how often it missed the level."""
    local = at.astimezone(KIGALI)
    month_start = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    hops = {
        hop: number
        for hop, (number, _) in tables.hook_counters(session, f"{local:%Y-%m}").items()
        if hop.hook == "ussd"
    }
    missed = (n for hop, n in hops.items() if hop.outcome == "failed" or hop.bound > WITHIN)
    return {
        DANGER: queries.danger_alerts(session, month_start, at),
        HOP: (sum(hops.values()), sum(missed)),
    }


WITHIN = BOUNDS.index(HOP.seconds)


def check_levels(context: Context) -> CheckResult:
    """Checks the service levels of this month, for `hotline doctor`. Raises StoreUnavailable."""
    with context.database.reading() as session:
        found = level_counts(session, context.now())
    text = "this month: " + "; ".join(level.state(*counts) for level, counts in found.items())
    if all(level.kept(*counts) for level, counts in found.items()):
        return CheckResult(LEVELS_CHECK, True, text)
    return warning(LEVELS_CHECK, text, "see the runbook, Service levels")


LEVELS_CHECK = "service levels"


def _levels(session: Session, at: datetime) -> Measured:
    found = level_counts(session, at)
    met_levels = {level.name: level.kept(*counts) for level, counts in found.items()}
    _, late = queries.danger_alerts(session, at - HOUR, at)
    of_kept = "1 if the service level was kept in this month until now."
    of_late = "1 if an alert about a danger of the last hour was late. It never counts dangers."
    return [
        _by("hotline_service_level_kept", of_kept, "level", met_levels),
        _one("hotline_danger_late", of_late, late > 0),
    ]


def add(context: Context, counted: Mapping[tables.HookCount, tuple[int, float]]) -> None:
    """Adds the counts of one web process to the database. The counts must be new: the web process has not added them to
    the database before. Raises StoreUnavailable. After this error, the process passes the same counts again later.
    """
    with context.database.writing() as session:
        month = f"{context.now().astimezone(KIGALI):%Y-%m}"
        tables.add_hook_counts(session, counted, month)
