"""Putting a copy back into an empty database. Nothing is seen of it before it is proved, migrated and held."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import event, inspect, select, text
from sqlalchemy.exc import DBAPIError

from hotline.errors import BackupInvalid, CopyFailed, Occupied, ProgramMissing
from hotline.store.copies.snapshots import empty_file, server_words
from hotline.store.database import Database, Session, open_database, sqlite_file
from hotline.store.outbox.lanes import RELAY
from hotline.store.outbox.messages import Leader
from hotline.store.server import BoundedConnection

SIDES = ("", "-wal", "-shm")
"""What SQLite keeps beside a database: a log left of another one would ruin the one put back."""

Fill = Callable[[Callable[[bytes], object]], None]
"""Writes every piece with what it is given; raises where a piece is wrong."""


def check_empty(url: str, at: datetime) -> None:
    """Raises Occupied where there is a database already, or a line runs on it."""
    file = sqlite_file(url)
    if file is not None:
        if any(_beside(file, side).exists() for side in SIDES):
            _refuse_running(url, at)
            raise Occupied(f"{file} is there: say --replace to move it aside")
        return
    database = open_database(url)
    try:
        with database.reading() as session:
            names = inspect(session.connection()).get_table_names()
    finally:
        database.close()
    if names:
        _refuse_running(url, at)
        raise Occupied("the database holds tables: make an empty one, and name it in its address")


def set_aside(url: str, at: datetime) -> Path | None:
    """Move SQLite's files out of the way; where they are now. Raises Occupied where a line runs on them."""
    file = sqlite_file(url)
    if file is None or not file.exists():
        return None
    _refuse_running(url, at)
    aside = file.with_name(f"{file.name}.before-{at:%Y%m%dT%H%M%SZ}")
    if aside.exists():
        raise Occupied(f"{aside} is there already")
    for side in SIDES:
        if _beside(file, side).exists():
            _beside(file, side).rename(_beside(aside, side))
    return aside


@contextmanager
def arrival(url: str, fill: Fill) -> Iterator[Database]:
    """The copy as a database to be proved, migrated and held; in its place once the block has ended well.

    On PostgreSQL it is in its place before, and until then every transaction but ours can only read: no line goes
    on from it. Should the block fail, it stays so, and is to be dropped.
    """
    file = sqlite_file(url)
    with _file_arrives(file, fill) if file is not None else _server_arrives(url, fill) as copy:
        yield copy


@contextmanager
def _file_arrives(file: Path, fill: Fill) -> Iterator[Database]:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with empty_file(file.parent, "restore") as copy:
        with copy.open("wb") as stream:
            fill(stream.write)
        database = open_database(f"sqlite:///{copy}")
        try:
            with database.reading() as session:
                if session.scalar(text("PRAGMA integrity_check")) != "ok":
                    raise BackupInvalid("SQLite finds the copy damaged")
            yield database
        finally:
            database.close()
        try:
            os.link(copy, file)
        except FileExistsError:
            raise Occupied(f"{file} appeared meanwhile: is the line running?") from None


@contextmanager
def _server_arrives(url: str, fill: Fill) -> Iterator[Database]:
    database = open_database(url)
    event.listen(database.engine, "connect", _let_write)
    try:
        _default(database, f"SET {READ_ONLY} = on")
        _pour(url, fill)
        yield database
        _default(database, f"RESET {READ_ONLY}")
    finally:
        database.close()


def _pour(url: str, fill: Fill) -> None:
    address, environ = server_words(url)
    environ["PGOPTIONS"] = f"-c {READ_ONLY}=off"
    argv = ["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error"]
    argv += ["--single-transaction", "--dbname", address]
    try:
        restoring = subprocess.Popen(
            argv, env=environ, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise ProgramMissing(
            "pg_restore is not here: install PostgreSQL's client programs"
        ) from None
    assert restoring.stdin is not None
    try:
        fill(restoring.stdin.write)
        restoring.stdin.close()
        if restoring.wait() != 0:
            raise CopyFailed(REFUSED)
    except BrokenPipeError:
        raise CopyFailed(REFUSED) from None
    finally:
        # Killed before its input ends, it commits nothing.
        restoring.kill()
        restoring.wait()
        with suppress(BrokenPipeError):
            restoring.stdin.close()


def _default(database: Database, words: str) -> None:
    """What every later connection to this database begins with."""
    with database.engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        name = alone.scalar(text("SELECT quote_ident(current_database())"))
        try:
            alone.execute(text(f"ALTER DATABASE {name} {words}"))
        except DBAPIError:
            raise CopyFailed(REFUSED) from None


def _let_write(connection: BoundedConnection, _record: object) -> None:
    connection.execute(f"SET {READ_ONLY} = off".encode())
    connection.commit()


READ_ONLY = "default_transaction_read_only"
REFUSED = """PostgreSQL did not take the backup: pg_restore must be of the server's version or newer, and the account
must own the database"""


def _refuse_running(url: str, at: datetime) -> None:
    database = open_database(url)
    try:
        with database.reading() as session:
            until = _led_until(session)
    finally:
        database.close()
    if until is not None and until > at:
        raise Occupied("a line runs on this database: end it first")


def _led_until(session: Session) -> datetime | None:
    if Leader.__tablename__ not in inspect(session.connection()).get_table_names():
        return None
    return session.scalar(select(Leader.until).where(Leader.name == RELAY))


def _beside(file: Path, side: str) -> Path:
    return file.with_name(file.name + side)
