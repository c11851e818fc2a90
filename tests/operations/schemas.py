"""Reads everything that the tables of a database define, so that two databases can be compared line by line."""

from collections.abc import Iterator

from sqlalchemy import inspect, text

from hotline.core.database import Database, Session

VERSION = "alembic_version"
"""Alembic's own table, which only migrated databases have."""
POSTGRES = {
    "column": "SELECT table_name, column_name, udt_name, is_nullable, column_default"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "constraint": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "index": "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "trigger": "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger"
    " WHERE NOT tgisinternal",
    "function": "SELECT proname, pg_get_functiondef(oid) FROM pg_proc"
    " WHERE pronamespace = 'public'::regnamespace",
}
SQLITE = (
    "SELECT type, tbl_name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')"
    " AND sql IS NOT NULL"
)


def schema_of(database: Database) -> set[str]:
    """Returns columns, defaults, constraints, indexes, triggers and functions, each as one line."""
    with database.reading() as session:
        rows = _of_sqlite(session) if database.is_sqlite else _of_postgres(session)
        lines = [" ".join(" | ".join(map(str, row)).split()) for row in rows]
        return {line for line in lines if VERSION not in line}


def declared_of(database: Database) -> set[str]:
    """Returns what row classes declare: columns, their defaults, and constraints."""
    made = ("index", "trigger", "function")
    return {line for line in schema_of(database) if not line.startswith(made)}


def _of_postgres(session: Session) -> Iterator[tuple[object, ...]]:
    for kind, question in POSTGRES.items():
        for row in session.execute(text(question)):
            yield kind, *row


def _of_sqlite(session: Session) -> Iterator[tuple[object, ...]]:
    yield from (tuple(row) for row in session.execute(text(SQLITE)))
    found = inspect(session.connection())
    for table in found.get_table_names():
        for row in session.execute(text(f'PRAGMA table_info("{table}")')).mappings():
            column = tuple(row[name] for name in ("name", "type", "notnull", "dflt_value"))
            yield "column", table, *column
        yield "key", table, found.get_pk_constraint(table)
        for kind, constraints in (
            ("unique", found.get_unique_constraints(table)),
            ("foreign", found.get_foreign_keys(table)),
            ("check", found.get_check_constraints(table)),
        ):
            yield from ((kind, table, one) for one in constraints)
