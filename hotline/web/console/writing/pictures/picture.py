"""A flow as a picture: its screens as boxes that are links, the arrows between them, and the same in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flask import Response

from hotline.engine.editing.outline import OutlineRow, arrows_of, outline, start_of
from hotline.errors import NotFound
from hotline.services.flows import authoring
from hotline.web.console.visit import Visit, page
from hotline.web.console.who import phrase
from hotline.web.console.writing.pictures.placing import (
    BOX_HEIGHT,
    BOX_WIDTH,
    PlacedArrow,
    placed,
)

KINDS = {
    "say": phrase("says"),
    "menu": phrase("menu"),
    "ask": phrase("asks"),
    "branch": phrase("parts ways"),
    "call": phrase("goes into a flow"),
    "finish": phrase("ends"),
    "": phrase("not whole yet"),
}
TINTS = {"menu": "asks", "ask": "asks", "finish": "ends", "branch": "parts", "call": "parts"}
LETTERS = 18
"""Of a name that fit into a box."""


@dataclass(frozen=True, slots=True)
class DrawnBox:
    row: OutlineRow
    name: str
    """Short enough for its box."""
    kind: str
    left: int
    top: int


@dataclass(frozen=True, slots=True)
class DrawnArrow:
    path: str
    is_back: bool


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
        rows=[*rows.values()],
        kinds=KINDS,
        picture=picture,
        box=(BOX_WIDTH, BOX_HEIGHT),
        boxes=[
            DrawnBox(
                rows[one.name],
                _short(one.name),
                TINTS.get(rows[one.name].kind, "says"),
                one.left,
                one.top,
            )
            for one in picture.boxes
        ],
        arrows=[_arrow(one, picture.grows_down) for one in picture.arrows],
    )


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 2]}.."


def _arrow(arrow: PlacedArrow, grows_down: bool) -> DrawnArrow:
    """From the edge of one box to the edge of the other, in curves; one that leads back goes round the side."""
    points = _from_edges(arrow, grows_down)
    if arrow.is_back:
        return DrawnArrow(_round(points[0], points[-1], grows_down), is_back=True)
    path = [f"M{points[0][0]} {points[0][1]}"]
    for (x, y), (to_x, to_y) in pairwise(points):
        if grows_down:
            half = (y + to_y) // 2
            path.append(f"C{x} {half} {to_x} {half} {to_x} {to_y}")
        else:
            half = (x + to_x) // 2
            path.append(f"C{half} {y} {half} {to_y} {to_x} {to_y}")
    return DrawnArrow("".join(path), is_back=False)


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
