"""Which fields the form of a node has, by its kind; and what each may hold. Pure.

The name of a field is the one a finding says. `choices.2.rw` is words in a language, the rest are names and ticks.

A condition as four fields of a form, and back: an answer and its values, or a flag; whether it is turned. Pure.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from importlib.resources import files

from hotline.engine.document.kept import Editable
from hotline.engine.editing.anatomy import LINES
from hotline.engine.flow import REASON_LETTERS
from hotline.engine.keying import UNSEEN
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
