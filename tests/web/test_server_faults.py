"""Faults 7, 8 and 9 of the list in tests/rows.py: PostgreSQL with a full disk, killed, interrupted, frozen or
read-only."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hotline.core.database import open_database
from tests.support.callers import DANGER_HERE, FAILURE, QUIET_HERE, REST, Line, make_ready, told
from tests.support.clock import Clock
from tests.support.servers import Postgres, frozen

HOP_SECONDS = 5.0
LAST = DANGER_HERE[-1]


@pytest.fixture
def line(postgres_killable: Postgres, tmp_path: Path, clock: Clock) -> Iterator[Line]:
    database = open_database(postgres_killable.tcp_url("line"))
    yield make_ready(database, tmp_path, clock)
    database.close()


def timed(act: Callable[[], str]) -> str:
    """Returns the screen of a hop. Also checks that the screen came within five seconds and begins like every
    answer."""
    began = time.monotonic()
    screen = act()
    assert time.monotonic() - began < HOP_SECONDS
    assert screen.startswith(("CON ", "END "))
    return screen


def ready(line: Line) -> tuple[int, list[str]]:
    answer = line.client.get("/readyz")
    return answer.status_code, answer.get_json()["reasons"]


@pytest.mark.fault(7)
def test_row_7_a_full_disk_keeps_all_or_none(line: Line, postgres_killable: Postgres) -> None:
    caller = told(line, *DANGER_HERE[:-1])
    postgres_killable.fill_disk()
    assert timed(lambda: caller.key(LAST)) == FAILURE
    assert timed(line.caller().dial) == FAILURE
    assert ready(line) == (503, ["the database cannot commit"])

    postgres_killable.restart()
    assert line.tip.state == "draft"
    assert timed(caller.again).startswith("CON ")
    assert line.tip.state == "filed"
    assert ready(line) == (200, [])


@pytest.mark.fault(8)
def test_row_8_a_kill_ends_it_politely(line: Line, postgres_killable: Postgres) -> None:
    caller = told(line, *DANGER_HERE[:-1])
    postgres_killable.kill()
    assert timed(lambda: caller.key(LAST)) == FAILURE
    assert timed(line.caller().dial) == FAILURE
    assert ready(line) == (503, ["the database cannot commit"])

    postgres_killable.start()
    assert timed(caller.again).startswith("CON ")
    assert line.tip.state == "filed"
    assert ready(line) == (200, [])


def test_row_8_a_quick_return_is_not_noticed(line: Line, postgres_killable: Postgres) -> None:
    caller = told(line, *DANGER_HERE[:-1])
    postgres_killable.restart()
    assert timed(lambda: caller.key(LAST)).startswith("CON ")
    assert line.tip.state == "filed"


@pytest.mark.fault(8)
@pytest.mark.parametrize(
    ("failpoint", "kept"), [("tip.before_commit", "draft"), ("tip.after_commit", "filed")]
)
def test_row_8_killed_at_the_commit_there_is_a_whole_tip_or_none(
    line: Line, postgres_killable: Postgres, failpoint: str, kept: str
) -> None:
    """Invariant I1: a failed hop never shows success. If the caller sends the failed hop again, the hotline shows the
    usual screen, and there is one tip."""

    def die(name: str) -> None:
        if name == failpoint:
            postgres_killable.kill()

    caller = told(line, *DANGER_HERE[:-1])
    dying = replace(line, context=replace(line.context, failpoint=die))
    answer = timed(lambda: replace(caller, line=dying).key(LAST))
    assert (answer == FAILURE) is (kept == "draft")
    postgres_killable.start()
    assert [tip.state for tip in line.tips] == [kept]

    assert timed(lambda: replace(caller, line=line).key(LAST)).startswith("CON ")
    assert line.tip.state == "filed"


@pytest.mark.fault(8)
def test_row_8_torn_in_the_middle_of_a_transaction(line: Line, postgres_killable: Postgres) -> None:
    def tear(name: str) -> None:
        if name == "tip.before_commit":
            postgres_killable.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'line'"
            )

    torn = replace(line, context=replace(line.context, failpoint=tear))
    caller = told(line, *DANGER_HERE[:-1])
    assert timed(lambda: replace(caller, line=torn).key(LAST)) == FAILURE
    assert line.tip.state == "draft"
    assert timed(lambda: caller.key(LAST)).startswith("CON ")
    assert line.tip.state == "filed"


@pytest.mark.fault(8)
@pytest.mark.slow(reason="waits for a frozen server's time to end")
def test_row_8_frozen_it_is_given_up_in_time(line: Line, postgres_killable: Postgres) -> None:
    caller = told(line, *DANGER_HERE[:-1])
    with frozen(postgres_killable):
        assert timed(lambda: caller.key(LAST)) == FAILURE
        assert timed(line.caller().dial) == FAILURE
    assert timed(caller.again).startswith("CON ")
    assert line.tip.state == "filed"


@pytest.mark.fault(9)
def test_row_9_a_read_only_server_is_not_ready(line: Line, postgres_killable: Postgres) -> None:
    """A caller who only reads can continue. A caller whose answer cannot be saved reads an apology."""
    quiet = told(line, *QUIET_HERE)
    learner = told(line, "1")
    postgres_killable.restart(default_transaction_read_only="on")
    assert timed(lambda: quiet.key(REST[0])) == FAILURE
    assert timed(line.caller().dial) == FAILURE
    assert timed(learner.again).startswith("CON ")
    assert ready(line) == (503, ["the database cannot commit"])

    postgres_killable.restart()
    assert timed(quiet.again).startswith("CON ")
    assert ready(line) == (200, [])
    quiet.key(REST[1])
    assert line.tip.state == "complete"


@pytest.mark.fault(9)
def test_row_9_an_sms_is_asked_for_again(line: Line, postgres_killable: Postgres) -> None:
    fields = {
        "from": "+250788000090",
        "to": "7770",
        "text": "1 A3C4",
        "id": "ATMo_1",
        "date": "2026-11-24 08:00:00",
    }
    assert line.post("sms", fields).status_code == 200
    postgres_killable.restart(default_transaction_read_only="on")
    assert line.post("sms", fields | {"id": "ATMo_2"}).status_code == 503
    postgres_killable.restart()
    assert line.post("sms", fields | {"id": "ATMo_2"}).status_code == 200
