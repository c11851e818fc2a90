"""`hotline tips close` and what follows it, as an admin says them."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli.main import main
from hotline.config import Settings
from hotline.domain.tip import TipOutcome
from hotline.sealing.keymaking import make_keys
from hotline.store.database import open_database
from hotline.store.schema import create_all
from tests.builders import make_tip

FIRST = ("--name", "Alice", "--reason", "looked into")
PLAIN, DANGER, CHILD, OFFICIAL = "1", "2", "3", "4"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A line with four tips that were told of an hour ago."""
    now = datetime.now(UTC)
    make_keys(tmp_path / "keys", now)
    database = open_database(Settings.read({"HOTLINE_HOME": str(tmp_path)}).database_url)
    create_all(database)
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
