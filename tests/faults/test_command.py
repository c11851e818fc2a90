"""Tests that `bin/bench faults` makes its own hotline and changes no other hotline."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.faults.reading import RealLine
from tests.faults.report import RunReport
from tests.faults.stand.ground import own_or_refuse
from tests.faults.stand.processes import below, command_line
from tests.load.bench import bench
from tests.support.eventually import eventually
from tests.support.stack import Stack


def test_it_takes_no_setting_since_one_may_mean_a_real_line() -> None:
    told = CliRunner(env={"HOTLINE_HOME": "/nowhere"}).invoke(bench, ["faults"])
    assert told.exit_code == 1
    assert "unset HOTLINE_HOME" in told.output
    assert "HOTLINE_TEST" not in told.output


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"HOTLINE_HOME": "/srv/hotline"}, "home"),
        ({"HOTLINE_DATABASE_URL": "postgresql+psycopg://line@db.example/line"}, "database"),
        ({"HOTLINE_DATABASE_URL": "sqlite:////srv/hotline/hotline.db"}, "database"),
        ({"HOTLINE_REDIS_URL": "redis://127.0.0.1:6379"}, "redis"),
        ({"HOTLINE_REDIS_URL": "unix:///run/redis.sock"}, "redis"),
    ],
)
def test_another_line_is_refused(tmp_path: Path, environ: dict[str, str], named: str) -> None:
    own_or_refuse(Stack(tmp_path), (tmp_path,))
    with pytest.raises(RealLine, match=named):
        own_or_refuse(Stack(tmp_path, environ=environ), (tmp_path,))


def test_one_breach_or_one_caller_unheard_is_not_clean() -> None:
    assert RunReport(1, 1, "sqlite", breaches={"I1": 0}).clean
    assert not RunReport(1, 1, "sqlite", breaches={"I1": 1}).clean
    assert not RunReport(1, 1, "sqlite", unheard=1).clean


@pytest.mark.chaos
def test_a_missing_program_is_a_line_of_its_own_and_says_what_to_install() -> None:
    told = CliRunner(env={"PATH": "/nowhere"}).invoke(bench, ["faults", "--pair", "postgres"])
    shutil.rmtree(told.stderr.split()[-1])
    assert told.exit_code == 1
    assert '"failed": "ProgramMissing"' in told.stdout
    assert "apt-get install redis-server" in told.stderr


@pytest.mark.chaos
@pytest.mark.slow(reason="waits for the first death of a fault run")
@pytest.mark.timeout(300)
def test_told_to_end_it_leaves_nothing_running(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "tests.load", "faults", "--tips", "5000"]
    with (tmp_path / "said").open("wb") as said:
        run = subprocess.Popen(words, env=os.environ | {"TMPDIR": str(tmp_path)}, stderr=said)
    try:
        died = "hotline-chaos-*/faults/log"
        eventually(lambda: any(tmp_path.glob(died)) or run.poll() is not None, seconds=220)
        assert run.poll() is None, (tmp_path / "said").read_text()
        started = below(run.pid)
        assert any("hotline process worker" in command_line(pid) for pid in started)
    finally:
        run.terminate()
    assert run.wait(150) == 128 + signal.SIGTERM
    eventually(lambda: not any("hotline" in command_line(pid) for pid in started))
    assert not any(tmp_path.glob("hotline-chaos-*"))
