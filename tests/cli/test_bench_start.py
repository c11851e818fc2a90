"""`bin/bench flows`, `start` and `memory`: every figure is there, and nothing that was started is left."""

import json
from typing import Any

import click
import pytest
from click.testing import CliRunner

from tests.load.bench import BENCHES, LONG, bench


def figures(*words: str) -> Any:
    done = CliRunner().invoke(bench, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout.splitlines()[-1])


def test_flows_are_loaded_from_files_and_as_compiled() -> None:
    found = figures("flows", "--screens", "30", "--turns", "1")
    assert found["screens"] >= 30
    assert found["files"] > found["checked"] > found["pressed"] > 0


def test_a_start_ends_with_a_screen() -> None:
    found = figures("start", "--turns", "1")
    assert found["ratio"] == pytest.approx(found["first_answer"] / found["python"])
    assert found["first_answer"] > found["python"] > 0
    assert found["spent"] > found["python_spent"] > 0


@pytest.mark.chaos
@pytest.mark.timeout(120)
def test_every_process_of_the_line_is_weighed() -> None:
    found = figures("memory", "--tips", "1")
    names = " ".join(held["process"] for held in found["processes"])
    for process in ("granian", "process alerts", "process misc", "clock", "valkey", "emulator"):
        assert process in names
    assert 0 < found["line"] < sum(held["megabytes"] for held in found["processes"])


@pytest.mark.parametrize("bench", BENCHES + LONG, ids=lambda bench: str(bench.name))
def test_all_can_ask_each_for_json_and_nothing_else(bench: click.Command) -> None:
    """`bench all` gives each its defaults."""
    assert "as_json" in {parameter.name for parameter in bench.params}
    assert not any(parameter.required for parameter in bench.params)
