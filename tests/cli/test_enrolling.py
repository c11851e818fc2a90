"""`hotline responders invite`, `waiting`, `approve`, `refuse` and `change-number`, as admins type them."""

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.bootstrap import build_console
from hotline.cli.main import main
from hotline.config import Settings
from hotline.services.people import proving_phones
from tests.made_once import lay_line

NUMBER = "+250788000001"
ROWS = f"""name,msisdn,language,level,districts,categories
Gasabo 1,{NUMBER},rw,responder,Gasabo,
"""
BY, BOB = (("--by", name, "--reason", "known to me") for name in ("Alice", "Bob"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    lay_line(tmp_path, datetime.now(UTC))
    (tmp_path / "people.csv").write_text(ROWS, encoding="utf-8")
    say(tmp_path, "import", str(tmp_path / "people.csv"), "--proving")
    return tmp_path


def say(home: Path, *words: str, code: int = 0) -> Result:
    told = CliRunner().invoke(main, ["responders", *words], env={"HOTLINE_HOME": str(home)})
    assert told.exit_code == code, told.output
    return told


def proves(home: Path, number: str) -> None:
    """As the reader would write it, whatever was keyed."""
    kit = build_console(Settings.read({"HOTLINE_HOME": str(home)}))
    key = kit.pseudonyms.enrolled(number)
    with kit.database.writing() as session:
        phone = proving_phones.waiting_for(session, key, kit.now())
        assert phone is not None
        pair = {} if phone.kind == "number" else {"public_key": b"p" * 32, "pin_wrap": b"wrapped"}
        assert proving_phones.prove(session, kit, replace(phone), **pair)
    kit.database.close()


def test_invited_by_one_and_approved_by_another(home: Path) -> None:
    paper = home / "paper"
    invited = say(home, "invite", "Gasabo 1", "--paper", str(paper), *BY)
    (line,) = paper.read_text().splitlines()
    start_pin = line.split("then ")[2][:8]
    assert start_pin.isdecimal()
    assert start_pin not in invited.output
    assert stat.S_IMODE(paper.stat().st_mode) == 0o600
    assert "HAS TO PROVE PHONE AND PAPER" in say(home, "list").output

    assert "nobody waits" in say(home, "waiting").stderr
    proves(home, NUMBER)
    (waits,) = json.loads(say(home, "waiting", "--json").stdout)
    assert (waits["name"], waits["kind"], waits["asked_by"]) == ("Gasabo 1", "enrol", "cli:Alice")
    assert "wanted by cli:Alice" in say(home, "waiting").stdout
    say(home, "approve", "Gasabo 1", *BY, code=1)
    assert "approved" in say(home, "approve", "Gasabo 1", *BOB).stdout
    assert json.loads(say(home, "show", "Gasabo 1", "--json").stdout)["state"] == "can be told"


def test_a_new_number_and_one_that_is_refused(home: Path) -> None:
    paper = ("--paper", str(home / "paper"))
    say(home, "invite", "Gasabo 1", *paper, *BY)
    proves(home, NUMBER)
    say(home, "refuse", "Gasabo 1", *BOB)
    say(home, "change-number", "Gasabo 1", "--number", "+250788000002", *paper, *BY, code=1)

    say(home, "invite", "Gasabo 1", *paper, *BY)
    proves(home, NUMBER)
    say(home, "approve", "Gasabo 1", *BOB)
    changed = say(home, "change-number", "Gasabo 1", "--number", "+250788000002", *paper, *BY)
    assert "0788" not in changed.output
    proves(home, "+250788000002")
    say(home, "approve", "Gasabo 1", *BOB)
    assert len((home / "paper").read_text().splitlines()) == 3
