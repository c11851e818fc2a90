"""Tests that codes about a person never change, and that they can be deleted only after they are counted.

The test uses both databases, with both ways of creating tables.
"""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hotline.alerts import tables_case_events
from hotline.alerts.tables_case_events import CaseCode, CaseEventRow
from hotline.core.database import Database
from hotline.errors import StoreUnavailable
from hotline.keys.encrypt import READER, NewCase
from hotline.operations.schema import create_all
from hotline.tips import tables_persons
from hotline.tips.rules_events import EventChannel, LoggedEvent
from hotline.tips.tables_persons import ServiceReferral
from tests.support.builders import NOON, make_responder, make_tip

pytestmark = pytest.mark.both

REFUSED = (DBAPIError, StoreUnavailable)
COUNTED = ("DELETE FROM case_code", "DELETE FROM case_key")
NEVER = ("UPDATE case_code SET body = body",)


def fill(database: Database) -> None:
    with database.writing() as session:
        session.add_all([make_tip(), make_responder()])
        session.flush()
        entry = CaseEventRow(
            tip_id=1,
            kind=LoggedEvent.SCREENED,
            at=NOON,
            channel=EventChannel.USSD,
            key="screened:1",
            responder_id=1,
            codes={},
        )
        assert tables_case_events.write_event(session, entry) == 1
        assert (
            tables_case_events.store_key(session, 1, NewCase(b"public", b"grant"), NOON)
            == b"public"
        )
        tables_case_events.store_body(session, CaseCode, 1, b"sealed")


def offered(entry_id: int) -> ServiceReferral:
    return ServiceReferral(offered_id=entry_id, tip_id=1, n=1, offered_at=NOON, due_at=NOON)


def refused(database: Database, words: str) -> bool:
    try:
        with database.writing() as session:
            session.execute(text(words))
    except REFUSED:
        return True
    return False


def test_no_code_goes_before_it_was_counted(empty: Database) -> None:
    create_all(empty)
    fill(empty)
    assert [words for words in (*COUNTED, *NEVER) if not refused(empty, words)] == []

    with empty.writing() as session:
        tables_case_events.mark_counted(session, [1], "2026-11", NOON)

    assert [words for words in (*NEVER, *COUNTED) if refused(empty, words)] == [*NEVER]
    with empty.reading() as session:
        assert tables_case_events.bodies_of(session, CaseCode, 1) == {}
        assert tables_case_events.grant_of(session, 1, READER) is None


def test_the_first_of_two_pairs_stays_and_a_person_is_met_once(database: Database) -> None:
    fill(database)
    with database.writing() as session:
        assert (
            tables_case_events.store_key(session, 1, NewCase(b"another", b"other"), NOON)
            == b"public"
        )
        assert tables_case_events.grant_of(session, 1, READER) == b"grant"
        assert not tables_case_events.give(session, 1, READER, b"other")
        met = [tables_persons.add_person(session, 1, n, NOON) for n in (1, 1, 2)]
        assert met == [True, False, True]
        tables_persons.persons_of_tip(session, 1)[1].due_at = NOON
        tables_persons.add_offer(session, offered(1))
        session.flush()
        assert tables_persons.due_tips(session, NOON, 9) == [1]
        assert tables_persons.due_tips(session, NOON - timedelta(seconds=1), 9) == []
