"""Tests that every command refuses a number that is too large for a row."""

from pathlib import Path

import pytest

from hotline.cli.main import main
from hotline.cli.options import TIP_ID
from tests.cli.homes import hotline
from tests.cli.test_main import commands
from tests.support.builders import NOON
from tests.support.made_once import lay_line

HUGE = "99999999999999999999"
TYPED = (
    ["tips", "show", HUGE],
    ["tips", "show", f"T{HUGE}"],
    ["tips", "list", "--before", HUGE],
    ["tips", "close", HUGE, "--outcome", "helped", "--by", "A", "--reason", "b"],
    ["audit", "list", "--tip", HUGE],
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("ids")
    lay_line(home, NOON)
    return home


@pytest.mark.parametrize("words", TYPED, ids=" ".join)
def test_no_command_breaks_at_a_number_that_no_database_keeps(home: Path, words: list[str]) -> None:
    told = hotline(home, *words, code=1 if "show" in words else 2)
    assert type(told.exception) is SystemExit
    assert told.output.splitlines()[-1].startswith("Error: ")


def test_the_largest_id_is_looked_for(home: Path) -> None:
    assert hotline(home, "tips", "show", str(2**63 - 1), code=1).output.startswith("Error: ")


def test_every_id_of_every_command_is_read_so() -> None:
    for words, command in commands(main):
        for one in command.params:
            if one.metavar in ("ID", "OTHER"):
                assert one.type is TIP_ID, (words, one.name)
