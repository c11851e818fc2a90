"""Tests `hotline outgoing` as an operator uses it."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli.main import main
from tests.cli.homes import copy_home

Hotline = Callable[..., Result]
SIGNED = ("--by", "Aline", "--reason", "a wrong list")


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    """Returns a function that runs `hotline ...` with its own hotline."""
    environ: dict[str, str | None] = {
        name: None for name in os.environ if name.startswith("HOTLINE_")
    }
    environ["HOTLINE_HOME"] = str(tmp_path / "home")

    def run(*words: str, typed: str | None = None) -> Result:
        return CliRunner(env=environ).invoke(main, words, input=typed)

    copy_home(tmp_path / "home")
    return run


def test_paused_shown_and_resumed(hotline: Hotline) -> None:
    assert hotline("outgoing", "status").stdout == "messages are being sent\n"
    assert "no message is sent" in hotline("outgoing", "pause", *SIGNED).stdout
    assert "PAUSED by Aline" in hotline("outgoing", "status").stdout
    told = json.loads(hotline("outgoing", "status", "--json").stdout)
    assert (told["paused"], told["by"], told["waiting"]) == (True, "Aline", [])
    assert "paused by Aline" in hotline("doctor").output

    released = hotline("outgoing", "resume", "--by", "Bosco", "--reason", "mended", typed="y\n")
    assert released.exit_code == 0, released.output
    assert released.stdout.endswith("resumed: 0 go out, 0 were dropped\n")
    assert hotline("outgoing", "status").stdout == "messages are being sent\n"


def test_whoever_thinks_again_frees_nothing(hotline: Hotline) -> None:
    hotline("outgoing", "pause", *SIGNED)
    assert hotline("outgoing", "resume", *SIGNED, typed="n\n").exit_code == 1
    assert "PAUSED" in hotline("outgoing", "status").stdout


def test_a_name_and_a_reason_are_asked_for(hotline: Hotline) -> None:
    held = hotline("outgoing", "pause", typed="Aline\nwrong numbers\n")
    assert held.exit_code == 0, held.output
    assert "PAUSED by Aline" in hotline("outgoing", "status").stdout


@pytest.mark.parametrize("reason", ["asked by 0788 123 456", "+250788000001", " ", "x" * 121])
def test_no_number_ends_in_the_audit_log(hotline: Hotline, reason: str) -> None:
    refused = hotline("outgoing", "pause", "--by", "Aline", "--reason", reason)
    assert refused.exit_code == 2
    assert "--reason" in refused.output
