"""Shows the published flows, and draws pictures of linked screens and flows.

A picture has boxes and arrows. A picture shows the screens of one flow, or a map of all flows. The other pages show the
list of flows, one flow in three languages, and the search in all texts.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from flask import Response, url_for

from hotline.console import routes
from hotline.console.templating import number_of
from hotline.console.visit import Visit, page, part_of_list
from hotline.core.actors import AccountRole
from hotline.core.documents import Document
from hotline.counters.service import day_of
from hotline.editing import (
    service_drafts,
    service_plans,
    service_publish,
    service_publishing,
    service_review_document,
)
from hotline.editing.pages_difference import problem_details, problem_sentence
from hotline.editing.pages_editor_drawing import digits_of, editor_address
from hotline.editing.rules_operations import FRONT
from hotline.editing.rules_preview import (
    MAX_KEYS,
    Previewed,
    arrows_of,
    flow_groups,
    outline,
    preview,
    start_of,
)
from hotline.editing.service_drafts import ChangeRow
from hotline.editing.service_numbers import MAX_HITS, SearchHit, find_texts
from hotline.flows.node_fields import (
    Titles,
    called_flow,
    nodes_of,
    opening_text,
    screens_with_numbers,
    texts_in,
)
from hotline.flows.rules_reviews import ReviewState
from hotline.flows.service_authoring import live_document
from hotline.statistics.service_releases import flow_use
from hotline.text.errors import NotFound

BOX_WIDTH, BOX_HEIGHT = 216, 64
BETWEEN, BETWEEN_LAYERS = 24, 56
LETTERS = 25
"""The maximum number of letters in a box of the picture."""
THIN = 12
"""The width that an arrow needs to pass through a layer (a row of boxes)."""
SWEEPS = 6
Passed = tuple[str, str, int]
"""The place where an arrow passes through a layer of boxes. The values name the box where the arrow starts, the box
where it ends, and the layer."""
Spot = str | Passed


class PlacedBox(NamedTuple):
    name: str
    left: int
    top: int
    width: int = BOX_WIDTH
    height: int = BOX_HEIGHT
    letters: int = LETTERS


class PlacedArrow(NamedTuple):
    begin: str
    end: str
    points: tuple[tuple[int, int], ...]
    is_back: bool
    """True for an arrow that leads to a higher layer, or to a box in its own layer."""
    is_level: bool = False
    """True for an arrow that leads from left to right, as on the map of all flows."""

    @property
    def path(self) -> str:
        """Returns the SVG path of a curved arrow between two boxes. An arrow that leads back passes on the right side
        of the boxes."""
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


class PlacedPicture(NamedTuple):
    width: int
    height: int
    boxes: tuple[PlacedBox, ...]
    arrows: tuple[PlacedArrow, ...]


def place_boxes(
    names: Sequence[str], arrows: Iterable[tuple[str, str]], start: str
) -> PlacedPicture:
    """Places the boxes and arrows of a picture in layers (rows of boxes). Boxes that no arrow leads to are placed at
    the top."""
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
            tuple(middles[spot] for spot in _spots_between(begin, end, depth)),
            (begin, end) in back or begin == end,
        )
        for begin, end in pairs
    ]
    height = len(layers) * (BOX_HEIGHT + BETWEEN_LAYERS) - BETWEEN_LAYERS + 2 * BETWEEN
    return PlacedPicture(max(widths), height, tuple(boxes), tuple(drawn))


def place_flows(flows: Mapping[str, object], groups: Iterable[str], front: str) -> PlacedPicture:
    """Places the boxes of flows as a tree from left to right. The arrows of the tree are the shortest path to each
    flow. A path begins at the front (the flow with the first menu), or at a flow that no other path reaches. If a flow
    opens other flows, the first opened flow is in the same row as the flow that opens it. Each further opened flow has
    its own row.
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
    """Returns the depth of each box: the length of the longest path to the box. Also returns the arrows that lead
    back to an earlier box of a path."""
    out: dict[str, list[str]] = {name: [] for name in names}
    for begin, end in pairs:
        out[begin].append(end)
    back: set[tuple[str, str]] = set()
    done: list[str] = []
    seen, open_now = set[str](), set[str]()
    # The search for paths starts at an extra box that the page does not show, and that leads to all boxes in their
    # order.
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
    """Returns the layers (rows of boxes) of a picture. Each layer has its boxes and the arrows that pass through it, in
    an order in which few arrows cross."""
    layers: list[list[Spot]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in names:
        layers[depth[name]].append(name)
    above: dict[Spot, list[Spot]] = {}
    below: dict[Spot, list[Spot]] = {}
    for begin, end in forward:
        way = _spots_between(begin, end, depth)
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


def _spots_between(begin: str, end: str, depth: Mapping[str, int]) -> list[Spot]:
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
    change = _draft_of(visit, routes.EDITOR)
    live: Mapping[str, Document] = live_document(visit.context.database)["flows"]
    flows = live if change is None else service_drafts.flows_in(visit.context, change.id)
    if (document := flows.get(flow)) is None:
        raise NotFound(f"there is no flow {flow}: choose one on the page Flows")
    before = nodes_of(live.get(flow))
    rows = {row.name: row for row in outline(document)}
    arrows = [arrow for arrow in arrows_of(document) if arrow.node]
    picture = place_boxes([*rows], [(one.node, one.goes) for one in arrows], start_of(document))
    keys = {(one.node, one.goes): one.key for one in reversed(arrows)}
    found, seen = problems_by_screen(visit, change, flow), _played(visit, change, flow, document)
    taken = [place.node for place in seen.passed if place.flow == flow] if seen.screens[1:] else []
    use = flow_use(visit.context, is_national=visit.may(routes.NATIONAL))
    drafts = service_drafts.list_drafts(visit.context) if visit.may(routes.EDITOR) else ()
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
        drafts=[
            (row.title, url_for("picture.show", flow=flow, change=row.id))
            for row, parts in drafts
            if flow in parts
        ],
        titles=lambda: Titles(flows, visit.language),
    )


def _keys(visit: Visit) -> Sequence[str]:
    """Returns the keys in the address of the page: the keys that the editor pressed before, and the new key."""
    new = "".join(visit.asked("key").split())
    return [*visit.asked("keys").split(), *([new] if new else [])][:MAX_KEYS]


def _played(visit: Visit, change: ChangeRow | None, flow: str, document: Document) -> Previewed:
    """Previews a flow after the keys in the page's address. The preview starts at the screen that the address names, or
    at the start of the flow."""
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
        today=context.today(),
    )


def _draft_of(visit: Visit, readers: frozenset[AccountRole]) -> ChangeRow | None:
    """Returns the draft that the page's address names. Returns None if the account has no role in `readers`. Raises
    NotFound."""
    change = number_of(visit.asked("change"))
    if change is None or not visit.may(readers):
        return None
    return service_drafts.get_draft(visit.context, change)


def problems_by_screen(
    visit: Visit, change: ChangeRow | None, flow: str
) -> Mapping[str, Sequence[tuple[str, str, bool]]]:
    """Returns the problems of each screen of a flow. Each problem has three values: the sentence, the details with the
    fix, and True for an error."""
    if change is None or not change.is_editable:
        every = service_publish.published_problems(visit.context) or ()
    else:
        groups = service_publish.draft_problems(visit.context, change.id) or ()
        every = [one for group in groups for one in group]
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for one in every:
        if one.flow == flow:
            is_error = one.code not in service_publishing.BEARABLE
            said = problem_sentence(visit, one), problem_details(visit, one), is_error
            found.setdefault(one.node, []).append(said)
    return found


def _label_point(arrow: PlacedArrow) -> tuple[int, int]:
    """Returns the point on an arrow's last part for the arrow's digits and the button that adds a screen."""
    (x, y), (to_x, to_y) = arrow.points[-2:]
    if arrow.is_back:
        return max(x, to_x) + BOX_WIDTH // 2 + 4, (y + to_y) // 2
    return to_x + (x - to_x) // 5, to_y - BOX_HEIGHT // 2 - BETWEEN_LAYERS // 2


GROUPS = ("front", "code", "other")
"""The groups of flows, in the order in which the page shows them."""
WORST_FIRST = (ReviewState.MISSING, ReviewState.STALE, ReviewState.DRAFT, ReviewState.REVIEWED_ONCE)


def flows(visit: Visit) -> Response:
    context = visit.context
    document = live_document(context.database)
    flows = document["flows"]
    codes = document["entries"].values()
    groups = flow_groups(flows, FRONT, codes)
    part = part_of_list([*groups], visit.asked("part"))
    found = service_publish.published_problems(context)
    may_write = visit.may(routes.WORDS)
    opens = service_drafts.list_drafts(context) if may_write else ()
    return page(
        visit,
        "flows.html",
        live=service_plans.current_publication(context),
        grouped={group: [one for one in part.rows if groups[one] == group] for group in GROUPS},
        use=flow_use(context, is_national=visit.may(routes.NATIONAL)).reached,
        lines={name: opening_text(flows[name]) for name in part.rows},
        words=service_review_document.review_matrix(context),
        worst=lambda counts: next((state for state in WORST_FIRST if counts[state]), None),
        is_checked=found is not None,
        hurts=Counter(
            (one.flow, one.code not in service_publishing.BEARABLE) for one in found or ()
        ),
        newest=service_plans.newest_by_flow(context, part.rows),
        opens=opens,
        edited={flow for _, parts in opens for flow in parts},
        may_write=may_write,
        may_build=visit.may(routes.EDITOR),
        picture=place_flows(flows, part.rows, FRONT),
        codes={flow: digits for digits, flow in reversed(document["entries"].items())},
        part=part,
        day_of=day_of,
    )


def flow(visit: Visit, flow: str) -> Response:
    live = live_document(visit.context.database)
    document = live["flows"].get(flow)
    if document is None:
        raise NotFound(f"there is no flow {flow}: choose one on the page Flows")
    nodes = outline(document)
    may_open = visit.may(routes.WORDS)
    rows = service_drafts.list_drafts(visit.context) if may_open else ()
    # Each link opens the flow in the editor. If the account may not edit, the link opens the page of the draft.
    opens = [
        (
            row,
            flow in parts,
            editor_address(visit, row.id, flow, nodes[0].name)
            or url_for("changes.show", draft_id=row.id),
        )
        for row, parts in rows
    ]
    return page(
        visit,
        "flow.html",
        flow=flow,
        nodes=nodes,
        texts={name: [*texts_in(node)] for name, node in nodes_of(document).items()},
        found=problems_by_screen(visit, None, flow),
        hidden=_hidden_numbers(visit, live, flow),
        states=_states(visit, flow),
        may_open=may_open,
        opens=opens,
    )


def _hidden_numbers(visit: Visit, document: Document, flow: str) -> Mapping[str, Sequence[str]]:
    """Returns the phone numbers that each screen names but callers do not see. A hidden number has no confirmation, or
    its confirmation has expired."""
    flow_set = visit.context.flow_sets.get(visit.context.flow_sets.live())
    today = visit.context.now().date()
    found: dict[str, list[str]] = {}
    for digits, screens in screens_with_numbers({flow: document["flows"][flow]}).items():
        number = flow_set.numbers.get(digits)
        if number is None or not number.shows(today):
            for _, node in screens:
                found.setdefault(node, []).append(digits)
    return found


def _states(visit: Visit, flow: str) -> Mapping[tuple[str, str], ReviewState]:
    """Returns, for each screen and language, the worst review state of the screen's texts."""
    found: dict[tuple[str, str], ReviewState] = {}
    ranks = [*WORST_FIRST, ReviewState.REVIEWED]
    for review in service_review_document.review_matrix(visit.context).reviews:
        for text in review.sections.get(flow, {}).values():
            at = text.place.split(".")[1], review.language
            found[at] = min(review.state(text), found.get(at, ranks[-1]), key=ranks.index)
    return found


MAX_QUERY = 100


def search(visit: Visit) -> Response:
    asked = visit.asked("q").strip()[:MAX_QUERY]
    change = _draft_of(visit, routes.WORDS)
    within = None if change is None else change.id
    found = find_texts(visit.context, asked, within) if asked else ()
    hits = [(hit, _address(visit, hit, within)) for hit in found]
    return page(visit, "find.html", asked=asked, hits=hits, most=MAX_HITS, change=change)


def _address(visit: Visit, hit: SearchHit, draft_id: int | None) -> str:
    """Returns the address of the page that shows a search result: the editor, the page of the text, or the page of the
    flow."""
    found = hit.found
    is_in_flow = found.node and not hit.place.startswith("locales.")
    if draft_id is not None and is_in_flow and visit.may(routes.EDITOR):
        here: dict[str, Any] = {"draft_id": draft_id, "flow": found.flow, "node": found.node}
        return url_for("editor.show", **here, _anchor=hit.anchor or "form")
    if hit.place and visit.may(routes.WORDS):
        return url_for(
            "words.one", language=found.language, state="all", at=hit.place, _anchor="t-1"
        )
    if hit.place.startswith("locales."):
        return ""
    return url_for("flows.one", flow=found.flow, _anchor=f"n-{found.node}" if found.node else None)
