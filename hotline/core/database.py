"""Opens the database: SQLite on one machine, PostgreSQL on many. The database is the only place where the hotline
stores its facts.

Every time is a `datetime` in UTC with a time zone. Transactions are short. No transaction stays open while the code
waits for another machine.

The module also makes random record keys, with which the hotline rounds published statistics. The module also inserts
many rows at once, in the fastest way for each database. On PostgreSQL, one request sends the rows as JSON, and the
server unpacks them. SQLite runs in this process, so its driver takes the rows as tuples.
"""

import json
import logging
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    DateTime,
    Delete,
    Dialect,
    Engine,
    Float,
    Integer,
    MetaData,
    QueuePool,
    Result,
    String,
    Update,
    cast,
    create_engine,
    event,
    func,
    inspect,
    literal,
    literal_column,
    select,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
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
from hotline.text.errors import SettingsInvalid

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
"""The maximum number of seconds for which a writer waits for a writer of another process."""
TURN_SECONDS = 2.0
"""The maximum number of seconds for which a writer first waits for other writers of the same process. `TURN_SECONDS`
and `LOCK_SECONDS` together are the five seconds in which the hotline must answer a caller's key press."""
AUDIT_KEY = "audit key"
"""A key of `Session.info`. Its value is for the audit log: the process's name, and the secret key with which the
process seals its rows."""
CONNECTIONS = 16
"""The number of connections of one process to SQLite's file. Connections stay open, because opening a connection
takes as long as answering several key presses."""


class Utc(TypeDecorator[datetime]):
    """A column for times with a time zone. The column returns every time in UTC, even if the database stores no time
    zone."""

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
    earlier, later = (compiler.process(clause, **how) for clause in element.clauses)
    return f"round((julianday({later}) - julianday({earlier})) * 86400, 3)"


@compiles(seconds_between, "postgresql")
def _on_server(element: seconds_between, compiler: SQLCompiler, **how: Any) -> str:
    earlier, later = (compiler.process(clause, **how) for clause in element.clauses)
    return f"extract(epoch FROM {later} - {earlier})"


def run_uncompiled(session: Session) -> None:
    """Turns off PostgreSQL's just-in-time compiler for this transaction.

    A query that counts about ten thousand rows takes longer with the compiler than without it.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL jit = off"))


@contextmanager
def optional_part(session: Session) -> Iterator[None]:
    """Runs the code of a `with` block as a part of a transaction. If the database refuses this part, the function logs
    the error and undoes only this part.
    """
    try:
        with session.begin_nested():
            yield
    except SQLAlchemyError as broken:
        logger.critical(
            "an optional part of a database change failed, and the change continues without this part: %s",
            type(broken).__name__,
        )


class Row(DeclarativeBase):
    """The base class of every table. A class declares columns, keys and foreign keys.

    The migrations in `operations/migrations` also create the indexes of a table, and the triggers that refuse to change
    or delete rows.
    """

    metadata = MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s_index",
            "uq": "%(table_name)s_%(column_0_N_name)s_once",
            "fk": "%(table_name)s_%(column_0_N_name)s_of",
            "pk": "%(table_name)s_key",
        }
    )
    """Gives every constraint of the tables a name, so that a migration can refer to the constraint."""
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
        """The name of this process and its own key. The process seals its rows of the audit log with this key."""

    def keep_documents(self) -> DocumentCaches:
        """Keeps the documents of flow revisions in memory for later reading transactions. Returns the cache.

        The cache helps a process that reads the same documents many times.
        """
        if self._memory is None:
            self._memory = DocumentCaches()
        return self._memory

    def share(self, places: WorkPlaces) -> None:
        """Sets the object that limits how many threads work at once. While thread A waits because thread B writes for
        it, thread A does not count for this limit."""
        self._joint.places = places

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yields a session that sees one snapshot of the database. The database rolls back all changes of this
        session at the end."""
        with self._session("BEGIN") as session:
            if not self.is_sqlite:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            if self._memory is not None:
                # A transaction of `writing()` has no cache of documents. This transaction may roll back a new
                # document, and the cache would then hold a revision that does not exist.
                session.info[IN_SESSION] = self._memory
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yields a session that takes SQLite's write lock at once. So two writers write one after the other, and never
        wait for each other in a deadlock.

        On PostgreSQL, each statement sees everything that was committed before the statement began. If code reads a
        row in order to change the row, the query must lock it (`with_for_update`). If other tables refer to the row
        by a foreign key, the query uses `key_share=True`. Without this option, two writers could wait for each other
        if both add a row that refers to the same row.
        """
        with self._its_turn(), self._session("BEGIN IMMEDIATE") as session:
            yield session
            if session.in_transaction():
                session.commit()
            elif self.is_sqlite:
                session.info[CURSOR].connection.commit()

    @contextmanager
    def plainly(self) -> Iterator[PlainConnection]:
        """Yields a transaction for statements that are written as SQL text. Every caller's session needs a few such
        statements. The transaction commits at the end, like a transaction of `writing`."""
        with self._its_turn(), self.looking() as plain:
            plain.change("BEGIN IMMEDIATE" if self.is_sqlite else "BEGIN")
            yield plain
            plain.change("COMMIT")

    def jointly(self, work: Work[R]) -> R:
        """Runs `work` in the same kind of transaction as `plainly`, and returns the result of `work`.

        On SQLite, all threads that wait to write share one transaction.
        """
        if self.is_sqlite:
            return self._joint.write(work)
        with self.plainly() as connection:
            return work(connection)

    @contextmanager
    def looking(self) -> Iterator[PlainConnection]:
        """Yields a connection for queries that are written as SQL text. Each query sees everything that was committed
        before the query began."""
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
                # SQLAlchemy's mapper joins this transaction only at the mapper's first query, because many answers to
                # callers never use the mapper.
                info[CURSOR] = connection.connection.cursor()
                info[CURSOR].execute(begin)
            with Session(connection, expire_on_commit=False, info=info) as session:
                yield session

    def close(self) -> None:
        self.engine.dispose()


def add_if_new(session: Session, row: Row) -> bool:
    """Inserts a row unless another row has the same value of a unique key. Returns True if the row was inserted. The
    transaction continues, whatever the result."""
    table: Any = type(row).__table__
    attributes = row.__dict__
    values = {name: attributes[name] for name in table.c.keys() if name in attributes}  # noqa: SIM118
    session.flush()
    inserted = _insert_if_new(table, session.get_bind().dialect.name)
    # Reads the returned key and not `rowcount`, because psycopg does not say how many rows an insert made.
    return session.connection().execute(inserted, values).first() is not None


@cache
def _insert_if_new(table: Any, dialect: str) -> Any:
    """Returns the insert statement of a table. The code builds the statement once for each table, without the mapper of
    SQLAlchemy. With this statement, an insert takes a sixth of the time that the mapper needs."""
    inserted = import_module(f"sqlalchemy.dialects.{dialect}").insert(table)
    return inserted.on_conflict_do_nothing().returning(*table.primary_key)


def has_row(session: Session, key: Any, *which: Any) -> bool:
    """Returns True if any row of a table meets the conditions `which`. `key` is a column of that table."""
    return session.scalar(select(key).where(*which).limit(1)) is not None


def change_rows(session: Session, statement: Update | Delete) -> Result[Any]:
    """Carries out an update or a deletion. Row objects that the session has already read do not change."""
    return session.execute(statement.execution_options(synchronize_session=False))


def take_lock(session: Session, lock: int) -> None:
    """Takes one of PostgreSQL's advisory locks until the transaction ends. With SQLite the function does nothing,
    because SQLite allows only one writer."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


def insert_into(session: Session, row: type[Row]) -> Any:
    """Returns an `Insert` statement that supports ON CONFLICT, for the database of this session.

    The function imports the SQL dialect of this database only. If a process also loaded the other database's dialect
    and driver, it would load a sixth more code before its first answer.
    """
    return import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}").insert(row)


def sqlite_file(url: str) -> Path | None:
    """Returns the file of a `sqlite:///` address, or None for a server."""
    parts = make_url(url)
    return Path(parts.database) if parts.drivername == "sqlite" and parts.database else None


def open_database(url: str) -> Database:
    """Returns the database at an address: `sqlite:///…` or `postgresql+psycopg://…`. The function opens no connection
    yet.

    Raises SettingsInvalid.
    """
    try:
        if url.startswith("sqlite"):
            return Database(_open_sqlite(url))
        # This line loads the driver of PostgreSQL only if the address names a PostgreSQL server.
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
        # With this setting, the driver never begins a transaction. The method `_session` begins each transaction.
        connection.isolation_level = None
        # Without `recursive_triggers`, `INSERT OR REPLACE` would delete a row and skip the trigger that forbids
        # deletion.
        pragmas = "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "recursive_triggers=ON"
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    return engine


def new_record_key() -> int:
    """Returns a random record key from 0 to 255, with which the hotline rounds published statistics. The key is as
    secret as its record, and exported files never contain the key."""
    return secrets.randbelow(RECORD_KEYS)


Column = InstrumentedAttribute[Any]
COUNTED = {"preserve_rowcount": True}
"""The execution option with which SQLAlchemy reports the number of inserted rows."""


def add_rows(
    session: Session,
    row: type[Row],
    columns: Sequence[Column],
    rows: Sequence[tuple[object, ...]],
    constants: dict[Column, object],
    *,
    unless_taken: Column | None = None,
    among: Column | None = None,
) -> int:
    """Inserts rows with these columns, in the given order. Every row also gets the values in `constants`.

    The values have the form that the database driver uses. Skips a new row if the column `unless_taken` of another
    row already has the same value. If `among` is given, the function compares the new value only with rows whose
    column `among` is empty. Returns the number of inserted rows.
    """
    if not rows:
        return 0
    if session.get_bind().dialect.name != "sqlite":
        # The statement has one JSON text for each column. With one text for each row, PostgreSQL would parse each
        # text again for each field.
        fields = map(_unfolded, columns, zip(*rows, strict=True))
        shared = [literal(value, column.type) for column, value in constants.items()]
        source = select(*fields, *shared)
        statement = insert_into(session, row).from_select([*columns, *constants], source)
        if unless_taken is not None:
            statement = statement.on_conflict_do_nothing(
                index_elements=[unless_taken],
                index_where=None if among is None else among.is_(None),
            )
        return session.connection().execute(statement, execution_options=COUNTED).rowcount

    names = ", ".join(column.key for column in (*columns, *constants))
    values = ", ".join(
        ["?"] * len(columns) + [_literal(session, *pair) for pair in constants.items()]
    )
    words = f"INSERT INTO {row.__tablename__} ({names}) VALUES ({values})"
    if unless_taken is not None:
        only = "" if among is None else f" WHERE {among.key} IS NULL"
        words += f" ON CONFLICT ({unless_taken.key}){only} DO NOTHING"
    return session.connection().exec_driver_sql(words, [*rows]).rowcount


def new_ids(session: Session, row: type[Row], count: int) -> Sequence[int]:
    """Returns unused ids in ascending order, for rows that will be written next. The code thus knows the ids without
    another query.

    No other writer gets the same ids: SQLite has only one writer until the commit, and PostgreSQL's sequence gives
    each id only once.
    """
    id = inspect(row).primary_key[0]
    if session.get_bind().dialect.name == "sqlite":
        highest = session.scalar(select(func.max(id))) or 0
        return range(highest + 1, highest + 1 + count)
    # The subquery finds the name of the sequence once, and does not search for the name again for each id.
    words = f"SELECT pg_get_serial_sequence('{row.__tablename__}', '{id.name}')::regclass"
    numbers = select(func.nextval(literal_column(f"({words})")))
    return session.scalars(numbers.select_from(func.generate_series(1, count))).all()


def in_numbers(session: Session, column: Column, numbers: Iterable[int]) -> ColumnElement[bool]:
    """Returns an SQL condition that is true if the column has one of these numbers. The list of numbers may be longer
    than the database's limit for parameters."""
    text = _json(numbers)
    embedded = session.get_bind().dialect.name == "sqlite"
    each = func.json_each(text) if embedded else func.json_array_elements_text(cast(text, JSON))
    value = each.table_valued("value", name="given").c.value
    return column.in_(select(value if embedded else cast(value, Integer)))


def _literal(session: Session, column: Column, value: object) -> str:
    """Returns the value as a piece of SQL text for this database."""
    clause = literal(value, column.type)
    return str(clause.compile(session.get_bind(), compile_kwargs={"literal_binds": True}))


def _unfolded(column: Column, values: Sequence[object]) -> ColumnElement[Any]:
    value = func.json_array_elements_text(cast(_json(values), JSON))
    if isinstance(column.type, String):
        return value
    return cast(value, Integer if isinstance(column.type, Integer) else JSON)


def _json(values: Iterable[object]) -> ColumnElement[str]:
    return literal(json.dumps([*values], separators=(",", ":")), String)
