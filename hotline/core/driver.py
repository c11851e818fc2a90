"""Runs the few SQL statements that every caller's session needs. The module does not use SQLAlchemy's mapper, because
the mapper is slow. The module calls SQLite's driver directly. The module calls PostgreSQL's driver through SQLAlchemy,
which notices if the server is lost."""

import json
import sqlite3
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from threading import Lock
from typing import Any, Protocol, TypeVar, overload

from sqlalchemy import (
    BindParameter,
    Connection,
    Executable,
    PoolProxiedConnection,
    Select,
    bindparam,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from hotline.core.documents import FrozenObject, frozen
from hotline.text.causes import known_cause
from hotline.text.errors import StoreUnavailable

OUR_FAULT = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
"""The classes of errors that mean that the hotline's own SQL statement is wrong, while the database itself works."""
OUR_FAULT_PLAINLY = (
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.NotSupportedError,
    sqlite3.ProgrammingError,
)
"""The classes of errors in SQLite's driver that mean that the hotline's own SQL statement is wrong."""


class _Quiet(Exception):
    """Replaces the error of a driver. The new error names the class of the driver's error but does not contain its
    message, which may contain stored data."""


@contextmanager
def without_details() -> Iterator[None]:
    """Raises a driver's errors without their statement and cause, because a statement or a cause may contain stored
    data.

    Raises StoreUnavailable if the database itself fails.
    """
    try:
        yield
    except OUR_FAULT_PLAINLY as broken:
        raise type(broken)(
            "the text of the database error is hidden, because it may contain a caller's data"
        ) from None
    except (DBAPIError, PoolTimeout, sqlite3.Error) as broken:
        if isinstance(broken, OUR_FAULT) and not broken.connection_invalidated:
            raise type(broken)(None, None, _Quiet(type(broken.orig).__name__)) from None
        cause = known_cause(str(getattr(broken, "orig", None) or broken))
        raise StoreUnavailable(cause or type(broken).__name__) from None


class WrittenObject(dict[str, Any]):
    """A document together with its JSON text. If code changes the document later, the database does not store these
    changes. SQLite has only one writer, and callers wait for this writer. Writing a large document as JSON takes
    longer than storing it. So the code makes the JSON text before the transaction begins, and the database column
    stores this text unchanged."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        super().__init__(document)
        self.text = json.dumps(self)


class WrittenArray(list[Any]):
    """A list together with its JSON text, like `WrittenObject`."""

    def __init__(self, rows: Sequence[Any]) -> None:
        super().__init__(rows)
        self.text = json.dumps(self)


@overload
def with_json(document: Mapping[str, Any]) -> WrittenObject: ...
@overload
def with_json(document: None) -> None: ...
def with_json(document: Mapping[str, Any] | None) -> WrittenObject | None:
    """Returns the document together with its JSON text, so that storing the document does not make the text again."""
    if document is None or isinstance(document, WrittenObject):
        return document
    return WrittenObject(document)


def text_of(value: object) -> str:
    """Returns the text that a database stores for a value of a JSON column."""
    if isinstance(value, WrittenObject | WrittenArray):
        return value.text
    return json.dumps(value)


Values = tuple[object, ...]


class PlainConnection(Protocol):
    mark: str
    """The placeholder for a value in an SQL statement of this database, such as `?`."""
    locks_rows: bool
    """True if this database supports the row lock `FOR UPDATE`. SQLite does not support this lock, because SQLite has
    only one writer."""

    def first(self, sql: str, values: Values = ()) -> tuple[Any, ...] | None: ...

    def change(self, sql: str, values: Values = ()) -> int:
        """Runs an SQL statement and returns the number of changed rows."""

    def ask(self, question: Select[Any], **parameters: object) -> tuple[Any, ...] | None:
        """Returns the first row of the result of a query. The code builds the query once, and passes the query's values
        by name at each call."""

    def moment(self, at: datetime) -> object:
        """Returns a time in the form in which this database stores it."""


class FileConnection:
    mark = "?"
    locks_rows = False

    def __init__(self, raw: PoolProxiedConnection) -> None:
        self._cursor = raw.cursor()

    def first(self, sql: str, values: Values = ()) -> tuple[Any, ...] | None:
        self._cursor.execute(sql, values)
        row: tuple[Any, ...] | None = self._cursor.fetchone()
        return row

    def change(self, sql: str, values: Values = ()) -> int:
        self._cursor.execute(sql, values)
        return int(self._cursor.rowcount)

    def ask(self, question: Select[Any], **parameters: object) -> tuple[Any, ...] | None:
        sql, names, defaults = _in_words(question)
        values = {
            name: self.moment(value) if isinstance(value, datetime) else value
            for name, value in {**defaults, **parameters}.items()
        }
        return self.first(sql, tuple([values[name] for name in names]))

    def moment(self, at: datetime) -> object:
        return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


class ServerConnection:
    mark = "%s"
    locks_rows = True

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def first(self, sql: str, values: Values = ()) -> tuple[Any, ...] | None:
        row = self._connection.exec_driver_sql(sql, values).first()
        return None if row is None else tuple(row)

    def change(self, sql: str, values: Values = ()) -> int:
        return self._connection.exec_driver_sql(sql, values).rowcount

    def ask(self, question: Select[Any], **parameters: object) -> tuple[Any, ...] | None:
        row = self._connection.execute(question, parameters).first()
        return None if row is None else tuple(row)

    def moment(self, at: datetime) -> object:
        return at.astimezone(UTC)


def read_json(stored: object) -> Any:
    """Returns the value of a JSON column. SQLite stores the value of a JSON column as text. PostgreSQL's driver has
    already converted the value."""
    return json.loads(stored) if isinstance(stored, str) else stored


def read_time(stored: object) -> datetime:
    """Returns a stored time in UTC. SQLite stores a time as text without a time zone."""
    if isinstance(stored, str):
        return datetime.fromisoformat(stored).replace(tzinfo=UTC)
    assert isinstance(stored, datetime)
    return stored.astimezone(UTC)


@lru_cache(maxsize=16)
def _in_words(question: Select[Any]) -> tuple[str, tuple[str, ...], Mapping[str, object]]:
    """Returns a query in SQLite's syntax, the names of its parameters in order, and the values that the query already
    contains."""
    compiled = question.compile(dialect=sqlite.dialect())
    return str(compiled), tuple(compiled.positiontup or ()), compiled.params


DIALECT = sqlite.dialect()
CURSOR = "cursor"
"""The key in `Session.info` under which a session has a cursor of SQLite's driver. A session has this cursor only on
SQLite, and only during its transaction."""
Convert = Callable[[Any], Any] | None


class PreparedStatement:
    """An SQL statement that the code builds once, and runs many times in the transactions of sessions. The code that
    runs the statement passes the values by name. `gives` lists the types of the columns in a row of the result. Without
    this class, SQLAlchemy's work on a statement takes five times as long as SQLite's work.
    """

    def __init__(self, statement: Executable, *gives: TypeEngine[Any]) -> None:
        self._statement = statement
        self._gives = gives

    def rows(self, session: Session, **inputs: object) -> Sequence[tuple[Any, ...]]:
        cursor = session.info.get(CURSOR)
        if cursor is None:
            result = session.connection().execute(self._statement, inputs)
            return [tuple(row) for row in result] if self._gives else ()

        sql, values, results = self._in_words
        cursor.execute(
            sql,
            [
                convert(inputs.get(name, default)) if convert else inputs.get(name, default)
                for name, default, convert in values
            ],
        )
        return [
            tuple(
                [read(value) if read else value for value, read in zip(row, results, strict=True)]
            )
            for row in cursor.fetchall()
        ]

    def first(self, session: Session, **inputs: object) -> tuple[Any, ...] | None:
        found = self.rows(session, **inputs)
        return found[0] if found else None

    @cached_property
    def _in_words(self) -> tuple[str, Sequence[tuple[str, object, Convert]], Sequence[Convert]]:
        """Returns the statement in SQLite's syntax, its values, and the conversions of its results."""
        assert isinstance(self._statement, ClauseElement)
        compiled = self._statement.compile(dialect=DIALECT)
        assert isinstance(compiled, SQLCompiler)
        values = [
            (name, compiled.params[name], _converter(compiled.binds[name].type))
            for name in compiled.positiontup or ()
        ]
        results = [one.dialect_impl(DIALECT).result_processor(DIALECT, None) for one in self._gives]
        return str(compiled), values, results


def _converter(type: TypeEngine[Any]) -> Convert:
    return type.dialect_impl(DIALECT).bind_processor(DIALECT)


def new_values(names: Iterable[str]) -> dict[str, BindParameter[Any]]:
    """Returns the parameters for an INSERT or an UPDATE, by column. The parameter of a column is named after the
    column, with the prefix `new_`."""
    return {name: bindparam(f"new_{name}") for name in names}


class WriterTurn:
    """A queue of the threads of one process that want to write to SQLite, in order of arrival. A thread waits in this
    queue before it waits for SQLite's lock.

    SQLite's lock alone is not fair: waiting threads sleep longer and longer, so the last thread may write first. A
    Python lock alone is not fair either, because any waiting thread may get the lock. Without the queue, one of many
    threads could wait for ever.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._guard = Lock()
        self._waiting: deque[Lock] = deque()
        self._is_taken = False

    def __enter__(self) -> None:
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            gate = Lock()
            gate.acquire()
            self._waiting.append(gate)
        if gate.acquire(timeout=self._seconds):
            return
        with self._guard:
            if gate in self._waiting:
                self._waiting.remove(gate)
                raise StoreUnavailable("too many changes wait for the database: try again")
        # The waiting time of this thread ended, but at the same moment another thread gave it the turn to write. So
        # this thread writes now.

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


MAX_BATCH = 32
"""The maximum number of writes in one transaction. The number is small, because other processes cannot write until the
transaction ends."""

R = TypeVar("R")
Work = Callable[[PlainConnection], R]
"""Reads and writes in a transaction, and has no other effect. `BatchedWrites` runs this function again if another
function in the same transaction fails."""


class WorkPlaces(Protocol):
    """Limits the number of threads that work at once in this process. Each working thread has a place. A thread that
    sleeps gives its place to another thread."""

    def take(self) -> None: ...

    def give_back(self) -> None: ...


class UnlimitedPlaces:
    """Lets any number of threads work at once."""

    def take(self) -> None:
        pass

    def give_back(self) -> None:
        pass


class BatchedWrites:
    """Combines the writes of several threads in one transaction, for a database with one writer.

    In SQLite, the commit of a transaction usually takes longer than its writes. So threads that arrive during a write
    wait, and one of them then writes for all. The other threads sleep and use no processor time.
    """

    def __init__(
        self, transaction: Callable[[], AbstractContextManager[PlainConnection]], seconds: float
    ) -> None:
        self._transaction = transaction
        self._seconds = seconds
        self._guard = Lock()
        self._waiting: deque[_Wanted] = deque()
        self._is_led = False
        self.places: WorkPlaces = UnlimitedPlaces()

    def write(self, work: Work[R]) -> R:
        """Returns the result of `work` after it was committed. Raises StoreUnavailable, and every error that `work`
        raises."""
        request = _Wanted(work)
        with self._guard:
            self._waiting.append(request)
            request.leads = not self._is_led
            self._is_led = True
        if not request.leads:
            self.places.give_back()
            self._wait(request)
        if request.is_done:
            self.places.take()
        else:
            self._lead()
        if request.broken is not None:
            raise request.broken
        found: R = request.found
        return found

    def _wait(self, request: "_Wanted") -> None:
        """Waits until another thread has done the write `request`, or until this thread must write the next batch.
        Raises
        StoreUnavailable if the wait takes too long.
        """
        if request.gate.acquire(timeout=self._seconds):
            return
        with self._guard:
            if request in self._waiting and not request.leads:
                self._waiting.remove(request)
                raise StoreUnavailable("too many changes wait for the database: try again")
        # Another thread already does this write, so this thread waits for the result.
        request.gate.acquire()

    def _lead(self) -> None:
        with self._guard:
            batch = [self._waiting.popleft() for _ in range(min(MAX_BATCH, len(self._waiting)))]
        try:
            self._carry_out(batch)
        finally:
            for request in batch:
                request.is_done = True
                request.gate.release()
            with self._guard:
                if self._waiting:
                    self._waiting[0].leads = True
                    self._waiting[0].gate.release()
                else:
                    self._is_led = False

    def _carry_out(self, batch: "Sequence[_Wanted]") -> None:
        try:
            self._write(batch)
        except StoreUnavailable as broken:
            for request in batch:
                request.broken = StoreUnavailable(*broken.args)
        except Exception:
            for request in batch:
                try:
                    self._write([request])
                except Exception as broken:
                    request.broken = broken

    def _write(self, batch: "Sequence[_Wanted]") -> None:
        with self._transaction() as connection:
            for request in batch:
                request.found = request.work(connection)
        for request in batch:
            request.broken = None


class _Wanted:
    """A function that one thread wants to run in a transaction, and its result."""

    __slots__ = ("broken", "found", "gate", "is_done", "leads", "work")

    def __init__(self, work: Work[Any]) -> None:
        self.work = work
        self.found: Any = None
        self.broken: Exception | None = StoreUnavailable("not committed")
        """The error with which this write failed, or None after a commit. Until the commit, the field contains an
        error. So if the writing thread ends early, the write counts as failed."""
        self.is_done = self.leads = False
        self.gate = Lock()
        self.gate.acquire()


CACHED_REVISIONS = 4
"""The number of flow revisions in memory: the live revision, the revisions on which open drafts are based, and a
revision that an editor restores."""
CACHED_STEPS = 64
"""The number of edited flows of open drafts that a process keeps in memory. Each page of the editor reads all flows
of a draft."""
IN_SESSION = "documents that are kept"
"""The key in `Session.info` for the `DocumentCaches` of a reading transaction."""


class DocumentCache:
    """Caches the revisions and the edited flows that were used last. These documents never change, and reading a
    document takes long.

    Threads can share the cache: one thread loads a document, and the others wait for it.
    """

    def __init__(self, size: int = CACHED_REVISIONS) -> None:
        self._most = size
        self._kept: OrderedDict[int, Mapping[str, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def document(
        self, revision_id: int, load: Callable[[], Mapping[str, Any] | None]
    ) -> Mapping[str, Any] | None:
        """Returns the document of a revision from memory. If the document is not in memory, calls `load`, and returns
        the document that `load` finds, or None."""
        with self._lock:
            found = self._kept.get(revision_id)
            if found is None:
                loaded = load()
                if loaded is None:
                    return None
                found = self._kept[revision_id] = self._sharing(loaded)
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(revision_id)
            return found

    def _sharing(self, document: Mapping[str, Any]) -> Any:
        """Returns the document `document` in a form that no code can change. If a flow equals a flow of the last used
        document, the result contains the flow object of that document. Most flows are equal in two revisions. So the
        memory holds equal flows only once, together with the values that were computed from them."""
        if not isinstance(document.get("flows"), dict):
            return frozen(document)
        cached = next(reversed(self._kept.values()), {}).get("flows", {})
        flows = {
            name: cached[name] if name in cached and _alike(cached[name], flow) else frozen(flow)
            for name, flow in document["flows"].items()
        }
        return FrozenObject(
            {
                name: FrozenObject(flows) if name == "flows" else frozen(part)
                for name, part in document.items()
            }
        )


@dataclass(frozen=True, slots=True)
class DocumentCaches:
    """The documents that one process keeps in memory."""

    revisions: DocumentCache = field(default_factory=DocumentCache)
    steps: DocumentCache = field(default_factory=lambda: DocumentCache(CACHED_STEPS))


def _alike(one: object, other: object) -> bool:
    """Returns True if two values are equal, and their parts have the same order. In Python, two equal objects may
    have their keys in a different order."""
    return one == other and json.dumps(one) == json.dumps(other)
