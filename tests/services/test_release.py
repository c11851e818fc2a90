"""A new version under callers: rows of the first release move up, and who is in the middle of a session finishes it."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import MetaData, func, select, text

from hotline.adapters.bookshelf import SqlBookshelf
from hotline.services.flows.places import place_lists
from hotline.services.referrals import referral
from hotline.store import migrate
from hotline.store.database import Database, Session, open_database
from hotline.store.outbox import lanes
from hotline.store.outbox.messages import Referral
from hotline.store.schema import METADATA, create_all
from tests.callers import DANGER_HERE, FAILURE, QUIET_HERE, REST, Caller, Line, make_ready, told
from tests.conftest import Clock
from tests.leading import OLDER, lead
from tests.servers import Pair, Postgres

FIRST_RELEASE = "0001"
LATER = Path(__file__).with_name("later")
HOP_SECONDS = 5.0


@pytest.fixture
def bare(pair: Pair, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database without tables."""
    url = f"sqlite:///{tmp_path}/released.db"
    if pair is Pair.SERVERS:
        server: Postgres = request.getfixturevalue("postgres_server")
        url = server.make(f"released_{tmp_path.name}_{time.monotonic_ns()}")
    database = open_database(url)
    yield database
    database.close()


@pytest.fixture
def today(tmp_path: Path, clock: Clock) -> Iterator[Line]:
    """A line on this code's own tables, where the rows are told that the first release would have left."""
    database = open_database(f"sqlite:///{tmp_path}/today.db")
    create_all(database)
    line = make_ready(database, tmp_path, clock)
    lead(line, OLDER)
    yield line
    database.close()


def move(today: Line, bare: Database) -> None:
    """Every row, as far as the tables of the database it moves to can hold it."""
    there = MetaData()
    there.reflect(bare.engine)
    with today.database.reading() as source, bare.writing() as target:
        for table in METADATA.sorted_tables:
            if table.name not in there.tables:
                continue
            for row in source.execute(table.select()).mappings():
                known = {name: row[name] for name in row if name in there.tables[table.name].c}
                target.execute(there.tables[table.name].insert().values(known))
        if not bare.is_sqlite:
            _count_on(target, there)


def _count_on(session: Session, there: MetaData) -> None:
    """Rows that came with their numbers took none from a sequence."""
    for table in there.tables.values():
        if "id" in table.c:
            last = session.scalar(select(func.max(table.c.id))) or 0
            name = {"name": f'"{table.name}"', "next": last + 1}
            session.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :next, false)"), name
            )


def moved(today: Line, bare: Database) -> Line:
    """The same line, on the other database."""
    kit = replace(today.kit, database=bare, books=SqlBookshelf(bare, place_lists()))
    return replace(today, kit=kit, database=bare)


def test_sessions_of_the_first_release_finish_on_this_one(today: Line, bare: Database) -> None:
    danger, quiet, silent = told(today, *DANGER_HERE), told(today, *QUIET_HERE), told(today, "5")
    migrate.upgrade(bare, to=FIRST_RELEASE)
    move(today, bare)

    migrate.upgrade(bare)
    assert migrate.is_current(bare)
    line = moved(today, bare)
    line.flush()
    for caller, keys in ((danger, ("1", "1", *REST)), (quiet, REST), (silent, DANGER_HERE[1:])):
        replace(caller, line=line).key(*keys)

    assert sorted(tip.state for tip in line.tips) == ["complete", "complete", "filed"]
    assert {line.read(tip)["danger"] for tip in line.tips} == {"yes", "no"}


def test_what_was_filed_before_is_as_it_was(today: Line, bare: Database) -> None:
    told(today, *DANGER_HERE)
    (before,) = today.tips
    migrate.upgrade(bare, to=FIRST_RELEASE)
    move(today, bare)
    migrate.upgrade(bare)

    (after,) = moved(today, bare).tips
    assert (after.uid, after.state, after.urgency, after.filed_at) == (
        before.uid,
        before.state,
        before.urgency,
        before.filed_at,
    )


def test_what_waited_before_is_told_of_once_whichever_release_filed_it(
    today: Line, bare: Database
) -> None:
    """As long as a relay of the first release leads, tips are filed so that it finds them."""
    told(today, *DANGER_HERE)
    migrate.upgrade(bare, to=FIRST_RELEASE)
    move(today, bare)
    migrate.upgrade(bare)
    line = moved(today, bare)
    told(line, *DANGER_HERE)
    assert [tip.referred_at for tip in line.tips] == [None, None]
    lead(line, f"a relay of this one{lanes.READS_UNTOLD}")
    told(line, *DANGER_HERE)

    assert referral.refer_waiting(line.kit) == 3
    assert referral.refer_waiting(line.kit) == 0
    assert [row.tip_id for row in line.all(Referral)] == [tip.id for tip in line.tips]


@pytest.mark.slow(reason="waits for the disk and for locks, with callers at its side")
def test_a_migration_that_widens_is_not_noticed_by_callers(
    bare: Database, tmp_path: Path, clock: Clock
) -> None:
    """They dial and answer, four at a time, before it, while it runs, and after it."""
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


@pytest.mark.slow(reason="waits for a lock's time to end")
def test_a_migration_that_cannot_have_its_lock_gives_way_to_callers(
    bare: Database, tmp_path: Path, clock: Clock
) -> None:
    """Somebody's long look at the tips: the release fails whole and may be repeated; hops go on."""
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
