"""Numbers that add up, as a circulation, and how far a hidden one can be moved in it. Pure.

Each number is an arc of a directed graph, and at each node what comes in goes out: a margin comes in, its cells go
out. Whoever reads the table can move hidden arcs alone, along rings of them. So the possible range of a hidden arc
ends at its value plus, and minus, the maximal flow between its ends over the other hidden arcs (Ford and Fulkerson).
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf

Key = tuple[str, str]
"""A number's name in its table: row and column."""
Path = list[tuple[int, bool]]
"""Arcs by their index, and whether each is walked forward."""


@dataclass(frozen=True, slots=True)
class Arc:
    key: Key
    tail: Key
    head: Key
    value: int
    least: float = 0
    """Whoever reads knows that it is no less."""
    most: float = inf
    """And no more."""


class Circulation:
    """The arcs, by their index, and what touches each node."""

    def __init__(self, arcs: Iterable[Arc]) -> None:
        self.arcs: Sequence[Arc] = tuple(arcs)
        self.at: dict[Key, list[tuple[int, Key, bool]]] = defaultdict(list)
        for index, arc in enumerate(self.arcs):
            self.at[arc.tail].append((index, arc.head, True))
            self.at[arc.head].append((index, arc.tail, False))


class Slack:
    """How far each arc may still go up, and down. An arc that may not move has none."""

    __slots__ = ("down", "up")

    def __init__(self, up: list[float], down: list[float]) -> None:
        self.up, self.down = up, down

    def room(self, index: int, forward: bool) -> float:
        return self.up[index] if forward else self.down[index]

    def move(self, path: Path, amount: float) -> None:
        for index, forward in path:
            more = amount if forward else -amount
            self.up[index] -= more
            self.down[index] += more


def slack(graph: Circulation, free: Collection[int]) -> Slack:
    """Free arcs go as far as is not known otherwise: up without limit, and down to zero."""
    up, down = [0.0] * len(graph.arcs), [0.0] * len(graph.arcs)
    for index in free:
        arc = graph.arcs[index]
        up[index], down[index] = arc.most - arc.value, arc.value - arc.least
    return Slack(up, down)


def flow(graph: Circulation, start: Key, goal: Key, left: Slack, *, enough: float) -> float:
    """Pushes as much as goes from start to goal, up to `enough`, and takes it off the slack."""
    if start == goal:
        return enough
    pushed = 0.0
    while pushed < enough:
        path = _shortest(graph, start, goal, left)
        if path is None:
            break
        step = min(enough - pushed, *(left.room(*one) for one in path))
        left.move(path, step)
        pushed += step
    return pushed


def _shortest(graph: Circulation, start: Key, goal: Key, left: Slack) -> Path | None:
    """The path of fewest arcs that all have room (Edmonds and Karp)."""
    came: dict[Key, tuple[int, Key, bool]] = {}
    queue = deque([start])
    while queue:
        node = queue.popleft()
        for index, other, forward in graph.at[node]:
            if other == start or other in came or left.room(index, forward) <= 0:
                continue
            came[other] = index, node, forward
            if other == goal:
                return _back(came, start, goal)
            queue.append(other)
    return None


def cheapest(
    graph: Circulation, start: Key, goal: Key, left: Slack, *, prices: Sequence[float]
) -> Path | None:
    """The path with room whose arcs cost least together (Dijkstra)."""
    came: dict[Key, tuple[int, Key, bool]] = {}
    best: dict[Key, float] = {start: 0}
    heap: list[tuple[float, Key]] = [(0, start)]
    while heap:
        cost, node = heappop(heap)
        if node == goal:
            return _back(came, start, goal)
        if cost > best[node]:
            continue
        for index, other, forward in graph.at[node]:
            price = cost + prices[index]
            if left.room(index, forward) > 0 and price < best.get(other, inf):
                best[other] = price
                came[other] = index, node, forward
                heappush(heap, (price, other))
    return None


def _back(came: dict[Key, tuple[int, Key, bool]], start: Key, goal: Key) -> Path:
    path: Path = []
    node = goal
    while node != start:
        index, node, forward = came[node]
        path.append((index, forward))
    return path
