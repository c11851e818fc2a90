"""Opens connections to PostgreSQL with strict time limits, so that the hotline answers each key press of a caller
within five seconds. PostgreSQL's own limits for locks and statements end a slow statement first, and the connection
stays usable. The limits in this module are longer, and apply if the machine of the database server is frozen or
unplugged. When a limit of this module is reached, the code closes the connection."""

import select
from collections.abc import Mapping
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg.abc import PQGen
from sqlalchemy import Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DisconnectionError

from hotline.core.driver import text_of

LOCK_MS = 2500
STATEMENT_MS = 3000
PATIENCE = 3.5
"""The maximum number of seconds for which the code waits for the database server's answer. With this limit and 0.6
seconds for Redis, the answer to a key press still takes less than five seconds."""
CONNECT_SECONDS = 2
POOL_SECONDS = 3.0
CONNECTIONS = 15
"""The number of connections that one process has to PostgreSQL. Connections stay open after use, because opening a
connection is more work for the server than most queries."""
READ_ONLY = "25006"
"""The PostgreSQL error code (SQLSTATE) of a server that answers but cannot write, such as a standby server."""

NETWORK: Mapping[str, object] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 3000,
    "application_name": "hotline",
}
"""The time limits after which a connection over the network counts as broken."""
SESSION: Mapping[str, object] = {
    # With this setting, committed data survives a crash, even if the server's default is less safe.
    "synchronous_commit": "on",
    "lock_timeout": LOCK_MS,
    "statement_timeout": STATEMENT_MS,
    "idle_in_transaction_session_timeout": 15_000,
    # With these settings, the server detects after fifteen seconds that a process with a lock has disappeared, such as
    # the leader of the clock processes.
    "tcp_keepalives_idle": 5,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 2,
}
"""The settings that PostgreSQL applies to each session of the hotline."""

Answer = TypeVar("Answer")


class BoundedConnection(psycopg.Connection[Any]):
    """A connection that closes if an answer takes longer than `patience` seconds. If `patience` is None, the connection
    waits without a limit."""

    patience: float | None = PATIENCE

    def wait(
        self, gen: PQGen[Answer], interval: float = 0.1, timeout: float | None = None
    ) -> Answer:
        limit = self.patience if timeout is None else timeout
        try:
            return super().wait(gen, interval, limit)
        except errors.OperationalError as broken:
            if timeout is None and type(broken).__name__ == "_WaitTimeout":
                # The rest of a late answer may still arrive on this connection. The next query must not read that
                # rest as its own answer.
                self.pgconn.finish()
            raise


def open_server(url: str) -> Engine:
    """Creates SQLAlchemy's engine (its access to the database). The engine opens no connection yet."""
    options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=text_of,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        connect_args={**NETWORK, "options": options},
    )

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, _record: Any, words: Any, named: Any) -> BoundedConnection:
        return BoundedConnection.connect(*words, **named)

    event.listen(engine, "checkout", refuse_stale)
    event.listen(engine, "handle_error", leave_read_only)
    return engine


def refuse_stale(connection: BoundedConnection, _record: Any, _proxy: Any) -> None:
    """Refuses a pooled connection if its server has died. The check runs before each use of a connection and sends no
    request to the server. If the server has died, the socket already has data or an end of file to read. Raises
    DisconnectionError."""
    connection.patience = PATIENCE
    if connection.closed or select.select([connection.fileno()], [], [], 0)[0]:
        raise DisconnectionError


def leave_read_only(context: ExceptionContext) -> None:
    """Closes the connection if its server can no longer write. The next connection can then reach the new main
    server."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True
