"""Opens SQLite without waiting for the disk.

No test cuts the power, and a killed process loses no data that the kernel has.
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
