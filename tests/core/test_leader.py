"""Tests with both kinds of database that only one worker at a time is the leader. If the leader stops or freezes,
another worker becomes the leader.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import timedelta

import pytest

from hotline.core.database import Database, open_database
from hotline.gateway.leader import Leadership
from hotline.gateway.tables import Leader
from hotline.text.errors import StoreUnavailable
from tests.support.builders import NOON
from tests.support.eventually import eventually
from tests.support.servers import Pair, Postgres

pytestmark = pytest.mark.both

LATER = NOON + timedelta(seconds=1)
Claim = Callable[[str], Leadership]


@pytest.fixture
def claim(database: Database) -> Iterator[Claim]:
    """Yields a function with which a worker tries to become the leader. At the end, closes the connections of all
    these attempts.
    """
    with ExitStack() as claims:
        yield lambda holder: claims.enter_context(closing(Leadership(database, holder)))


def backends(server: Postgres) -> list[tuple[object, ...]]:
    return server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_locks"
        " WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
    )


def test_one_leads_and_goes_on_leading(claim: Claim) -> None:
    one, other = claim("one"), claim("other")
    for second in range(4):
        at = NOON + timedelta(seconds=second)
        assert one.holds(at)
        assert not other.holds(at)


def test_the_row_says_who_and_until_when(claim: Claim, database: Database) -> None:
    one = claim("one")
    assert one.holds(NOON)
    assert one.holds(LATER)
    with database.reading() as session:
        row = session.get_one(Leader, "relay")
    assert (row.holder, row.until) == ("one", LATER + timedelta(seconds=3))


def test_another_leads_when_it_is_gone(claim: Claim, pair: Pair) -> None:
    """On PostgreSQL, a lock decides which worker is the leader, so another worker becomes the leader at once. On
    SQLite, a row with an end time (the lease) decides, so another worker becomes the leader only after this time.
    """
    one, other = claim("one"), claim("other")
    assert one.holds(NOON)
    one.close()
    if pair is Pair.SERVERS:
        # The server releases the lock after it has noticed that the connection is closed.
        eventually(lambda: other.holds(LATER))
    else:
        assert not other.holds(LATER)
    assert other.holds(NOON + timedelta(seconds=3))
    assert not one.holds(NOON + timedelta(seconds=3))


def test_a_clock_set_back_leaves_the_line_with_a_leader(claim: Claim) -> None:
    assert claim("one").holds(NOON)
    assert claim("other").holds(NOON - timedelta(hours=1))


def test_who_is_frozen_with_the_lock_in_hand_is_not_waited_for(claim: Claim) -> None:
    """A frozen worker keeps the lock, even after its lease has ended. When this worker runs again, exactly one worker
    is the leader.
    """
    frozen, second, third = claim("frozen"), claim("second"), claim("third")
    assert frozen.holds(NOON)
    at = NOON + timedelta(seconds=15)
    assert second.holds(at)
    assert not third.holds(at)
    assert second.holds(at + timedelta(seconds=1))

    awake = at + timedelta(seconds=2)
    leading = [one for one in (frozen, second, third) if one.holds(awake)]
    assert len(leading) == 1


class TestOnAServer:
    def test_a_leader_knows_its_end(self, postgres: Database, postgres_server: Postgres) -> None:
        one, other = Leadership(postgres, "one"), Leadership(postgres, "other")
        assert one.holds(NOON)
        assert backends(postgres_server)
        with pytest.raises(StoreUnavailable):
            one.holds(LATER)

        assert other.holds(LATER)
        assert not one.holds(LATER)
        other.close()

    def test_a_server_that_is_away_has_no_leader(self, postgres_killable: Postgres) -> None:
        database = open_line(postgres_killable)
        one = Leadership(database, "one")
        assert one.holds(NOON)
        postgres_killable.kill()
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                one.holds(LATER)

        postgres_killable.start()
        assert one.holds(LATER)
        one.close()
        database.close()


def open_line(server: Postgres) -> Database:
    return open_database(server.tcp_url("line"))
