"""A copy of the whole database as of one moment, while the line goes on; and what must be true of it afterwards.

SQLite: `VACUUM INTO`, which reads one snapshot, holds up no writer, and leaves behind whatever was deleted: free pages
are not copied. PostgreSQL: `pg_dump`, told to read the very snapshot in which the rows are counted.
"""

import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, func, inspect, select, table, text
from sqlalchemy.engine import make_url

from hotline.domain.copies.manifest import Engine
from hotline.errors import CopyFailed, NotReady, ProgramMissing
from hotline.store import migrate
from hotline.store.database import Database, Session, open_database
from hotline.store.desk import audit
from hotline.store.desk.audit import Chain
from hotline.store.server import BoundedConnection

PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Measures:
    """What a copy must show again."""

    schema: str
    rows: Mapping[str, int]
    chain: Chain


@dataclass(frozen=True, slots=True)
class Snapshot:
    engine: Engine
    measures: Measures
    pieces: Iterator[bytes]
    """The copy, once."""


@contextmanager
def snapshot(database: Database, scratch: Path) -> Iterator[Snapshot]:
    """`scratch` holds SQLite's copy meanwhile: in clear, and so on the disk where the database is anyway.

    Raises StoreUnavailable, NotReady where the database has no tables of ours, ProgramMissing, CopyFailed.
    """
    taken = _of_sqlite(database, scratch) if database.is_sqlite else _of_postgres(database)
    with taken as snapshot:
        yield snapshot


def measure(session: Session) -> Measures:
    """Counts every table, and follows the audit log from its beginning. Raises NotReady."""
    schema = migrate.stands_at(session)
    if schema is None:
        raise NotReady(
            "the database holds no tables of ours: name that of the line (HOTLINE_DATABASE_URL, HOTLINE_HOME)"
        )
    names = inspect(session.connection()).get_table_names()
    rows = {name: _count(session.connection(), name) for name in sorted(names)}
    return Measures(schema, rows, audit.verify(session))


def unhurried(session: Session) -> None:
    """This transaction reads everything: no limit of a hop holds for it."""
    driver = session.connection().connection.dbapi_connection
    if isinstance(driver, BoundedConnection):
        driver.patience = None
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            session.execute(text(f"SET LOCAL {limit} = 0"))


def server_words(url: str) -> tuple[str, dict[str, str]]:
    """How PostgreSQL's own programs are told of a server: an address without its password, and an environment with."""
    parts = make_url(url)
    address = parts.set(drivername="postgresql", password=None)
    environ = dict(os.environ)
    if parts.password is not None:
        environ["PGPASSWORD"] = str(parts.password)
    return address.render_as_string(hide_password=False), environ


@contextmanager
def _of_sqlite(database: Database, scratch: Path) -> Iterator[Snapshot]:
    with empty_file(scratch, "backup") as copy:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("VACUUM INTO ?", (str(copy),))
        copied = open_database(f"sqlite:///{copy}")
        try:
            with copied.reading() as session:
                measures = measure(session)
        finally:
            copied.close()
        with copy.open("rb") as file:
            yield Snapshot(Engine.SQLITE, measures, _pieces(file))


@contextmanager
def empty_file(folder: Path, purpose: str) -> Iterator[Path]:
    """A file of its owner alone, gone at the end with all that SQLite put beside it."""
    file = folder / f".{purpose}-{secrets.token_hex(8)}"
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield file
    finally:
        for left in folder.glob(f"{file.name}*"):
            left.unlink(missing_ok=True)


@contextmanager
def _of_postgres(database: Database) -> Iterator[Snapshot]:
    address, environ = server_words(database.engine.url.render_as_string(hide_password=False))
    with database.reading() as session, tempfile.TemporaryFile() as complaints:
        unhurried(session)
        measures = measure(session)
        name = session.scalar(text("SELECT pg_export_snapshot()"))
        argv = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges"]
        argv += [f"--snapshot={name}", "--dbname", address]
        with _started(argv, environ, complaints) as dump:
            assert dump.stdout is not None
            yield Snapshot(Engine.POSTGRES, measures, _dumped(dump, dump.stdout, complaints))


@contextmanager
def _started(
    argv: list[str], environ: Mapping[str, str], complaints: IO[bytes]
) -> Iterator["subprocess.Popen[bytes]"]:
    try:
        process = subprocess.Popen(argv, env=environ, stdout=subprocess.PIPE, stderr=complaints)
    except FileNotFoundError:
        raise ProgramMissing(
            f"{argv[0]} is not here: install PostgreSQL's client programs"
        ) from None
    with process:
        try:
            yield process
        finally:
            process.kill()


def _dumped(
    dump: "subprocess.Popen[bytes]", stream: IO[bytes], complaints: IO[bytes]
) -> Iterator[bytes]:
    """Raises CopyFailed where the dump ends before its time: half a backup is none."""
    yield from _pieces(stream)
    if dump.wait() != 0:
        complaints.seek(0)
        first = complaints.readline().decode(errors="replace").strip()
        raise CopyFailed(f"pg_dump did not succeed: {first}")


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece


def _count(connection: Connection, name: str) -> int:
    found = connection.scalar(select(func.count()).select_from(table(name)))
    return int(found or 0)
