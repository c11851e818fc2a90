"""Tests `hotline oncall` with its own hotline. No command shows a phone number."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli.main import main
from tests.support.builders import NOON
from tests.support.made_once import lay_line

NUMBER = "0788700001"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    lay_line(tmp_path, NOON)
    return tmp_path


def oncall(home: Path, *words: str, typed: str | None = None) -> Result:
    told = CliRunner(env={"HOTLINE_HOME": str(home)}).invoke(main, ["oncall", *words], input=typed)
    assert NUMBER[1:] not in told.output
    return told


def test_a_contact_is_added_by_somebody_once(home: Path) -> None:
    assert oncall(home, "add", "Keza", NUMBER, "--by", "Aline").exit_code == 0
    again = oncall(home, "add", "Ngabo", "--language", "fr", "--by", "Aline", typed=f"{NUMBER}\n")
    assert (again.exit_code, "this number is already a contact" in again.output) == (1, True)
    log = CliRunner(env={"HOTLINE_HOME": str(home)}).invoke(main, ["audit", "list"]).output
    assert "Aline added Keza to the on-call contacts" in log


def test_a_number_that_cannot_be_is_refused(home: Path) -> None:
    told = oncall(home, "add", "Keza", "12", "--by", "Aline")
    assert (told.exit_code, told.output) == (1, "Error: this is not a valid Rwandan number\n")


def test_a_trial_without_anybody_says_what_to_do(home: Path) -> None:
    told = oncall(home, "test")
    assert told.exit_code == 1
    assert "hotline oncall add NAME" in told.output


def test_a_trial_that_does_not_go_out_names_the_cause_and_the_next_step(home: Path) -> None:
    oncall(home, "add", "Responder 1", NUMBER, "--by", "Aline")
    told = oncall(home, "test", "--seconds", "0")
    assert told.exit_code == 1
    assert "Responder 1: not tried yet" in told.output
    assert "-> see whether `watch` runs" in told.output
