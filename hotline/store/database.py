"""One database: SQLite on one machine, PostgreSQL on many. The truth lives here.

Every time is an aware UTC `datetime`. A transaction is short, and none is open while another machine is asked anything.

Draws the record keys that published counts are rounded by.
"""

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
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from hotline.errors import SettingsInvalid
from hotline.statistics.rules_rounding import KEYS
from hotline.store.driver import (
    CURSOR,
    IN_SESSION,
    FileConnection,
    JointWrites,
    Memory,
    Places,
    PlainConnection,
    R,
    ServerConnection,
    Work,
    WriterTurn,
    quietly,
    text_of,
)

__all__ = (
    "Database",
    "PlainConnection",
    "Row",
    "Session",
    "Utc",
    "add_if_new",
    "is_any",
    "open_database",
    "run_uncompiled",
    "seconds_between",
    "sqlite_file",
    "take_turns",
)

LOCK_SECONDS = 3.0
"""How long a writer waits for one of another process."""
TURN_SECONDS = 2.0
"""How long it waits before that for the writers of its own process: together the five seconds of a hop."""
CONNECTIONS = 16
"""Of one process to SQLite's file, each kept: to open one costs as much as several hops."""


class Utc(TypeDecorator[datetime]):
    """An aware time in, an aware UTC time out, also where the database keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class seconds_between(FunctionElement[float]):  # noqa: N801 - stands in a question as other functions do
    """The seconds from one time to a later one, exact to a millisecond."""

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
    """Lets PostgreSQL run the questions of this transaction as they are.

    To compile one costs more than it saves where some ten thousand rows are counted.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL jit = off"))


class Row(DeclarativeBase):
    """The base of every record."""

    metadata = MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s_index",
            "uq": "%(table_name)s_%(column_0_N_name)s_once",
            "fk": "%(table_name)s_%(column_0_N_name)s_of",
            "pk": "%(table_name)s_key",
        }
    )
    """Every constraint has a name that a migration can say."""
    type_annotation_map = {datetime: Utc, dict[str, Any]: JSON, list[str]: JSON}  # noqa: RUF012


class Database:
    """Transactions: `reading()` and `writing()`, each a `Session` that commits at the end or not at all.

    Raises StoreUnavailable where the database does not answer, is locked for too long, or cannot commit.
    """

    def __init__(self, engine: Engine, *, turn: float = TURN_SECONDS) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._turn = WriterTurn(turn)
        self._joint = JointWrites(self.plainly, turn)
        self._memory: Memory | None = None

    def keep_documents(self) -> Memory:
        """From now on transactions that read find the documents of revisions in memory: for who asks many times."""
        if self._memory is None:
            self._memory = Memory()
        return self._memory

    def share(self, places: Places) -> None:
        """A thread for which another writes gives its place back meanwhile."""
        self._joint.places = places

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One snapshot. Whatever it writes is rolled back."""
        with self._session("BEGIN") as session:
            if not self.is_sqlite:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            if self._memory is not None:
                # Not where somebody writes: what is rolled back there was never a revision.
                session.info[IN_SESSION] = self._memory
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that takes SQLite's write lock at once, so that two writers queue and never deadlock.

        On PostgreSQL each statement sees what was committed before it, and rows that are changed after a look are
        held while one looks (`with_for_update`). Rows that foreign keys name are held with `key_share=True`: else two
        who have each written a row that names them wait for each other.
        """
        with self._its_turn(), self._session("BEGIN IMMEDIATE") as session:
            yield session
            if session.in_transaction():
                session.commit()
            elif self.is_sqlite:
                session.info[CURSOR].connection.commit()

    @contextmanager
    def plainly(self) -> Iterator[PlainConnection]:
        """A transaction in the driver's own words, for what every session pays for: like `writing`."""
        with self._its_turn(), self.looking() as plain:
            plain.change("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")
            yield plain
            plain.change("COMMIT")

    def jointly(self, work: Work[R]) -> R:
        """What `work` says of a transaction as in `plainly`. On SQLite it is one for all threads that wait for one."""
        if self.is_sqlite:
            return self._joint.write(work)
        with self.plainly() as connection:
            return work(connection)

    @contextmanager
    def looking(self) -> Iterator[PlainConnection]:
        """Questions in the driver's own words, each of what is committed when it is asked."""
        with quietly():
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
        with quietly(), self.engine.connect() as connection:
            info = {}
            if self.is_sqlite:
                # The mapper joins this transaction when it is first asked: many hops never ask it.
                info[CURSOR] = connection.connection.cursor()
                info[CURSOR].execute(begin)
            with Session(connection, expire_on_commit=False, info=info) as session:
                yield session

    def close(self) -> None:
        self.engine.dispose()


def add_if_new(session: Session, row: Row) -> bool:
    """Insert a row unless a unique key of it is taken; whether it was inserted. The transaction goes on either way."""
    table: Any = type(row).__table__
    given = row.__dict__
    values = {name: given[name] for name in table.c.keys() if name in given}  # noqa: SIM118
    session.flush()
    inserted = _insert_if_new(table, session.get_bind().dialect.name)
    # What came back, never `rowcount`: psycopg does not say how many rows an insert made.
    return session.connection().execute(inserted, values).first() is not None


@cache
def _insert_if_new(table: Any, dialect: str) -> Any:
    """Put together once, and past the mapper: a sixth of what it costs for each row anew."""
    inserted = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    return inserted.on_conflict_do_nothing().returning(*table.primary_key)


def is_any(session: Session, key: Any, *which: Any) -> bool:
    """Returns True if any row of the table of `key` fits."""
    return session.scalar(select(key).where(*which).limit(1)) is not None


def take_turns(session: Session, lock: int) -> None:
    """Holds one of PostgreSQL's advisory locks until the transaction ends. SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


def insert_into(session: Session, row: type[Row]) -> Any:
    """An `Insert` that knows conflicts, in the words of the database at hand.

    By name: the other database's words and driver would be a sixth of what a process loads before its first answer.
    """
    return import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}").insert(row)


def sqlite_file(url: str) -> Path | None:
    """The file behind a `sqlite:///` address; None for a server."""
    parts = make_url(url)
    return Path(parts.database) if parts.drivername == "sqlite" and parts.database else None


def open_database(url: str) -> Database:
    """`sqlite:///…` or `postgresql+psycopg://…`. Opens no connection yet. Raises SettingsInvalid."""
    try:
        if url.startswith("sqlite"):
            return Database(_open_sqlite(url))
        # PostgreSQL's driver is loaded where somebody has one.
        return Database(import_module("hotline.store.server").open_server(url))
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
        # The driver begins no transaction of its own: `writing()` says when, and how.
        connection.isolation_level = None
        # Without the last, `INSERT OR REPLACE` takes a row away, and no trigger that refuses it is asked.
        pragmas = "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    return engine


def new_record_key() -> int:
    """Returns a random record key, 0 to 255. It stays as secret as its record and leaves the database in no file."""
    return secrets.randbelow(KEYS)
