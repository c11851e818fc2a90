"""Tests `hotline dial` and `hotline process emulator`."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from hotline.cli.dial import dial
from tests.emulator.line import FakeLine, listening
from tests.support.handsets import EmulatorClient


def test_a_dialogue_in_a_terminal(url: str, line: FakeLine) -> None:
    line.answers = {"1": "CON Read on\n0 Back", "1*0": "END Goodbye."}
    ran = CliRunner().invoke(dial, ["*384*777#", "--emulator", url], input="1\n0\n")
    assert ran.exit_code == 0
    assert "| 1 Read                   |" in ran.output
    assert "20/156" in ran.output
    assert "| Goodbye.                 |" in ran.output
    assert ran.output.rstrip().endswith("Success")


@pytest.mark.parametrize("typed", ["\n", ""], ids=["an empty line", "the end of the input"])
def test_whoever_types_nothing_more_hangs_up(url: str, line: FakeLine, typed: str) -> None:
    ran = CliRunner().invoke(
        dial, ["*384*777#", "--emulator", url, "--as", "+250738000001"], input=typed
    )
    assert ran.exit_code == 0
    told = line.wait_for("ended")[0]
    assert (told["status"], told["phoneNumber"]) == ("Incomplete", "+250738000001")


def test_long_lines_are_wrapped_at_words(url: str, line: FakeLine) -> None:
    line.answers = {"": f"END {'abcdefgh ' * 4}{'x' * 30}"}
    for columns, first in ((24, "| abcdefgh abcdefgh        |"), (16, "| abcdefgh         |")):
        ran = CliRunner().invoke(dial, ["*384*777#", "--emulator", url, f"--columns={columns}"])
        framed = [row for row in ran.output.splitlines() if row.startswith("|")]
        assert {len(row) for row in framed} == {columns + 4}
        assert framed[0] == first


def test_the_emulator_as_a_process(tmp_path: Path, line: FakeLine) -> None:
    with listening(line) as hooks:
        addresses = tmp_path / "hooks.json"
        addresses.write_text(json.dumps(hooks))
        started = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from hotline.cli.emulator import emulator; emulator()",
                *("--port", "0", "--hooks", str(addresses)),
                *("--responder", "+250788100001:Gasabo 1"),
            ],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert started.stdout is not None
        url = started.stdout.readline().split()[2].rstrip("/")
        client = EmulatorClient(url)
        assert client.dial().screen.startswith("Welcome")
        assert client.get("people")["people"] == [{"msisdn": "+250788100001", "label": "Gasabo 1"}]
        assert requests.get(url, timeout=5).status_code == 200
        started.send_signal(signal.SIGTERM)
        started.wait(timeout=10)
        rest = started.stdout.read()
        started.stdout.close()
    assert "250" not in rest
