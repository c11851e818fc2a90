"""`bin/bench refer`: a small burst on either database, and every figure is there."""

import json

import pytest
from click.testing import CliRunner

from tests.load.bench import bench
from tests.servers import Pair, Postgres, pair

__all__ = ["pair"]


def test_a_burst_stands_beside_its_rows_alone(pair: Pair, request: pytest.FixtureRequest) -> None:
    words = ["refer", "--tips", "300", "--json"]
    if pair is Pair.SERVERS:
        server: Postgres = request.getfixturevalue("postgres_server")
        words += ["--database", server.make("bench")]

    done = CliRunner().invoke(bench, words)

    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout.splitlines()[-1])
    assert (figures["tips"], figures["referrals"], figures["rung"]) == (300, 360, 1)
    assert figures["rate"] > 0
    assert figures["cost"] > 0
    assert figures["ratio"] == pytest.approx(figures["rate"] / figures["plain_rate"])

    if pair is Pair.SERVERS:
        again = CliRunner().invoke(bench, words)
        assert again.exit_code == 1
        assert "give an empty one" in again.output
