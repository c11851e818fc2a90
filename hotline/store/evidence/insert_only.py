"""Triggers that refuse every change of a table, and every deletion, on both databases.

Migration 0091 says the same words.
"""

from sqlalchemy import DDL, event

from hotline.store.database import Row


def never_changes(row: type[Row]) -> None:
    """From its making on."""
    table = row.__tablename__
    sqlite = (
        f"CREATE TRIGGER {table}_no_{what} BEFORE {what} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is insert only'); END"
        for what in ("update", "delete")
    )
    postgres = (
        f"CREATE FUNCTION {table}_refuses() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{table} is insert only'"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_refuses()",
    )
    for dialect, words in (("sqlite", sqlite), ("postgresql", postgres)):
        for word in words:
            made = DDL(word).execute_if(dialect=dialect)  # type: ignore[no-untyped-call]
            event.listen(row.__table__, "after_create", made)
