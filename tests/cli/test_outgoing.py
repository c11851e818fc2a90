"""`hotline outgoing`, as an operator types it."""

import json
import os
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from hotline.cli.main import main
from hotline.domain.outbox.delivery import MessageState
from hotline.domain.outbox.message import Kind
from hotline.store.database import open_database
from hotline.store.outbox.messages import Message
from hotline.store.people.responders import Responder
from tests.builders import NOON
from tests.cli.homes import copy_home

Hotline = Callable[..., Result]
SIGNED = ("--by", "Aline", "--reason", "a wrong list")


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    """`hotline ...` on a line of its own."""
    environ: dict[str, str | None] = {
        name: None for name in os.environ if name.startswith("HOTLINE_")
    }
    environ["HOTLINE_HOME"] = str(tmp_path / "home")

    def run(*words: str, typed: str | None = None) -> Result:
        return CliRunner(env=environ).invoke(main, words, input=typed)

    copy_home(tmp_path / "home")
    return run


def test_paused_shown_and_resumed(hotline: Hotline) -> None:
    assert hotline("outgoing", "status").stdout == "messages go out\n"
    assert "nothing goes out" in hotline("outgoing", "pause", *SIGNED).stdout
    assert "PAUSED by Aline" in hotline("outgoing", "status").stdout
    told = json.loads(hotline("outgoing", "status", "--json").stdout)
    assert (told["paused"], told["by"], told["waiting"]) == (True, "Aline", [])
    assert "held by Aline" in hotline("doctor").output

    released = hotline("outgoing", "resume", "--by", "Bosco", "--reason", "mended", typed="y\n")
    assert released.exit_code == 0, released.output
    assert released.stdout.endswith("resumed: 0 go out, 0 were dropped\n")
    assert hotline("outgoing", "status").stdout == "messages go out\n"


def test_whoever_thinks_again_frees_nothing(hotline: Hotline) -> None:
    hotline("outgoing", "pause", *SIGNED)
    assert hotline("outgoing", "resume", *SIGNED, typed="n\n").exit_code == 1
    assert "PAUSED" in hotline("outgoing", "status").stdout


def test_a_name_and_a_reason_are_asked_for(hotline: Hotline) -> None:
    held = hotline("outgoing", "pause", typed="Aline\nwrong numbers\n")
    assert held.exit_code == 0, held.output
    assert "PAUSED by Aline" in hotline("outgoing", "status").stdout


@pytest.mark.parametrize("reason", ["asked by 0788 123 456", "+250788000001", " ", "x" * 121])
def test_no_number_ends_in_the_audit_log(hotline: Hotline, reason: str) -> None:
    refused = hotline("outgoing", "pause", "--by", "Aline", "--reason", reason)
    assert refused.exit_code == 2
    assert "--reason" in refused.output


def test_nothing_that_was_given_up_waits_and_nothing_is_answered_for(hotline: Hotline) -> None:
    assert json.loads(hotline("outgoing", "undeliverable", "--json").stdout) == []
    assert "no undeliverable message" in hotline("outgoing", "undeliverable").stderr
    refused = hotline("outgoing", "answer", "3", "4", *SIGNED)
    assert refused.exit_code == 1
    assert "3, 4: not undeliverable" in refused.output


def test_what_was_given_up_is_listed_in_kigalis_time(hotline: Hotline, tmp_path: Path) -> None:
    at = NOON.replace(hour=23, minute=5)
    database = open_database(f"sqlite:///{tmp_path / 'home' / 'hotline.db'}")
    with closing(database), database.writing() as session:
        who = session.scalars(select(Responder)).first()
        assert who is not None
        name = who.name
        row = Message(kind=Kind.ALERT, responder_id=who.id, language="rw", priority=1)
        row.template, row.parameters, row.state = "misc", {}, MessageState.DEAD
        row.created_at = row.next_at = at
        session.add(row)
    listed = hotline("outgoing", "undeliverable").stdout.split(maxsplit=2)
    next_day = f"{at + timedelta(hours=2):%-d %b %Y} 01:05"
    assert listed == ["1", "alert", f"{next_day}  for {name}\n"]
    (told,) = json.loads(hotline("outgoing", "undeliverable", "--json").stdout)
    assert told["written"] == at.isoformat(timespec="seconds")
