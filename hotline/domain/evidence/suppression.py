"""Hides small numbers of a table, and as many more as keep them hidden. Pure.

The field calls it cell suppression: primary (what is below k), then complementary (what would give it away). The
table is a circulation, and the range in which a reader can narrow a hidden number follows from two maximal flows:
exact, for rows that lie within others and for flat columns, without a linear solver. A solver in the tests finds no
narrower range. No more is promised than that range: whoever knows more than the tables can subtract it.
"""

from collections.abc import Collection

from hotline.domain.evidence.circulation import Circulation, Key, Path, cheapest, flow, slack
from hotline.domain.evidence.tables import (
    ALL,
    CountTable,
    PublishedTable,
    circulation,
    numbers,
)

INSIDE = 5
"""Below it, numbers are hidden from those who work with the line."""
OUTSIDE = 11
"""Below it, numbers are hidden from everybody else."""
SIGN = ".."
"""Stands for each hidden number, small or not. Zero is small."""


def protect(
    table: CountTable,
    k: int,
    *,
    shared: Collection[Key] = (),
    kept_back: Collection[Key] = (),
) -> PublishedTable:
    """The table alone, or withheld."""
    return attempt(table, k, shared=shared, kept_back=kept_back) or withheld(table, shared=shared)


def attempt(
    table: CountTable, k: int, *, shared: Collection[Key] = (), kept_back: Collection[Key] = ()
) -> PublishedTable | None:
    """Leaves each hidden number a range at least k wide, whatever else is read in the table.

    `shared` are numbers that another table publishes, so that they cannot be hidden here. `kept_back` are hidden
    whatever they count. None where no number is left that would help.
    """
    hidden = _hidden(circulation(table), k, shared, kept_back)
    if hidden is None:
        return None
    counted = numbers(table)
    return PublishedTable(table, {key: None if key in hidden else counted[key] for key in counted})


def withheld(table: CountTable, *, shared: Collection[Key] = ()) -> PublishedTable:
    """The table with nothing in it but what another one publishes."""
    counted = numbers(table)
    return PublishedTable(table, {key: counted[key] if key in shared else None for key in counted})


def _hidden(
    graph: Circulation, k: int, shared: Collection[Key], kept_back: Collection[Key]
) -> set[Key] | None:
    """What has to be hidden; None where that does not suffice."""
    fixed = {index for index, arc in enumerate(graph.arcs) if arc.key in shared}
    small = [
        index
        for index, arc in enumerate(graph.arcs)
        if index not in fixed and (arc.value < k or arc.key in kept_back)
    ]
    hidden = set(small)
    waiting = sorted(small, key=lambda index: graph.arcs[index].value)
    for index in waiting:
        while not _wide(graph, index, hidden, k):
            ring = _ring(graph, index, hidden, fixed, k)
            if ring is None:
                return None
            more = sorted({one for one, _ in ring} - hidden)
            waiting += more
            hidden.update(more)
    return {graph.arcs[index].key for index in hidden}


def _wide(graph: Circulation, index: int, hidden: set[int], k: int) -> bool:
    """What is known from elsewhere no table widens: that much less is enough."""
    arc, others = graph.arcs[index], hidden - {index}
    down, up = min(k, arc.value - arc.least), arc.most - arc.value
    fall = flow(graph, arc.tail, arc.head, slack(graph, others), enough=down)
    rise = flow(graph, arc.head, arc.tail, slack(graph, others), enough=min(k - fall, up))
    return rise + fall >= min(k, arc.most - arc.least)


def _ring(graph: Circulation, index: int, hidden: set[int], fixed: set[int], k: int) -> Path | None:
    """The cheapest rest of a ring on which this arc may go further up, or else down."""
    arc, others = graph.arcs[index], hidden - {index}
    open_arcs = set(range(len(graph.arcs))) - hidden - fixed
    prices = _prices(graph, open_arcs)
    for start, goal, enough in (
        (arc.head, arc.tail, min(k, arc.most - arc.value)),
        (arc.tail, arc.head, min(k, arc.value - arc.least)),
    ):
        used = slack(graph, others)
        if flow(graph, start, goal, used, enough=enough) >= enough:
            continue
        left = slack(graph, open_arcs)
        for one in others:
            left.up[one], left.down[one] = used.up[one], used.down[one]
        path = cheapest(graph, start, goal, left, prices=prices)
        if path is not None:
            return path
    return None


def _prices(graph: Circulation, open_arcs: Collection[int]) -> list[float]:
    """The counts that are lost with a number. Hidden ones are lost already; the whole is dearer than all others."""
    prices: list[float] = [0] * len(graph.arcs)
    for index in open_arcs:
        prices[index] = graph.arcs[index].value
    whole = next(index for index, arc in enumerate(graph.arcs) if arc.key == (ALL, ALL))
    prices[whole] *= 2 * len(graph.arcs)
    return prices
