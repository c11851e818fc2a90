"""Tests `hotline audit list`: each action is shown as a sentence that a person can understand."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline.people import tables_audit
from hotline.people.rules_audit import read_row
from tests.cli.homes import command_line, hotline
from tests.support.builders import make_responder
from tests.support.made_once import lay_line

AT = datetime(2026, 11, 25, 12, 5, tzinfo=UTC)
ROWS = (
    (24, "cli", "responders_imported", "2 responders", ""),
    (25, "desk:12:Alice", "tip_read", "tip:12", "court asked"),
    (25, "desk:national:Aline", "tip_refused", "tip:1", "wrong passphrase: to act"),
    (26, "responder:1", "tip_closed", "tip:12", "helped"),
    (27, "clock", "tip_outcome_not-found", "tip:3", ""),
    (28, "cli:Alice", "leaders_code_made", "district:12", ""),
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    lay_line(tmp_path, AT)
    with command_line(tmp_path) as context, context.database.writing() as session:
        session.add(make_responder(name="Gasabo 1"))
        for day, actor, action, subject, reason in ROWS:
            tables_audit.append_row(session, AT.replace(day=day), actor, action, subject, reason)
    return tmp_path


@pytest.mark.row("A10")
def test_each_row_is_a_sentence_in_kigali_s_time(home: Path) -> None:
    assert hotline(home, "audit", "list").stdout.splitlines() == [
        "24 Nov 2026 14:05: the command line enrolled 2 responders",
        "25 Nov 2026 14:05, Gasabo desk: Alice read the report text of tip 12: court asked",
        "25 Nov 2026 14:05, national desk: Aline tried to open tip 1, but was refused access: wrong passphrase: to act",
        "26 Nov 2026 14:05: Gasabo 1 closed tip 12: helped",
        "27 Nov 2026 14:05: the clock recorded the outcome of tip 3: not-found",
        "28 Nov 2026 14:05: Alice created an enrolment code for local leaders of Gasabo",
    ]


ASKED: tuple[tuple[tuple[str, ...], tuple[int, ...]], ...] = (
    (("--tip", "12"), (2, 4)),
    (("--who", "alice"), (2, 6)),
    (("--who", "gasabo 1"), (4,)),
    (("--since", "2026-11-27"), (5, 6)),
    (("--since", "2026-11-26 14:06", "--who", "Alice"), (6,)),
    (("--tip", "1"), (3,)),
    (("--tip", "99"), ()),
)


def test_it_is_asked_by_time_person_and_tip(home: Path) -> None:
    for options, rows in ASKED:
        found = json.loads(hotline(home, "audit", "list", *options, "--json").stdout)
        assert tuple(row["id"] for row in found) == rows, options


def test_a_program_reads_every_part(home: Path) -> None:
    (row, _) = json.loads(hotline(home, "audit", "list", "--tip", "12", "--json").stdout)
    assert row == {
        "id": 2,
        "at": "2026-11-25T12:05:00+00:00",
        "desk": "Gasabo",
        "name": "Alice",
        "action": "tip_read",
        "subject": "tip:12",
        "reason": "court asked",
        "sentence": "25 Nov 2026 14:05, Gasabo desk: Alice read the report text of tip 12: court asked",
    }


@pytest.mark.parametrize(
    ("actor", "action", "reads"),
    [
        ("desk:12:A: B", "tip_read", "Gasabo desk: A: B read the report text of tip 7"),
        ("responder:9", "tip_closed", "responder 9 closed tip 7"),
        ("cli:Aline", "one_of_a_later_release", "Aline one of a later release tip 7"),
    ],
)
def test_rows_name_desk_person_and_unknown_action(actor: str, action: str, reads: str) -> None:
    assert read_row(AT, actor, action, "tip:7", "", {}).sentence.endswith(reads)


def test_a_program_reads_whether_the_log_is_whole(home: Path) -> None:
    found = json.loads(hotline(home, "audit", "verify", "--json").stdout)
    assert found["broken_at"] is None
    says = f"unbroken: {found['length']} rows, newest digest {found['newest']}\nkept digests that fit: 0\n"
    assert hotline(home, "audit", "verify").output == says
