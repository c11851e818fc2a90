"""Which fields the form of a node has, by its kind; and what each may hold. Pure.

The name of a field is the one a finding says. `choices.2.rw` is words in a language, the rest are names and ticks.

A condition as four fields of a form, and back: an answer and its values, or a flag; whether it is turned. Pure.
"""

import copy
import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from importlib.resources import files
from typing import Any, NamedTuple

from hotline.engine.check.parts import choices_of, conditions, nodes
from hotline.engine.document.kept import Document, Editable, Way
from hotline.engine.editing.anatomy import (
    LINES,
    ROW_LISTS,
    body_of,
    kind_of,
    mended,
    nodes_of,
    path_of,
    rows_of,
    value_at,
    way_to_rows,
)
from hotline.engine.flow import REASON_LETTERS, Ask, Book, Menu
from hotline.engine.keying import UNSEEN
from hotline.engine.numbers.numbers import Evidence
from hotline.engine.screen import NUMBERS
from hotline.text.languages import CODES

TICK = "yes"
"""What a tick sends. A page sends an empty field of the same name before it, so that a tick taken away is heard."""
ASKED = ("words", "number", "place", "pin")
LENGTHS = ("4", "6", "8")
"""Digits of a PIN."""


class FieldFault(StrEnum):
    """Why one field is refused, and its words are kept as they were typed."""

    UNSEEN = "unseen"
    """It holds a letter that nobody would see: NUL, a mark of direction, a zero width."""
    NAME = "name"
    """Small letters, digits and `_` alone, a letter first, 40 at most."""
    VALUE = "value"
    LIST = "list"
    DIGITS = "digits"
    KEY = "key"
    LANGUAGE = "language"
    DAY = "day"
    CHOICE = "choice"
    """It is none of those that are offered."""
    REASON = "reason"
    """It is too short to say anything."""
    WAY = "way"
    """Other screens and flows were asked for, and none is chosen yet."""


_PATTERNS = {
    FieldFault.NAME: re.compile(r"[a-z][a-z0-9_]{0,39}"),
    FieldFault.VALUE: re.compile(r"[A-Za-z0-9_.-]{1,40}"),
    FieldFault.LIST: re.compile(r"[a-z0-9_.{}]{1,60}"),
    FieldFault.DIGITS: re.compile(r"\d{3,13}"),
    FieldFault.KEY: re.compile(f"[{NUMBERS}]"),
    FieldFault.LANGUAGE: re.compile("|".join(CODES)),
    FieldFault.CHOICE: re.compile("|".join((*ASKED, *LENGTHS, TICK))),
}
_TABLES: Mapping[str, Mapping[str, Sequence[str]]] = tomllib.loads(
    (files(__package__) / "fields.toml").read_text(encoding="utf-8")
)
TEXTS_OF, ROWS_OF, SELDOM = (_TABLES[name] for name in ("texts", "lists", "seldom"))
_MAY_HOLD = {name: FieldFault(kind) for kind, held in _TABLES["holds"].items() for name in held}
WHEN = ("answer", "is", "flag", "not")
TICKS = frozenset({"languages", "same_line", "every_page"})
BESIDE = ("reason", "signed.by", "signed.day", "signed.digest")
"""Of every kind, beside its body."""


def fault_of(name: str, typed: str) -> FieldFault | None:
    """What is wrong with one field, whatever its node is; an empty one is never wrong."""
    if any(letter != "\n" and unicodedata.category(letter) in UNSEEN for letter in typed):
        return FieldFault.UNSEEN
    last = name.rpartition(".")[2]
    if not typed or last in CODES:
        return None
    if name == "reason":
        return None if len(typed) >= REASON_LETTERS else FieldFault.REASON
    if last == "is":
        pattern = _PATTERNS[FieldFault.VALUE]
        return None if all(map(pattern.fullmatch, values_of(typed))) else FieldFault.VALUE
    if last == "day":
        return None if _is_day(typed) else FieldFault.DAY
    kind = _MAY_HOLD.get(last)
    return None if kind is None or _PATTERNS[kind].fullmatch(typed) else kind


def values_of(typed: str) -> list[str]:
    """`yes, unsure` as a list."""
    return re.findall(r"[^\s,]+", typed)


def field_names(kind: str, counted: dict[str, int]) -> Iterator[str]:
    """All names of a node's form, in the order of the page; `counted` says how many rows of each list it has."""
    for text in TEXTS_OF.get(kind, ()):
        yield from (f"{text}.{code}" for code in CODES)
    yield from _TABLES["values"].get(kind, ())
    for rows in ROWS_OF.get(kind, ()):
        parts = (*(CODES if rows in LINES else ()), *_TABLES["rows"][rows])
        for at in range(counted.get(rows, 0)):
            yield from (f"{rows}.{at}.{part}" for part in parts)
            yield from (f"{rows}.{at}.when.{part}" for part in WHEN)
    yield from BESIDE if kind else ()


def _is_day(typed: str) -> bool:
    try:
        date.fromisoformat(typed)
    except ValueError:
        return False
    return True


DEEPEST = 50
"""Times that a condition may be turned round and round again."""


def condition_fields(when: object) -> Mapping[str, str]:
    """Every part, empty where it has none; all empty of what is no condition."""
    inner, turned = when, False
    for _ in range(DEEPEST):
        if not isinstance(inner, Mapping) or "not" not in inner:
            break
        inner, turned = inner["not"], not turned
    if not isinstance(inner, Mapping):
        return dict.fromkeys(WHEN, "")
    values = inner.get("is")
    listed = values if isinstance(values, list) else [] if values is None else [values]
    return {
        "answer": _said(inner.get("answer")),
        "is": ", ".join(map(str, listed)),
        "flag": _said(inner.get("flag")),
        "not": TICK if turned else "",
    }


def condition_of(fields: Mapping[str, str]) -> Editable | None:
    """The condition as a document has it; None where nothing is asked."""
    values = values_of(fields.get("is", ""))
    parts: Editable = {name: fields[name] for name in ("answer", "flag") if fields.get(name)}
    if values:
        parts["is"] = values[0] if len(values) == 1 else values
    if not parts:
        return None
    return {"not": parts} if fields.get("not") == TICK else parts


def _said(value: object) -> str:
    return "" if value is None else str(value)


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


NEW: Mapping[str, Document] = {"choices": {"label": {}}, "lead": {"text": {}}, "arms": {}}
MOVES = {"up": -1, "down": 1}


def acted(node: Document, do: str) -> Editable | None:
    """The node after a button; None where no such button changes a node, or not this one.

    `up`, `down` and `drop` name a row, `choices` or `arms` where they name no list; `add` a list, or none. `mend` names
    a language and a letter, `mend_all` a language.
    """
    verb, _, rest = do.partition(":")
    if verb in ("mend", "mend_all"):
        language, _, letter = rest.partition(":")
        if verb == "mend" and not letter:
            return None
        changed, times = mended(node, language, letter if verb == "mend" else "")
        return changed if times else None

    own = ROWS_OF.get(kind_of(node), [])
    rows, _, at = rest.rpartition(".") if verb != "add" else (rest, "", "")
    rows = rows or next(reversed(own), "")
    if rows not in own:
        return None
    changed = copy.deepcopy(dict(node))
    listed: list[Any] = made(changed, way_to_rows(node, rows), list)
    if verb == "add":
        return changed if _added(listed, rows) else None
    if not at.isdecimal() or int(at) >= len(listed):
        return None
    if verb == "drop":
        del listed[int(at)]
        return changed
    to = int(at) + MOVES.get(verb, 0)
    if to == int(at) or not 0 <= to < len(listed):
        return None
    listed[int(at)], listed[to] = listed[to], listed[int(at)]
    return changed


def _added(listed: list[Any], rows: str) -> bool:
    """A branch's new arm stands before its last, which always holds."""
    if len(listed) >= MOST_ROWS:
        return False
    last = listed[-1] if listed else None
    ends = rows == "arms" and isinstance(last, dict) and "when" not in last
    listed.insert(len(listed) - 1 if ends else len(listed), copy.deepcopy(dict(NEW[rows])))
    return True
