"""Draws pictures of linked boxes and arrows: the screens of one flow, and the map of all flows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar

from flask import Response, url_for

from hotline.console import role_groups
from hotline.console.form import number_of
from hotline.console.visit import Visit, page
from hotline.core.documents import Document
from hotline.counters.service import day_of
from hotline.editing import service_drafts, service_publish
from hotline.editing.pages_editor_drawing import digits_of
from hotline.editing.pages_sentences import problem_details, problem_sentence
from hotline.editing.rules_preview import (
    MAX_KEYS,
    Previewed,
    arrows_of,
    outline,
    preview,
    start_of,
)
from hotline.editing.service_drafts import ChangeRow
from hotline.errors import NotFound
from hotline.flows.check import Problem
from hotline.flows.node_fields import Titles, called_flow, nodes_of
from hotline.flows.service_authoring import live_document
from hotline.statistics.service_releases import flow_use

BOX_WIDTH, BOX_HEIGHT = 216, 64
BETWEEN, BETWEEN_LAYERS = 24, 56
LETTERS = 25
"""The number of letters that fit into a box."""
THIN = 12
"""The width of an arrow that passes through a layer."""
SWEEPS = 6
Passed = tuple[str, str, int]
"""The place where an arrow passes through a layer: start, end and layer."""
Spot = str | Passed


@dataclass(frozen=True, slots=True)
class PlacedBox:
    name: str
    left: int
    top: int
    width: ClassVar[int] = BOX_WIDTH
    height: ClassVar[int] = BOX_HEIGHT
    letters: ClassVar[int] = LETTERS


@dataclass(frozen=True, slots=True)
class PlacedArrow:
    begin: str
    end: str
    points: tuple[tuple[int, int], ...]
    is_back: bool
    """True for an arrow to a higher layer or within its layer."""
    is_level: bool = False
    """True for an arrow from left to right."""

    @property
    def path(self) -> str:
        """Returns the SVG path of a curved arrow between two boxes. An arrow that leads back passes around the
        side."""
        (x, y), (to_x, to_y) = self.points[0], self.points[-1]
        if self.is_level:
            half = (x + to_x) // 2
            return f"M{x} {y}C{half} {y} {half} {to_y} {to_x} {to_y}"
        if self.is_back:
            x, to_x = x + BOX_WIDTH // 2, to_x + BOX_WIDTH // 2
            side = max(x, to_x) + 20
            return f"M{x} {y}C{side} {y} {side} {to_y} {to_x} {to_y}"
        half_box = BOX_HEIGHT // 2
        path = f"M{x} {y + half_box}"
        points = [(x, y + half_box), *self.points[1:-1], (to_x, to_y - half_box)]
        for (x, y), (to_x, to_y) in pairwise(points):
            half = (y + to_y) // 2
            path += f"C{x} {half} {to_x} {half} {to_x} {to_y}"
        return path


@dataclass(frozen=True, slots=True)
class PlacedPicture:
    width: int
    height: int
    boxes: tuple[PlacedBox, ...]
    arrows: tuple[PlacedArrow, ...]


def place_boxes(
    names: Sequence[str], arrows: Iterable[tuple[str, str]], start: str
) -> PlacedPicture:
    """Places boxes and arrows in layers. Boxes that no arrow leads to are placed at the top."""
    known = set(names)
    pairs = [pair for pair in dict.fromkeys(arrows) if set(pair) <= known]
    first = [start] if start in known else []
    depth, back = _depths([*first, *(name for name in names if name != start)], pairs)
    layers = _layers(names, depth, [pair for pair in pairs if pair not in back])
    widths = [sum(_across(spot) + BETWEEN for spot in layer) + BETWEEN for layer in layers]
    middles: dict[Spot, tuple[int, int]] = {}
    for number, layer in enumerate(layers):
        side = BETWEEN + (max(widths) - widths[number]) // 2
        for spot in layer:
            top = BETWEEN + number * (BOX_HEIGHT + BETWEEN_LAYERS)
            middles[spot] = (side + _across(spot) // 2, top + BOX_HEIGHT // 2)
            side += _across(spot) + BETWEEN
    boxes = [
        PlacedBox(spot, x - BOX_WIDTH // 2, y - BOX_HEIGHT // 2)
        for spot, (x, y) in middles.items()
        if isinstance(spot, str)
    ]
    drawn = [
        PlacedArrow(
            begin,
            end,
            tuple(middles[spot] for spot in _way(begin, end, depth)),
            (begin, end) in back or begin == end,
        )
        for begin, end in pairs
    ]
    height = len(layers) * (BOX_HEIGHT + BETWEEN_LAYERS) - BETWEEN_LAYERS + 2 * BETWEEN
    return PlacedPicture(max(widths), height, tuple(boxes), tuple(drawn))


def place_flows(flows: Mapping[str, object], groups: Iterable[str], front: str) -> PlacedPicture:
    """Places the boxes of flows as a tree from left to right. Its arrows are the shortest way to each flow.

    A way begins at the first screen, or at a flow that no other way reaches. The first flow behind a flow is in the
    same row, and each further one is in a row of its own.
    """
    opens: dict[str, list[str]] = {name: [] for name in dict.fromkeys((front, *groups))}
    firsts, seen = [], set[str]()
    for begin in opens:
        waiting = [begin] if begin in flows and begin not in seen else []
        firsts += waiting
        seen |= {*waiting}
        while waiting:
            name = waiting.pop(0)
            for called in map(called_flow, nodes_of(flows[name]).values()):
                if called in opens and called not in seen:
                    seen.add(called)
                    opens[name].append(called)
                    waiting.append(called)
    boxes: dict[str, PlacedBox] = {}
    arrows: list[PlacedArrow] = []
    rows, right = 0, 0
    left: list[tuple[str, PlacedBox | None]] = [(name, None) for name in reversed(firsts)]
    while left:
        name, parent = left.pop()
        is_first = parent is not None and name == opens[parent.name][0]
        rows += not is_first
        x = BETWEEN if parent is None else parent.left + BOX_WIDTH + BETWEEN_LAYERS
        box = boxes[name] = PlacedBox(name, x, BETWEEN + (rows - 1) * (BOX_HEIGHT + THIN))
        right = max(right, x)
        if parent is not None:
            ends = [(one.left + BOX_WIDTH, one.top + BOX_HEIGHT // 2) for one in (parent, box)]
            points = ends[0], (box.left, ends[1][1])
            arrows.append(PlacedArrow(parent.name, name, points, is_back=False, is_level=True))
        left += [(one, box) for one in reversed(opens[name])]
    height = BETWEEN * 2 + rows * (BOX_HEIGHT + THIN)
    return PlacedPicture(right + BOX_WIDTH + BETWEEN, height, tuple(boxes.values()), tuple(arrows))


def _depths(
    names: Sequence[str], pairs: Sequence[tuple[str, str]]
) -> tuple[Mapping[str, int], set[tuple[str, str]]]:
    """Returns each box's depth by the longest path, and the arrows that lead back and close a circle."""
    out: dict[str, list[str]] = {name: [] for name in names}
    for begin, end in pairs:
        out[begin].append(end)
    back: set[tuple[str, str]] = set()
    done: list[str] = []
    seen, open_now = set[str](), set[str]()
    # A virtual root leads to all boxes in their order.
    ways = [("", iter(names))]
    while ways:
        name, rest = ways[-1]
        end = next(rest, "")
        if not end:
            ways.pop()
            open_now.discard(name)
            done.append(name)
        elif end in open_now:
            back.add((name, end))
        elif end not in seen:
            seen.add(end)
            open_now.add(end)
            ways.append((end, iter(out[end])))
    depth = dict.fromkeys(names, 0)
    for name in reversed(done[:-1]):
        for end in out[name]:
            if (name, end) not in back:
                depth[end] = max(depth[end], depth[name] + 1)
    return depth, back


def _layers(
    names: Sequence[str], depth: Mapping[str, int], forward: Sequence[tuple[str, str]]
) -> list[list[Spot]]:
    """Returns the layers of boxes and passing arrows, in an order with few crossings."""
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
            nearby = layers[at - 1 if down else at + 1]
            _ordered(layers[at], nearby, above if down else below)
    return layers


def _way(begin: str, end: str, depth: Mapping[str, int]) -> list[Spot]:
    passed: list[Spot] = [(begin, end, at) for at in range(depth[begin] + 1, depth[end])]
    return [begin, *passed, end]


def _ordered(
    layer: list[Spot], nearby: Sequence[Spot], neighbours: Mapping[Spot, Sequence[Spot]]
) -> None:
    """Sorts a layer by the average position of each item's neighbours in the next layer. Items without neighbours
    keep their place."""
    at = {spot: number for number, spot in enumerate(nearby)}
    here = {spot: number for number, spot in enumerate(layer)}

    def middle(spot: Spot) -> float:
        joined = [at[one] for one in neighbours.get(spot, ()) if one in at]
        return sum(joined) / len(joined) if joined else float(here[spot])

    layer.sort(key=middle)


def _across(spot: Spot) -> int:
    return BOX_WIDTH if isinstance(spot, str) else THIN


TINTS = {"menu": "asks", "ask": "asks", "finish": "ends", "branch": "parts", "call": "parts"}


def show(visit: Visit, flow: str) -> Response:
    """Shows the picture of a published flow, or of a flow in the draft that the address names."""
    change = _draft_of(visit)
    live: Mapping[str, Document] = live_document(visit.context.database)["flows"]
    flows = live if change is None else service_drafts.flows_in(visit.context, change.id)
    if (document := flows.get(flow)) is None:
        raise NotFound(f"there is no flow {flow}")
    before = nodes_of(live.get(flow))
    rows = {row.name: row for row in outline(document)}
    arrows = [arrow for arrow in arrows_of(document) if arrow.node]
    picture = place_boxes([*rows], [(one.node, one.goes) for one in arrows], start_of(document))
    keys = {(one.node, one.goes): one.key for one in reversed(arrows)}
    found, seen = problems_by_screen(visit, change, flow), _played(visit, change, flow, document)
    taken = [place.node for place in seen.passed if place.flow == flow] if seen.screens[1:] else []
    use = flow_use(visit.context, is_national=visit.may(role_groups.NATIONAL))
    return page(
        visit,
        "picture.html",
        flow=flow,
        change=change,
        rows=rows,
        picture=picture,
        boxes=[
            (rows[one.name], one, TINTS.get(rows[one.name].kind, "says")) for one in picture.boxes
        ],
        arrows=[
            (
                one,
                _label_point(one),
                digits_of(document, one.begin, one.end),
                keys[one.begin, one.end],
            )
            for one in picture.arrows
        ],
        found=found,
        seen=seen,
        keys=" ".join(_keys(visit)),
        begins=visit.asked("at"),
        taken=taken,
        steps={*pairwise(taken)},
        left={name: count for name in rows if (count := use.left.get(f"{flow}/{name}"))},
        changed=[name for name, node in nodes_of(document).items() if before.get(name) != node],
        is_live=flow in live,
        drafts=_drafts(visit, flow),
        titles=lambda: Titles(flows, visit.language),
    )


def _keys(visit: Visit) -> Sequence[str]:
    """Returns the keys in the address: those that were pressed before, and the new one."""
    new = "".join(visit.asked("key").split())
    return [*visit.asked("keys").split(), *([new] if new else [])][:MAX_KEYS]


def _played(visit: Visit, change: ChangeRow | None, flow: str, document: Document) -> Previewed:
    """Plays the flow with the keys in the address, from the screen that the address names or from its start."""
    context, at = visit.context, visit.asked("at")
    if change is None:
        flow_set = context.flow_sets.get(context.flow_sets.live())
    else:
        flow_set = service_drafts.flow_set_to_play(context, change.id)[1]
    return preview(
        flow_set,
        _keys(visit),
        flow=flow,
        node=at if at in nodes_of(document) else start_of(document),
        language=visit.language,
        today=day_of(context.now()),
    )


def _draft_of(visit: Visit) -> ChangeRow | None:
    """Returns the draft in the address. Only editors see drafts. Raises NotFound."""
    change = number_of(visit.asked("change"))
    if change is None or not visit.may(role_groups.EDITOR):
        return None
    return service_drafts.get_draft(visit.context, change)


def _drafts(visit: Visit, flow: str) -> Sequence[tuple[str, str]]:
    """Returns the open drafts that edit this flow, each with the address of its picture."""
    rows = service_drafts.list_drafts(visit.context) if visit.may(role_groups.EDITOR) else ()
    return [
        (row.title, url_for("picture.show", flow=flow, change=row.id))
        for row, parts in rows
        if flow in parts
    ]


def problems_by_screen(
    visit: Visit, change: ChangeRow | None, flow: str
) -> Mapping[str, Sequence[tuple[str, str, bool]]]:
    """Returns the problems of each screen: the sentence, the reason with the fix, and True for an error."""
    hurting: Sequence[Problem] = ()
    if change is None or not change.is_editable:
        every: Sequence[Problem] = service_publish.published_problems(visit.context) or ()
        hurting = service_publish.divide_problems(every, ()).blocking
    elif (divided := service_publish.draft_problems(visit.context, change.id)) is not None:
        hurting = [*divided.blocking, *divided.live_already]
        every = [*hurting, *divided.bearable]
    else:
        every = ()
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for one in every:
        if one.flow == flow:
            said = (problem_sentence(visit, one), problem_details(visit, one), one in hurting)
            found.setdefault(one.node, []).append(said)
    return found


def _label_point(arrow: PlacedArrow) -> tuple[int, int]:
    """Returns the point on the last part of an arrow, for its digits and for the button that adds a screen."""
    (x, y), (to_x, to_y) = arrow.points[-2:]
    if arrow.is_back:
        return max(x, to_x) + BOX_WIDTH // 2 + 4, (y + to_y) // 2
    return to_x + (x - to_x) // 5, to_y - BOX_HEIGHT // 2 - BETWEEN_LAYERS // 2
