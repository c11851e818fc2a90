"""`hotline responders invite` and `change-number`, as admins type them."""

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
from hotline.domain.accounts.account import AccountRole
from hotline.services.people import proving_phones
from tests.deciding import decides, signed_in
from tests.made_once import lay_line

NUMBER = "+250788000001"
ROWS = f"""name,msisdn,language,level,districts,categories
Gasabo 1,{NUMBER},rw,responder,Gasabo,
"""
BY = ("--by", "Alice", "--reason", "known to me")


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


def approves(home: Path, *, approve: bool = True) -> None:
    """A second admin decides in the console."""
    kit = build_console(Settings.read({"HOTLINE_HOME": str(home)}))
    admin = signed_in(kit, "Admin 2", AccountRole.ADMIN)
    decides(kit, admin, "enrolment", approve=approve)
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

    proves(home, NUMBER)
    approves(home)
    assert json.loads(say(home, "show", "Gasabo 1", "--json").stdout)["state"] == "can be told"


def test_a_new_number_and_one_that_is_refused(home: Path) -> None:
    paper = ("--paper", str(home / "paper"))
    say(home, "invite", "Gasabo 1", *paper, *BY)
    proves(home, NUMBER)
    approves(home, approve=False)
    say(home, "change-number", "Gasabo 1", "--number", "+250788000002", *paper, *BY, code=1)

    say(home, "invite", "Gasabo 1", *paper, *BY)
    proves(home, NUMBER)
    approves(home)
    changed = say(home, "change-number", "Gasabo 1", "--number", "+250788000002", *paper, *BY)
    assert "0788" not in changed.output
    proves(home, "+250788000002")
    approves(home)
    assert len((home / "paper").read_text().splitlines()) == 3
