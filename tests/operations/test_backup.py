"""Tests a backup that is taken under load: it restores every row with sending paused. A damaged backup restores
nothing."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from pyrage.x25519 import Identity
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hotline.alerts import service_sending, tables_case_events
from hotline.core.actors import AccountRole
from hotline.core.database import Database, open_database
from hotline.duty import service_invitations
from hotline.gateway import service_pause, tables
from hotline.gateway.leader import LEASE
from hotline.gateway.rules import DoubtDecision, MessageKind
from hotline.keys.encrypt import NewCase
from hotline.operations import backup, migrate
from hotline.operations.backup import measure, signature_path, signer_of
from hotline.operations.decrypt_backup import BackupKey, read_manifest
from hotline.operations.service_backup import BackupTaken, take_backup
from hotline.operations.service_restore import Restored, restore, verify_backup
from hotline.people import service_own_account, service_sessions, tables_audit
from hotline.people.rules import Level
from hotline.statistics import queries
from hotline.statistics.rules_definitions import CellName
from hotline.statistics.rules_release import Release, ReleaseNumber, starting_spans
from hotline.text.errors import BackupInvalid, Occupied, StoreUnavailable
from hotline.tips.tables import Tip
from tests.support.clock import Clock
from tests.support.contexts import make_console_context
from tests.support.district import District
from tests.support.made_once import is_current, lay_tables
from tests.support.servers import Pair, Postgres
from tests.support.signing import SERVER, person

IDENTITY = Identity.generate()
SIGNING_KEY = bytes(range(32))
SIGNERS = frozenset({signer_of(SIGNING_KEY)})
KEY = BackupKey([IDENTITY], SIGNERS)


def quiet(_words: str) -> None:
    return None


@pytest.fixture
def address(pair: Pair, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Returns a function that gives the address of an empty database with this name."""

    def make(name: str) -> str:
        if pair is Pair.EMBEDDED:
            return f"sqlite:///{tmp_path}/{name}.db"
        server: Postgres = request.getfixturevalue("postgres_server")
        return server.make(f"{name}_{time.monotonic_ns()}")

    return make


@pytest.fixture
def released(pair: Pair, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Returns the address of a database with all migrations."""
    if pair is Pair.EMBEDDED:
        lay_tables(tmp_path / "line.db")
        return f"sqlite:///{tmp_path}/line.db"
    server: Postgres = request.getfixturevalue("postgres_server")
    template: str = request.getfixturevalue("postgres_released")
    return server.make(f"line_{time.monotonic_ns()}", template=template)


@pytest.fixture
def line(released: str, clock: Clock) -> Iterator[District]:
    """Returns a hotline with people, one tip whose alert was sent, and one tip whose alert is pending."""
    database = open_database(released)
    district = District(database, clock)
    district.enrol(Level.NATIONAL)
    district.tell(urgency=1, body=b"sealed, \x00 and padded")
    district.deliver()
    district.tell(urgency=3)
    with database.writing() as session:
        tables_audit.append_row(session, clock(), "cli", "desks_made")
    yield district
    database.close()


def take_to(line: District, to: Path, signing_key: bytes = SIGNING_KEY) -> BackupTaken:
    return take_backup(
        line.database,
        to,
        at=line.clock(),
        recipients=[str(IDENTITY.to_public())],
        signing_key=signing_key,
        release="0.1.0",
        scratch=to.parent,
        say=quiet,
    )


def bring_back(file: Path, url: str, clock: Clock, key: BackupKey = KEY) -> Restored:
    return restore(file, key, url, by="Aline", at=clock(), say=quiet)


def restored(url: str, clock: Clock) -> District:
    return District(open_database(url), clock)


def rows_of(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return dict(measure(session).rows)


def test_each_row_comes_back(line: District, address: Callable[[str], str], tmp_path: Path) -> None:
    line.clock.turn(minutes=5)
    with line.database.writing() as session:
        tables_case_events.store_key(session, 1, NewCase(b"public", b"grant"), line.clock.at)
        release = Release(
            "2026-10", line.clock.at, [ReleaseNumber(CellName("calls"), 120)], starting_spans()
        )
        queries.write_release(session, release)
    taken = take_to(line, tmp_path / "a.age")
    line.clock.turn(hours=1)
    url = address("back")
    done = bring_back(taken.path, url, line.clock)

    back = restored(url, line.clock)
    assert rows_of(back.database) == {
        **taken.contents.rows,
        "audit": taken.contents.rows["audit"] + 2,
        "queue_pause": 1,
    }
    assert [row.body for row in back.all(Tip)] == [row.body for row in line.all(Tip)]
    assert (done.waiting, back.deliver(), back.sms.sent) == (2, 0, [])
    held = service_pause.queue_view(back.context).pause
    assert held is not None
    assert held.paused_by == "Aline"
    assert "restored" in held.reason
    with back.database.reading() as session:
        chain = tables_audit.verify_chain(session)
    assert (chain.broken_at, chain.length) == (None, taken.contents.audit_rows + 2)
    for kept in ("case_event", "case_key", "release", "release_cell"):
        with pytest.raises((IntegrityError, StoreUnavailable)), back.database.writing() as session:
            session.execute(text(f"DELETE FROM {kept}"))
    assert is_current(back.database)
    back.database.close()


def test_no_session_survives(line: District, address: Callable[[str], str], tmp_path: Path) -> None:
    context = make_console_context(database=line.database, now=line.clock)
    editor = person(context, line.clock, "Editor 1", AccountRole.EDITOR)
    token = editor.enters().token
    link = service_invitations.invite(context, SERVER, "Editor 2", [AccountRole.EDITOR]).link
    taken = take_to(line, tmp_path / "a.age")
    url = address("back")
    bring_back(taken.path, url, line.clock)

    back = replace(context, database=open_database(url))
    assert service_sessions.find_session(context, token)
    assert service_own_account.current_step(context, link)
    assert service_sessions.find_session(back, token) is None
    assert service_own_account.current_step(back, link) is None
    editor.context = back
    assert editor.enters()
    back.database.close()


def test_no_alert_is_resent(line: District, address: Callable[[str], str], tmp_path: Path) -> None:
    """Messages that the hotline sent after the backup are still pending in the backup."""
    taken = take_to(line, tmp_path / "a.age")
    line.deliver()
    url = address("back")
    bring_back(taken.path, url, line.clock)
    back = restored(url, line.clock)

    back.clock.turn(minutes=30)
    service_sending.resend_unreported(back.context)
    service_sending.retry_unknown(back.context)
    fates = {MessageKind.ALERT: DoubtDecision.DROP}
    service_pause.resume(back.context, by="Aline", reason="all were telephoned", doubts=fates)
    back.deliver()
    assert back.sms.sent == []
    back.database.close()


def test_callers_do_not_wait(line: District, address: Callable[[str], str], tmp_path: Path) -> None:
    """A tip and its assignment are stored in one transaction. A copy made at two different times could contain the tip
    without its assignment."""
    stop, filed = Event(), []

    def file_on() -> None:
        while not stop.is_set():
            filed.append(line.tell(urgency=3))

    with ThreadPoolExecutor(1) as pool:
        filing = pool.submit(file_on)
        try:
            taken = [take_to(line, tmp_path / f"{n}.age") for n in range(3)]
        finally:
            stop.set()
        filing.result()

    assert len(filed) > 3
    for one in taken:
        url = address("back")
        if url.startswith("sqlite"):
            Path(url.removeprefix("sqlite:///")).unlink(missing_ok=True)
        bring_back(one.path, url, line.clock)
        back = restored(url, line.clock)
        assert len(back.all(Tip)) == one.contents.rows["tip"]
        back.database.close()


def test_it_is_its_owners_alone_and_overwrites_nothing(line: District, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    taken = take_to(line, folder)
    assert taken.path.name == "hotline-20261124T080000Z.age"
    assert taken.path.stat().st_mode & 0o777 == 0o600
    pair = {taken.path.name, signature_path(taken.path).name}
    assert {path.name for path in folder.iterdir()} == pair, "no draft is left"
    with pytest.raises(Occupied):
        take_to(line, folder)


@pytest.mark.adversary("a thief of a backup")
def test_no_letter_of_a_row_stands_in_it(line: District, tmp_path: Path) -> None:
    written = take_to(line, tmp_path / "a.age").path.read_bytes()
    assert b"and padded" not in written
    assert b"key of +2507" not in written
    assert not list(tmp_path.glob(".backup*")), "the copy in clear is gone"


def test_a_check_needs_no_database_and_names_the_key(line: District, tmp_path: Path) -> None:
    taken = take_to(line, tmp_path / "a.age")
    assert verify_backup(taken.path, KEY) == (taken.manifest, taken.contents)
    manifest = read_manifest(taken.path, SIGNERS)
    assert manifest == taken.manifest
    assert (manifest.taken_at, manifest.schema) == (line.clock(), migrate.newest_version())
    assert manifest.recipients == [str(IDENTITY.to_public())]


def test_nothing_stays_of_a_backup_that_is_altered_or_of_another_key_or_line(
    line: District, address: Callable[[str], str], tmp_path: Path
) -> None:
    """Anyone can encrypt a backup for the public keys of this hotline's operators, but only this hotline can sign the
    backup with its own key."""
    own, theirs = (tmp_path / name for name in ("a.age", "b.age"))
    whole, url = take_to(line, own).path.read_bytes(), address("back")
    take_to(line, theirs, bytes(32))

    def refuse(file: Path, says: str, key: BackupKey = KEY) -> None:
        with pytest.raises(BackupInvalid, match=says):
            bring_back(file, url, line.clock, key)
        backup.check_empty(url, line.clock())

    refuse(own, "this key does not decrypt", BackupKey([Identity.generate()], SIGNERS))
    refuse(theirs, "did not sign this backup")
    for at in (0.2, 0.5, 0.98):
        written = bytearray(whole)
        written[int(len(written) * at)] ^= 1
        own.write_bytes(written)
        refuse(own, ".")


def test_a_place_that_is_not_empty_is_refused(line: District, tmp_path: Path) -> None:
    taken = take_to(line, tmp_path / "a.age")
    url = line.database.engine.url.render_as_string(hide_password=False)
    with pytest.raises(Occupied):
        bring_back(taken.path, url, line.clock)
    with line.database.writing() as session:
        tables.take_lead(session, "clock", line.clock(), LEASE)
    with pytest.raises(Occupied, match="stop it first"):
        bring_back(taken.path, url, line.clock)


def test_another_kind_of_database_is_refused(line: District, tmp_path: Path, pair: Pair) -> None:
    taken = take_to(line, tmp_path / "a.age")
    other = {
        Pair.EMBEDDED: "postgresql+psycopg://nobody@/nowhere",
        Pair.SERVERS: f"sqlite:///{tmp_path}/other.db",
    }
    with pytest.raises(BackupInvalid, match="HOTLINE_DATABASE_URL"):
        bring_back(taken.path, other[pair], line.clock)
    assert not (tmp_path / "other.db").exists()


def test_a_full_disk_shows(line: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        take_to(line, tmp_path / "a.age")
    assert not list(tmp_path.glob("*a.age*"))


def test_an_interrupted_restore_changes_nothing(line: District, tmp_path: Path) -> None:
    """The operator stops the restore after the copy is decrypted and before it is in place."""
    taken = take_to(line, tmp_path / "a.age")
    url = f"sqlite:///{tmp_path}/former.db"
    former = open_database(url)
    migrate.upgrade(former)
    former.close()
    before = (tmp_path / "former.db").read_bytes()

    def stop(words: str) -> None:
        if words.startswith("counting"):
            raise KeyboardInterrupt

    if not line.database.is_sqlite:
        return
    with pytest.raises(KeyboardInterrupt):
        restore(taken.path, KEY, url, by="x", at=line.clock(), say=stop, replace=True)
    assert (tmp_path / "former.db").read_bytes() == before
    assert not list(tmp_path.glob("*before*"))
    assert not list(tmp_path.glob(".restore*"))
