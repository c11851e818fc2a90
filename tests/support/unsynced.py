"""Makes SQLite quick, because it does not wait for the disk.

Tests kill processes but never cut the power, so no data is lost.
"""

from typing import Any

from sqlalchemy import event

from hotline.core.database import Database, open_database
from tests.support.made_once import share_statements


def open_unsynced(url: str) -> Database:
    database = open_database(url)

    @event.listens_for(database.engine, "connect")
    def hurry(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF").close()

    share_statements(database)
    return database
