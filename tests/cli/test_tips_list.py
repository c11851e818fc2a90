"""`hotline tips list`: who is responsible for each tip, what is red, and the clock that is due next."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline.bootstrap import Role, build_kit
from hotline.cli.main import main
from hotline.config import Settings
from hotline.domain.call_back import KIGALI
from hotline.domain.clocks import DeadlineKind
from hotline.domain.referral import Level
from hotline.domain.reply import Verb
from hotline.ports import Kit
from hotline.sealing.keymaking import make_keys
from hotline.services import casework, referral
from hotline.services.casework import Act, Way
from hotline.store.messages import Deadline, Referral
from hotline.store.schema import create_all
from tests.builders import make_responder, make_tip

HOURS_OF_SEEN = timedelta(hours=6)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_keys(tmp_path / "keys", datetime.now(UTC))
    (tmp_path / "hotline.db").touch()
    kit = kit_of(tmp_path)
    create_all(kit.database)
    with kit.database.writing() as session:
        session.add(make_responder(name="Gasabo 1"))
        session.add(make_responder(name="Nation", level=Level.NATIONAL, msisdn="+250788000009"))
        session.add(make_tip(urgency=2, at=kit.now(), filed_at=kit.now()))
    referral.refer_waiting(kit)
    return tmp_path


def kit_of(home: Path) -> Kit:
    return build_kit(Settings.read({"HOTLINE_HOME": str(home)}), Role.CONSOLE)


def listed(home: Path, *options: str) -> str:
    told = CliRunner().invoke(main, ["tips", "list", *options], env={"HOTLINE_HOME": str(home)})
    assert told.exit_code == 0, told.output
    return told.stdout


def test_a_tip_that_nobody_took_says_so_and_by_when_it_must_be(home: Path) -> None:
    assert "NOBODY  acknowledge due " in listed(home)
    (row,) = json.loads(listed(home, "--json"))
    assert (row["responsible"], row["red"], row["next_clock"]) == (None, False, "acknowledge")


def test_who_took_it_is_responsible_and_her_outcome_is_due(home: Path) -> None:
    kit = kit_of(home)
    with kit.database.writing() as session:
        (hers,) = session.query(Referral).all()
        at = kit.now()
        casework.act(session, kit, Act(1, hers.reference, Verb.TAKE, Way.USSD, at))
    (row,) = json.loads(listed(home, "--json"))
    assert (row["responsible"], row["next_clock"]) == ("Gasabo 1", "outcome")
    due = datetime.fromisoformat(row["due_at"])
    assert at < due <= at + HOURS_OF_SEEN
    assert f"Gasabo 1  outcome due {due.astimezone(KIGALI):%-d %b %Y %H:%M}" in listed(home)


def test_what_is_red_says_so(home: Path) -> None:
    kit = kit_of(home)
    with kit.database.writing() as session:
        (clock,) = session.query(Deadline).all()
        clock.kind = DeadlineKind.RED
    assert "NOBODY  RED  red due " in listed(home)
    (row,) = json.loads(listed(home, "--json"))
    assert row["red"] is True
