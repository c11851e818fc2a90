"""One database: SQLite on one machine, PostgreSQL on many. The truth lives here.

Every time is an aware UTC `datetime`. A transaction is short, and none is open while another machine is asked anything.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from hotline.errors import StoreUnavailable

LOCK_SECONDS = 3.0
"""How long a writer waits for another: with the door's other work it stays under the five seconds of a hop."""


class Utc(TypeDecorator[datetime]):
    """An aware time in, an aware UTC time out, also where the database keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Row(DeclarativeBase):
    """The base of every record."""

    type_annotation_map = {datetime: Utc, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


class Database:
    """Transactions: `reading()` and `writing()`, each a `Session` that commits at the end or not at all.

    Raises StoreUnavailable where the database does not answer, is locked for too long, or cannot commit.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self._session() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that takes SQLite's write lock at once, so that two writers queue and never deadlock."""
        with self._session() as session:
            if self.is_sqlite:
                session.execute(text("BEGIN IMMEDIATE"))
            yield session
            session.commit()

    @contextmanager
    def _session(self) -> Iterator[Session]:
        try:
            with Session(self.engine, expire_on_commit=False) as session:
                yield session
        except (OperationalError, PoolTimeout) as broken:
            # The statement may quote parameters: neither it nor the cause travels on.
            raise StoreUnavailable(type(broken).__name__) from None
        except DBAPIError as broken:
            if broken.connection_invalidated:
                raise StoreUnavailable(type(broken).__name__) from None
            raise

    def close(self) -> None:
        self.engine.dispose()


def open_database(url: str) -> Database:
    """`sqlite:///…` or `postgresql+psycopg://…`. Opens no connection yet."""
    if url.startswith("sqlite"):
        return Database(_open_sqlite(url))
    return Database(
        create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_timeout=LOCK_SECONDS,
            connect_args={
                "connect_timeout": 2,
                "options": f"-c statement_timeout=4000 -c lock_timeout={int(LOCK_SECONDS * 1000)}",
            },
        )
    )


def _open_sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        connect_args={"timeout": LOCK_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver begins no transaction of its own: `writing()` says when, and how.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    return engine
