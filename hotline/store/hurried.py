"""A database that is filled in a hurry: it waits for no disk. For what is made anew where a power cut breaks it."""

from typing import Any

from sqlalchemy import event

from hotline.store.database import Database


def hurry(database: Database) -> None:
    """Before its first transaction. PostgreSQL is left as it is."""
    if not database.is_sqlite:
        return

    @event.listens_for(database.engine, "connect")
    def begin(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF").close()
