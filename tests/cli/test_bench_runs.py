"""`hotline bench runs`: the same walk on two lines, and every figure is there."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from redis import Redis

from hotline.adapters.queue.redis_runs import PREFIX
from hotline.cli.main import main
from hotline.errors import NotReady
from hotline.lab.bench.crowd import crowd


@pytest.mark.long
@pytest.mark.chaos
@pytest.mark.timeout(180)
def test_a_hop_among_many_runs_stands_beside_one_among_few() -> None:
    words = ["--few", "5", "--many", "6000", "--turns", "1", "--callers", "4"]
    done = CliRunner().invoke(main, ["bench", "runs", *words, "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout.splitlines()[-1])
    few, many = found["few"], found["many"]
    assert 5 < few["live"] < 6000 < many["live"]
    assert few["megabytes"] < many["megabytes"]
    costs = [side["web"] + side["redis"] for side in (few, many)]
    assert found["cost_ratio"] == pytest.approx(costs[1] / costs[0])
    assert found["wait_ratio"] == pytest.approx(few["rate"] / many["rate"])


def test_more_than_the_machine_holds_is_refused_with_what_to_do() -> None:
    done = CliRunner().invoke(main, ["bench", "runs", "--many", str(10**12)])
    assert done.exit_code == 1
    assert "give a smaller --many" in done.output


def test_a_crowd_is_as_large_as_one_that_is_there(tmp_path: Path) -> None:
    with crowd(tmp_path / "redis") as redis, Redis.from_url(redis.url) as client:
        with pytest.raises(NotReady):
            list(redis.fill(1))
        client.set(f"{PREFIX}ours", b"x" * 321)
        assert sum(redis.fill(7001)) == 7001
        assert redis.live() == 7002
        assert client.strlen(f"{PREFIX}{7000:064x}") == 321
