"""Tests `hotline outgoing` as an operator uses it."""

import json
from pathlib import Path

from tests.cli.homes import hotline
from tests.support.builders import NOON
from tests.support.made_once import lay_line

SIGNED = ("--by", "Aline", "--reason", "a wrong list")
NO_REASONS = ("asked by 0788 123 456", "+250788000001", " ", "x" * 121)


def test_paused_shown_and_resumed(tmp_path: Path) -> None:
    """If a person does not confirm the command `resume`, the queue stays paused. The audit log never contains a phone
    number."""
    lay_line(tmp_path, NOON)
    assert hotline(tmp_path, "outgoing", "status").stdout == "messages are being sent\n"
    for reason in NO_REASONS:
        words = ("pause", "--by", "Aline", "--reason", reason)
        assert "--reason" in hotline(tmp_path, "outgoing", *words, code=2).output
    paused = hotline(tmp_path, "outgoing", "pause", typed="Aline\nwrong numbers\n")
    assert "no message is sent" in paused.stdout
    hotline(tmp_path, "outgoing", "resume", *SIGNED, typed="n\n", code=1)
    assert "PAUSED by Aline" in hotline(tmp_path, "outgoing", "status").stdout
    told = json.loads(hotline(tmp_path, "outgoing", "status", "--json").stdout)
    assert (told["paused"], told["by"], told["waiting"]) == (True, "Aline", [])
    assert "paused by Aline" in hotline(tmp_path, "doctor", code=1).output

    resumed = hotline(tmp_path, "outgoing", "resume", *SIGNED, typed="y\n")
    assert resumed.stdout.endswith("resumed: 0 go out, 0 were dropped\n")
    assert hotline(tmp_path, "outgoing", "status").stdout == "messages are being sent\n"
