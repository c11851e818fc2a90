"""Tests `hotline tips close` and `hotline tips retention`, as an admin uses them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.cases import service_retention
from hotline.tips.rules import TipOutcome
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import PossibleVictim
from tests.cli.homes import command_line, hotline
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
    """Returns a hotline with four tips. An hour ago, responders were alerted about these tips."""
    now = datetime.now(UTC)
    lay_line(tmp_path, now)
    then = now - timedelta(hours=1)
    cases: tuple[tuple[int, str, str], ...]
    cases = ((3, "no", "public_duty"), (1, "no", "public_duty"))
    cases += ((3, "no", "vital_interest_child"), (3, "yes", "public_duty"))
    with command_line(tmp_path) as context, context.database.writing() as session:
        for n, (urgency, official, basis) in enumerate(cases, 1):
            tip = make_tip(
                uid=f"{n:032}", urgency=urgency, official=official, at=then, filed_at=then
            )
            tip.basis, tip.assigned_at, tip.alert_urgency = basis, then, urgency
            session.add(tip)
    return tmp_path


def row(home: Path, tip_id: str) -> dict[str, object]:
    rows = json.loads(hotline(home, "tips", "list", "--json").stdout)
    (found,) = [one for one in rows if str(one["id"]) == tip_id]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("outcome", [one.value for one in TipOutcome])
def test_a_command_requests_a_closure_and_closes_nothing(home: Path, outcome: str) -> None:
    """The command closes no tip, because a name that someone types does not prove who the person is."""
    asked = hotline(home, "tips", "close", PLAIN, "--outcome", outcome, *FIRST).output
    assert f"tip {PLAIN}: not closed yet. Alice requested closure: {outcome}." in asked
    assert "open the case" in asked
    now = row(home, PLAIN)
    assert (now["closed_at"], now["outcome"], now["outcome_asked"]) == (None, None, outcome)
    assert now["closure_requested_at"] is not None
    assert now["next_clock"] is not None, "its deadlines go on"
    log = hotline(home, "audit", "list", "--tip", PLAIN).stdout
    assert f"Alice requested to close tip 1: {outcome}: looked into" in log


def test_the_outcome_must_be_one_of_those_that_there_are(home: Path) -> None:
    close = ("tips", "close", PLAIN, *FIRST)
    assert "--outcome" in hotline(home, *close, code=2).output
    told = hotline(home, *close, "--outcome", "done", code=2).output
    assert [one for one in TipOutcome if one not in told] == []
    assert "No such command" in hotline(home, "tips", "judge", PLAIN, code=2).output
    assert row(home, PLAIN)["closure_by"] is None


@JUDGED
def test_the_same_name_replaces_its_request_and_another_name_does_not(home: Path, tip: str) -> None:
    hotline(home, "tips", "close", tip, "--outcome", "helped", *FIRST)
    again = hotline(home, "tips", "close", tip, "--outcome", "joke", "--by", "alice", *FIRST[2:])
    assert "alice requested closure: joke" in again.output
    other = hotline(home, "tips", "close", tip, "--outcome", "helped", *OTHER, code=1).output
    assert "another closure request is pending (joke)" in other
    now = row(home, tip)
    assert (now["closed_at"], now["outcome_asked"], now["closure_by"]) == (None, "joke", "alice")
    happened = hotline(home, "tips", "show", tip).stdout
    assert happened.count("closure requested") >= 2, "both requests stay in the case events"
    assert "alice says joke" in hotline(home, "tips", "list").stdout


def test_a_request_by_phone_is_listed_by_the_name_of_who_made_it(home: Path) -> None:
    with command_line(home) as context, context.database.writing() as session:
        session.add(make_responder(name="Gasabo 1"))
        session.get_one(Tip, int(DANGER)).outcome_asked = TipOutcome.NOT_TRAFFICKING
        session.get_one(Tip, int(DANGER)).closure_by = "responder:1"
    assert "closure waits: Gasabo 1 says not-trafficking" in hotline(home, "tips", "list").stdout
    same = ("--by", "gasabo  1", "--reason", "x")
    hotline(home, "tips", "close", DANGER, "--outcome", "helped", *same)
    assert row(home, DANGER)["outcome_asked"] == "helped", "one person, by phone and by name"


def test_a_request_says_what_is_still_owed_and_to_whom(home: Path) -> None:
    assert "owed" not in hotline(home, "tips", "close", PLAIN, "--outcome", "helped", *FIRST).output
    at = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    with command_line(home) as context, context.database.writing() as session:
        session.add(PossibleVictim(tip_id=int(PLAIN), n=1, met_at=at, clock="offer", due_at=at))
    told = hotline(home, "tips", "close", PLAIN, "--outcome", "joke", *FIRST).output
    assert (
        "still to do for person 1: follow-up due: ask a service to help the person, by 2026-11-25 08:00 in "
        "Kigali"
    ) in told


def test_what_is_warned_of_held_or_closed_is_listed_with_its_day(home: Path) -> None:
    signed: dict[str, Any] = {"by": "A. Director", "reason": "letter 12"}
    now = datetime.now(UTC)
    with command_line(home) as context:
        with context.database.writing() as session:
            tip = session.get_one(Tip, int(PLAIN))
            tip.filed_at, tip.warned_at = now - timedelta(days=265), now
        assert "warned" in hotline(home, "tips", "retention").output
        service_retention.set_legal_hold(context, 1, **signed)
        (held,) = json.loads(hotline(home, "tips", "retention", "--json").output)
        found = (held["state"], held["held_by"], held["reason"])
        assert found == ("held", "A. Director", "letter 12")
        service_retention.lift_legal_hold(context, 1, **signed)
        assert "no text is erased" in hotline(home, "tips", "retention").stderr

        close = ("tips", "close", PLAIN, "--outcome", "silent", *FIRST)
        assert "not closed yet" in hotline(home, *close).output
        service_retention.close_tip(context, 1, **signed, outcome=TipOutcome.SILENT)
        goes = now + timedelta(days=90)
        says = f"tip 1: closed; its text is erased {goes:%Y-%m-%d}"
        assert says in hotline(home, *close).output
        assert row(home, PLAIN)["outcome"] == "silent"
