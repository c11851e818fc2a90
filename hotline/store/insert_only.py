"""Creates triggers that refuse to change rows, delete rows, or empty a table, in both databases.

SQLite has no TRUNCATE. The migrations repeat these triggers, since a migration never changes with the code.
"""

from collections.abc import Iterable

from sqlalchemy import DDL, event

from hotline.store.database import Row

NOT_EMPTIED = (
    "CREATE OR REPLACE FUNCTION refuses_to_be_emptied() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN RAISE EXCEPTION '% is never emptied', TG_TABLE_NAME"
    " USING ERRCODE = 'integrity_constraint_violation'; END $$"
)


def never_changes(row: type[Row]) -> None:
    """Creates triggers with the table, so that no row of it is ever changed or deleted."""
    table = row.__tablename__
    postgres = (
        f"CREATE FUNCTION {table}_refuses() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{table} is insert only'"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_refuses()",
    )
    keeps_by(row, refusing_on_sqlite(table), postgres)


def refusing_on_sqlite(table: str) -> tuple[str, ...]:
    """Returns SQLite's triggers for a table that never changes."""
    return tuple(
        f"CREATE TRIGGER {table}_no_{what} BEFORE {what} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is insert only'); END"
        for what in ("update", "delete")
    )


def keeps_by(row: type[Row], sqlite: Iterable[str], postgres: Iterable[str]) -> None:
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
