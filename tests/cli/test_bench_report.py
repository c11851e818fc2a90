"""`bin/bench report`: each hop of one walk has its figure, and what was told is kept."""

import json

import pytest
from click.testing import CliRunner

from tests.load.bench import bench
from tests.load.report import WALK

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120)]


def test_a_report_is_measured_hop_by_hop_beside_nothing() -> None:
    words = ["report", "--turns", "1", "--callers", "2", "--json"]
    done = CliRunner().invoke(bench, words)
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["database"] == "sqlite"
    assert [name.split()[1] for name in figures["hops"]] == ["dial", *WALK]
    assert figures["whole"] == pytest.approx(sum(figures["hops"].values()))
    assert 0 < figures["null"] < min(figures["hops"].values())
    assert figures["ratio"] == pytest.approx(figures["whole"] / figures["null"])
