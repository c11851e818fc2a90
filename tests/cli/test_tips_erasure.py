"""`hotline tips erasure`, as the national desk says it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline.cli.main import main
from hotline.config import Settings
from hotline.domain.referrals.clocks import Clock, DeadlineKind
from hotline.store.database import open_database
from hotline.store.referrals import deadlines
from hotline.store.tips.tips import Tip
from tests.builders import make_tip
from tests.made_once import lay_line

SIGNED = ("--by", "Alice", "--reason", "nobody reached the place")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A line with a danger that nobody has taken, and that somebody asked to erase."""
    now = datetime.now(UTC)
    lay_line(tmp_path, now)
    database = open_database(Settings.read({"HOTLINE_HOME": str(tmp_path)}).database_url)
    then = now - timedelta(hours=1)
    with database.writing() as session:
        tip = make_tip(at=then, filed_at=then, referred_at=then, referred_urgency=1)
        tip.erase_wanted_at = now
        session.add(tip)
    database.close()
    return tmp_path


def said(home: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, arguments, env={"HOTLINE_HOME": str(home)})
    assert result.exit_code == code, result.output
    return result.output


def test_keep_and_erase_ask_for_a_name_and_a_reason_and_stand_in_the_log(home: Path) -> None:
    assert "say --erase" in said(home, "tips", "erasure", "1", *SIGNED, code=2)
    assert "somebody asked to erase it" in said(home, "tips", "list")
    assert "decides again in 30 days" in said(home, "tips", "erasure", "1", "--keep", *SIGNED)
    log = said(home, "audit", "list", "--tip", "1")
    assert "Alice kept the words of tip 1, which somebody asked to erase: nobody reached" in log

    assert "its words are erased" in said(home, "tips", "erasure", "1", "--erase", *SIGNED)
    assert "Alice erased the words of tip 1: nobody reached" in said(
        home, "audit", "list", "--tip", "1"
    )
    (row,) = json.loads(said(home, "tips", "list", "--json"))
    assert row["words_erased"]
    assert "nobody wants it erased" in said(home, "tips", "erasure", "1", "--keep", *SIGNED, code=1)


def test_other_tips_of_the_same_wish_are_named_after_a_decision(home: Path) -> None:
    database = open_database(Settings.read({"HOTLINE_HOME": str(home)}).database_url)
    with database.writing() as session:
        first = session.get_one(Tip, 1)
        then, asked = first.created_at, first.erase_wanted_at
        assert asked is not None
        other = make_tip(uid="2" * 32, at=then, filed_at=then, referred_at=then, referred_urgency=1)
        other.erase_wanted_at = asked
        session.add(other)
        session.flush()
        due = Clock(asked + timedelta(hours=72))
        deadlines.set_clocks(session, other.id, {DeadlineKind.ERASURE: due}, asked)
    database.close()
    for way in ("--keep", "--erase"):
        answer = said(home, "tips", "erasure", "1", way, *SIGNED)
        assert "the same wish waits for a decision on others: tip 2" in answer
