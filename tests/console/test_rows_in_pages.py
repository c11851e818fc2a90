"""Tests that rendering a page loads nothing from the database, and that no encrypted value reaches a template."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy.orm import DeclarativeBase

from hotline.console.templating import Templates
from hotline.core.actors import AccountRole
from hotline.core.database import Row
from tests.console.conftest import Tab
from tests.console.test_routes import answers, path_of, tabs

__all__ = ["tabs"]


def test_no_relation_of_a_row_loads_later() -> None:
    relations = [one for mapper in Row.registry.mappers for one in mapper.relationships]
    assert relations, "no relation was found, so this test proves nothing"
    assert {str(one) for one in relations if one.lazy != "raise"} == set()


def rows_in(value: object, seen: set[int]) -> Iterator[DeclarativeBase]:
    """Yields the database rows among the values for a template: in values, sequences and mappings."""
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
    """Returns the columns with bytes that are loaded in a row."""
    held = {name for name, one in vars(row).items() if isinstance(one, bytes) and one}
    return {f"{type(row).__name__}.{name}" for name in held}


def test_no_template_gets_a_row_with_encrypted_columns(
    tabs: dict[AccountRole, Tab], monkeypatch: pytest.MonkeyPatch
) -> None:
    found: dict[str, set[str]] = {}
    drawn: set[str] = set()
    draw = Templates.draw

    def noting(self: Templates, language: str, template: str, *, by: Any, **values: object) -> str:
        drawn.add(template)
        for row in rows_in({**values, "visit": None}, set()):
            if names := encrypted_in(row):
                found.setdefault(template, set()).update(names)
        return draw(self, language, template, by=by, **values)

    monkeypatch.setattr(Templates, "draw", noting)
    for route, role, tab in answers(tabs, "GET"):
        if route.admits(frozenset({role})):
            tab.get(path_of(route))
    assert len(drawn) > 30, "too few pages were drawn, so this test proves little"
    assert found == {}
