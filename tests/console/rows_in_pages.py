"""Finds database rows with encrypted columns among the values that templates get."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy.orm import DeclarativeBase

from hotline.console.templating import Templates


def rows_in(value: object, seen: set[int]) -> Iterator[DeclarativeBase]:
    """Yields the database rows in a value that a template gets. Also searches sequences and mappings in this value."""
    if id(value) in seen:
        return
    seen.add(id(value))
    if isinstance(value, DeclarativeBase):
        yield value
    inside: Iterable[object] = ()
    if isinstance(value, Mapping):
        inside = value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        inside = value
    elif dataclasses.is_dataclass(value):
        inside = [getattr(value, field.name, None) for field in dataclasses.fields(value)]
    for each in inside:
        yield from rows_in(each, seen)


def encrypted_in(row: DeclarativeBase) -> set[str]:
    """Returns the names of a row's columns that contain bytes, and so may be encrypted."""
    held = {name for name, one in vars(row).items() if isinstance(one, bytes) and one}
    return {f"{type(row).__name__}.{name}" for name in held}


def note_encrypted(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Records the encrypted columns of the rows that each template gets from now on."""
    found: dict[str, set[str]] = {}
    draw = Templates.draw

    def noting(self: Templates, language: str, template: str, *, by: Any, **values: object) -> str:
        noted = found.setdefault(template, set())
        for row in rows_in({**values, "visit": None}, set()):
            noted.update(encrypted_in(row))
        return draw(self, language, template, by=by, **values)

    monkeypatch.setattr(Templates, "draw", noting)
    return found
