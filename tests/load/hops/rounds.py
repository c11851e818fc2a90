"""Turns: each endpoint is measured beside the others, part by part, and the middle of its turns counts."""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import click

from tests.load.hops.endpoints import NOTHING, Endpoint, HopPart, Rows, hops_in
from tests.load.hops.hits import hit_rate
from tests.load.load import BUSY, Load, LoadResult, percentile

AT_ONCE = 16
"""Callers in the middle of a dialogue, as many hops as go."""
AT_ONCE_PACED = 64
"""At half load hops come when they are due, whoever still waits: there is a connection for each."""


@dataclass(frozen=True, slots=True)
class PartFigures:
    """Of one part, the middle of its turns. A ratio is to the null endpoint: of rates, and of costs."""

    rate: float
    """Answers a second, as many as go."""
    ratio: float
    cost: float
    """Microseconds of the server's process for each."""
    cost_ratio: float
    hits: float | None
    """The share of hops whose way the process knew."""
    client: float
    """The share of its time in which the client was busy."""


@dataclass(frozen=True, slots=True)
class PacedFigures:
    """At half of the rate that was reached."""

    rate: float
    p50: float
    """Milliseconds, from the moment that a hop was due."""
    p99: float
    p99_ratio: float
    """To the null endpoint's."""
    client: float

    @property
    def of_the_client(self) -> bool:
        """The client was the limit: the row says nothing of the server."""
        return self.client > BUSY


@dataclass(frozen=True, slots=True)
class HopFigures:
    full: Mapping[HopPart, PartFigures]
    half: Mapping[HopPart, PacedFigures]


@dataclass(slots=True)
class _Seen:
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    hits: list[float] = field(default_factory=list)
    clients: list[float] = field(default_factory=list)


@dataclass(slots=True)
class _Paced:
    p50s: list[float] = field(default_factory=list)
    p99s: list[float] = field(default_factory=list)
    clients: list[float] = field(default_factory=list)


class HopRounds:
    """Plays turns with a client. Raises ClickException for an answer that should have been another."""

    def __init__(
        self,
        endpoints: Mapping[str, Endpoint],
        play: Callable[[Load], LoadResult],
        callers: int,
    ) -> None:
        self._endpoints = endpoints
        self._play = play
        self._callers = callers
        self._seen: dict[str, dict[HopPart, _Seen]] = {kind: {} for kind in endpoints}
        self._paced: dict[str, dict[HopPart, _Paced]] = {kind: {} for kind in endpoints}

    def run(self, turns: int, *, warm: int) -> Mapping[str, HopFigures]:
        """`warm` sessions walk before the first turn, and are not measured."""
        for kind, endpoint in self._endpoints.items():
            if warm:
                _right(kind, self._play(Load(endpoint.port, endpoint.whole(warm), AT_ONCE)))
        with click.progressbar(length=2 * turns, label="turns", file=sys.stderr) as bar:
            for _ in range(turns):
                for kind, endpoint in self._endpoints.items():
                    for part, rows in endpoint.apart(self._callers).items():
                        self._at_full_load(kind, endpoint, part, rows)
                    whole = endpoint.whole(self._callers)
                    self._at_full_load(kind, endpoint, HopPart.MIXED, whole)
                bar.update(1)
            for _ in range(turns):
                for kind, endpoint in self._endpoints.items():
                    self._at_half_load(kind, endpoint)
                bar.update(1)
        return {kind: self._figures(kind) for kind in self._endpoints}

    def _at_full_load(self, kind: str, endpoint: Endpoint, part: HopPart, rows: Rows) -> None:
        hops = hops_in(rows)
        if not hops:
            return
        seen = self._seen[kind].setdefault(part, _Seen())
        spent, ways = endpoint.spent(), endpoint.ways()
        outcome = _right(kind, self._play(Load(endpoint.port, rows, AT_ONCE)))
        seen.costs.append(1e6 * (endpoint.spent() - spent) / hops)
        seen.rates.append(hops / outcome.seconds)
        seen.clients.append(outcome.busy)
        hits = hit_rate(ways, endpoint.ways())
        if hits is not None:
            seen.hits.append(hits)

    def _at_half_load(self, kind: str, endpoint: Endpoint) -> None:
        apart = endpoint.apart(self._callers)
        _right(kind, self._play(Load(endpoint.port, apart[HopPart.FIRST], AT_ONCE)))
        measured = {
            HopPart.MENU: apart[HopPart.MENU],
            HopPart.MIXED: endpoint.whole(self._callers),
        }
        for part, rows in measured.items():
            if not hops_in(rows):
                continue
            paced = self._paced[kind].setdefault(part, _Paced())
            load = Load(endpoint.port, rows, AT_ONCE_PACED, rate=self._half(kind, part))
            outcome = _right(kind, self._play(load))
            paced.p50s.append(1000 * percentile(outcome.waits, 50))
            paced.p99s.append(1000 * percentile(outcome.waits, 99))
            paced.clients.append(outcome.busy)

    def _half(self, kind: str, part: HopPart) -> float:
        return statistics.median(self._seen[kind][part].rates) / 2

    def _figures(self, kind: str) -> HopFigures:
        full = {part: self._full(part, seen) for part, seen in self._seen[kind].items()}
        half = {part: self._paced_figures(kind, part) for part in self._paced[kind]}
        return HopFigures(full, half)

    def _full(self, part: HopPart, seen: _Seen) -> PartFigures:
        middle, nothing = statistics.median, self._seen[NOTHING][part]
        return PartFigures(
            rate=middle(seen.rates),
            ratio=middle_ratio(seen.rates, nothing.rates),
            cost=middle(seen.costs),
            cost_ratio=middle_ratio(nothing.costs, seen.costs),
            hits=middle(seen.hits) if seen.hits else None,
            client=middle(seen.clients),
        )

    def _paced_figures(self, kind: str, part: HopPart) -> PacedFigures:
        middle, paced, nothing = statistics.median, self._paced[kind][part], self._paced[NOTHING]
        return PacedFigures(
            rate=self._half(kind, part),
            p50=middle(paced.p50s),
            p99=middle(paced.p99s),
            p99_ratio=middle_ratio(paced.p99s, nothing[part].p99s),
            client=middle(paced.clients),
        )


def middle_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The middle of the ratios of turns that were measured beside each other."""
    pairs = zip(ours, theirs, strict=False)
    return statistics.median(mine / other if other else 0.0 for mine, other in pairs)


def _right(kind: str, outcome: LoadResult) -> LoadResult:
    if outcome.wrong or outcome.hung:
        wrong = f"{len(outcome.wrong)} wrong answers of {kind}, such as {outcome.wrong[:1]}"
        raise click.ClickException(f"{wrong}; {outcome.hung} that never came")
    return outcome
