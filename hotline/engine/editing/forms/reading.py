"""A form that came in, as the node it means. Pure, and total: whatever is typed gives a node.

What the form does not name stays as it was, and so does what it sends back as it was shown. One field is refused for a
letter that nobody sees, or for a name that is none; its typed words go back to the page.

A node as the fields of its form: flat names and strings, whatever the document holds. Pure.

What the selects of a form offer: screens, flows, lists, numbers, answers and flags that are there. Pure.
"""

import copy
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hotline.engine.check.parts import choices_of, conditions, nodes
from hotline.engine.editing.anatomy import (
    BRANCH,
    ROW_LISTS,
    Document,
    body_of,
    kind_of,
    nodes_of,
    rows_of,
)
from hotline.engine.editing.forms.fields import (
    LENGTHS,
    TICK,
    TICKS,
    WHEN,
    FieldFault,
    condition_fields,
    condition_of,
    fault_of,
    field_names,
)
from hotline.engine.flow import Ask, Book, Menu
from hotline.engine.numbers.numbers import Evidence
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


MOST_ROWS = 60
"""Rows of one list that a form may have."""
_ROW = re.compile(r"(choices|lead|arms)\.(\d{1,3})\.")
NEEDED = ("text", "label")
"""Texts that stay in the document where they are empty: nothing of them is written yet."""


@dataclass(frozen=True, slots=True)
class FieldRefused:
    name: str
    fault: FieldFault
    typed: str


@dataclass(frozen=True, slots=True)
class FormRead:
    node: dict[str, Any]
    refused: tuple[FieldRefused, ...]
    """These fields stand in the node as they were before."""


def read_form(node: Document, form: Mapping[str, str], *, locked: Collection[str] = ()) -> FormRead:
    """The node with what was typed. `node` is what the form was made of; of `locked` fields nothing is taken."""
    kind, counted = kind_of(node), _counted(node, form)
    changed: dict[str, Any] = copy.deepcopy(dict(node))
    refused: list[FieldRefused] = []
    conditions: dict[str, None] = {}
    for name in field_names(kind, counted):
        if name not in form or name in locked:
            continue
        typed, before = plain(form[name]), plain(shown(node, name))
        if typed == before:
            continue
        if (fault := fault_of(name, typed)) is not None:
            refused.append(FieldRefused(name, fault, form[name]))
        elif ".when." in name:
            conditions[name.rpartition(".")[0]] = None
        else:
            _put(changed, kind, name, typed)
    for name in conditions:
        parts = {part: _sound(node, f"{name}.{part}", form) for part in WHEN}
        _set(_row(changed, kind, name), "when", condition_of(parts))
    for rows in ROW_LISTS:
        _close_up(rows_of(changed, rows), len(rows_of(node, rows)), rows)
    return FormRead(changed, tuple(refused))


def _close_up(listed: Sequence[Any], old: int, rows: str) -> None:
    """Takes out the new rows in which nothing was written: a spare row of the page may be left empty."""
    if isinstance(listed, list):
        listed[old:] = [row for row in listed[old:] if row != _empty(rows)]


def _empty(rows: str) -> dict[str, Any]:
    return {LABELS[rows]: {}} if rows in LABELS else {}


def _sound(node: Document, name: str, form: Mapping[str, str]) -> str:
    """What was typed, or what stood there where that is refused."""
    typed = plain(form.get(name, shown(node, name)))
    return typed if fault_of(name, typed) is None else shown(node, name)


def plain(typed: str) -> str:
    """Composed, with the lines of any system, a table's tabs as blanks, and without blanks at the ends."""
    lines = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return unicodedata.normalize("NFC", lines).strip()


def _counted(node: Document, form: Mapping[str, str]) -> dict[str, int]:
    """The rows of the node, and those after them in which something was typed."""
    counted = {rows: len(rows_of(node, rows)) for rows in ROW_LISTS}
    for name, typed in form.items():
        if (found := _ROW.match(name)) and plain(typed) and int(found[2]) < MOST_ROWS:
            counted[found[1]] = max(counted[found[1]], int(found[2]) + 1)
    return counted


def _put(node: dict[str, Any], kind: str, name: str, typed: str) -> None:
    first, *rest = name.split(".")
    if first in ROW_LISTS:
        row, part = _row(node, kind, name), rest[1]
        if part in CODES:
            _say(row, LABELS[first], part, typed)
        else:
            _set(row, part, _value(part, typed))
    elif first == "reason":
        _set(node, first, typed or None)
    elif first == "signed":
        signed = _inner(node, first)
        _set(signed, rest[0], typed or None)
        if not signed:
            del node[first]
    elif first == "returns":
        body = _inner(node, kind)
        _set(body, "text", None if typed else body.get("text", {}))
    elif rest:
        _say(_inner(node, kind), first, rest[0], typed)
    else:
        _set(_inner(node, kind), "kind" if first == "asks" else first, _value(first, typed))


def _row(node: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    """The row of a field, made where it is new."""
    rows, at, *_ = name.split(".")
    inside, key = (node, BRANCH) if rows == "arms" else (_inner(node, kind), rows)
    listed = inside.get(key)
    if not isinstance(listed, list):
        listed = inside[key] = []
    while len(listed) <= int(at):
        listed.append(_empty(rows))
    if not isinstance(listed[int(at)], dict):
        listed[int(at)] = {}
    row: dict[str, Any] = listed[int(at)]
    return row


def _say(inside: dict[str, Any], key: str, language: str, words: str) -> None:
    text = _inner(inside, key)
    _set(text, language, words or None)
    if not text and key not in NEEDED:
        del inside[key]


def _inner(inside: dict[str, Any], key: str) -> dict[str, Any]:
    if not isinstance(inside.get(key), dict):
        inside[key] = {}
    inner: dict[str, Any] = inside[key]
    return inner


def _set(inside: dict[str, Any], key: str, value: object) -> None:
    if value is None:
        inside.pop(key, None)
    else:
        inside[key] = value


def _value(part: str, typed: str) -> object:
    if part in TICKS:
        return True if typed == TICK else None
    if part == "digits":
        return int(typed) if typed in LENGTHS else None
    return typed or None


@dataclass(frozen=True, slots=True)
class FormOffers:
    screens: tuple[str, ...]
    """Of this flow, in its order: what `goes` may be."""
    flows: tuple[str, ...]
    """That a call may open."""
    lists: tuple[str, ...]
    """That a place may be asked out of: `provinces`, `districts.{province}`."""
    numbers: tuple[str, ...]
    """That words in front may name; whether they show is their signature's to say."""
    answers: Mapping[str, tuple[str, ...]]
    """By the name under which one is saved: what it may be; nothing where it is typed or chosen out of a list."""
    flags: tuple[str, ...]
    """On which something depends already."""


def offers(book: Book, flow: object) -> FormOffers:
    """`book` holds the draft, `flow` is its document: a screen that cannot be played yet may be led to."""
    answers: dict[str, dict[str, None]] = {}
    lists = {name: None for name in book.lists if "." not in name}
    flags: dict[str, None] = {}
    for _, _, node in nodes(book):
        if isinstance(node, Menu | Ask) and node.saves is not None:
            values = answers.setdefault(node.saves, {})
            values.update((choice.value, None) for choice in choices_of(node) if choice.value)
        if isinstance(node, Ask) and node.list is not None:
            lists[node.list] = None
        flags.update((one.flag, None) for one in conditions(node) if one.flag is not None)
    signed = (one.digits for one in book.numbers.values() if one.evidence is not Evidence.NEVER)
    return FormOffers(
        screens=tuple(nodes_of(flow)),
        flows=tuple(name for name, one in book.flows.items() if not one.private),
        lists=tuple(lists),
        numbers=tuple(signed),
        answers={name: tuple(values) for name, values in answers.items()},
        flags=tuple(flag for flag in flags if not flag.startswith("number.")),
    )
