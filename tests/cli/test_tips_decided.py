"""Tests `hotline tips send-down` and `let-go`: decisions about a case, and their entries in the log."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline.cases import decrypt_access
from hotline.cli.contexts import build_cli
from hotline.cli.main import main
from hotline.core.settings import Settings
from hotline.keys.passphrase import Costs
from hotline.people import tables_desks
from hotline.text.codes import NATIONAL
from hotline.tips import queries_report
from tests.support.builders import make_tip
from tests.support.made_once import lay_line

SIGNED = ("--by", "Alice", "--reason", "as the desk agreed")
WORDS = "correct horse"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Returns a hotline with one case about danger in Gasabo that names an official. Only the national desk can read
    it."""
    now = datetime.now(UTC)
    lay_line(tmp_path, now)
    (tmp_path / "passphrase").write_text(f"{WORDS}\n", encoding="utf-8")
    context = build_cli(Settings.read({"HOTLINE_HOME": str(tmp_path)}))
    decrypt_access.make_desks(context, WORDS, costs=Costs(passes=1, kib=8))
    then = now - timedelta(hours=1)
    tip = make_tip(official="yes", at=then, filed_at=then, assigned_at=then, alert_urgency=1)
    with context.database.writing() as session:
        keys = tables_desks.public_keys(session, [NATIONAL])
        encrypted = context.encrypter.tip(
            {"danger": "yes"}, uid=tip.uid, place=tip.place, desks=keys, at=now
        )
        tip.body = encrypted.body
        session.add(tip)
        session.flush()
        queries_report.give_keys(session, tip.id, encrypted.grants, first=True)
    context.database.close()
    return tmp_path


def said(home: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(main, arguments, env={"HOTLINE_HOME": str(home)})
    assert result.exit_code == code, result.output
    return result.output


def listed(home: Path) -> dict[str, object]:
    """Returns the only tip, without the seconds that it has waited."""
    (row,) = json.loads(said(home, "tips", "list", "--json"))
    assert row.pop("waited_seconds") >= 3600
    return dict(row)


def log(home: Path) -> str:
    return said(home, "audit", "list", "--tip", "1")


def test_a_tip_is_sent_down_once_with_the_desk_s_passphrase(home: Path) -> None:
    passphrase = ("--passphrase-file", str(home / "passphrase"))
    read = ("tips", "read", "1", "--desk", "Gasabo", *passphrase, *SIGNED, "--second", "Bosco")
    said(home, *read, code=1)
    sent = said(home, "tips", "send-down", "1", *passphrase, *SIGNED, "--second", "Bosco")
    assert "its district can read it" in sent
    said(home, *read)
    assert "was closed or changed" in said(
        home, "tips", "send-down", "1", *passphrase, *SIGNED, "--second", "Bosco", code=1
    )
    assert "as the desk agreed" in log(home)


def test_nobody_is_let_go_while_nobody_of_a_new_place_has_it(home: Path) -> None:
    before = listed(home)
    assert "no one in the new district has taken the case" in said(
        home, "tips", "let-go", "1", *SIGNED, code=1
    )
    assert listed(home) == before
