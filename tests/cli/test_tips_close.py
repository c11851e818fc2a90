"""`hotline tips close` and what follows it, as an admin says them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.bootstrap import build_console
from hotline.cli.main import main
from hotline.config import Settings
from hotline.domain.tip import TipOutcome
from hotline.store.database import open_database
from hotline.store.tips.tips import Tip
from tests.builders import make_responder, make_tip
from tests.made_once import lay_line

OTHER = ("--name", "Bob", "--reason", "seen too")
FIRST = ("--name", "Alice", "--reason", "looked into")
PLAIN, DANGER, CHILD, OFFICIAL = "1", "2", "3", "4"
JUDGED = pytest.mark.parametrize(
    "tip", [DANGER, CHILD, OFFICIAL], ids=["danger", "child", "official"]
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A line with four tips that were told of an hour ago."""
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
            tip.basis, tip.referred_at, tip.referred_urgency = basis, then, urgency
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
def test_every_documented_outcome_closes(home: Path, outcome: str) -> None:
    closed = said(home, "tips", "close", PLAIN, "--outcome", outcome, *FIRST)
    assert "its words go" in closed.output
    assert row(home, PLAIN)["outcome"] == outcome
    log = said(home, "audit", "list", "--tip", PLAIN).stdout
    assert f"Alice wrote down what came of tip 1: {outcome}: looked into" in log
    assert "Alice closed tip 1: looked into" in log


def test_an_outcome_that_there_is_not_lists_those_that_there_are(home: Path) -> None:
    told = said(home, "tips", "close", PLAIN, "--outcome", "done", *FIRST, code=2)
    for outcome in TipOutcome:
        assert outcome.value in told.output


@JUDGED
def test_an_end_that_two_decide_names_the_next_command_and_goes_on_meanwhile(
    home: Path, tip: str
) -> None:
    wanted = said(home, "tips", "close", tip, "--outcome", "helped", *FIRST).output
    assert f"tip {tip}: not closed yet. Alice says helped" in wanted
    assert f"hotline tips judge {tip} --agree" in wanted
    now = row(home, tip)
    assert (now["closed_at"], now["end_wanted"], now["end_wanted_by"]) == (None, "helped", "Alice")
    assert now["next_clock"] is not None, "its deadlines go on"
    assert "Alice says helped" in said(home, "tips", "list").stdout
    assert "not closed yet" in said(home, "tips", "close", tip, "--outcome", "joke", *OTHER).output
    assert row(home, tip)["end_wanted"] == "helped"


@JUDGED
def test_a_second_person_agrees_and_it_is_closed(home: Path, tip: str) -> None:
    said(home, "tips", "close", tip, "--outcome", "helped", *FIRST)
    for same in ("Alice", "alice"):
        alone = said(home, "tips", "judge", tip, "--agree", "--name", same, "--reason", "x", code=1)
        assert "second person" in alone.output
    assert "its words go" in said(home, "tips", "judge", tip, "--agree", *OTHER).output
    now = row(home, tip)
    assert (now["outcome"], now["end_wanted_by"]) == ("helped", None)
    assert now["closed_at"] is not None
    log = said(home, "audit", "list", "--tip", tip).stdout
    assert f"Alice wants tip {tip} closed: helped: looked into" in log
    assert f"Bob closed tip {tip}: seen too" in log


@JUDGED
def test_a_second_person_refuses_and_it_goes_on(home: Path, tip: str) -> None:
    said(home, "tips", "close", tip, "--outcome", "helped", *FIRST)
    assert "goes on" in said(home, "tips", "judge", tip, "--refuse", *OTHER).output
    now = row(home, tip)
    assert (now["closed_at"], now["outcome"], now["end_wanted_by"]) == (None, None, None)
    assert now["next_clock"] is not None
    log = said(home, "audit", "list", "--tip", tip).stdout
    assert f"Bob looked at tip {tip}, and it goes on: seen too" in log


@JUDGED
def test_what_came_of_it_must_be_said_where_somebody_judges_it(home: Path, tip: str) -> None:
    refused = said(home, "tips", "close", tip, *FIRST, code=1)
    assert "--outcome" in refused.output
    assert row(home, tip)["end_wanted_by"] is None


def test_a_judgement_needs_a_wish_and_a_decision(home: Path) -> None:
    nothing = said(home, "tips", "judge", DANGER, "--agree", *OTHER, code=1)
    assert f"hotline tips close {DANGER}" in nothing.output
    assert "--agree" in said(home, "tips", "judge", DANGER, *OTHER, code=2).output
    assert (
        "hotline tips list" in said(home, "tips", "judge", "99", "--agree", *OTHER, code=1).output
    )


def test_a_tip_that_was_closed_wrongly_is_opened_again_and_rings(home: Path) -> None:
    assert "is open" in said(home, "tips", "reopen", PLAIN, *FIRST, code=1).output
    said(home, "tips", "close", PLAIN, "--outcome", "joke", *FIRST)
    assert row(home, PLAIN)["next_clock"] is None
    assert "open again" in said(home, "tips", "reopen", PLAIN, *OTHER).output
    now = row(home, PLAIN)
    assert (now["closed_at"], now["outcome"], now["next_clock"]) == (None, None, "acknowledge")
    assert "Bob opened tip 1 again: seen too" in said(home, "audit", "list", "--tip", "1").stdout
    said(home, "tips", "close", PLAIN, "--outcome", "helped", *FIRST)
    assert row(home, PLAIN)["outcome"] == "helped"


def test_who_asked_by_her_phone_does_not_agree_by_her_name(home: Path) -> None:
    kit = build_console(Settings.read({"HOTLINE_HOME": str(home)}))
    with kit.database.writing() as session:
        session.add(make_responder(name="Gasabo 1"))
        session.get_one(Tip, int(DANGER)).end_wanted = TipOutcome.NOT_TRAFFICKING
        session.get_one(Tip, int(DANGER)).end_wanted_by = "responder:1"
    kit.database.close()
    assert "closure waits: Gasabo 1 says not-trafficking" in said(home, "tips", "list").stdout
    same = ("--name", "gasabo  1", "--reason", "x")
    assert "second person" in said(home, "tips", "judge", DANGER, "--agree", *same, code=1).output
    said(home, "tips", "judge", DANGER, "--agree", *OTHER)
    assert row(home, DANGER)["outcome"] == "not-trafficking"
