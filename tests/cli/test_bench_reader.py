"""`bin/bench reader`: callers in the middle of a line whose responders read behind their PINs."""

import json
import re

import pytest
from click.testing import CliRunner

from tests.load.bench import bench


def test_what_trying_pins_costs_is_printed() -> None:
    done = CliRunner().invoke(bench, ["reader", "--pins"])
    assert done.exit_code == 0, done.output
    said = re.fullmatch(
        r"with the database and the reader's keys: ([\d.]+) s for one PIN, (\d+) hours of a core"
        r" for all 1000000 of one person's\n",
        done.output,
    )
    assert said is not None
    assert float(said[1]) > 0.02
    assert int(said[2]) >= 5


@pytest.mark.chaos
@pytest.mark.timeout(300)
def test_callers_are_measured_beside_responders_who_read() -> None:
    words = [
        "reader",
        "--callers",
        "3",
        "--readers",
        "3",
        "--seconds",
        "6",
        "--rate",
        "5",
        "--json",
    ]
    done = CliRunner().invoke(bench, words)
    assert done.exit_code == 0, done.output
    figures = json.loads(done.stdout.splitlines()[-1])
    assert (figures["callers"], figures["readers"]) == (3, 3)
    assert figures["hops"] > 20
    assert figures["keyed"] > 0
    assert figures["failed"] == 0
    assert figures["p99_without"] > 0
    assert figures["p99_with"] < figures["p99_without"] + 100
