"""Tests `hotline tips send-down` and `let-go`: decisions about a case, and their entries in the log."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline.cases import decrypt_access
from hotline.keys.passphrase import Costs
from hotline.text.places import NATIONAL
from tests.cli.homes import command_line, file_encrypted, hotline
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
    then = now - timedelta(hours=1)
    tip = make_tip(official="yes", at=then, filed_at=then, assigned_at=then, alert_urgency=1)
    with command_line(tmp_path) as context:
        decrypt_access.make_desks(context, WORDS, costs=Costs(passes=1, kib=8))
        file_encrypted(context, tip, {"danger": "yes"}, NATIONAL)
    return tmp_path


def output_of(home: Path, *words: str, code: int = 0) -> str:
    return hotline(home, *words, code=code).output


def test_a_tip_is_sent_down_once_and_no_one_is_let_go_too_early(home: Path) -> None:
    two = ("--passphrase-file", str(home / "passphrase"), *SIGNED, "--second", "Bosco")
    read, send_down = ("tips", "read", "1", "--desk", "Gasabo"), ("tips", "send-down", "1")
    output_of(home, *read, *two, code=1)
    assert "its district can read it" in output_of(home, *send_down, *two)
    output_of(home, *read, *two)
    assert "was just closed or changed" in output_of(home, *send_down, *two, code=1)
    assert "as the desk agreed" in output_of(home, "audit", "list", "--tip", "1")
    refused = output_of(home, "tips", "let-go", "1", *SIGNED, code=1)
    assert "a responder at the corrected place must take the case" in refused
