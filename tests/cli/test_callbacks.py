"""`hotline callbacks` as two people say it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.bootstrap import build_console
from hotline.cli.main import main
from hotline.config import Settings
from hotline.domain.tip import NATIONAL
from hotline.sealing.passphrase import Costs
from hotline.services.desk import access
from hotline.services.referrals.call_back_requests import SEALED_AS
from hotline.store.desk import desks
from hotline.store.tips.call_backs import CallBack
from tests.builders import make_tip
from tests.made_once import lay_line

HERS = "+250788000077"
ALICE = ("--name", "Alice", "--reason", "agreed with her")
BOSCO = ("--name", "Bosco", "--reason", "I was asked")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A line on which one call-back waits, its window open."""
    now = datetime.now(UTC)
    lay_line(tmp_path, now)
    (tmp_path / "passphrase").write_text("correct horse\n", encoding="utf-8")
    kit = build_console(Settings.read({"HOTLINE_HOME": str(tmp_path)}))
    access.make_desks(kit, "correct horse", costs=Costs(passes=1, kib=8))
    told = {"number": HERS, "word": "rice", "others": "alone", "language": "rw"}
    with kit.database.writing() as session:
        keys = desks.public_keys(session, [NATIONAL])
        sealed = kit.sealer.tip(told, uid="u" * 32, place=SEALED_AS, desks=keys, at=now)
        session.add(make_tip())
        session.flush()
        session.add(
            CallBack(
                tip_id=1,
                uid="u" * 32,
                state="waiting",
                body=sealed.body,
                sealed_key=sealed.grants[NATIONAL],
                opens_at=now - timedelta(hours=1),
                closes_at=now + timedelta(hours=1),
                asked_at=now - timedelta(days=1),
            )
        )
    kit.database.close()
    return tmp_path


def said(home: Path, *arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ("callbacks", *arguments), env={"HOTLINE_HOME": str(home)})
    assert result.exit_code == code, result.output
    return result


@pytest.mark.slow(reason="waits for the disk, beside keys that are dear to derive")
def test_two_people_open_it_and_it_ends(home: Path) -> None:
    passphrase = ("--passphrase-file", str(home / "passphrase"))
    (row,) = json.loads(said(home, "list", "--json").stdout)
    assert (row["tip"], row["state"], row["wanted_by"]) == (1, "waiting", None)

    asked = said(home, "open", "1", *ALICE, *passphrase)
    assert HERS not in asked.output
    assert "callbacks approve 1" in asked.stderr
    assert "second person" in said(home, "approve", "1", *ALICE, code=1).output
    assert "Alice may open it" in said(home, "approve", "1", *BOSCO).output
    assert HERS in said(home, "open", "1", *ALICE, *passphrase).stdout
    assert "asked by Alice, approved by Bosco" in said(home, "list").output
    assert "its number is gone" in said(home, "done", "1", "--outcome", "other", *ALICE).output
    assert "its number is gone" in said(home, "open", "1", *ALICE, code=1).output
    listed = said(home, "list")
    assert "done (other)" in listed.output
    assert HERS[4:] not in listed.output


def test_nobody_is_named_who_is_not_there(home: Path) -> None:
    assert "callbacks list" in said(home, "open", "9", *ALICE, code=1).output
    for words in (["open", "1"], ["approve", "1"], ["done", "1", "--outcome", "silent"]):
        said(home, *words, code=1)
