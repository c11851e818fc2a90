"""Tests `hotline tips read` as a desk officer uses it."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline.alerts.tables import QuestionBackRow
from hotline.cases import decrypt_access
from hotline.cli.options import locale_language
from hotline.keys.passphrase import Costs
from hotline.text.places import NATIONAL
from tests.cli.homes import command_line, file_encrypted, hotline
from tests.support.asking import ask
from tests.support.builders import make_tip
from tests.support.made_once import lay_line, publish_shipped
from tests.support.two_people import ALICE

SIGNED = ("--by", "Alice", "--second", "Bosco", "--reason", "to send the right people")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Returns a hotline with one tip, which is an hour old and whose caller has a receipt."""
    now = datetime.now(UTC)
    lay_line(tmp_path, now)
    (tmp_path / "passphrase").write_text("correct horse\n", encoding="utf-8")
    tip = make_tip(at=now - timedelta(hours=1))
    tip.receipt_key = "r" * 64
    told = {"danger": "yes", "province": "1", "kind": "organs", "gone": "left as it was"}
    with command_line(tmp_path) as context:
        publish_shipped(context.database, now)
        decrypt_access.make_desks(context, "correct horse", costs=Costs(passes=1, kib=8))
        file_encrypted(context, tip, told, NATIONAL)
    return tmp_path


NOT_ASKED = {
    "The caller was not asked if helpers may visit. Visit discreetly.",
    "Uwahamagaye ntiyabajijwe niba abafasha bahaza. Musure mu ibanga.",
    "On n'a pas demandé à l'appelant si l'aide peut venir. Allez-y discrètement.",
}


def rows_of(read: str) -> dict[str, str]:
    """Returns the questions and answers that the command prints. The first line, which says how to visit, is left
    out."""
    first, *lines = read.splitlines()
    assert first in NOT_ASKED
    pairs = (re.split(r" {2,}", line, maxsplit=1) for line in lines)
    return {pair[0]: pair[1] for pair in pairs}


def answer(home: Path, value: str) -> None:
    """Stores a caller's answer as the hooks do."""
    with command_line(home) as context, context.database.writing() as session:
        row = session.get_one(QuestionBackRow, 1)
        row.body = context.encrypter.answer(
            {"answer": value, "language": "fr"}, public_key=row.public_key
        )
        row.answered_at = datetime.now(UTC)


def test_a_desk_reads_what_came_back_to_its_question(home: Path) -> None:
    desk = ("--desk", "national", "--passphrase-file", str(home / "passphrase"), *SIGNED)
    with command_line(home) as context:
        ask(context, 1, "when", passphrase="correct horse", by=ALICE)
    assert json.loads(hotline(home, "tips", "list", "--json").stdout)[0]["question"] == "asked"
    assert "(none yet)" in hotline(home, "tips", "read", "1", *desk).stdout

    answer(home, "night")
    assert "question: answered" in hotline(home, "tips", "list").output
    read = hotline(home, "tips", "read", "1", *desk).stdout
    assert rows_of(read)["Asked back"] == "when: At what time are people there?"
    assert rows_of(read)["Answered"] == "night: At night (fr)"
    assert "question: read" in hotline(home, "tips", "list").output


READ = {
    "en": ("Is someone in danger now?", "Yes", "Where?", "Organs taken"),
    "fr": ("Quelqu'un est en danger maintenant?", "Oui", "Où?", "Organe enlevé"),
    "rw": ("Hari uri mu kaga ubu?", "Yego", "Hehe?", "Gukurwamo urugingo"),
}


def test_a_tip_is_read_in_its_reader_s_language(home: Path) -> None:
    desk = ("--desk", "national", "--passphrase-file", str(home / "passphrase"), *SIGNED)
    for language, (danger, yes, where, kind) in READ.items():
        read = rows_of(hotline(home, "tips", "read", "1", *desk, "--language", language).stdout)
        rows = list(read.items())
        assert rows[:2] == [(danger, yes), (where, "Kigali (1)")]
        assert rows[2][1] == kind
        assert rows[3] == ("gone", "left as it was")


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({"LANG": "rw_RW.UTF-8"}, "rw"),
        ({"LANG": "rw_RW.UTF-8", "LC_ALL": "fr_FR"}, "fr"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_terminal_s_locale_is_the_language(environ: dict[str, str], language: str) -> None:
    assert locale_language(environ) == language


def test_one_person_alone_opens_nothing_by_the_passphrase(home: Path) -> None:
    """Two people must use the passphrase together, and the audit log stores the names of both."""
    desk = ("--desk", "national", "--passphrase-file", str(home / "passphrase"))
    alone = ("--by", "Alice", "--second", " alice ", "--reason", "court asked")
    refused = hotline(home, "tips", "read", "1", *desk, *alone, code=1)
    assert "two people must enter the recovery passphrase" in refused.output
    assert "with Bosco" not in hotline(home, "audit", "list").output
    hotline(home, "tips", "read", "1", *desk, *SIGNED)
    assert "by the passphrase, with Bosco" in hotline(home, "audit", "list").output
