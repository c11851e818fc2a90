"""Proves that a release in the middle of a report loses no tip and refuses no caller."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from hotline.core.database import Database, open_database
from hotline.operations import migrate
from hotline.tips.tables import Tip
from tests.support.callers import DANGER_HERE, FAILURE, QUIET_HERE, REST, Caller, make_ready, told
from tests.support.clock import Clock
from tests.support.servers import Pair, Postgres

LATER = Path(__file__).with_name("later")
HOP_SECONDS = 5.0


@pytest.fixture
def bare(pair: Pair, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """Returns an empty database without any table."""
    url = f"sqlite:///{tmp_path}/released.db"
    if pair is Pair.SERVERS:
        server: Postgres = request.getfixturevalue("postgres_server")
        url = server.make(f"released_{tmp_path.name}_{time.monotonic_ns()}")
    database = open_database(url)
    yield database
    database.close()


@pytest.mark.fault(34)
def test_open_sessions_finish_after_it(bare: Database, tmp_path: Path, clock: Clock) -> None:
    migrate.upgrade(bare)
    line = make_ready(bare, tmp_path, clock)
    danger, quiet, silent = told(line, *DANGER_HERE), told(line, *QUIET_HERE), told(line, "5")
    before = [identity_of(tip) for tip in line.tips]

    assert migrate.upgrade(bare, also=LATER)
    assert [identity_of(tip) for tip in line.tips] == before
    line.flush()
    for caller, keys in ((danger, ("1", "1", *REST)), (quiet, REST), (silent, DANGER_HERE[1:])):
        caller.key(*keys)

    assert sorted(tip.state for tip in line.tips) == ["complete", "complete", "filed"]
    assert {line.read(tip)["danger"] for tip in line.tips} == {"yes", "no"}


def identity_of(tip: Tip) -> tuple[object, ...]:
    return tip.uid, tip.state, tip.urgency, tip.filed_at, tip.place


@pytest.mark.fault(34)
@pytest.mark.slow(reason="waits for the disk and for locks, with callers at its side")
def test_callers_notice_no_wider_table(bare: Database, tmp_path: Path, clock: Clock) -> None:
    """Callers dial and answer before the migration, during it and after it."""
    migrate.upgrade(bare)
    line = make_ready(bare, tmp_path, clock)
    callers = [line.caller(f"+25078800{number:04d}") for number in range(40)]

    def tell(caller: Caller) -> list[str]:
        return [timed(caller.dial), *(timed(lambda k=k: caller.key(k)) for k in DANGER_HERE)]  # type: ignore[misc]

    with ThreadPoolExecutor(5) as pool:
        telling = [pool.submit(tell, caller) for caller in callers[:20]]
        release = pool.submit(migrate.upgrade, bare, also=LATER)
        telling += [pool.submit(tell, caller) for caller in callers[20:]]
        screens = [screen for one in telling for screen in one.result()]
        assert release.result()

    assert FAILURE not in screens
    assert [tip.state for tip in line.tips] == ["filed"] * len(callers)
    with bare.reading() as session:
        assert session.scalar(text("SELECT count(later) FROM dialogue")) == len(callers)


@pytest.mark.fault(34)
@pytest.mark.slow(reason="waits for a lock's time to end")
def test_a_locked_migration_waits(bare: Database, tmp_path: Path, clock: Clock) -> None:
    """While a slow query reads the table of tips, the migration cannot change it. The release then fails completely and
    can be repeated, and callers still get answers."""
    migrate.upgrade(bare)
    line = make_ready(bare, tmp_path, clock)
    if bare.is_sqlite:
        return
    caller = told(line, *DANGER_HERE[:-1])
    with bare.reading() as slow:
        slow.execute(text("SELECT count(*) FROM tip"))
        with ThreadPoolExecutor(1) as pool:
            release = pool.submit(migrate.upgrade, bare, also=LATER)
            assert timed(lambda: caller.key(DANGER_HERE[-1])).startswith("CON ")
            assert release.exception() is not None
    assert migrate.upgrade(bare, also=LATER)


def timed(act: Callable[[], str]) -> str:
    began = time.monotonic()
    screen = act()
    assert time.monotonic() - began < HOP_SECONDS
    return screen
