"""Serves metrics to Prometheus on a separate port. Collects the metrics when Prometheus asks, but at most once in five
seconds.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from threading import Lock

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from hotline.counters.rules import BOUNDS, Gauge, Timing
from hotline.text.errors import Occupied

FRESH = 5.0
"""The hotline collects its metrics again only after this number of seconds. So frequent requests from Prometheus do not
cause more queries to the database.
"""


class GaugeCollector(Collector):
    def __init__(self, gather: Callable[[], Sequence[Gauge | Timing]]) -> None:
        self._gather = gather
        self._lock = Lock()
        self._gathered: tuple[float, Sequence[Gauge | Timing]] | None = None

    def collect(self) -> Iterable[Metric]:
        families: dict[str, GaugeMetricFamily | HistogramMetricFamily] = {}
        with self._lock:
            now = time.monotonic()
            if self._gathered is None or now - self._gathered[0] >= FRESH:
                self._gathered = (now, self._gather())
            measured = self._gathered[1]
        for item in measured:
            if isinstance(item, Gauge):
                families[item.name] = gauge = GaugeMetricFamily(
                    item.name, item.help, labels=[*item.samples[0].labels] if item.samples else []
                )
                for sample in item.samples:
                    gauge.add_metric([*sample.labels.values()], sample.value)
            else:
                timing = families.setdefault(
                    item.name, HistogramMetricFamily(item.name, item.help, labels=[*item.labels])
                )
                assert isinstance(timing, HistogramMetricFamily)
                # In Prometheus, each bucket of a histogram includes the counts of all smaller buckets.
                counts = map(float, accumulate(item.counts))
                buckets = [*zip((*map(str, BOUNDS), "+Inf"), counts, strict=True)]
                timing.add_metric([*item.labels.values()], buckets, item.seconds)
        return families.values()

    def describe(self) -> Iterable[Metric]:
        """Returns no metrics. Prometheus's library calls this method at the start, when the hotline must not query the
        database yet."""
        return ()


@contextmanager
def serving(host: str, port: int, gather: Callable[[], Sequence[Gauge | Timing]]) -> Iterator[int]:
    """Serves `/metrics` until the `with` block ends, and yields the port. Port 0 means any free port. Raises Occupied
    if another program uses the port."""
    collectors = CollectorRegistry()
    collectors.register(GaugeCollector(gather))
    try:
        server, thread = start_http_server(port, addr=host, registry=collectors)
    except OSError as broken:
        raise Occupied(f"HOTLINE_METRICS_PORT: {broken.strerror or broken}") from None
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
