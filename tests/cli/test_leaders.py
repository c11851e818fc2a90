"""`hotline leaders`, `hotline training` and what `hotline reach` tells of them, on a line of its own."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click import Command
from click.testing import CliRunner, Result

from hotline.cli.people.leaders import leaders
from hotline.cli.people.training import training
from hotline.domain.rolls.certificate import NO_DISTRICT, Certificate, code_of, month_of
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.pseudonyms import Pseudonyms
from tests.made_once import lay_line

WHO = ("--by", "A. Director")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    lay_line(tmp_path, datetime.now(UTC))
    return tmp_path


def run(home: Path, command: Command, *arguments: str, typed: str = "", code: int = 0) -> Result:
    environ = {"HOTLINE_HOME": str(home)}
    result = CliRunner().invoke(command, arguments, env=environ, input=typed)
    assert result.exit_code == code, result.output
    return result


@pytest.mark.parametrize("command", [leaders, training])
def test_a_code_is_told_once_listed_without_its_digits_and_ended(
    home: Path, command: Command
) -> None:
    told = run(home, command, "code", "gasabo", "--days", "7", *WHO).stdout
    digits = told.split()[0]
    assert len(digits) == 8
    assert "Gasabo, until " in told

    listed = run(home, command, "list", "--json").stdout
    assert digits not in listed
    (row,) = json.loads(listed)
    assert (row["district"], row["phones"], row["codes"][0]["uses"]) == ("Gasabo", 0, 0)
    assert "used 0 times" in run(home, command, "list").output

    assert "ended 1" in run(home, command, "end", "Gasabo", *WHO).output
    assert "nobody joined yet" in run(home, command, "list").stderr


def test_a_number_is_asked_for_and_not_shown(home: Path) -> None:
    result = run(home, leaders, "remove", *WHO, typed="0788000041\n", code=1)
    assert "788000041" not in result.output


def test_a_certificate_is_told_from_what_is_none_and_the_exit_says_it_too(home: Path) -> None:
    folder = KeyFolder(home / "keys" / "console")
    month, digest = month_of(datetime.now(UTC)), Pseudonyms(folder).certificate
    code = code_of(Certificate("12", month, 7), digest)
    said = run(home, training, "verify", *code.split()).output
    assert said.startswith("valid: every lesson passed, Gasabo, 20")
    document = json.loads(run(home, training, "verify", code.lower(), "--json").stdout)
    assert (document["verdict"], document["district"]) == ("valid", "Gasabo")

    of_several = code_of(Certificate(NO_DISTRICT, month, 7), digest)
    assert ", of no one district, 20" in run(home, training, "verify", of_several).output

    assert "misread" in run(home, training, "verify", "K7Q4", "M2XP", code=1).output
    forged = code_of(Certificate("12", 0, 7), lambda _: "ab")
    assert run(home, training, "verify", forged, code=1).output == "not ours\n"
