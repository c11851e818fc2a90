"""Collects the values for /metrics when the monitoring system asks.

No value counts tips, in total or by urgency. Such numbers over time would show the hour and the kind of a report.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from hotline.core.contexts import CliContext, Context
from hotline.core.database import Session
from hotline.core.jobs import WORKER_QUEUE
from hotline.counters import service as reach
from hotline.counters import tables
from hotline.counters.rules import BEYOND, Gauge, Sample, Timing, quantile
from hotline.errors import StoreUnavailable
from hotline.gateway import queries_health
from hotline.monitoring import queries, service_checks_database, service_checks_outside

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
Measured = Sequence[Gauge | Timing]


def gather(context: CliContext) -> Measured:
    """Returns all current values. If a value cannot be read, it is missing, and `hotline_wrong` shows the fault."""
    found = (
        *service_checks_outside.check_outside(context),
        *service_checks_database.check_database(context),
        *service_checks_outside.traffic_findings(context),
    )
    wrong = [Sample(0 if one.ok else one.level, {"part": one.name}) for one in found]
    measured: list[Gauge | Timing] = [
        Gauge("hotline_wrong", "Result of each check: 0 is well, more is worse.", wrong),
        *_around(context),
    ]
    try:
        with context.database.reading() as session:
            measured += [*_hooks(session), *_outbox(session, context), *_networks(session, context)]
    except StoreUnavailable:
        return measured
    return measured


def _around(context: CliContext) -> Measured:
    instruments = context.watch.instruments
    length = instruments.queue_length(WORKER_QUEUE)
    return [
        Gauge(
            "hotline_queue_length",
            "Jobs that wait for a worker.",
            [] if length is None else [Sample(length, {"queue": WORKER_QUEUE})],
        ),
        _one("hotline_redis_up", "1 if Redis answers.", float(instruments.redis_fault() is None)),
        _one("hotline_balance", "Balance at the gateway.", instruments.balance()),
        _one("hotline_disk_free_bytes", "Free bytes on the disk.", instruments.disk_free()),
    ]


def _hooks(session: Session) -> Measured:
    """Returns one timing for each hook and result."""
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * (BEYOND + 1))
    seconds: dict[tuple[str, str], float] = defaultdict(float)
    for one, (number, took) in tables.hook_counters(session).items():
        counts[one.hook, one.outcome][min(one.bound, BEYOND)] += number
        seconds[one.hook, one.outcome] += took
    return [
        Timing(
            "hotline_hook_seconds",
            "Seconds that hooks took to answer.",
            {"hook": hook, "outcome": outcome},
            counted,
            seconds[hook, outcome],
        )
        for (hook, outcome), counted in sorted(counts.items())
    ]


def _outbox(session: Session, context: CliContext) -> Measured:
    now = context.now()
    health = queries_health.outbox_health(session)
    until = health.clock_until
    return [
        _one(
            "hotline_strange_caller_hops",
            "Hops of another phone in a session, today.",
            float(reach.counted_today(session, reach.STRANGE_CALLER, now)),
        ),
        Gauge(
            "hotline_messages",
            "Messages that are not finished, by state; unknown are those that may have gone out.",
            [
                Sample(count, {"state": state})
                for state, count in sorted(tables.unfinished_messages(session).items())
            ],
        ),
        _one(
            "hotline_oldest_unsent_seconds",
            "Seconds that the oldest message has waited for the gateway.",
            (now - health.oldest_unsent).total_seconds() if health.oldest_unsent else 0.0,
        ),
        _one(
            "hotline_clock_lease_seconds",
            "Seconds until the clock's lease ends. Below 0, no clock runs.",
            (until - now).total_seconds() if until else None,
        ),
    ]


def _networks(session: Session, context: CliContext) -> Measured:
    now = context.now()
    rates = queries.arrivals(session, now - HOUR, now)
    delays = queries.delays(session, now - DAY)
    return [
        Gauge(
            "hotline_arrived_share",
            "Share of an hour's delivery reports that say arrived. None if too few.",
            [
                Sample(one.rate, {"network": network})
                for network, one in sorted(rates.items())
                if one.rate is not None
            ],
        ),
        Gauge(
            "hotline_report_delay_seconds",
            "From a send to the report of its arrival, of the last day's newest.",
            [
                Sample(quantile(values, share), {"network": network, "quantile": str(share)})
                for network, values in sorted(delays.items())
                for share in (0.5, 0.95)
            ],
        ),
    ]


def _one(name: str, help_: str, value: float | None) -> Gauge:
    return Gauge(name, help_, [] if value is None else [Sample(value, {})])


# Adds up the numbers that web processes count for their hooks.


def add(context: Context, counted: Mapping[tables.HookCount, tuple[int, float]]) -> None:
    """Adds the numbers that one process has counted since its last report. Raises StoreUnavailable. The process then
    reports them again."""
    with context.database.writing() as session:
        tables.add_hook_counts(session, counted)
