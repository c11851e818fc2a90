"""Tests `hotline tips list`: the assignee of each tip, overdue tips, and the next deadline."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from hotline.alerts import service_assignment, service_commands
from hotline.alerts.rules_replies import Command, Verb
from hotline.cases import service_desk_commands, service_retention
from hotline.cases.service_desk_commands import ExclusionTarget
from hotline.gateway.tables import Assignment, Deadline
from hotline.people.rules import Level, kind_of
from hotline.people.tables_desks import Desk
from hotline.text.places import NATIONAL
from hotline.text.time import KIGALI
from hotline.tips.queries_visible import ExclusionReason
from hotline.tips.rules import DeadlineKind, TipOutcome, by_day
from hotline.tips.rules_events import EventChannel
from hotline.tips.tables import Grant, Tip
from tests.cli.homes import command_line, hotline
from tests.support.builders import make_responder, make_tip
from tests.support.made_once import lay_line

HOURS_OF_SEEN = timedelta(hours=6)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    lay_line(tmp_path, datetime.now(UTC))
    with command_line(tmp_path) as context:
        with context.database.writing() as session:
            session.add(make_responder(name="Gasabo 1"))
            session.add(make_responder(name="Nation", level=Level.NATIONAL, msisdn="+250788000009"))
            session.add(make_tip(urgency=2, at=context.now(), filed_at=context.now()))
        service_assignment.assign_pending(context)
    return tmp_path


def asked(home: Path, *options: str, turned: timedelta = timedelta()) -> Result:
    (home / "clock").write_text(str(int(turned.total_seconds())), encoding="utf-8")
    return hotline(home, "tips", "list", *options, HOTLINE_CLOCK=str(home / "clock"))


def listed(home: Path, *options: str, minutes: int = 0) -> str:
    """Moves the clock by `minutes`, and returns the list that the command prints then."""
    return asked(home, *options, turned=timedelta(minutes=minutes)).stdout


def only(home: Path, minutes: int = 0) -> dict[str, Any]:
    """Returns the only tip in the list's JSON output."""
    (row,) = json.loads(listed(home, "--json", minutes=minutes))
    return dict(row)


def act(home: Path, *verbs: Verb, minutes: int = 0) -> datetime:
    """Carries out these commands of the responder Gasabo 1, on the case about which this responder was alerted.
    Returns the time of the commands.
    """
    with command_line(home) as context, context.database.writing() as session:
        at = context.now() + timedelta(minutes=minutes)
        (hers,) = session.query(Assignment).all()
        for verb in verbs:
            said = Command(1, hers.reference, verb, EventChannel.USSD, at)
            service_commands.carry_out(session, context, said)
    return at


def ids(home: Path, *options: str) -> list[int]:
    return [row["id"] for row in json.loads(listed(home, "--json", *options))]


def test_a_tip_that_nobody_took_says_so_and_by_when_it_must_be(home: Path) -> None:
    assert "NOT TAKEN  acknowledge due " in listed(home)
    row = only(home)
    assert (row["responsible"], row["overdue"], row["next_clock"]) == (None, False, "acknowledge")


def test_who_took_it_is_responsible_and_her_outcome_is_due(home: Path) -> None:
    at = act(home, Verb.TAKE)
    row = only(home)
    assert (row["responsible"], row["next_clock"]) == ("Gasabo 1", "outcome")
    due = datetime.fromisoformat(row["due_at"])
    assert at < due <= by_day(at + HOURS_OF_SEEN)
    assert f"Gasabo 1  outcome due {due.astimezone(KIGALI):%-d %b %Y %H:%M}" in listed(home)


def test_what_is_red_says_so(home: Path) -> None:
    with command_line(home) as context, context.database.writing() as session:
        session.query(Deadline).one().kind = DeadlineKind.OVERDUE
    assert "NOT TAKEN  OVERDUE  next alert " in listed(home)
    assert only(home)["overdue"] is True


def test_a_tip_stands_beside_what_was_promised_in_kigali_s_time(home: Path) -> None:
    with command_line(home) as context, context.database.reading() as session:
        filed_at = session.query(Tip).one().filed_at
    assert filed_at is not None
    told = listed(home, minutes=9)
    assert f"{filed_at.astimezone(KIGALI):%-d %b %Y %H:%M}" in told
    assert "waits 9 of 15 min  NOT TAKEN" in told
    assert "waits 16 of 15 min LATE  NOT TAKEN" in listed(home, minutes=16)
    row = only(home, minutes=16)
    assert (row["waited_seconds"] // 60, row["promised_seconds"], row["late"]) == (16, 900, True)


def test_a_tip_that_was_taken_says_how_soon_and_waits_no_more(home: Path) -> None:
    act(home, Verb.TAKE, minutes=2)
    assert "taken in 2 of 15 min  Gasabo 1" in listed(home, minutes=1440)


def test_a_tip_that_its_holder_passed_on_waits_and_names_who_stays_responsible(home: Path) -> None:
    act(home, Verb.TAKE, Verb.PASS_ON)
    says = "waits 16 of 15 min LATE  passed on by Gasabo 1  acknowledge due"
    assert says in listed(home, minutes=16)


def test_a_tip_that_is_kept_from_its_holder_waits_and_nobody_has_it(home: Path) -> None:
    act(home, Verb.TAKE)
    target, why = ExclusionTarget(person="Gasabo 1"), ExclusionReason.NAMED
    with command_line(home) as context:
        service_desk_commands.exclude(context, 1, target, why, by="Alice", reason="named")
    assert "waits 16 of 15 min LATE  NOT TAKEN" in listed(home, minutes=16)


def test_a_closed_tip_stands_as_closed(home: Path) -> None:
    with command_line(home) as context:
        service_retention.close_tip(
            context, 1, by="Alice", reason="nobody there", outcome=TipOutcome.NOT_FOUND
        )
    (line,) = listed(home).splitlines()
    assert " Soon   closed " in line
    assert f"closed {context.now().astimezone(KIGALI):%-d %b %Y} " in line.replace("  ", " ")
    assert "outcome: not-found" in line
    for word in ("NOT TAKEN", "waits", "due", "OVERDUE"):
        assert word not in line, word


@pytest.fixture
def five(home: Path) -> Path:
    """Adds four tips to the home: one about danger in Huye, a closed one, one about an official, and one that is filed
    tomorrow."""
    now = datetime.now(UTC)
    others: tuple[dict[str, Any], ...] = (
        {"place": "24", "urgency": 1},
        {},
        {"official": "unsure"},
        {"filed_at": now + timedelta(days=1)},
    )
    with command_line(home) as context, context.database.writing() as session:
        for number, differs in enumerate(others, start=2):
            row = {"urgency": 3, "at": now, "filed_at": now, **differs}
            session.add(make_tip(uid=f"{number:032}", **row))
        for code in ("12", "24", NATIONAL):
            session.add(Desk(code=code, kind=kind_of(code), public_key=b"key", created_at=now))
        session.flush()
        for tip_id, code in ((1, "12"), (2, "24"), (3, "12"), (5, "12")):
            for desk in (code, NATIONAL):
                session.add(Grant(tip_id=tip_id, desk_code=desk, encrypted_key=b"sealed"))
        session.get_one(Tip, 3).closed_at = now
    return home


def test_a_list_is_filtered_by_what_is_open_by_desk_by_day_and_by_urgency(five: Path) -> None:
    tomorrow = f"{datetime.now(UTC).astimezone(KIGALI) + timedelta(days=1):%Y-%m-%d}"
    assert ids(five) == [5, 4, 3, 2, 1]
    assert ids(five, "--open") == [5, 4, 2, 1]
    assert ids(five, "--urgency", "1") == [2]
    assert ids(five, "--since", tomorrow) == [5]
    assert ids(five, "--desk", "huye") == [2]
    assert ids(five, "--desk", "national") == [5, 4, 3, 2, 1]
    assert ids(five, "--desk", "Gasabo", "--open") == [5, 1]
    assert asked(five, "--desk", "Nyabihu").stderr == "no such tips\n"


@pytest.mark.row("R6")
def test_a_desk_neither_lists_nor_counts_what_was_not_sealed_to_it(five: Path) -> None:
    """All five tips come from one phone. The desk of Gasabo can read three of these tips, and counts only the three."""
    counts = {row["same_contact"] for row in json.loads(listed(five, "--json", "--desk", "gasabo"))}
    assert counts == {2}
    assert {row["same_contact"] for row in json.loads(listed(five, "--json"))} == {4}


def test_a_long_list_comes_by_pages(five: Path) -> None:
    first = asked(five, "--limit", "2")
    assert [line.split()[0] for line in first.stdout.splitlines()] == ["5", "4"]
    assert first.stderr == "for older tips add --before 4\n"
    last = asked(five, "--limit", "3", "--before", "4")
    assert [line.split()[0] for line in last.stdout.splitlines()] == ["3", "2", "1"]
    assert last.stderr == ""
