"""Statements that are made once and asked again and again within a session's transaction.

SQLite's driver is told them directly: what SQLAlchemy adds to each is five times what SQLite takes. PostgreSQL's is
asked through SQLAlchemy, which knows when a server is gone.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from sqlalchemy import BindParameter, Executable, bindparam
from sqlalchemy.dialects import sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

DIALECT = sqlite.dialect()
CURSOR = "cursor"
"""Where a session of SQLite's has its driver's own cursor, for as long as its transaction."""
Convert = Callable[[Any], Any] | None


class PreparedStatement:
    """Values are given by name, and rows come in the order of `gives`: what it selects, or returns."""

    def __init__(self, statement: Executable, *gives: TypeEngine[Any]) -> None:
        self._statement = statement
        self._gives = gives

    def rows(self, session: Session, **given: object) -> Sequence[tuple[Any, ...]]:
        cursor = session.info.get(CURSOR)
        if cursor is None:
            result = session.connection().execute(self._statement, given)
            return [tuple(row) for row in result] if self._gives else ()

        said, values, results = self._in_words
        cursor.execute(
            said,
            [
                convert(given.get(name, own)) if convert else given.get(name, own)
                for name, own, convert in values
            ],
        )
        return [
            tuple(
                [read(value) if read else value for value, read in zip(row, results, strict=True)]
            )
            for row in cursor.fetchall()
        ]

    def first(self, session: Session, **given: object) -> tuple[Any, ...] | None:
        found = self.rows(session, **given)
        return found[0] if found else None

    @cached_property
    def _in_words(self) -> tuple[str, Sequence[tuple[str, object, Convert]], Sequence[Convert]]:
        """As SQLite reads it; its values in their order, each with its own and how it is kept; how results are read."""
        assert isinstance(self._statement, ClauseElement)
        compiled = self._statement.compile(dialect=DIALECT)
        assert isinstance(compiled, SQLCompiler)
        values = [
            (name, compiled.params[name], _kept(compiled.binds[name].type))
            for name in compiled.positiontup or ()
        ]
        return str(compiled), values, [_read(one) for one in self._gives]


def _kept(of: TypeEngine[Any]) -> Convert:
    return of.dialect_impl(DIALECT).bind_processor(DIALECT)


def _read(of: TypeEngine[Any]) -> Convert:
    return of.dialect_impl(DIALECT).result_processor(DIALECT, None)


def new_values(names: Iterable[str]) -> dict[str, BindParameter[Any]]:
    """For an INSERT or an UPDATE: each column's value is given by its name behind `new_`."""
    return {name: bindparam(f"new_{name}") for name in names}
