"""A flow as a picture: its screens as boxes that are links, the arrows between them, and the same in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flask import Response

from hotline.engine.editing.preview import arrows_of, outline, start_of
from hotline.errors import NotFound
from hotline.services.flows import authoring
from hotline.web.console.visit import Visit, page
from hotline.web.console.who import table

BOX_WIDTH, BOX_HEIGHT = 168, 48
BETWEEN, BETWEEN_LAYERS = 24, 44
THIN = 12
"""What an arrow takes of a layer that it passes."""
SWEEPS = 6
WIDEST = 1300
"""A picture that would be wider grows from left to right, if that is narrower."""
Passed = tuple[str, str, int]
"""Where an arrow passes a layer: from, to, and the layer."""
Spot = str | Passed


@dataclass(frozen=True, slots=True)
class PlacedBox:
    name: str
    left: int
    top: int


@dataclass(frozen=True, slots=True)
class PlacedArrow:
    begin: str
    end: str
    points: tuple[tuple[int, int], ...]
    is_back: bool
    """Leads to a layer above, or stays in its own."""


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    width: int
    height: int
    boxes: tuple[PlacedBox, ...]
    arrows: tuple[PlacedArrow, ...]
    grows_down: bool


def placed(names: Sequence[str], arrows: Iterable[tuple[str, str]], start: str) -> PlacedPicture:
    """A picture of boxes and arrows. What nothing leads to begins a layer of its own at the top."""
    known = set(names)
    pairs = [pair for pair in dict.fromkeys(arrows) if set(pair) <= known]
    first = [start] if start in known else []
    depth, back = _depths([*first, *(name for name in names if name != start)], pairs)
    forward = [pair for pair in pairs if pair not in back]
    layers = _layers(names, depth, forward)
    across = max(sum(map(_across, layer)) + BETWEEN * (len(layer) + 1) for layer in layers)
    along = len(layers) * (BOX_WIDTH + BETWEEN_LAYERS) + BETWEEN_LAYERS
    grows_down = across <= WIDEST or along >= across
    return _drawn(layers, depth, pairs, back, grows_down)


def _depths(
    names: Sequence[str], pairs: Sequence[tuple[str, str]]
) -> tuple[Mapping[str, int], set[tuple[str, str]]]:
    """How far each box is from what begins it, by the longest way; arrows that would close a circle lead back."""
    out: dict[str, list[str]] = {name: [] for name in names}
    for begin, end in pairs:
        out[begin].append(end)
    back: set[tuple[str, str]] = set()
    done: list[str] = []
    seen, open_now = set[str](), set[str]()
    for root in names:
        if root in seen:
            continue
        seen.add(root)
        open_now.add(root)
        ways = [(root, iter(out[root]))]
        while ways:
            name, rest = ways[-1]
            following = next(rest, None)
            if following is None:
                ways.pop()
                open_now.discard(name)
                done.append(name)
                continue
            end = following
            if end in open_now:
                back.add((name, end))
            elif end not in seen:
                seen.add(end)
                open_now.add(end)
                ways.append((end, iter(out[end])))
    depth = dict.fromkeys(names, 0)
    for name in reversed(done):
        for end in out[name]:
            if (name, end) not in back:
                depth[end] = max(depth[end], depth[name] + 1)
    return depth, back


def _layers(
    names: Sequence[str], depth: Mapping[str, int], forward: Sequence[tuple[str, str]]
) -> list[list[Spot]]:
    """Boxes, and the places where arrows pass, in an order in which few arrows cross."""
    layers: list[list[Spot]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in names:
        layers[depth[name]].append(name)
    above: dict[Spot, list[Spot]] = {}
    below: dict[Spot, list[Spot]] = {}
    for begin, end in forward:
        way = _way(begin, end, depth)
        for spot, layer in zip(way[1:-1], range(depth[begin] + 1, depth[end]), strict=True):
            layers[layer].append(spot)
        for upper, lower in pairwise(way):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for at in range(1, len(layers)) if down else range(len(layers) - 2, -1, -1):
            beside = layers[at - 1 if down else at + 1]
            _ordered(layers[at], beside, above if down else below)
    return layers


def _way(begin: str, end: str, depth: Mapping[str, int]) -> list[Spot]:
    passed: list[Spot] = [(begin, end, at) for at in range(depth[begin] + 1, depth[end])]
    return [begin, *passed, end]


def _ordered(
    layer: list[Spot], beside: Sequence[Spot], neighbours: Mapping[Spot, Sequence[Spot]]
) -> None:
    """By the middle of what each is joined to in the layer beside it; what is joined to nothing keeps its place."""
    at = {spot: number for number, spot in enumerate(beside)}
    here = {spot: number for number, spot in enumerate(layer)}

    def middle(spot: Spot) -> float:
        joined = [at[one] for one in neighbours.get(spot, ()) if one in at]
        return sum(joined) / len(joined) if joined else float(here[spot])

    layer.sort(key=middle)


def _across(spot: Spot) -> int:
    return BOX_WIDTH if isinstance(spot, str) else THIN


def _drawn(
    layers: Sequence[Sequence[Spot]],
    depth: Mapping[str, int],
    pairs: Sequence[tuple[str, str]],
    back: set[tuple[str, str]],
    grows_down: bool,
) -> PlacedPicture:
    size = BOX_WIDTH if grows_down else BOX_HEIGHT
    deep = BOX_HEIGHT if grows_down else BOX_WIDTH
    takes = [[size if isinstance(spot, str) else THIN for spot in layer] for layer in layers]
    widths = [sum(each) + BETWEEN * (len(each) - 1) for each in takes]
    widest = max(widths)
    middles: dict[Spot, tuple[int, int]] = {}
    for number, layer in enumerate(layers):
        side = BETWEEN + (widest - widths[number]) // 2
        for spot, taken in zip(layer, takes[number], strict=True):
            middles[spot] = (
                side + taken // 2,
                number * (deep + BETWEEN_LAYERS) + BETWEEN + deep // 2,
            )
            side += taken + BETWEEN
    turned = middles if grows_down else {spot: (y, x) for spot, (x, y) in middles.items()}
    long = len(layers) * (deep + BETWEEN_LAYERS) - BETWEEN_LAYERS + 2 * BETWEEN
    wide = widest + 2 * BETWEEN
    boxes = [
        PlacedBox(spot, x - BOX_WIDTH // 2, y - BOX_HEIGHT // 2)
        for spot, (x, y) in turned.items()
        if isinstance(spot, str)
    ]
    arrows = [
        PlacedArrow(
            begin,
            end,
            tuple(turned[spot] for spot in _way(begin, end, depth)),
            (begin, end) in back or begin == end,
        )
        for begin, end in pairs
    ]
    width, height = (wide, long) if grows_down else (long, wide)
    return PlacedPicture(width, height, tuple(boxes), tuple(arrows), grows_down)


KINDS = table("picture_kinds")
TINTS = {"menu": "asks", "ask": "asks", "finish": "ends", "branch": "parts", "call": "parts"}
LETTERS = 18
"""Of a name that fit into a box."""


def show(visit: Visit, flow: str) -> Response:
    document = authoring.live_document(visit.kit.database)["flows"].get(flow)
    if document is None:
        raise NotFound(f"no flow {flow}")
    rows = {row.name: row for row in outline(document)}
    pairs = [(arrow.node, arrow.goes) for arrow in arrows_of(document) if arrow.node]
    picture = placed([*rows], pairs, start_of(document))
    return page(
        visit,
        "picture.html",
        flow=flow,
        rows=rows,
        kinds=KINDS,
        picture=picture,
        box=(BOX_WIDTH, BOX_HEIGHT),
        boxes=[
            (rows[one.name], one, TINTS.get(rows[one.name].kind, "says")) for one in picture.boxes
        ],
        letters=LETTERS,
        arrows=[(_path(one, picture.grows_down), one.is_back) for one in picture.arrows],
    )


def _path(arrow: PlacedArrow, grows_down: bool) -> str:
    """From the edge of one box to the edge of the other, in curves; one that leads back goes round the side."""
    points = _from_edges(arrow, grows_down)
    if arrow.is_back:
        return _round(points[0], points[-1], grows_down)
    path = [f"M{points[0][0]} {points[0][1]}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        if grows_down:
            half = (y + to_y) // 2
            path.append(f"C{x} {half} {to_x} {half} {to_x} {to_y}")
        else:
            half = (x + to_x) // 2
            path.append(f"C{half} {y} {half} {to_y} {to_x} {to_y}")
    return "".join(path)


def _from_edges(arrow: PlacedArrow, grows_down: bool) -> Sequence[tuple[int, int]]:
    (x, y), *between, (to_x, to_y) = arrow.points if len(arrow.points) > 1 else arrow.points * 2
    if arrow.is_back and grows_down:
        return [(x + BOX_WIDTH // 2, y), (to_x + BOX_WIDTH // 2, to_y)]
    if arrow.is_back:
        return [(x, y + BOX_HEIGHT // 2), (to_x, to_y + BOX_HEIGHT // 2)]
    if grows_down:
        return [(x, y + BOX_HEIGHT // 2), *between, (to_x, to_y - BOX_HEIGHT // 2)]
    return [(x + BOX_WIDTH // 2, y), *between, (to_x - BOX_WIDTH // 2, to_y)]


def _round(begin: tuple[int, int], end: tuple[int, int], grows_down: bool) -> str:
    (x, y), (to_x, to_y) = begin, end
    if grows_down:
        side = max(x, to_x) + 20
        return f"M{x} {y}C{side} {y} {side} {to_y} {to_x} {to_y}"
    side = max(y, to_y) + 20
    return f"M{x} {y}C{x} {side} {to_x} {side} {to_x} {to_y}"
