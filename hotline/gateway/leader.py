"""Chooses one clock process, the leader, which handles the deadlines. Two leaders at the same time do no harm, because
each update of a row checks the old state of the row. With SQLite, one row in the database contains the name of the
leader and the end of its lease. With PostgreSQL, the leader holds an advisory lock on a connection of its own. When the
leader ends, the lock is free at once, whatever time the machines' clocks show. With PostgreSQL, the leader also writes
this row of the database, so that `hotline doctor` sees which process is the leader. If a frozen leader keeps the lock
long after the end of its lease, another clock process also handles the deadlines."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from hotline.core.database import Database, Session
from hotline.gateway import tables
from hotline.text.causes import known_cause
from hotline.text.errors import StoreUnavailable

LEASE = timedelta(seconds=3)
"""The length of the leader's lease. Until the lease ends, no other process can become the leader. The lease is short,
so that another process becomes the leader soon if the leader is killed."""
FROZEN = timedelta(seconds=12)
"""The process that holds the lock still counts as the leader for this time after its lease has ended."""
LOCK = 4_114_110_003
"""The number of the PostgreSQL advisory lock that the leader holds."""


HELD = text(
    "SELECT l.pid, l.virtualtransaction, l.objid::bigint AS lock, a.usename AS account"
    " FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND a.datname = current_database()"
    " AND (l.objid::bigint BETWEEN 411411001 AND 411411099"
    " OR l.objid::bigint BETWEEN 4114110001 AND 4114110099) AND l.objid::bigint <> :lock"
)
"""The query for the database sessions that hold one of the hotline's advisory locks. The query leaves out the
leader's lock, because a leader rightly holds this lock for a long time. If another program holds the leader's lock, a
clock process becomes the leader without the lock after the time `FROZEN`."""


def lock_holders(session: Session) -> frozenset[tuple[int, str, int, str]]:
    """Returns the process id, transaction, lock and account of each database session that holds an advisory lock of the
    hotline. Leaves out the leader's lock."""
    if session.get_bind().dialect.name != "postgresql":
        return frozenset()
    rows = session.execute(HELD, {"lock": LOCK})
    return frozenset((row.pid, row.virtualtransaction, row.lock, row.account) for row in rows)


class Leadership:
    """The claim of one clock process to be the leader. The object exists as long as the process runs, and the process
    checks its claim every second."""

    def __init__(self, database: Database, holder: str) -> None:
        self._database = database
        self._holder = holder
        self._connection: Connection | None = None

    def holds(self, at: datetime) -> bool:
        """Returns True if this clock process is the leader now. Raises StoreUnavailable if the database does not
        answer. After this error, the process must not act as the leader."""
        if self._database.is_sqlite:
            return self._leases(at, grace=timedelta(0))
        try:
            if self._locks():
                # If this connection is lost, the lock is lost too.
                with Session(self._connection) as session:
                    tables.write_leader(session, self._holder, at + LEASE)
                    session.commit()
                return True
        except (DBAPIError, PoolTimeout) as broken:
            self.close()
            cause = known_cause(str(getattr(broken, "orig", None) or broken))
            raise StoreUnavailable(cause or type(broken).__name__) from None
        return self._leases(at, grace=FROZEN)

    def close(self) -> None:
        """Releases the lock, so that another clock process can be the leader at once."""
        if self._connection is None:
            return
        with suppress(DBAPIError):
            self._connection.invalidate()
            self._connection.close()
        self._connection = None

    def _locks(self) -> bool:
        """Takes the lock on a connection that stays open as long as the clock process holds the lock.

        Returns False if another clock process holds the lock.
        """
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

    def _leases(self, at: datetime, *, grace: timedelta) -> bool:
        with self._database.writing() as session:
            return tables.take_lead(session, self._holder, at, LEASE, grace=grace)
