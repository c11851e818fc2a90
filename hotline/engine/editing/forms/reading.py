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
from typing import Any, NamedTuple

from hotline.engine.check.parts import choices_of, conditions, nodes
from hotline.engine.document.kept import Document, Editable, Way
from hotline.engine.editing.anatomy import (
    ROW_LISTS,
    body_of,
    kind_of,
    nodes_of,
    path_of,
    rows_of,
    value_at,
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
    row, is_of_condition, part = name.partition(".when.")
    if is_of_condition:
        return condition_fields(value_at(node, _way(node, f"{row}.when")))[part]
    if name == "returns":
        return TICK if kind_of(node) == "finish" and "text" not in body_of(node) else ""
    value = value_at(node, _way(node, name))
    if name.rpartition(".")[2] in TICKS:
        return TICK if value is True else ""
    return "" if value is None or isinstance(value, Mapping | list) else str(value)


def _way(node: object, name: str) -> Way:
    """Returns the way to a field: the words of a row stand one step deeper than its name says."""
    if name == "returns":
        return ("finish", "text")
    first, *rest = name.split(".")
    if first in LABELS and rest[1] in CODES:
        rest.insert(1, LABELS[first])
    return path_of(node, ".".join((first, *rest)))


MOST_ROWS = 60
"""Rows of one list that a form may have."""
_ROW = re.compile(r"(choices|lead|arms)\.(\d{1,3})\.")
NEEDED = ("text", "label")
"""Texts that stay in the document where they are empty: nothing of them is written yet."""


class FieldRefused(NamedTuple):
    name: str
    fault: FieldFault
    typed: str


class FormRead(NamedTuple):
    node: Editable
    refused: tuple[FieldRefused, ...]
    """These fields stand in the node as they were before."""


def read_form(node: Document, form: Mapping[str, str], *, locked: Collection[str] = ()) -> FormRead:
    """The node with what was typed. `node` is what the form was made of; of `locked` fields nothing is taken."""
    counted = _counted(node, form)
    changed: Editable = copy.deepcopy(dict(node))
    refused: list[FieldRefused] = []
    conditions: dict[str, None] = {}
    for name in field_names(kind_of(node), counted):
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
            way = _way(node, name)
            value = _value(way[-1], typed)
            if name == "returns":
                value = None if typed else value_at(changed, way) or {}
            _store(changed, way, value)
    for name in conditions:
        parts = {}
        for part in WHEN:
            # What was typed, or what stood there where that is refused.
            field = f"{name}.{part}"
            said = plain(form.get(field, shown(node, field)))
            parts[part] = said if fault_of(field, said) is None else shown(node, field)
        _store(changed, _way(changed, name), condition_of(parts))
    for rows in ROW_LISTS:
        # A spare row of the page may be left empty.
        listed, old = rows_of(changed, rows), len(rows_of(node, rows))
        if isinstance(listed, list):
            listed[old:] = [row for row in listed[old:] if row != _empty(rows)]
    return FormRead(changed, tuple(refused))


def _empty(rows: str) -> Editable:
    return {LABELS[rows]: {}} if rows in LABELS else {}


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


def _store(node: Editable, way: Sequence[str], value: object) -> None:
    """Puts a value where it belongs; None takes it out, and with it a text or a signature that is empty then."""
    *before, last = way
    inside = made(node, before)
    if value is not None:
        inside[last] = value
        return
    inside.pop(last, None)
    holds_parts = last in CODES or before == ["signed"]
    if not inside and holds_parts and before[-1] not in NEEDED:
        del value_at(node, before[:-1])[before[-1]]


def made(node: Editable, way: Sequence[str], end: type = dict) -> Any:
    """Returns what stands at the end of a way, made where it is not there: mappings, lists of rows, and rows."""
    here: Any = node
    for rows, step, after in zip(("", *way), way, (*way[1:], ""), strict=False):
        kind = list if after.isdecimal() else end if not after else dict
        at: str | int = step
        if step.isdecimal():
            at = int(step)
            here.extend(_empty(rows) for _ in range(at + 1 - len(here)))
        if not isinstance(here[at] if isinstance(at, int) else here.get(at), kind):
            here[at] = kind()
        here = here[at]
    return here


def _value(part: str, typed: str) -> object:
    if part in TICKS:
        return True if typed == TICK else None
    if part == "digits":
        return int(typed) if typed in LENGTHS else None
    return typed or None


class FormOffers(NamedTuple):
    screens: Way
    """Of this flow, in its order: what `goes` may be."""
    flows: Way
    """That a call may open."""
    lists: Way
    """That a place may be asked out of: `provinces`, `districts.{province}`."""
    numbers: Way
    """That words in front may name; whether they show is their signature's to say."""
    answers: Mapping[str, Way]
    """By the name under which one is saved: what it may be; nothing where it is typed or chosen out of a list."""
    flags: Way
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
