"""Statements in a driver's own words: for the few that every session pays for, without what a mapper costs.

SQLite's driver is asked directly. PostgreSQL's is asked through SQLAlchemy, which knows when a server is gone.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Connection, PoolProxiedConnection, Select
from sqlalchemy.dialects import sqlite

Values = tuple[object, ...]


class PlainConnection(Protocol):
    mark: str
    """What stands in a statement for a value."""
    locks_rows: bool
    """Whether `FOR UPDATE` says anything here: SQLite has one writer."""

    def first(self, said: str, given: Values = ()) -> tuple[Any, ...] | None: ...

    def change(self, said: str, given: Values = ()) -> int:
        """How many rows it changed."""

    def ask(self, question: Select[Any], **given: object) -> tuple[Any, ...] | None:
        """The first row of a question that was made once, its values by name."""

    def moment(self, at: datetime) -> object:
        """An aware time as this database keeps it."""


class FileConnection:
    mark = "?"
    locks_rows = False

    def __init__(self, raw: PoolProxiedConnection) -> None:
        self._cursor = raw.cursor()

    def first(self, said: str, given: Values = ()) -> tuple[Any, ...] | None:
        self._cursor.execute(said, given)
        row: tuple[Any, ...] | None = self._cursor.fetchone()
        return row

    def change(self, said: str, given: Values = ()) -> int:
        self._cursor.execute(said, given)
        return int(self._cursor.rowcount)

    def ask(self, question: Select[Any], **given: object) -> tuple[Any, ...] | None:
        said, names, own = _in_words(question)
        kept = {
            name: self.moment(value) if isinstance(value, datetime) else value
            for name, value in {**own, **given}.items()
        }
        return self.first(said, tuple([kept[name] for name in names]))

    def moment(self, at: datetime) -> object:
        return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


class ServerConnection:
    mark = "%s"
    locks_rows = True

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def first(self, said: str, given: Values = ()) -> tuple[Any, ...] | None:
        row = self._connection.exec_driver_sql(said, given).first()
        return None if row is None else tuple(row)

    def change(self, said: str, given: Values = ()) -> int:
        return self._connection.exec_driver_sql(said, given).rowcount

    def ask(self, question: Select[Any], **given: object) -> tuple[Any, ...] | None:
        row = self._connection.execute(question, given).first()
        return None if row is None else tuple(row)

    def moment(self, at: datetime) -> object:
        return at.astimezone(UTC)


def document_of(stored: object) -> Any:
    """A JSON column. SQLite keeps it as text, PostgreSQL's driver has read it."""
    return json.loads(stored) if isinstance(stored, str) else stored


def moment_of(stored: object) -> datetime:
    """A time, which SQLite keeps as text and without its zone, UTC."""
    if isinstance(stored, str):
        return datetime.fromisoformat(stored).replace(tzinfo=UTC)
    assert isinstance(stored, datetime)
    return stored.astimezone(UTC)


@lru_cache(maxsize=16)
def _in_words(
    question: Select[Any],
) -> tuple[str, tuple[str, ...], Mapping[str, object]]:
    """A question as SQLite reads it, the names of its values in their order, and those that it has itself."""
    compiled = question.compile(dialect=sqlite.dialect())
    return str(compiled), tuple(compiled.positiontup or ()), compiled.params
