"""Who owns time. One relay leads; two by accident are still safe, since every step of theirs is a conditional update.

On SQLite the leader is a row with a lease. On PostgreSQL it is whoever holds an advisory lock on a connection of its
own: it is free the moment its holder dies, and no clock is asked. The row is written there too, for the doctor, and
against a leader that is frozen and so holds its lock for ever: whoever finds the row long overdue ticks as well.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hotline.errors import StoreUnavailable
from hotline.store.database import Database, Session
from hotline.store.outbox import messages
from hotline.text.causes import known_cause

LEASE = timedelta(seconds=3)
"""Short: who is killed while leading is missed no longer than this."""
FROZEN = timedelta(seconds=12)
"""How much longer the holder of the lock is believed, whatever its row says."""
LOCK = 4_114_110_003
"""PostgreSQL's advisory lock of the relay."""


class Leadership:
    """One relay's claim. Kept for as long as the relay lives; asked once a tick."""

    def __init__(self, database: Database, holder: str) -> None:
        self._database = database
        self._holder = holder
        self._connection: Connection | None = None

    def holds(self, at: datetime) -> bool:
        """Whether this relay owns time now. Raises StoreUnavailable: nobody does."""
        if self._database.is_sqlite:
            return self._leases(at, grace=timedelta(0))
        try:
            if self._locks():
                self._write(at)
                return True
        except (DBAPIError, PoolTimeout) as broken:
            self.close()
            cause = known_cause(str(getattr(broken, "orig", None) or broken))
            raise StoreUnavailable(cause or type(broken).__name__) from None
        return self._leases(at, grace=FROZEN)

    def close(self) -> None:
        """Let another lead, at once."""
        if self._connection is None:
            return
        with suppress(DBAPIError):
            self._connection.invalidate()
            self._connection.close()
        self._connection = None

    def _locks(self) -> bool:
        """On a connection that is kept as long as the lock is."""
        if self._connection is not None:
            return True
        engine = self._database.engine
        connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        try:
            locked = connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK})
        except DBAPIError:
            connection.close()
            raise
        if not locked:
            connection.close()
            return False
        self._connection = connection
        return True

    def _write(self, at: datetime) -> None:
        """By the connection that holds the lock: where that one is gone, so is the lock."""
        with Session(self._connection) as session:
            messages.write_leader(session, self._holder, at + LEASE)
            session.commit()

    def _leases(self, at: datetime, *, grace: timedelta) -> bool:
        with self._database.writing() as session:
            return messages.lead(session, self._holder, at, LEASE, grace=grace)
