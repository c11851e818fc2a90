"""Converts a compiled flow set to plain data and back, so that a new process need not compile it. Pure.

Every value is `[kind, field, field, ...]` in the order of the class, without default values at its end. Data from code
with other fields has another `MARK` and is not read. A mapping that holds a text holds only texts.

Each flow is one line. Two revisions differ in few lines, and a flow whose line is already known is not built again.
"""

import hashlib
import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import MISSING, fields
from datetime import date
from typing import Any, NamedTuple

from hotline.flows.flow import (
    Arm,
    Ask,
    Book,
    Branch,
    Call,
    Choice,
    Condition,
    Finish,
    Flow,
    Lead,
    Menu,
    Say,
    Signed,
)
from hotline.flows.numbers import Evidence, Number
from hotline.flows.run import Option

CLASSES = (Arm, Ask, Branch, Call, Choice, Condition, Finish, Flow, Lead, Menu, Say, Signed, Number)
"""Classes of pressed values, in the order of their numbers."""
BOOK = ("names of flows", "front", "entries", "numbers", "phrases", "a line a flow")
"""Parts of a flow set that are pressed, in order. The first line is a list of all parts except the last."""
_FIELDS = (
    f"{kind.__name__} {field.name} {'' if field.default is MISSING else repr(field.default)}"
    for kind in CLASSES
    for field in fields(kind)
)
MARK = hashlib.sha256("\n".join((*BOOK, *_FIELDS)).encode()).hexdigest()

_TUPLE = 0
_KINDS: dict[type, int] = {kind: number for number, kind in enumerate(CLASSES, 1)}
_MAKERS: tuple[Callable[..., object], ...] = (
    lambda *items: items,
    *CLASSES[:-2],
    lambda by, on, digest: Signed(by, date.fromisoformat(on), digest),
    lambda digits, evidence, by, on: Number(
        digits, Evidence(evidence), by, date.fromisoformat(on) if on else None
    ),
)


class UnpressedBook(NamedTuple):
    book: Book
    lines: Mapping[str, Flow]
    """Its flows by the lines they were built from."""


def press(book: Book) -> str:
    """Returns the parts named in `BOOK` as text. Lists are left out, because they belong to the code."""
    head = [
        [*book.flows],
        book.front,
        dict(book.entries),
        [*map(_press, book.numbers.values())],
        {language: dict(words) for language, words in book.phrases.items()},
    ]
    return "\n".join(map(_line, (head, *map(_press, book.flows.values()))))


def unpressed(
    pressed: str, lists: Mapping[str, tuple[Option, ...]], known: dict[str, Flow]
) -> Generator[None, None, UnpressedBook]:
    """Returns the flow set of the pressed text. Yields before it builds each flow whose line is not known.

    It adds each new flow to `known`, so that a parallel call can use it.
    """
    first, *lines = pressed.split("\n")
    names, front, entries, rows, phrases = json.loads(first)
    for line in lines:
        if line not in known:
            yield
            known[line] = _unpress(json.loads(line))
    numbers = {number.digits: number for number in map(_unpress, rows)}
    flows = {name: known[line] for name, line in zip(names, lines, strict=True)}
    own = {line: known[line] for line in lines}
    return UnpressedBook(Book(flows, front, lists, entries, numbers, phrases), own)


def _line(value: Any) -> str:
    """Returns the value as JSON on one line. JSON escapes any line end in a text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _press(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_TUPLE, *map(_press, value)]
    if isinstance(value, Mapping):
        return {name: _press(one) for name, one in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    kind = _KINDS.get(type(value))
    if kind is None:
        return value
    pressed = [getattr(value, field.name) for field in fields(value)]
    for field in reversed(fields(value)):
        if pressed[-1] is not field.default and pressed[-1] != field.default:
            break
        pressed.pop()
    return [kind, *map(_press, pressed)]


def _unpress(value: Any) -> Any:
    if type(value) is list:
        return _MAKERS[value[0]](
            *[_unpress(one) if type(one) in _NESTED else one for one in value[1:]]
        )
    if type(next(iter(value.values()), "")) is str:
        return value
    return {name: _unpress(one) for name, one in value.items()}


_NESTED = frozenset({list, dict})
