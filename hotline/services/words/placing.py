"""Where a text stands, in words: "Work abroad, screen 2, choice 3"."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hotline.domain.flows.review import ENGINE, PHRASES
from hotline.engine.document.naming import field_of
from hotline.engine.editing.anatomy import called_by, nodes_of, rows_of


@dataclass(frozen=True, slots=True)
class PlacedText:
    flow: str
    """Its name; empty of what the code says."""
    title: Mapping[str, str]
    """By language the choice that leads into the flow; empty where none does."""
    node: str
    """Of what the code says, its own name."""
    screen: int
    """Counted from 1, as the flow is written."""
    field: str
    """As the editor's form names it: `choices.2`; `text` of the screen's own words."""


def placed_texts(document: Mapping[str, Any], places: Sequence[str]) -> Mapping[str, PlacedText]:
    titles = dict(_titles(document["flows"]))
    return {place: _placed(document["flows"], titles, place) for place in places}


def _placed(
    flows: Mapping[str, Any], titles: Mapping[str, Mapping[str, str]], place: str
) -> PlacedText:
    flow, node, *steps = place.split(".")
    if flow in (PHRASES, ENGINE):
        return PlacedText("", {}, node, 0, "")
    names = [*nodes_of(flows[flow])]
    return PlacedText(
        flow, titles.get(flow, {}), node, names.index(node) + 1, field_of(steps)[0] or "text"
    )


def _titles(flows: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each flow that a choice leads into, the first of them winning."""
    found: dict[str, Mapping[str, str]] = {}
    for document in flows.values():
        nodes = nodes_of(document)
        calls = {name: called_by(node) for name, node in nodes.items()}
        for node in nodes.values():
            for row in rows_of(node, "choices"):
                called = calls.get(row.get("goes") or "") if isinstance(row, Mapping) else ""
                if called and isinstance(row.get("label"), Mapping):
                    found.setdefault(called, row["label"])
    yield from found.items()
