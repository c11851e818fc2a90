"""Opens the database: SQLite on one machine, PostgreSQL on many. The database is the only source of truth.

Every time is a `datetime` in UTC with a time zone. Transactions are short. No transaction stays open while the code
waits for another machine. This module also makes the random record keys that decide how published numbers are rounded.
"""

import logging
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Engine,
    Float,
    MetaData,
    QueuePool,
    create_engine,
    event,
    select,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from hotline.core.driver import (
    CURSOR,
    IN_SESSION,
    BatchedWrites,
    DocumentCaches,
    FileConnection,
    PlainConnection,
    R,
    ServerConnection,
    Work,
    WorkPlaces,
    WriterTurn,
    text_of,
    without_details,
)
from hotline.core.rules_record_keys import RECORD_KEYS
from hotline.errors import SettingsInvalid

logger = logging.getLogger(__name__)

__all__ = (
    "Database",
    "PlainConnection",
    "Row",
    "Session",
    "Utc",
    "add_if_new",
    "has_row",
    "open_database",
    "run_uncompiled",
    "seconds_between",
    "sqlite_file",
    "take_lock",
)

LOCK_SECONDS = 3.0
"""Seconds that a writer waits for a writer of another process."""
TURN_SECONDS = 2.0
"""Seconds that a writer first waits for other writers of the same process. Both limits together are the five seconds
of a hop."""
AUDIT_KEY = "audit key"
"""The key in `Session.info` for the process's name and key, which the audit log uses."""
CONNECTIONS = 16
"""The number of connections of one process to SQLite's file. Connections stay open, because opening one costs as
much as several hops."""


class Utc(TypeDecorator[datetime]):
    """A column for times with a time zone. It returns every time in UTC, even if the database stores no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time in the database must have a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class seconds_between(FunctionElement[float]):  # noqa: N801 - used in queries like any SQL function
    """An SQL function for the seconds between two times, exact to a millisecond."""

    type = Float()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _in_file(element: seconds_between, compiler: SQLCompiler, **how: Any) -> str:
    earlier, later = (compiler.process(one, **how) for one in element.clauses)
    return f"round((julianday({later}) - julianday({earlier})) * 86400, 3)"


@compiles(seconds_between, "postgresql")
def _on_server(element: seconds_between, compiler: SQLCompiler, **how: Any) -> str:
    earlier, later = (compiler.process(one, **how) for one in element.clauses)
    return f"extract(epoch FROM {later} - {earlier})"


def run_uncompiled(session: Session) -> None:
    """Turns off PostgreSQL's just-in-time compiler for this transaction.

    For queries that count some ten thousand rows, compiling costs more time than it saves.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL jit = off"))


@contextmanager
def optional_part(session: Session) -> Iterator[None]:
    """Runs a part of a transaction that may fail in the database. If the part fails, the function undoes and logs only
    this part.
    """
    try:
        with session.begin_nested():
            yield
    except SQLAlchemyError as broken:
        logger.critical("a part of a transaction failed and was undone: %s", type(broken).__name__)


class Row(DeclarativeBase):
    """The base class of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s_index",
            "uq": "%(table_name)s_%(column_0_N_name)s_once",
            "fk": "%(table_name)s_%(column_0_N_name)s_of",
            "pk": "%(table_name)s_key",
        }
    )
    """The metadata gives every constraint a name that a migration can use."""
    type_annotation_map = {datetime: Utc, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


class Database:
    """The database, with the transactions `reading()` and `writing()`. A `Session` writes all its changes or none of
    them.

    Raises StoreUnavailable if the database does not answer, is locked for too long, or cannot commit.
    """

    def __init__(self, engine: Engine, *, turn: float = TURN_SECONDS) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._turn = WriterTurn(turn)
        self._joint = BatchedWrites(self.plainly, turn)
        self._memory: DocumentCaches | None = None
        self.audit_key: tuple[str, bytes] | None = None
        """The name of the process and its own key, with which it seals its rows of the audit log."""

    def keep_documents(self) -> DocumentCaches:
        """Keeps the documents of revisions in memory for later reading transactions. Returns the cache.

        It helps a process that reads the same documents many times.
        """
        if self._memory is None:
            self._memory = DocumentCaches()
        return self._memory

    def share(self, places: WorkPlaces) -> None:
        """Sets the object that limits how many threads work at once.

        A thread releases its place while another thread writes for it.
        """
        self._joint.places = places

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yields a session that sees one snapshot of the database. Everything that it writes is rolled back."""
        with self._session("BEGIN") as session:
            if not self.is_sqlite:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            if self._memory is not None:
                # `writing()` has no such cache: it may roll back a new document, which then never was a revision.
                session.info[IN_SESSION] = self._memory
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yields a session that takes SQLite's write lock at once. So two writers wait in a queue and cannot deadlock.

        On PostgreSQL, each statement sees everything that was committed before it. A row that is read and then changed
        must be locked by the read (`with_for_update`). Rows to which foreign keys point are locked with
        `key_share=True`. Otherwise two writers could wait for each other if their rows point to the same row.
        """
        with self._its_turn(), self._session("BEGIN IMMEDIATE") as session:
            yield session
            if session.in_transaction():
                session.commit()
            elif self.is_sqlite:
                session.info[CURSOR].connection.commit()

    @contextmanager
    def plainly(self) -> Iterator[PlainConnection]:
        """Yields a transaction in the driver's own SQL, for work that every caller's session does. It commits like
        `writing`."""
        with self._its_turn(), self.looking() as plain:
            plain.change("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")
            yield plain
            plain.change("COMMIT")

    def jointly(self, work: Work[R]) -> R:
        """Runs `work` in a transaction like that of `plainly`, and returns its result.

        On SQLite all waiting threads share one transaction.
        """
        if self.is_sqlite:
            return self._joint.write(work)
        with self.plainly() as connection:
            return work(connection)

    @contextmanager
    def looking(self) -> Iterator[PlainConnection]:
        """Yields a connection for queries in the driver's own SQL. Each query sees everything that was committed
        before it."""
        with without_details():
            if self.is_sqlite:
                with closing(self.engine.raw_connection()) as raw:
                    yield FileConnection(raw)
            else:
                with self.engine.connect() as connection:
                    yield ServerConnection(
                        connection.execution_options(isolation_level="AUTOCOMMIT")
                    )

    def _its_turn(self) -> AbstractContextManager[object]:
        return self._turn if self.is_sqlite else nullcontext()

    @contextmanager
    def _session(self, begin: str) -> Iterator[Session]:
        with without_details(), self.engine.connect() as connection:
            info: dict[str, Any] = {AUDIT_KEY: self.audit_key}
            if self.is_sqlite:
                # The mapper joins this transaction at its first query. Many hops never use the mapper.
                info[CURSOR] = connection.connection.cursor()
                info[CURSOR].execute(begin)
            with Session(connection, expire_on_commit=False, info=info) as session:
                yield session

    def close(self) -> None:
        self.engine.dispose()


def add_if_new(session: Session, row: Row) -> bool:
    """Inserts a row unless another row has the same value of a unique key. Returns True if it was inserted.

    In both cases, the transaction continues.
    """
    table: Any = type(row).__table__
    given = row.__dict__
    values = {name: given[name] for name in table.c.keys() if name in given}  # noqa: SIM118
    session.flush()
    inserted = _insert_if_new(table, session.get_bind().dialect.name)
    # Reads the returned key and not `rowcount`, because psycopg does not say how many rows an insert made.
    return session.connection().execute(inserted, values).first() is not None


@cache
def _insert_if_new(table: Any, dialect: str) -> Any:
    """Returns the insert statement of a table. It is built once and does not use the mapper.

    This takes a sixth of the time that building an insert for each row takes.
    """
    inserted = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    return inserted.on_conflict_do_nothing().returning(*table.primary_key)


def has_row(session: Session, key: Any, *which: Any) -> bool:
    """Returns True if any row of a table meets the conditions. `key` is a column of that table."""
    return session.scalar(select(key).where(*which).limit(1)) is not None


def take_lock(session: Session, lock: int) -> None:
    """Takes one of PostgreSQL's advisory locks until the transaction ends. SQLite allows only one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


def insert_into(session: Session, row: type[Row]) -> Any:
    """Returns an `Insert` with ON CONFLICT for the database of this session.

    It imports the dialect by name. The dialect and driver of the other database would be a sixth of all that a process
    loads before its first answer.
    """
    return import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}").insert(row)


def sqlite_file(url: str) -> Path | None:
    """Returns the file of a `sqlite:///` address, or None for a server."""
    parts = make_url(url)
    return Path(parts.database) if parts.drivername == "sqlite" and parts.database else None


def open_database(url: str) -> Database:
    """Returns the database at an address: `sqlite:///…` or `postgresql+psycopg://…`. It opens no connection yet.

    Raises SettingsInvalid.
    """
    try:
        if url.startswith("sqlite"):
            return Database(_open_sqlite(url))
        # The driver of PostgreSQL is loaded only if it is used.
        return Database(import_module("hotline.core.database_server").open_server(url))
    except (ArgumentError, ValueError):
        raise SettingsInvalid(["HOTLINE_DATABASE_URL: cannot be read as an address"]) from None


def _open_sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=text_of,
        poolclass=QueuePool,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=LOCK_SECONDS,
        connect_args={"timeout": LOCK_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver itself begins no transaction, because `_session` begins each one.
        connection.isolation_level = None
        # Without `recursive_triggers`, `INSERT OR REPLACE` would delete a row and skip the trigger that forbids it.
        pragmas = "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    return engine


def new_record_key() -> int:
    """Returns a random record key from 0 to 255. It stays as secret as its record, and exported files never contain
    it."""
    return secrets.randbelow(RECORD_KEYS)
