"""Copies and restores the whole database, and encrypts and signs the copy.

A copy contains the database as it was at one moment. The hotline runs while the copy is made. For SQLite, `VACUUM INTO`
reads one snapshot and blocks no writer. `VACUUM INTO` copies no free pages, so the copy contains no deleted data. For
PostgreSQL, `pg_dump` reads one snapshot, in which the hotline also counts the rows. The hotline uses a restored copy
only after three steps: it checks the copy, migrates the tables of the copy, and pauses the copy's outgoing messages.

A backup consists of two files. `NAME.age` is the compressed copy, encrypted in age's format for the operators' keys.
For SQLite, the copy is the database's file. For PostgreSQL, the copy is the dump of `pg_dump`. The public program `age`
decrypts this file with a private key that no server has. `NAME.age.sig` has two lines: the manifest, and this hotline's
Ed25519 signature of the manifest in base64. The manifest contains the digest of the first file. Anyone can encrypt for
a public key, so only the signature proves that a backup comes from this hotline.
"""

import base64
import hashlib
import os
import secrets
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple

import pyrage
from nacl.signing import SigningKey
from pyrage.x25519 import Identity, Recipient
from sqlalchemy import event, func, inspect, select, table, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from hotline.core.database import Database, Session, open_database, sqlite_file
from hotline.core.database_server import BoundedConnection
from hotline.gateway.tables import RELAY, Leader
from hotline.operations import migrate
from hotline.operations.rules_backup import Engine
from hotline.people import tables_audit
from hotline.text.errors import BackupInvalid, CopyFailed, NotReady, Occupied, ProgramMissing

PIECE = 1 << 20


class Measures(NamedTuple):
    """Facts about the copied database, for example the number of rows in each table. The same facts must be true for
    the restored database."""

    schema: str
    rows: Mapping[str, int]
    chain: tables_audit.Chain


class Snapshot(NamedTuple):
    engine: Engine
    measures: Measures
    pieces: Iterator[bytes]
    """The bytes of the copy, in pieces. The pieces can be read only once."""


def snapshot(database: Database, scratch: Path) -> AbstractContextManager[Snapshot]:
    """Yields a copy of the whole database at one moment. For SQLite, the folder `scratch` contains the copy until the
    `with` block ends.

    SQLite's copy is not encrypted, so `scratch` is on the disk that already contains the database. Raises
    StoreUnavailable, ProgramMissing or CopyFailed if the copy cannot be made. Raises NotReady if the database does not
    have the hotline's tables.
    """
    return _of_sqlite(database, scratch) if database.is_sqlite else _of_postgres(database)


def measure(session: Session) -> Measures:
    """Counts the rows of every table, and checks the audit log from its beginning.

    Raises NotReady if the database does not have the hotline's tables.
    """
    schema = migrate.current_version(session)
    if schema is None:
        raise NotReady(
            "the database lacks the hotline's tables: set HOTLINE_DATABASE_URL or HOTLINE_HOME"
        )
    names = inspect(session.connection()).get_table_names()
    rows = {}
    for name in sorted(names):
        rows[name] = session.scalar(select(func.count()).select_from(table(name))) or 0
    return Measures(schema, rows, tables_audit.verify_chain(session))


def without_time_limits(session: Session) -> None:
    """Removes the usual short time limits from this transaction, because the transaction reads the whole database."""
    driver = session.connection().connection.dbapi_connection
    if isinstance(driver, BoundedConnection):
        driver.patience = None
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            session.execute(text(f"SET LOCAL {limit} = 0"))


def server_words(url: str) -> tuple[str, dict[str, str]]:
    """Returns the address and the environment variables with which PostgreSQL's own programs reach a server. The
    environment variables contain the password, and the address does not.
    """
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
        with closing(open_database(f"sqlite:///{copy}")) as copied, copied.reading() as session:
            measures = measure(session)
        with copy.open("rb") as file:
            yield Snapshot(Engine.SQLITE, measures, iter(partial(file.read, PIECE), b""))


@contextmanager
def empty_file(folder: Path, purpose: str) -> Iterator[Path]:
    """Yields an empty file that only its owner can read. At the end, the function deletes the file and all files that
    SQLite added next to it.
    """
    file = folder / f".{purpose}-{secrets.token_hex(8)}"
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield file
    finally:
        for leftover in folder.glob(f"{file.name}*"):
            leftover.unlink(missing_ok=True)


@contextmanager
def _of_postgres(database: Database) -> Iterator[Snapshot]:
    address, environ = server_words(database.engine.url.render_as_string(hide_password=False))
    with database.reading() as session, tempfile.TemporaryFile() as complaints:
        without_time_limits(session)
        measures = measure(session)
        name = session.scalar(text("SELECT pg_export_snapshot()"))
        argv = ["pg_dump", "--format=custom", "--compress=0", "--no-owner", "--no-privileges"]
        argv += [f"--snapshot={name}", "--dbname", address]
        with _started(argv, environ, stdout=subprocess.PIPE, stderr=complaints) as dump:
            assert dump.stdout is not None
            yield Snapshot(Engine.POSTGRES, measures, _dumped(dump, dump.stdout, complaints))


@contextmanager
def _started(
    argv: list[str], environ: Mapping[str, str], **streams: Any
) -> Iterator["subprocess.Popen[bytes]"]:
    """Starts one of PostgreSQL's own programs, and waits for its end when the `with` block ends. Raises
    ProgramMissing."""
    try:
        process: subprocess.Popen[bytes] = subprocess.Popen(argv, env=environ, **streams)
    except FileNotFoundError:
        raise ProgramMissing(
            f"the program {argv[0]} is missing: install PostgreSQL's client programs"
        ) from None
    with process:
        try:
            yield process
        finally:
            # If pg_restore is killed before its input ends, the database does not change.
            process.kill()
            if process.stdin is not None:
                with suppress(BrokenPipeError):
                    process.stdin.close()


def _dumped(
    dump: "subprocess.Popen[bytes]", stream: IO[bytes], complaints: IO[bytes]
) -> Iterator[bytes]:
    """Yields the dump that `pg_dump` makes, in pieces. Raises CopyFailed if `pg_dump` fails, because an incomplete
    backup is useless."""
    yield from iter(partial(stream.read, PIECE), b"")
    if dump.wait() != 0:
        complaints.seek(0)
        complaint = complaints.readline().decode(errors="replace").strip()
        raise CopyFailed(f"the program pg_dump failed: {complaint}")


SIDES = ("", "-wal", "-shm")
"""The suffixes of the files that SQLite creates next to a database. If such a file of an old database remained, it
would damage the restored database."""

Fill = Callable[[Callable[[bytes], object]], None]
"""A function that reads a copy in pieces, and passes each piece to the function that it gets as its argument. Raises an
error if a piece of the copy is damaged.
"""


def check_empty(url: str, at: datetime, *, replace: bool = False) -> Path | None:
    """Raises Occupied if the address already contains a database, or if a hotline uses the database at the address.

    If `replace` is True, the address may already contain the file of an SQLite database. Returns the path to which the
    calling code must move the existing file, or None if no file exists.
    """
    file = sqlite_file(url)
    if file is not None:
        if not any(_side_file(file, side).exists() for side in SIDES):
            return None
        _refuse_running(url, at)
        aside = file.with_name(f"{file.name}.before-{at:%Y%m%dT%H%M%SZ}")
        if not replace:
            raise Occupied(f"{file} exists already: with --replace, `restore` renames this file")
        if aside.exists():
            raise Occupied(f"{aside} exists already: move this file to another folder")
        return aside
    with closing(open_database(url)) as database, database.reading() as session:
        names = inspect(session.connection()).get_table_names()
    if names:
        _refuse_running(url, at)
        raise Occupied("the database is not empty: set HOTLINE_DATABASE_URL to an empty database")
    return None


def arrival(url: str, fill: Fill, aside: Path | None = None) -> AbstractContextManager[Database]:
    """Yields the database that is restored from the copy. Within the `with` block, the database is already checked and
    migrated, and its outgoing queue is paused. If the block succeeds, the function moves SQLite's checked copy to the
    address `url`.

    Only then does the function move SQLite's old file to `aside`. So after an interruption the old file is still in
    place. On PostgreSQL, the function writes the copy directly into the database at `url`. Until the block succeeds,
    all other transactions are read-only, so no hotline can run on this database. If the block fails, the database
    remains read-only and must be dropped.
    """
    file = sqlite_file(url)
    return _server_arrives(url, fill) if file is None else _file_arrives(file, fill, aside)


@contextmanager
def _file_arrives(file: Path, fill: Fill, aside: Path | None) -> Iterator[Database]:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with empty_file(file.parent, "restore") as copy:
        with copy.open("wb") as stream:
            fill(stream.write)
        with closing(open_database(f"sqlite:///{copy}")) as database:
            with database.reading() as session:
                if session.scalar(text("PRAGMA integrity_check")) != "ok":
                    raise BackupInvalid("the restored database is damaged: use another backup")
            yield database
        for side in SIDES:
            if aside is not None and _side_file(file, side).exists():
                _side_file(file, side).rename(_side_file(aside, side))
        try:
            os.link(copy, file)
        except FileExistsError:
            raise Occupied(
                f"{file} was created during this command: stop the hotline, and run the command again"
            ) from None


@contextmanager
def _server_arrives(url: str, fill: Fill) -> Iterator[Database]:
    with closing(open_database(url)) as database:
        event.listen(database.engine, "connect", _allow_writes)
        _default(database, f"SET {READ_ONLY} = on")
        _pour(url, fill)
        yield database
        _default(database, f"RESET {READ_ONLY}")


def _pour(url: str, fill: Fill) -> None:
    address, environ = server_words(url)
    environ["PGOPTIONS"] = f"-c {READ_ONLY}=off"
    argv = ["pg_restore", "--no-owner", "--no-privileges", "--exit-on-error"]
    argv += ["--single-transaction", "--dbname", address]
    streams = {"stdin": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with _started(argv, environ, **streams) as restoring:
        assert restoring.stdin is not None
        try:
            fill(restoring.stdin.write)
            restoring.stdin.close()
        except BrokenPipeError:
            raise CopyFailed(REFUSED) from None
        if restoring.wait() != 0:
            raise CopyFailed(REFUSED)


def _default(database: Database, words: str) -> None:
    """Changes a setting of this database for all later connections. Raises CopyFailed if PostgreSQL refuses."""
    with database.engine.connect() as connection:
        autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
        name = autocommit.scalar(text("SELECT quote_ident(current_database())"))
        try:
            autocommit.execute(text(f"ALTER DATABASE {name} {words}"))
        except DBAPIError:
            raise CopyFailed(REFUSED) from None


def _allow_writes(connection: BoundedConnection, _record: object) -> None:
    connection.execute(f"SET {READ_ONLY} = off".encode())
    connection.commit()


READ_ONLY = "default_transaction_read_only"
REFUSED = """PostgreSQL did not take the backup: pg_restore must be of the server's version or newer, and the account
must own the database"""


def _refuse_running(url: str, at: datetime) -> None:
    with closing(open_database(url)) as database, database.reading() as session:
        if not inspect(session.connection()).has_table(Leader.__tablename__):
            return
        lease_end = session.scalar(select(Leader.until).where(Leader.name == RELAY))
    if lease_end is not None and lease_end > at:
        raise Occupied("a hotline still runs on this database: stop it first")


def _side_file(file: Path, side: str) -> Path:
    return file.with_name(file.name + side)


SUFFIX = ".age"
SIGNATURE_SUFFIX = ".sig"
GZIP = 31
"""The gzip format, as a parameter for zlib."""
DOMAIN = b"hotline backup\n"
"""The text that comes before the manifest in the data that the hotline signs. So a signature that the hotline made for
another purpose is never valid for a backup.
"""
BACKUP_PUBLIC_KEY = "backup.pub"
"""The file with the recipients of every backup: age's public keys, one on each line."""
Write = Callable[[bytes], object]
SIGNER = "# signed by "
"""The beginning of a line in a key file. The rest of the line is the public key that checks this hotline's
signatures."""


def signature_path(copy: Path) -> Path:
    return copy.with_name(copy.name + SIGNATURE_SUFFIX)


def read_recipients(file: bytes) -> Sequence[str]:
    """Reads age's public keys, one on each line. Raises BackupInvalid if a line is not a public key."""
    lines = file.decode(errors="replace").split()
    _parsed(lines)
    return lines


def new_key_file(passphrase: str, signer: str) -> tuple[str, bytes]:
    """Returns a new public key, and a file with its private key, encrypted with a passphrase. The command `age
    --decrypt` can also read the file.

    The file also contains the public key that checks this hotline's signatures. With this public key, the owner of the
    file can recognise this hotline's backups on an empty machine.
    """
    identity = Identity.generate()
    text = f"{SIGNER}{signer}\n{identity}\n"
    return str(identity.to_public()), pyrage.passphrase.encrypt(text.encode(), passphrase)


def signer_of(signing_key: bytes) -> str:
    """Returns the public half of the hotline's signing key in hexadecimal digits, which people can compare."""
    return bytes(SigningKey(signing_key).verify_key).hex()


class Source:
    """An object that age can read like a file. The object gives age the pieces of a copy. If reading a piece raises an
    error, the object stores the error, because age does not raise it again.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._held = iter(pieces), memoryview(b"")
        self.broken: BaseException | None = None

    def read(self, size: int) -> bytes:
        try:
            while not self._held and (piece := next(self._pieces, None)) is not None:
                self._held = memoryview(piece)
        except BaseException as broken:
            self.broken = broken
            raise
        part, self._held = self._held[:size], self._held[size:]
        return bytes(part)


class Sink:
    """An object that age writes to like a file. The object passes the data from age to a function. If the function
    raises an error, the object stores the error, because age does not raise it again.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self.broken: BaseException | None = None

    def write(self, part: bytes) -> int:
        try:
            self._write(part)
        except BaseException as broken:
            self.broken = broken
            raise
        return len(part)

    def flush(self) -> None:
        """Does nothing, because the code that calls age flushes the file itself."""


def encrypt_copy(pieces: Iterable[bytes], recipients: Sequence[str], write: Write) -> str:
    """Writes the copy, compressed and encrypted. Returns the digest of the written data.

    Raises every error that reading `pieces` or calling `write` raises.
    """
    digest = hashlib.sha256()

    def digested(part: bytes) -> None:
        digest.update(part)
        write(part)

    source: Any = Source(_compressed(pieces))
    sink: Any = Sink(digested)
    keys = _parsed(recipients)
    with suppress(pyrage.EncryptError):
        pyrage.encrypt_io(source, sink, keys)
    # The library pyrage raises no error if its last write fails, so this code raises the stored
    # error.
    if broken := source.broken or sink.broken:
        raise broken
    return digest.hexdigest()


def _compressed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packing = zlib.compressobj(wbits=GZIP)
    for piece in pieces:
        yield packing.compress(piece)
    yield packing.flush()


def encrypt_text(text: bytes, recipients: Sequence[str]) -> str:
    """Returns a short text, encrypted for the recipients and written in age's text format."""
    return pyrage.encrypt(text, _parsed(recipients), armored=True).decode()


def signed(manifest: bytes, signing_key: bytes) -> bytes:
    """Returns the content of the file with a manifest and its signature."""
    signature = SigningKey(signing_key).sign(DOMAIN + manifest).signature
    return manifest + b"\n" + base64.b64encode(signature) + b"\n"


def _parsed(recipients: Sequence[str]) -> Sequence[Recipient]:
    try:
        return [Recipient.from_str(recipient) for recipient in recipients]
    except pyrage.RecipientError:
        raise BackupInvalid(
            "enter a public key made with the program `age`: it begins with age1"
        ) from None
