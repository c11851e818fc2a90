"""Tests fault 37 of tests/rows.py: a backup during calls, its restore on an empty machine, and the messages that the
restored hotline sends."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.faults.rehearsal import rehearse
from tests.faults.stand.ground import Pair
from tests.load.bench import bench
from tests.long import is_long
from tests.support.homes import LayHome

TIPS = 12 if is_long() else 4
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(600),
    pytest.mark.slow(reason="waits for a drill, each of whose steps is a command"),
]


@pytest.mark.fault(37)
@pytest.mark.parametrize("pair", [*Pair])
def test_a_backup_under_load_is_whole(pair: Pair, tmp_path: Path, lay_home: LayHome) -> None:
    if pair is Pair.SQLITE:
        lay_home(tmp_path / "lost")
    report = rehearse(tmp_path, TIPS, pair, say=lambda _: None)

    assert report.breaches == []
    assert TIPS // 2 <= report.promised <= report.restored
    names = [step.name for step in report.steps]
    assert names[-3:] == ["run it held", "release it", "run it released"]


def test_a_pretended_drill_takes_no_setting(tmp_path: Path) -> None:
    told = CliRunner(env={"HOTLINE_HOME": str(tmp_path)}).invoke(bench, ["restore"])
    assert told.exit_code == 1
    assert "unset HOTLINE_HOME" in told.output
    assert "HOTLINE_TEST" not in told.output
    assert list(tmp_path.iterdir()) == []
