"""The table of commands: each is there, and says what it is for; what we raise on purpose is said in a line."""

import pytest
from click.testing import CliRunner

from hotline.cli.main import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_is_for(name: str) -> None:
    told = CliRunner().invoke(main, [name, "--help"])
    assert told.exit_code == 0
    assert len(told.output.splitlines()) > 3


def test_wrong_settings_are_told_all_at_once_and_nothing_starts() -> None:
    environ = {"HOTLINE_PORT": "many", "HOTLINE_INBOUND_SMS": "perhaps"}
    told = CliRunner(env=environ).invoke(main, ["run"])
    assert told.exit_code == 1
    assert "HOTLINE_PORT" in told.output
    assert "HOTLINE_INBOUND_SMS" in told.output
    assert "Traceback" not in told.output


def test_an_unknown_command_is_named() -> None:
    told = CliRunner().invoke(main, ["fly"])
    assert told.exit_code == 2
    assert "fly" in told.output
