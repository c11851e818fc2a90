"""Tests `hotline tips retention` and `hotline tips close` with its own hotline."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cases import service_retention as services
from hotline.cli.contexts import build_cli
from hotline.cli.main import main
from hotline.core.database import open_database
from hotline.core.settings import Settings
from hotline.tips.rules import TipOutcome
from tests.support.builders import make_tip
from tests.support.made_once import lay_line

WHO = ("--by", "A. Director", "--reason", "letter 12")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    now = datetime.now(UTC)
    lay_line(tmp_path, now)
    database = open_database(Settings.read({"HOTLINE_HOME": str(tmp_path)}).database_url)
    with database.writing() as session:
        tip = make_tip(urgency=3, filed_at=now - timedelta(days=265))
        tip.warned_at = now
        session.add(tip)
    database.close()
    return tmp_path


def run(home: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["tips", *arguments], env={"HOTLINE_HOME": str(home)})
    assert result.exit_code == 0, result.output
    return result


def test_what_is_warned_of_and_held_is_listed(home: Path) -> None:
    assert "warned" in run(home, "retention").output
    context = build_cli(Settings.read({"HOTLINE_HOME": str(home)}))
    services.set_legal_hold(context, 1, by="A. Director", reason="letter 12")
    (row,) = json.loads(run(home, "retention", "--json").output)
    assert (row["state"], row["held_by"], row["reason"]) == ("held", "A. Director", "letter 12")
    services.lift_legal_hold(context, 1, by="A. Director", reason="letter 12")
    context.database.close()
    assert "no text is erased" in run(home, "retention").stderr


def test_closing_says_when_the_words_go(home: Path) -> None:
    goes = datetime.now(UTC) + timedelta(days=90)
    asked = run(home, "close", "1", "--outcome", "silent", *WHO).output
    assert "not closed yet" in asked
    context = build_cli(Settings.read({"HOTLINE_HOME": str(home)}))
    services.close_tip(context, 1, by="A. Director", reason="letter 12", outcome=TipOutcome.SILENT)
    context.database.close()
    closed = run(home, "close", "1", "--outcome", "silent", *WHO).output
    assert f"{goes:%Y-%m-%d}" in closed
