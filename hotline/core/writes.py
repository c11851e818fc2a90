"""Inserts many rows at once, in the fastest way for each database. It respects the database's limit of parameters.

PostgreSQL reads JSON texts in one request and makes rows of them. SQLite needs no request to a server, so its driver
takes tuples. For SQLite, values that all rows share are part of the statement.
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
"""An option that makes SQLAlchemy keep the number of inserted rows."""


def add_rows(
    session: Session,
    row: type[Row],
    columns: Sequence[Column],
    rows: Sequence[tuple[object, ...]],
    same: dict[Column, object],
    *,
    unless_taken: Column | None = None,
    among: Column | None = None,
) -> int:
    """Inserts rows with these columns, in the given order. Every row also gets the values in `same`.

    The values have the form that the driver uses. It skips a row if its value of `unless_taken` already exists. If
    `among` is given, it looks only at rows in which that column is empty. Returns the number of inserted rows.
    """
    if not rows:
        return 0
    if session.get_bind().dialect.name != "sqlite":
        statement = insert_of(session, row, columns, rows, same)
        if unless_taken is not None:
            statement = statement.on_conflict_do_nothing(
                index_elements=[unless_taken],
                index_where=None if among is None else among.is_(None),
            )
        return _count(session.connection().execute(statement, execution_options=COUNTED))

    names = ", ".join(column.key for column in (*columns, *same))
    values = ", ".join(["?"] * len(columns) + [_said(session, *one) for one in same.items()])
    words = f"INSERT INTO {row.__tablename__} ({names}) VALUES ({values})"
    if unless_taken is not None:
        only = "" if among is None else f" WHERE {among.key} IS NULL"
        words += f" ON CONFLICT ({unless_taken.key}){only} DO NOTHING"
    return _count(session.connection().exec_driver_sql(words, [*rows]))


def new_ids(session: Session, row: type[Row], count: int) -> Sequence[int]:
    """Returns unused ids in ascending order, for rows that will be written next. So no later query has to ask for them.

    SQLite has only one writer until it commits. PostgreSQL's sequence never gives the same id twice.
    """
    id = inspect(row).primary_key[0]
    if session.get_bind().dialect.name == "sqlite":
        last = session.scalar(select(func.max(id))) or 0
        return range(last + 1, last + 1 + count)
    # The subquery finds the name of the sequence once and not for each id.
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
    """Returns an INSERT statement for rows with these columns, in the given order. Every row also gets the values in
    `same`."""
    shared = [literal(what, column.type) for column, what in same.items()]
    if session.get_bind().dialect.name == "sqlite":
        each = func.json_each(_json(rows)).table_valued("value", name="given").c.value
        given = [each.op("->>")(literal_column(str(at))) for at in range(len(columns))]
        fields = [type_coerce(field, String) for field in given]
        # Without a condition, SQLite would read the ON of ON CONFLICT as part of a join.
        source = select(*fields, *shared).where(true())
    else:
        # There is one JSON text for each column. A text for each row would be parsed again for each field.
        source = select(*map(_unfolded, columns, zip(*rows, strict=True)), *shared)
    return insert_into(session, row).from_select([*columns, *same], source)


def in_numbers(session: Session, column: Column, numbers: Iterable[int]) -> ColumnElement[bool]:
    """Returns the condition that the column has one of these numbers. There may be very many numbers."""
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


# Creates triggers that refuse changed rows, deleted rows and emptied tables, in both databases.

NOT_EMPTIED = (
    "CREATE OR REPLACE FUNCTION refuses_to_be_emptied() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION '% is never emptied', TG_TABLE_NAME"
    " USING ERRCODE = 'integrity_constraint_violation'; END $$"
)


def protect_rows(row: type[Row], *more: str) -> None:
    """Creates triggers together with the table, so that no row of it can be changed or deleted."""
    table = row.__tablename__
    postgres = (
        f"CREATE FUNCTION {table}_refuses() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{table} is insert only'"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_refuses()",
        *more,
    )
    protect_by(row, refusing_on_sqlite(table), postgres)


def refusing_on_sqlite(table: str) -> tuple[str, ...]:
    """Returns SQLite's triggers for a table whose rows never change."""
    return tuple(
        f"CREATE TRIGGER {table}_no_{what} BEFORE {what} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is insert only'); END"
        for what in ("update", "delete")
    )


def protect_by(row: type[Row], sqlite: Iterable[str], postgres: Iterable[str]) -> None:
    """Creates the given triggers together with the table. On PostgreSQL, one more trigger prevents emptying the
    table."""
    table = row.__tablename__
    whole = (
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuses_to_be_emptied()"
    )
    for dialect, words in (("sqlite", sqlite), ("postgresql", (*postgres, NOT_EMPTIED, whole))):
        for word in words:
            # In DDL, the database driver reads "%" as the start of a parameter.
            made = DDL(word.replace("%", "%%")).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
            event.listen(row.__table__, "after_create", made)
