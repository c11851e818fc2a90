"""Inserts many rows at once, in the fastest way for each database and without reaching a limit on parameters.

PostgreSQL unpacks JSON texts in one round trip. SQLite needs no round trip, so its driver takes tuples. Values that all
rows share are written into SQLite's statement.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    DDL,
    JSON,
    ColumnElement,
    CursorResult,
    Integer,
    String,
    cast,
    event,
    func,
    inspect,
    literal,
    literal_column,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from hotline.core.database import Row, insert_into

Column = InstrumentedAttribute[Any]
COUNTED = {"preserve_rowcount": True}
"""Option that makes SQLAlchemy keep the row count of an INSERT."""


def add_rows(
    session: Session,
    row: type[Row],
    columns: Sequence[Column],
    rows: Sequence[tuple[object, ...]],
    same: dict[Column, object],
    *,
    unless_taken: Column | None = None,
) -> int:
    """Inserts rows with these columns, in the given order. Every row also gets the `same` values.

    The values are in the driver's own form. Skips a row whose `unless_taken` value exists already. Returns the number
    of inserted rows.
    """
    if not rows:
        return 0
    if session.get_bind().dialect.name != "sqlite":
        statement = insert_of(session, row, columns, rows, same)
        if unless_taken is not None:
            statement = statement.on_conflict_do_nothing(index_elements=[unless_taken])
        return _count(session.connection().execute(statement, execution_options=COUNTED))

    names = ", ".join(column.key for column in (*columns, *same))
    values = ", ".join(["?"] * len(columns) + [_said(session, *one) for one in same.items()])
    words = f"INSERT INTO {row.__tablename__} ({names}) VALUES ({values})"
    if unless_taken is not None:
        words += f" ON CONFLICT ({unless_taken.key}) DO NOTHING"
    return _count(session.connection().exec_driver_sql(words, [*rows]))


def new_ids(session: Session, row: type[Row], count: int) -> Sequence[int]:
    """Returns unused ids, in ascending order, for rows that are about to be written. No query need ask for them later.

    SQLite has one writer until it commits. PostgreSQL's sequence never gives an id twice.
    """
    id = inspect(row).primary_key[0]
    if session.get_bind().dialect.name == "sqlite":
        last = session.scalar(select(func.max(id))) or 0
        return range(last + 1, last + 1 + count)
    # The subquery finds the sequence's name once, not for each id.
    words = f"SELECT pg_get_serial_sequence('{row.__tablename__}', '{id.name}')::regclass"
    each = select(func.nextval(literal_column(f"({words})")))
    return session.scalars(each.select_from(func.generate_series(1, count))).all()


def insert_of(
    session: Session,
    row: type[Row],
    columns: Sequence[Column],
    rows: Iterable[Sequence[object]],
    same: dict[Column, object],
) -> Any:
    """Returns an INSERT of rows with these columns, in the given order. Every row also gets the `same` values."""
    shared = [literal(what, column.type) for column, what in same.items()]
    if session.get_bind().dialect.name == "sqlite":
        each = func.json_each(_json(rows)).table_valued("value", name="given").c.value
        given = [each.op("->>")(literal_column(str(at))) for at in range(len(columns))]
        fields = [type_coerce(field, String) for field in given]
        # Without a condition, SQLite would read the ON of ON CONFLICT as the ON of a join.
        source = select(*fields, *shared).where(true())
    else:
        # One JSON text for each column. A text for each row would be parsed again for each of its fields.
        source = select(*map(_unfolded, columns, zip(*rows, strict=True)), *shared)
    return insert_into(session, row).from_select([*columns, *same], source)


def in_numbers(session: Session, column: Column, numbers: Iterable[int]) -> ColumnElement[bool]:
    """Returns the condition that the column holds one of these numbers, of which there may be very many."""
    return column.in_(select(_numbers(session, numbers)))


def _numbers(session: Session, numbers: Iterable[int]) -> ColumnElement[int]:
    text = _json(numbers)
    embedded = session.get_bind().dialect.name == "sqlite"
    each = func.json_each(text) if embedded else func.json_array_elements_text(cast(text, JSON))
    value = each.table_valued("value", name="given").c.value
    return value if embedded else cast(value, Integer)


def _said(session: Session, column: Column, value: object) -> str:
    """Returns the value as a literal in the database's SQL."""
    said = literal(value, column.type)
    return str(said.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))


def _count(result: CursorResult[Any]) -> int:
    return result.rowcount


def _unfolded(column: Column, values: Sequence[object]) -> ColumnElement[Any]:
    value = func.json_array_elements_text(cast(_json(values), JSON))
    if isinstance(column.type, String):
        return value
    return cast(value, Integer if isinstance(column.type, Integer) else JSON)


def _json(values: Iterable[object]) -> ColumnElement[str]:
    return literal(json.dumps([*values], separators=(",", ":")), String)


# Creates triggers that refuse to change rows, delete rows, or empty a table, in both databases.

NOT_EMPTIED = (
    "CREATE OR REPLACE FUNCTION refuses_to_be_emptied() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION '% is never emptied', TG_TABLE_NAME"
    " USING ERRCODE = 'integrity_constraint_violation'; END $$"
)


def protect_rows(row: type[Row]) -> None:
    """Creates triggers with the table, so that no row of it is ever changed or deleted."""
    table = row.__tablename__
    postgres = (
        f"CREATE FUNCTION {table}_refuses() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{table} is insert only'"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_refuses()",
    )
    protect_by(row, refusing_on_sqlite(table), postgres)


def refusing_on_sqlite(table: str) -> tuple[str, ...]:
    """Returns SQLite's triggers for a table that never changes."""
    return tuple(
        f"CREATE TRIGGER {table}_no_{what} BEFORE {what} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is insert only'); END"
        for what in ("update", "delete")
    )


def protect_by(row: type[Row], sqlite: Iterable[str], postgres: Iterable[str]) -> None:
    """Creates the given triggers with the table. On PostgreSQL one more refuses to empty the table."""
    table = row.__tablename__
    whole = (
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuses_to_be_emptied()"
    )
    for dialect, words in (("sqlite", sqlite), ("postgresql", (*postgres, NOT_EMPTIED, whole))):
        for word in words:
            # DDL reads "%" as the start of a parameter.
            made = DDL(word.replace("%", "%%")).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
            event.listen(row.__table__, "after_create", made)
