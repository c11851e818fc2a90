"""Tests `hotline tips show`, which prints a case."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline.alerts import queries
from hotline.alerts.service_case import EventActor
from hotline.cases.decrypt_reader import ReaderContext
from hotline.cases.reader_handover import case_private_key
from hotline.cases.service_follow_up import PersonReport, record_report
from hotline.cli.contexts import build_reader
from hotline.core.database import Session
from hotline.tips import queries as tips_queries
from hotline.tips.rules_events import EventChannel, LikelyPair, LinkReason, LoggedEvent
from hotline.tips.rules_persons import PersonCodes
from tests.cli.homes import hotline, opened
from tests.support.builders import make_tip
from tests.support.made_once import lay_line

FILED = datetime(2025, 3, 12, 9, 0, tzinfo=UTC)
BY = EventActor("account:1:Alice", EventChannel.CONSOLE)
SIGNS = {"act": "yes", "force": "yes", "purpose": "yes", "form": "labour"}
MET = {1: 7, 2: 5, 3: 1}
"""Writes to the case that a person was screened, and returns the id of the case event. The third tip is about an
official."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    lay_line(tmp_path, FILED)
    with opened(tmp_path, build_reader) as context, context.database.writing() as session:
        for number, official in ((1, "no"), (2, "no"), (3, "yes")):
            uid = f"{number:032}"
            session.add(make_tip(uid=uid, official=official, filed_at=FILED, at=FILED))
        session.flush()
        tips_queries.add_links(session, [LikelyPair(1, 2, LinkReason.SAID)], "line", FILED)
        for tip_id, count in MET.items():
            for n in range(1, count + 1):
                codes = {**SIGNS, "minor": "yes" if n % 2 else "no", "sex": "woman"}
                write(session, context, tip_id, PersonCodes(n, codes))
    return tmp_path


def write(
    session: Session,
    context: ReaderContext,
    tip_id: int,
    said: PersonCodes,
    corrects: int | None = None,
) -> int:
    """Writes that a person was screened, and returns the id of the case event."""
    key = f"{tip_id}:{said.n}:{corrects}"
    report = PersonReport(LoggedEvent.SCREENED, said, BY, FILED, key, corrects)
    tip = queries.tip_for_writing(session, tip_id)
    private = case_private_key(session, context, tip)
    written = record_report(session, context, tip, report, private=private)
    assert written is not None
    return written[0]


def shown(home: Path, name: str) -> list[dict[str, object]]:
    entries = json.loads(hotline(home, "tips", "show", name, "--json").stdout)["entries"]
    return list(entries)


def test_a_case_is_shown_with_what_happened_and_nothing_of_those_who_were_met(home: Path) -> None:
    for tip_id, count in MET.items():
        entries = shown(home, str(tip_id))
        assert sum(entry["kind"] == "screened" for entry in entries) == count
        assert [entry["codes"] for entry in entries if entry["codes"]] == []


def test_a_correction_is_shown_beside_what_it_corrects_and_no_code_of_either(home: Path) -> None:
    wrong = shown(home, "3")[0]["id"]
    assert isinstance(wrong, int)
    codes = {"minor": "no", "act": "no", "purpose": "no", "form": "begging"}
    with opened(home, build_reader) as context, context.database.writing() as session:
        right = write(session, context, 3, PersonCodes(1, codes), corrects=wrong)
    said = hotline(home, "tips", "show", "3", "--language", "en").stdout.splitlines()
    so = "2025-03-12 11:00  a responder answered questions about a person  console"
    assert said[-2:] == [f"{so} #{wrong} corrected by #{right}", f"{so} #{right} corrects #{wrong}"]
    listed = hotline(home, "tips", "list", "--before", "4", "--limit", "1").stdout
    assert said[0] == listed.splitlines()[0]
    assert "linked to: T2" in hotline(home, "tips", "show", "T1").stdout
    entries = shown(home, "T3")
    assert [one["codes"] for one in entries] == [{}, {}]
    assert [one["corrected_by"] for one in entries] == [right, None]
    hotline(home, "tips", "show", "K7Q4", code=1)
