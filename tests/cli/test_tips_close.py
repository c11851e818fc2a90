"""Tests `hotline tips close` and its effects, as an admin uses it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cases import service_retention
from hotline.cli.contexts import build_cli
from hotline.cli.main import main
from hotline.core.database import open_database
from hotline.core.settings import Settings
from hotline.tips.rules import TipOutcome
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import PossibleVictim
from tests.support.builders import make_responder, make_tip
from tests.support.made_once import lay_line

OTHER = ("--by", "Bob", "--reason", "seen too")
FIRST = ("--by", "Alice", "--reason", "looked into")
PLAIN, DANGER, CHILD, OFFICIAL = "1", "2", "3", "4"
JUDGED = pytest.mark.parametrize(
    "tip", [DANGER, CHILD, OFFICIAL], ids=["danger", "child", "official"]
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Returns a hotline with four tips. Responders were alerted about them an hour ago."""
    now = datetime.now(UTC)
    lay_line(tmp_path, now)
    database = open_database(Settings.read({"HOTLINE_HOME": str(tmp_path)}).database_url)
    then = now - timedelta(hours=1)
    cases: tuple[tuple[int, str, str], ...]
    cases = ((3, "no", "public_duty"), (1, "no", "public_duty"))
    cases += ((3, "no", "vital_interest_child"), (3, "yes", "public_duty"))
    with database.writing() as session:
        for n, (urgency, official, basis) in enumerate(cases, 1):
            tip = make_tip(
                uid=f"{n:032}", urgency=urgency, official=official, at=then, filed_at=then
            )
            tip.basis, tip.assigned_at, tip.alert_urgency = basis, then, urgency
            session.add(tip)
    database.close()
    return tmp_path


def said(home: Path, *arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, arguments, env={"HOTLINE_HOME": str(home)})
    assert result.exit_code == code, result.output
    return result


def row(home: Path, tip_id: str) -> dict[str, object]:
    rows = json.loads(said(home, "tips", "list", "--json").stdout)
    (found,) = [one for one in rows if str(one["id"]) == tip_id]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("outcome", [one.value for one in TipOutcome])
def test_a_command_requests_a_closure_and_closes_nothing(home: Path, outcome: str) -> None:
    """This is true for every tip, because a typed name does not prove who the person is."""
    asked = said(home, "tips", "close", PLAIN, "--outcome", outcome, *FIRST).output
    assert f"tip {PLAIN}: not closed yet. Alice requested closure: {outcome}." in asked
    assert "open the case" in asked
    now = row(home, PLAIN)
    assert (now["closed_at"], now["outcome"], now["outcome_asked"]) == (None, None, outcome)
    assert now["closure_requested_at"] is not None
    assert now["next_clock"] is not None, "its deadlines go on"
    log = said(home, "audit", "list", "--tip", PLAIN).stdout
    assert f"Alice requested closure of tip 1: {outcome}: looked into" in log


def test_an_outcome_that_there_is_not_lists_those_that_there_are(home: Path) -> None:
    told = said(home, "tips", "close", PLAIN, "--outcome", "done", *FIRST, code=2)
    for outcome in TipOutcome:
        assert outcome.value in told.output


@JUDGED
def test_the_same_name_replaces_its_request_and_another_name_does_not(home: Path, tip: str) -> None:
    said(home, "tips", "close", tip, "--outcome", "helped", *FIRST)
    again = said(home, "tips", "close", tip, "--outcome", "joke", "--by", "alice", *FIRST[2:])
    assert "alice requested closure: joke" in again.output
    other = said(home, "tips", "close", tip, "--outcome", "helped", *OTHER, code=1).output
    assert "another closure request is pending (joke)" in other
    now = row(home, tip)
    assert (now["closed_at"], now["outcome_asked"], now["closure_by"]) == (None, "joke", "alice")
    happened = said(home, "tips", "show", tip).stdout
    assert happened.count("closure requested") >= 2, "both requests stay in the case events"
    assert "alice says joke" in said(home, "tips", "list").stdout


def test_no_command_confirms_a_closure(home: Path) -> None:
    said(home, "tips", "close", DANGER, "--outcome", "helped", *FIRST)
    assert "No such command" in said(home, "tips", "judge", DANGER, *OTHER, code=2).output
    assert row(home, DANGER)["closed_at"] is None


@JUDGED
def test_what_came_of_it_must_be_said(home: Path, tip: str) -> None:
    refused = said(home, "tips", "close", tip, *FIRST, code=2)
    assert "--outcome" in refused.output
    assert row(home, tip)["closure_by"] is None


def test_a_tip_that_is_closed_already_is_said_to_be(home: Path) -> None:
    closed(home, PLAIN, TipOutcome.HELPED)
    again = said(home, "tips", "close", PLAIN, "--outcome", "joke", *FIRST).output
    assert "tip 1: closed; its text is erased" in again
    assert row(home, PLAIN)["outcome"] == "helped"


def closed(home: Path, tip: str, outcome: TipOutcome) -> None:
    """Closes a tip without danger as a user of the console, without a second person."""
    context = build_cli(Settings.read({"HOTLINE_HOME": str(home)}))
    service_retention.close_tip(context, int(tip), by="Alice", reason="over", outcome=outcome)
    context.database.close()


def test_a_request_by_phone_is_listed_by_the_name_of_who_made_it(home: Path) -> None:
    context = build_cli(Settings.read({"HOTLINE_HOME": str(home)}))
    with context.database.writing() as session:
        session.add(make_responder(name="Gasabo 1"))
        session.get_one(Tip, int(DANGER)).outcome_asked = TipOutcome.NOT_TRAFFICKING
        session.get_one(Tip, int(DANGER)).closure_by = "responder:1"
    context.database.close()
    assert "closure waits: Gasabo 1 says not-trafficking" in said(home, "tips", "list").stdout
    same = ("--by", "gasabo  1", "--reason", "x")
    said(home, "tips", "close", DANGER, "--outcome", "helped", *same)
    assert row(home, DANGER)["outcome_asked"] == "helped", "one person, by phone and by name"


def test_a_request_says_what_is_still_owed_and_to_whom(home: Path) -> None:
    assert "owed" not in said(home, "tips", "close", PLAIN, "--outcome", "helped", *FIRST).output
    at = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    database = open_database(Settings.read({"HOTLINE_HOME": str(home)}).database_url)
    with database.writing() as session:
        row = PossibleVictim(tip_id=int(PLAIN), n=1, met_at=at, clock="offer", due_at=at)
        session.add(row)
    database.close()
    told = said(home, "tips", "close", PLAIN, "--outcome", "joke", *FIRST).output
    assert (
        "still to do for person 1: follow-up due: ask a service for help, by 2026-11-25 08:00 in "
        "Kigali"
    ) in told
