"""The benchmark measures a real line: few tips here, and every figure is there.

`hop`, on a server or in one process, takes turns with what else starts everything from nothing; the others are run
where everything is.
"""

import json

import pytest
from click.testing import CliRunner

from tests.load.bench import bench

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120)]


@pytest.mark.parametrize("redis", ["up", "killed"])
def test_alerts_are_timed_from_the_last_answer_to_acceptance(redis: str) -> None:
    done = CliRunner().invoke(bench, ["alerts", "--tips", "2", "--redis", redis, "--json"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["redis"] == redis
    first, every = figures["first"], figures["all"]
    assert (figures["tips"], first["count"], every["count"]) == (2, 2, 6)
    for waits in (first, every):
        assert 0 < waits["median"] <= waits["p99"] <= waits["last"]


def test_alerts_take_the_pair_that_they_print() -> None:
    words = ["alerts", "--pair", "postgres", "--redis", "killed"]
    done = CliRunner().invoke(bench, words)
    assert done.exit_code == 2
    assert "only with --pair sqlite" in done.output


def test_a_gateway_of_eight_seconds_delays_each_alert_by_its_own_answer_alone() -> None:
    """True seconds of the real line and its real gateway: twenty tips of danger at once."""
    words = ["alerts", "--tips", "20", "--gateway-seconds", "8", "--json"]
    done = CliRunner().invoke(bench, words)
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["first"]["last"] < 12
    assert figures["all"]["last"] < 30


def test_a_hop_stands_beside_a_null_endpoint() -> None:
    """Fifty callers: one of them tells."""
    words = ["hop", "--turns", "1", "--callers", "50", "--warm", "10", "--json"]
    done = CliRunner().invoke(bench, words)
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout.splitlines()[-1])
    assert set(figures) == {"null", "flask", "line"}
    for kind, found in figures.items():
        assert set(found["full"]) == {"first", "menu", "counted", "told", "mixed"}, kind
        for part in found["full"].values():
            assert part["rate"] > 0, kind
            assert part["cost"] > 0, kind
        for part in found["half"].values():
            assert 0 < part["p50"] <= part["p99"], kind
    assert 0 < figures["line"]["full"]["mixed"]["hits"] < 1
    assert figures["null"]["full"]["mixed"]["hits"] is None
    assert {part["ratio"] for part in figures["null"]["full"].values()} == {1.0}


def test_in_one_process_too() -> None:
    words = [
        "hop",
        "--in-process",
        "--turns",
        "1",
        "--callers",
        "2",
        "--warm",
        "1",
        "--json",
    ]
    done = CliRunner().invoke(bench, words)
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["null"]["ratio"] == 1.0
    assert 0 < figures["line"]["ratio"] < 10
    assert figures["line"]["first"] > 0
    assert 0 <= figures["line"]["hits"] <= 1
    assert figures["flask"]["cost"] > figures["null"]["cost"] > 0


def test_more_callers_than_the_server_once_took_are_all_answered() -> None:
    """A kept connection that waits for its next hop counts as one that is served."""
    done = CliRunner().invoke(bench, ["dialogues", "--at-once", "80", "--json"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout.splitlines()[-1])
    assert (figures["hops"], figures["wrong"], figures["hung"]) == (13 * 80, 0, 0)
