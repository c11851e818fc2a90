"""A node as the fields of its form: flat names and strings, whatever the document holds. Pure."""

from collections.abc import Mapping

from hotline.engine.editing.anatomy import (
    ROW_LISTS,
    Document,
    body_of,
    kind_of,
    rows_of,
)
from hotline.engine.editing.forms.conditions import condition_fields
from hotline.engine.editing.forms.fields import TICK, TICKS, field_names
from hotline.text.languages import CODES

LABELS = {"choices": "label", "lead": "text"}
"""Where a row of each list keeps its words."""


def form_of(node: Document) -> dict[str, str]:
    """Every field of the node's form, in the order of the page; empty where the document has nothing."""
    counted = {rows: len(rows_of(node, rows)) for rows in ROW_LISTS}
    return {name: shown(node, name) for name in field_names(kind_of(node), counted)}


def shown(node: object, name: str) -> str:
    """What one field shows."""
    first, *rest = name.split(".")
    if first in ROW_LISTS:
        return _of_a_row(node, first, rest)
    if first == "reason" and isinstance(node, Mapping):
        return _said(node.get("reason"))
    if first == "signed" and isinstance(node, Mapping):
        return _of_a_map(node.get("signed"), rest[0])
    body = body_of(node)
    if rest:
        return _of_a_map(body.get(first), rest[0])
    if first == "returns":
        return TICK if kind_of(node) == "finish" and "text" not in body else ""
    if first == "asks":
        return _said(body.get("kind"))
    return _ticked(body.get(first)) if first in TICKS else _said(body.get(first))


def _of_a_row(node: object, rows: str, rest: list[str]) -> str:
    listed, at = rows_of(node, rows), int(rest[0])
    row = listed[at] if at < len(listed) else None
    if not isinstance(row, Mapping):
        return ""
    if rest[1] == "when":
        return condition_fields(row.get("when"))[rest[2]]
    if rest[1] in CODES:
        return _of_a_map(row.get(LABELS.get(rows, "")), rest[1])
    return _ticked(row.get(rest[1])) if rest[1] in TICKS else _said(row.get(rest[1]))


def _of_a_map(value: object, key: str) -> str:
    return _said(value.get(key)) if isinstance(value, Mapping) else ""


def _said(value: object) -> str:
    return "" if value is None or isinstance(value, Mapping | list) else str(value)


def _ticked(value: object) -> str:
    return TICK if value is True else ""
