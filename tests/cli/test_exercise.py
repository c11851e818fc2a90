"""R12: at the server an exercise is planned by two, begun, looked at and ended, by named persons, with a reason."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline.bootstrap import build_console
from hotline.cli.main import main
from hotline.config import Settings
from hotline.domain.call_back import KIGALI
from hotline.domain.referrals.drills.exercise import WantedExercise
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import Urgency
from hotline.services.referrals.drills import plans
from tests.builders import make_responder
from tests.cli.invented_month import home, settings

WHO = ("--name", "Aline", "--reason", "the week of drills")


@pytest.fixture
def line(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people planned one some days ago: it may begin at whatever hour these tests run."""
    folder = shutil.copytree(home(tmp_path_factory.mktemp("once")), tmp_path / "home")
    kit = build_console(Settings.read(settings(folder)))
    number = "+250788000002"
    with kit.database.writing() as session:
        session.add(make_responder())
        session.add(make_responder(name="National 1", level=Level.NATIONAL, msisdn=number))
    days_ago = replace(kit, now=lambda: kit.now() - timedelta(days=3))
    wanted = WantedExercise("12", Urgency.SEEN, climbs=True, at_night=True)
    assert plans.plan_at_server(days_ago, ("Aline", "Bosco"), wanted, "the week").id == 1
    kit.database.close()
    return folder


def said(line: Path, words: Sequence[str], code: int = 0) -> str:
    found = CliRunner().invoke(main, ["exercise", *words], env=settings(line))
    assert found.exit_code == code, found.output
    return found.output


def test_at_night_the_command_that_two_people_need_is_named(line: Path) -> None:
    now = datetime.now(KIGALI)
    night = now.replace(hour=23, minute=30) - now
    (line / "clock").write_text(str(int(night.total_seconds())), encoding="ascii")
    environ = {**settings(line), "HOTLINE_CLOCK": str(line / "clock")}
    told = CliRunner().invoke(main, ["exercise", "start", "Gasabo", *WHO], env=environ)
    assert told.exit_code == 1
    assert "two people plan one at night" in told.output
    assert "`hotline exercise plan Gasabo --at-night`" in told.output


def test_r12_it_is_planned_begun_looked_at_and_ended(line: Path) -> None:
    assert "and no other desk" in said(line, ["start", "national", *WHO], 1)
    assert "No such option" in said(line, ["start", "Gasabo", *WHO, "--at-night"], 2)
    plan = ["plan", "Gasabo", *WHO, "--again"]
    assert "a second name is missing" in said(line, [*plan, "--second", "ALINE"], 1)
    assert "`hotline exercise begin 2`" in said(line, [*plan, "--second", "Bosco"])
    listed = said(line, ["list"])
    assert "plan 1: Gasabo Soon before" in listed
    assert ", also at night  Aline and Bosco: the week" in listed
    assert "called off" in said(line, ["call-off", "2", *WHO])
    assert "was begun or called off" in said(line, ["begin", "2", "--name", "Aline"], 1)

    assert "told Gasabo 1" in said(line, ["begin", "1", "--name", "Aline"])
    (row,) = json.loads(said(line, ["list", "--json"]))
    two = (row["started_by"], row["agreed_by"])
    assert (row["district"], row["urgency"], *two) == ("Gasabo", 2, "Aline", "Bosco")
    assert [one["answered_at"] for one in row["told"]] == [None]
    shown = said(line, ["show", "1"])
    assert "RUNS" in shown
    assert "answered   nobody of 1" in shown
    assert "EXERCISE" in CliRunner().invoke(main, ["tips", "list"], env=settings(line)).output
    told_of = CliRunner().invoke(main, ["cases", "show", f"T{row['tip']}"], env=settings(line))
    assert "exercise  nobody told it" in told_of.output
    said(line, ["end", "1", *WHO])
    assert json.loads(said(line, ["show", "1", "--json"]))["why_ended"] == "called_off"
    assert "is over already" in said(line, ["end", "1", *WHO], 1)
