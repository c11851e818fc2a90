"""The log of a case is written once and never changed, on both kinds of database, made either way."""

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from hotline.domain.cases.entries import CaseEntry, EntryKind, EntryWay, NoteCode
from hotline.errors import StoreUnavailable
from hotline.store import migrate
from hotline.store.cases import case_log, case_notes
from hotline.store.cases.case_log import CaseLogRow, ToldEntry
from hotline.store.cases.case_notes import CaseNote
from hotline.store.database import Database, Row
from hotline.store.referrals import retention
from hotline.store.schema import create_all
from tests.builders import NOON, make_referral, make_responder, make_tip

pytestmark = pytest.mark.both

REFUSED = (DBAPIError, StoreUnavailable)


def taken(key: str = "taken:1") -> CaseEntry:
    return CaseEntry(1, EntryKind.TAKEN, NOON, EntryWay.SMS, key, 1, codes={"proof": "unproved"})


def fill(database: Database) -> None:
    with database.writing() as session:
        session.add_all([make_tip(), make_responder()])
        session.flush()
        assert case_log.written(session, taken()) is not None


@pytest.mark.parametrize("made", ["migrated", "at once"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE case_log SET kind = 'closed'",
        "DELETE FROM case_log WHERE id = 1",
        "INSERT OR REPLACE INTO case_log SELECT * FROM case_log",
    ],
)
def test_no_entry_is_changed_or_deleted(empty: Database, made: str, change: str) -> None:
    if made == "migrated":
        migrate.upgrade(empty)
    else:
        create_all(empty)
    fill(empty)

    with pytest.raises(REFUSED), empty.writing() as session:
        session.execute(text(change))

    with empty.reading() as session:
        (row,) = case_log.of_tip(session, 1)
        assert (row.kind, row.way, row.codes) == ("taken", "sms", {"proof": "unproved"})


def test_what_happens_twice_is_written_once(database: Database) -> None:
    fill(database)
    with database.writing() as session:
        assert case_log.written(session, taken()) is None
        for _ in range(2):
            case_log.written_told(session, [ToldEntry(7, 1, 1, "alert")], NOON)
        rows = case_log.of_tip(session, 1)
    assert [(row.kind, row.key, row.codes) for row in rows] == [
        ("taken", "taken:1", {"proof": "unproved"}),
        ("told", "told:7", {"why": "alert"}),
    ]
    assert rows[1].at == NOON


def test_a_note_goes_with_the_words_of_its_tip_and_its_entry_stays(database: Database) -> None:
    fill(database)
    note = CaseEntry(
        1, EntryKind.NOTE, NOON, EntryWay.USSD, "note:1", 1, codes={"says": NoteCode.WORDS}
    )
    with database.writing() as session:
        entry_id = case_log.written(session, note)
        assert entry_id is not None
        case_notes.keep(session, entry_id, b"sealed")
        assert case_notes.of_tip(session, 1) == {entry_id: b"sealed"}

        retention.redact(session, [1], NOON)

        assert session.scalars(select(CaseNote)).all() == []
        assert [row.kind for row in case_log.of_tip(session, 1)] == ["taken", "note"]


def said_of(row: Row) -> dict[str, object]:
    """What is set of it: an older table has no column for what came later."""
    found = ((one.name, getattr(row, one.name)) for one in type(row).__table__.columns)
    return {name: value for name, value in found if value is not None}


def test_what_was_known_of_older_cases_is_taken_over(empty: Database) -> None:
    migrate.upgrade(empty, to="0085")
    with empty.writing() as session:
        for row in (make_tip(), make_responder(), make_referral(acknowledged_at=NOON)):
            session.execute(insert(type(row)).values(said_of(row)))
        session.execute(text("UPDATE tip SET closed_at = :at"), {"at": NOON})

    migrate.upgrade(empty)

    with empty.reading() as session:
        rows = session.scalars(select(CaseLogRow).order_by(CaseLogRow.id)).all()
    assert [(row.kind, row.key, row.codes) for row in rows] == [
        ("told", "told:1", {}),
        ("taken", "taken:1", {}),
        ("closed", "closed:1-earlier", {}),
    ]


def test_a_code_is_of_a_closed_list() -> None:
    for codes in ({"says": "he is at the market"}, {"words": "words"}):
        with pytest.raises(ValueError, match="no code of the entry note"):
            CaseEntry(1, EntryKind.NOTE, NOON, EntryWay.USSD, "note:1", codes=codes)
