"""Tests that a case event is written once and never changed. The tests run on both kinds of database, and with both
ways of creating the tables.
"""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from hotline.alerts import queries_retention, tables_case_events
from hotline.alerts.tables_case_events import CaseEventRow, CaseNote
from hotline.core.database import Database
from hotline.operations import migrate
from hotline.text.errors import StoreUnavailable
from hotline.tips.rules_events import EventChannel, LoggedEvent, NoteCode
from tests.support.builders import NOON, make_responder, make_tip

pytestmark = pytest.mark.both

REFUSED = (DBAPIError, StoreUnavailable)


def taken() -> CaseEventRow:
    return CaseEventRow(
        tip_id=1,
        kind=LoggedEvent.ACKNOWLEDGED,
        at=NOON,
        channel=EventChannel.SMS,
        key="taken:1",
        responder_id=1,
        codes={"proof": "unproved"},
    )


def note(codes: dict[str, str]) -> CaseEventRow:
    return CaseEventRow(
        tip_id=1,
        kind=LoggedEvent.NOTE,
        at=NOON,
        channel=EventChannel.USSD,
        key="note:1",
        responder_id=1,
        codes=codes,
    )


def fill(database: Database) -> None:
    with database.writing() as session:
        session.add_all([make_tip(), make_responder()])
        session.flush()
        assert tables_case_events.write_event(session, taken()) is not None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE case_event SET kind = 'closed'",
        "DELETE FROM case_event WHERE id = 1",
        "INSERT OR REPLACE INTO case_event SELECT * FROM case_event",
    ],
)
def test_no_case_event_is_changed_or_deleted(empty: Database, change: str) -> None:
    migrate.upgrade(empty)
    fill(empty)

    with pytest.raises(REFUSED), empty.writing() as session:
        session.execute(text(change))

    with empty.reading() as session:
        (row,) = tables_case_events.events_of_tip(session, 1)
        assert (row.kind, row.channel, row.codes) == ("taken", "sms", {"proof": "unproved"})


def test_repeated_case_event_is_stored_once(database: Database) -> None:
    fill(database)
    with database.writing() as session:
        assert tables_case_events.write_event(session, taken()) is None
        for _ in range(2):
            tables_case_events.write_alerted(session, [(7, 1, 0, 1, "alert")], NOON)
        rows = tables_case_events.events_of_tip(session, 1)
    assert [(row.kind, row.key, row.codes) for row in rows] == [
        ("taken", "taken:1", {"proof": "unproved"}),
        ("told", "told:7", {"why": "alert"}),
    ]
    assert rows[1].at == NOON


def test_erasing_text_erases_notes_but_keeps_case_events(database: Database) -> None:
    fill(database)
    with database.writing() as session:
        entry_id = tables_case_events.write_event(session, note({"says": NoteCode.WORDS}))
        assert entry_id is not None
        tables_case_events.store_body(session, CaseNote, entry_id, b"sealed")
        assert tables_case_events.bodies_of(session, CaseNote, 1) == {entry_id: b"sealed"}

        queries_retention.erase_text(session, [1], NOON)

        assert session.scalars(select(CaseNote)).all() == []
        assert [row.kind for row in tables_case_events.events_of_tip(session, 1)] == [
            "taken",
            "note",
        ]


def test_case_event_refuses_unknown_codes(database: Database) -> None:
    fill(database)
    for codes in ({"says": "he is at the market"}, {"words": "words"}):
        with (
            pytest.raises(ValueError, match="of the kind note cannot have the coded answer"),
            database.writing() as session,
        ):
            tables_case_events.write_event(session, note(codes))
