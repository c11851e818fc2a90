"""Attacks the audit log as a person who can write to the database. `hotline audit verify` finds each attack."""

import hashlib
import json
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from click.testing import Result

from hotline.cli.contexts import BUILDERS, Role, digests_file, newest_file
from hotline.core.contexts import MonitorContext
from hotline.core.settings import Settings
from hotline.monitoring import service_audit_digest
from hotline.people import tables_audit
from tests.cli.homes import hotline
from tests.support.builders import NOON
from tests.support.clock import Clock
from tests.support.contexts import make_context, make_watch
from tests.support.made_once import lay_keys, lay_line

ROWS = 31
ROLES = (Role.HOOKS, Role.CONSOLE, Role.WORKERS, Role.PAGES, Role.READER)


@cache
def written() -> bytes:
    """Returns the database of a hotline whose processes wrote ROWS rows. All tests have the same keys."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        lay_line(home, NOON)
        write(home, ROWS)
        return (home / "hotline.db").read_bytes()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    lay_keys(tmp_path / "keys", NOON)
    (tmp_path / "hotline.db").write_bytes(written())
    return tmp_path


def settings(home: Path) -> Settings:
    return Settings.read({"HOTLINE_HOME": str(home)})


def write(home: Path, rows: int) -> None:
    """Writes this number of rows to the audit log. The processes of the hotline take turns, and each process writes
    one row at a time.
    """
    with ExitStack() as stack:
        made = [BUILDERS[role](settings(home)).database for role in ROLES[:rows]]
        for database in made:
            stack.callback(database.close)
        for at in range(rows):
            with made[at % len(ROLES)].writing() as session:
                tables_audit.append_row(
                    session, at=NOON, actor="cli:Alice", action="tip_read", subject=f"tip:{at}"
                )


def verify(home: Path, *options: str) -> Result:
    return hotline(home, "audit", "verify", *options, code=None)


def broken_at(home: Path) -> int | None:
    told = verify(home, "--json")
    found = json.loads(told.stdout)
    assert told.exit_code == (found["broken_at"] is not None)
    row = found["broken_at"]
    return row if row is None else int(row)


def keep(home: Path) -> None:
    """Lets the monitoring process store the day's digest of the audit log."""
    context = BUILDERS[Role.WATCH](settings(home))
    with closing(context.database):
        watch = make_watch(digests=digests_file(settings(home)))
        service_audit_digest.keep_digest(
            make_context(database=context.database, now=lambda: NOON, watch=watch)
        )


@pytest.fixture
def attack(home: Path) -> Callable[..., None]:
    """Runs SQL statements as an attacker who can write to the database. First removes the triggers of the audit log."""

    def run(*statements: str, chained: bool = False) -> None:
        with closing(sqlite3.connect(home / "hotline.db")) as opened:
            named = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
            for (trigger,) in opened.execute(named).fetchall():
                opened.execute(f"DROP TRIGGER {trigger}")
            for statement in statements:
                opened.execute(statement)
            if chained:
                chain_again(opened)
            opened.commit()

    return run


def chain_again(opened: sqlite3.Connection) -> None:
    """Computes the whole chain of the audit log again after a change, which an attacker can do without any key."""
    columns = "id, at, actor, action, subject, reason"
    rows = opened.execute(f"SELECT {columns} FROM audit ORDER BY id").fetchall()
    opened.execute("UPDATE audit SET previous = 'p' || id, digest = 'd' || id")
    previous = "0" * 64
    for row_id, at, *said in rows:
        moment = at.replace(" ", "T") + "+00:00"
        digest = hashlib.sha256(json.dumps((previous, moment, *said)).encode()).hexdigest()
        opened.execute(
            "UPDATE audit SET previous = ?, digest = ? WHERE id = ?", (previous, digest, row_id)
        )
        previous = digest


CHANGED = "UPDATE audit SET subject = 'tip:99' WHERE id = 12"
CUT_OUT = "DELETE FROM audit WHERE id = 12"
PUT_IN = (
    "INSERT INTO audit (id, at, actor, action, subject, reason, previous, digest{0}) SELECT"
    " 99, at, 'cli:Bob', action, subject, reason, 'p', 'd'{1} FROM audit WHERE id = 31"
)


@pytest.mark.adversary("a corrupt operator")
@pytest.mark.parametrize("chained", [False, True], ids=["as it is", "chained again"])
@pytest.mark.parametrize(
    ("statements", "row"),
    [
        ((CHANGED,), 12),
        ((CUT_OUT,), 13),
        (("DELETE FROM audit WHERE id IN (3, 9, 14, 20, 27)",), 4),
        (("DELETE FROM audit WHERE id BETWEEN 1 AND 5",), 6),
        ((PUT_IN.format("", ""),), 99),
        ((PUT_IN.format(", process, number, seal", ", process, number + 5, seal"),), 99),
        ((PUT_IN.format(", process, number, seal", ", 'other', 1, seal"),), 99),
        (("UPDATE audit SET process = NULL, number = NULL, seal = NULL WHERE id = 5",), 5),
    ],
    ids=["changed", "cut", "five of 31", "first", "bare", "numbered", "of no process", "unsealed"],
)
def test_a_row_that_was_touched_is_found(
    home: Path, attack: Callable[..., None], statements: tuple[str, ...], row: int, *, chained: bool
) -> None:
    attack(*statements, chained=chained)
    assert broken_at(home) == row


CUT_OFF = "DELETE FROM audit WHERE id > 26"


@pytest.mark.adversary("a corrupt operator")
@pytest.mark.parametrize("more", [0, 3, 10], ids=["shorter", "some more", "longer"])
def test_a_digest_finds_rows_cut_off(home: Path, attack: Callable[..., None], more: int) -> None:
    """The attacker deletes the newest rows. Afterwards, processes may add new rows with the next numbers and valid
    seals, so that the log looks complete.
    """
    keep(home)
    assert broken_at(home) is None
    attack(CUT_OFF)
    write(home, more)
    assert broken_at(home) == ROWS


def test_a_kept_message_is_enough(home: Path, attack: Callable[..., None], tmp_path: Path) -> None:
    keep(home)
    file = digests_file(settings(home))
    message = file.rename(tmp_path / "message")
    attack(CUT_OFF)
    assert verify(home).exit_code == 0
    assert verify(home, "--kept", str(message)).exit_code == 1


def test_the_next_digest_raises_an_alarm(home: Path, attack: Callable[..., None]) -> None:
    keep(home)
    attack(CUT_OFF)
    context = BUILDERS[Role.WATCH](settings(home))
    clock = Clock()
    watch = make_watch(digests=digests_file(settings(home)))
    with closing(context.database):
        there = make_context(database=context.database, now=clock, watch=watch)
        assert not service_audit_digest.check_log(there).ok
        clock.at = NOON + timedelta(days=1)
        write(home, 9)
        service_audit_digest.keep_digest(there)
        assert not service_audit_digest.check_log(there).ok
    assert digests_file(settings(home)).read_text().splitlines()[1].endswith(f" {ROWS} broken")


@contextmanager
def monitor(home: Path) -> Iterator[MonitorContext]:
    """Yields the context of the monitor. The monitor's key folder contains a line about the newest row that the monitor
    saw."""
    built = BUILDERS[Role.WATCH](settings(home))
    with closing(built.database):
        watch = make_watch(newest=newest_file(settings(home)))
        yield make_context(database=built.database, now=lambda: NOON, watch=watch)


def look(context: MonitorContext) -> None:
    line, alarms = service_audit_digest.look(context)
    assert not alarms
    service_audit_digest.remember(context, line)


@pytest.mark.adversary("a corrupt operator")
@pytest.mark.parametrize(
    ("change", "row"),
    [
        (f"UPDATE audit SET reason = 'another' WHERE id = {ROWS}", ROWS),
        (f"UPDATE audit SET reason = 'another' WHERE id = {ROWS + 2}", ROWS + 2),
        (f"DELETE FROM audit WHERE id = {ROWS + 1}", ROWS + 2),
    ],
    ids=["the newest", "a later one", "cut out"],
)
def test_a_row_changed_under_its_old_digest_is_found_at_the_next_look(
    home: Path, attack: Callable[..., None], change: str, row: int
) -> None:
    with monitor(home) as context:
        look(context)
        write(home, 3)
        attack(change)
        for _ in range(2):
            found = service_audit_digest.check_log(context)
            assert (found.ok, f"row {row} " in found.message) == (False, True)
            look(context)


@pytest.mark.parametrize("more", [0, 3, 10], ids=["shorter", "some more", "longer"])
def test_the_monitor_misses_its_rows(home: Path, attack: Callable[..., None], more: int) -> None:
    """Between two daily digests, the attacker deletes rows that the monitor saw. Then the processes write new rows."""
    with monitor(home) as context:
        look(context)
        assert "is not the one" not in service_audit_digest.check_log(context).message
        assert broken_at(home) is None
        attack(CUT_OFF)
        write(home, more)
        for _ in range(2):
            look(context)
            found = service_audit_digest.check_log(context)
            assert (found.ok, f"row {ROWS} " in found.message) == (False, True)
    assert broken_at(home) == ROWS


def test_a_lost_key_is_answered_for_from_a_row_on(home: Path) -> None:
    file = home / "keys" / "reader" / "audit.key"
    file.unlink()
    told = verify(home)
    assert "seals not checked: reader" in told.output
    file.write_bytes(b"another key of thirty-two bytes.")
    assert broken_at(home) == 5
    assert verify(home, "--since-row", str(ROWS + 1)).exit_code == 0
    write(home, len(ROLES))
    assert verify(home, "--since-row", str(ROWS + 1)).exit_code == 0


def test_a_process_without_its_key_still_writes(home: Path) -> None:
    (home / "keys" / "hooks" / "audit.key").unlink()
    write(home, 1)
    assert broken_at(home) == ROWS + 1
