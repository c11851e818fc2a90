"""Runs the benchmarks with few requests on a real hotline. Tests that each part of a benchmark measures what the name
of that part's row says.
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from multiprocessing import get_context

import pytest
from click.testing import CliRunner

from tests.compare.checkouts import tree
from tests.load import parts
from tests.load.bench import SMALL, bench
from tests.load.callers import Kind
from tests.load.null_endpoint import null_endpoint
from tests.load.parts import Stage, web_worker
from tests.load.rounds import Side
from tests.load.rows import ROWS

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Yields one hotline with SQLite and the test gateway, for all tests in this file."""
    side = Side(tree(), tmp_path_factory.mktemp("bench"), None)
    side.prepare()
    with ExitStack() as block:
        null = block.enter_context(null_endpoint())
        clients = ProcessPoolExecutor(2, mp_context=get_context("spawn"))
        block.enter_context(clients)
        line = block.enter_context(side.on_sqlite())
        yield Stage(line, null, clients, SMALL, time.monotonic())


def test_a_slow_gateway_delays_each_alert_by_its_own_time(stage: Stage) -> None:
    """The test files twenty tips about danger at the same moment, and runs with the real clock."""
    found = parts.alerts(replace(stage, size=replace(SMALL, tips=20)), "SQLite")
    assert parts.GATEWAY_SECONDS < found["first alert, SQLite"] < 12
    assert found["first alert, SQLite"] <= found["all alerts, SQLite"] < 30


def test_a_web_process_is_killed_and_nothing_is_lost(stage: Stage) -> None:
    killed = web_worker(stage.line)
    assert parts.nation(stage) == {"lost, web process killed": 0}
    assert web_worker(stage.line) != killed


def test_a_danger_of_which_nobody_is_alerted_is_lost(stage: Stage) -> None:
    with stage.line.paused("worker"):
        assert parts.nation(stage)["lost, web process killed"] == SMALL.sessions // 50
    before = len(stage.line.gateway.outbox)
    stage.line.wait(lambda: len(stage.line.gateway.outbox) > before)
    stage.settle()


def test_more_callers_than_the_server_once_took_are_all_answered(stage: Stage) -> None:
    """The server counts a connection as busy even while the connection waits for its caller's next hop."""
    load = replace(stage.at_line(Kind.MIXED, 160), at_once=80)
    outcome = stage.drive(load)
    assert (outcome.odd, outcome.hung) == ([], 0)
    stage.settle()


def test_every_row_is_measured_on_both_databases() -> None:
    done = CliRunner().invoke(bench, ["--small", "--rounds", "1", "--json"])
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    assert [one["row"] for one in rows] == [row.name for row in ROWS]
    assert all(one["theirs"] is None for one in rows)
