"""A connection to PostgreSQL that never lets a caller wait: a hop is answered within five seconds, whatever it died of.

The server's own limits (a lock, a statement) come first and leave the connection whole. Ours come after them, for a
server that is frozen or unplugged and so cannot keep any limit: then the connection is given up.
"""

import select
from collections.abc import Mapping
from typing import Any, TypeVar

import psycopg
from psycopg import errors
from psycopg.abc import PQGen
from sqlalchemy import Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DisconnectionError

from hotline.store.driver import text_of

LOCK_MS = 2500
STATEMENT_MS = 3000
PATIENCE = 3.5
"""Seconds for any one answer; with what Redis may cost a hop, 0.6, still under five."""
CONNECT_SECONDS = 2
POOL_SECONDS = 3.0
CONNECTIONS = 15
"""Of one process, each kept once it was needed: to open one costs a server more than most questions do."""
READ_ONLY = "25006"
"""SQLSTATE: it answers, and keeps nothing: a standby, or a primary that was demoted."""

NETWORK: Mapping[str, object] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 3000,
    "application_name": "hotline",
}
"""How soon the network between two machines counts as cut."""
SESSION: Mapping[str, object] = {
    # What a caller was told is saved outlives a crash, whatever the server's own default is.
    "synchronous_commit": "on",
    "lock_timeout": LOCK_MS,
    "statement_timeout": STATEMENT_MS,
    "idle_in_transaction_session_timeout": 15_000,
    # Who vanished with a lock in hand, the relay's leader above all, is missed after fifteen seconds.
    "tcp_keepalives_idle": 5,
    "tcp_keepalives_interval": 5,
    "tcp_keepalives_count": 2,
}
"""What the server is told for each of our sessions."""

Answer = TypeVar("Answer")


class BoundedConnection(psycopg.Connection[Any]):
    """Gives itself up where an answer takes longer than `patience` seconds; None waits for ever."""

    patience: float | None = PATIENCE

    def wait(
        self, gen: PQGen[Answer], interval: float = 0.1, timeout: float | None = None
    ) -> Answer:
        bound = self.patience if timeout is None else timeout
        try:
            return super().wait(gen, interval, bound)
        except errors.OperationalError as broken:
            if timeout is None and type(broken).__name__ == "_WaitTimeout":
                # Half an answer may still come: nobody may read it as the answer to the next question.
                self.pgconn.finish()
            raise


def open_server(url: str) -> Engine:
    """Opens no connection yet."""
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
    """A server that died since has left a word, or the end, on the socket: seen before use, without a round trip."""
    connection.patience = PATIENCE
    if connection.closed or select.select([connection.fileno()], [], [], 0)[0]:
        raise DisconnectionError


def leave_read_only(context: ExceptionContext) -> None:
    """Every connection to a server that keeps nothing is closed, so that the next may find the new primary."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True
