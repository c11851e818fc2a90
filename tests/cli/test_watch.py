"""`hotline watch` on a line of its own. No command shows a number."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli.main import main
from hotline.config import Settings
from hotline.domain.watch.alarms import Alarm, Notice, move
from hotline.services.watch.watch import notice
from hotline.store.database import open_database
from hotline.store.watch import alarms
from tests.builders import NOON
from tests.made_once import lay_line

NUMBER = "0788700001"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    lay_line(tmp_path, NOON)
    return tmp_path


def watch(home: Path, *words: str, typed: str | None = None) -> Result:
    told = CliRunner(env={"HOTLINE_HOME": str(home)}).invoke(main, ["watch", *words], input=typed)
    assert NUMBER[1:] not in told.output
    return told


def raise_lane(home: Path) -> None:
    database = open_database(Settings.read({"HOTLINE_HOME": str(home)}).database_url)
    with database.writing() as session:
        alarms.keep(session, Alarm.LANE, move(None, Alarm.LANE, 1, NOON).now, "held (money_fault)")
    database.close()


def test_added_listed_and_removed(home: Path) -> None:
    assert watch(home, "add", "Keza", NUMBER).exit_code == 0
    assert watch(home, "add", "Ngabo", "--language", "fr", typed="0788700002\n").exit_code == 0
    people = json.loads(watch(home, "list", "--json").stdout)
    assert [(one["name"], one["language"], one["reachable"]) for one in people] == [
        ("Keza", "rw", True),
        ("Ngabo", "fr", True),
    ]
    assert watch(home, "remove", "1").output == "Keza is woken no more\n"
    assert "Keza" not in watch(home, "list").output


def test_a_number_that_cannot_be_is_refused(home: Path) -> None:
    told = watch(home, "add", "Keza", "12")
    assert (told.exit_code, told.output) == (1, "Error: not a valid Rwandan number\n")


def test_an_alarm_stands_until_somebody_puts_her_name_to_it(home: Path) -> None:
    assert watch(home, "status").output == "no alarm stands\n"
    raise_lane(home)
    told = watch(home, "status")
    assert told.exit_code == 1
    assert "held (money_fault)" in told.output
    assert watch(home, "ack", "lane", "--by", "Keza").output == "Keza sees to lane\n"
    told = watch(home, "status", "--json")
    assert told.exit_code == 0
    (row,) = json.loads(told.stdout)
    assert (row["alarm"], row["told"], row["acknowledged_by"]) == ("lane", 1, "Keza")


def test_what_does_not_stand_cannot_be_seen_to(home: Path) -> None:
    told = watch(home, "ack", "lane", "--by", "Keza")
    assert told.exit_code == 1
    assert "hotline watch status" in told.output


def test_a_trial_without_anybody_says_what_to_do(home: Path) -> None:
    told = watch(home, "test")
    assert told.exit_code == 1
    assert "hotline watch add NAME" in told.output


def test_a_handset_for_the_trial_is_enrolled_and_no_number_is_said(home: Path) -> None:
    assert "once a day" in watch(home, "handset", NUMBER).output
    told = watch(home, "handset", typed="12\n")
    assert (told.exit_code, "not a valid Rwandan number" in told.output) == (1, True)


def written(home: Path, outcome: str | None, *, times: int = 1) -> None:
    """A notice of the lane was written for the first contact, and came to this."""
    database = open_database(Settings.read({"HOTLINE_HOME": str(home)}).database_url)
    with database.writing() as session:
        for _ in range(times):
            row = notice("lane", Notice.RAISED, 1, NOON, NOON)
            row.outcome, row.attempts = outcome, 2
            session.add(row)
    database.close()


def test_an_alarm_that_nobody_was_told_of_says_so_and_why(home: Path) -> None:
    watch(home, "add", "Responder 1", NUMBER)
    raise_lane(home)
    assert "written for 0, sent to 0" in watch(home, "status").output
    written(home, "not_sent", times=2)
    told = watch(home, "status").output
    assert "written for 1, sent to 0: not sent (the gateway could not be reached)" in told
    assert "told 1 times" not in told
    written(home, "accepted")
    assert "written for 1, sent to 1  seen to by" in watch(home, "status").output
    (row,) = json.loads(watch(home, "status", "--json").stdout)
    assert (row["written"], row["sent"], row["causes"]) == (1, 1, [])


def test_a_trial_that_does_not_go_out_names_the_cause_and_the_next_step(home: Path) -> None:
    watch(home, "add", "Responder 1", NUMBER)
    told = watch(home, "test", "--seconds", "0")
    assert told.exit_code == 1
    assert "Responder 1: not tried yet" in told.output
    assert "-> see whether `watch` runs" in told.output
