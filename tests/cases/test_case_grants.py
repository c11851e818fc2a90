"""Tests that the reader process gives the key of a case to each desk that may read the tip, and to no other desk."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from nacl.public import PrivateKey
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from hotline.alerts import queries_retention, tables_case_events
from hotline.alerts.tables_case_events import CaseCode, CaseEventRow, CaseGrant, CaseKey
from hotline.cases import decrypt_codes, reader_handover
from hotline.core.database import Database
from hotline.keys import rotation
from hotline.keys.encrypt import READER, NewCase
from hotline.keys.rotation import ROTATING
from hotline.operations import decrypt_rekeying, migrate
from hotline.operations.decrypt_rotation import DeskKeyPair, move_grants
from hotline.people.tables_desks import Desk
from hotline.text.errors import StoreUnavailable
from hotline.text.places import NATIONAL
from hotline.tips import tables_persons
from hotline.tips.queries_visible import Exclusion
from hotline.tips.rules_events import EventChannel, LoggedEvent
from hotline.tips.tables import Grant, Tip
from hotline.tips.tables_persons import ServiceReferral
from tests.support.builders import NOON, make_responder, make_tip
from tests.support.callers import DANGER_HERE, DESK_KEY, Line, told
from tests.support.persons import screened
from tests.support.reading import ReaderBeside, reader_beside

ALONE = {READER}


@pytest.fixture
def beside(line: Line) -> ReaderBeside:
    """Files one tip and screens a person, in a process without keys. Returns the reader process that runs next to
    it."""
    beside = reader_beside(line)
    told(line, *DANGER_HERE)
    screened(line.context, 1)
    return beside


def holders(beside: ReaderBeside) -> set[str]:
    """Runs the reader process, and returns the desks and processes that have the key of the case. Also checks that
    each of these desks and processes can decrypt the codes about the person.
    """
    reader_handover.reconcile(beside.context)
    found = set()
    with beside.line.database.reading() as session:
        tip = session.get_one(Tip, 1)
        for holder in session.scalars(select(CaseGrant.holder)):
            keys = beside.context.pair.now() if holder == READER else (bytes(DESK_KEY),)
            private = decrypt_codes.case_private_key(session, beside.context, tip, holder, keys)
            assert private is not None
            (codes,) = decrypt_codes.codes_by_event(session, tip, private).values()
            assert b'"sex":"woman"' in codes
            found.add(holder)
    return found


def change(beside: ReaderBeside, row: Any, **values: Any) -> None:
    with beside.line.database.writing() as session:
        session.add(row) if not values else None
        for name, value in values.items():
            setattr(session.get_one(Tip, row), name, value)


def test_reader_gives_and_withdraws_case_grants_of_desks(
    beside: ReaderBeside,
) -> None:
    line = beside.line
    here, at = line.tips[0].place, line.clock.at
    with line.database.reading() as session:
        assert set(session.scalars(select(CaseGrant.holder))) == ALONE
    assert holders(beside) == {*ALONE, here, NATIONAL}

    kept = Exclusion(tip_id=1, desk_code=here, reason="asked", by="cli:Alice", at=at)
    change(beside, kept)
    assert holders(beside) == {*ALONE, NATIONAL}
    with line.database.writing() as session:
        session.get_one(Exclusion, 1).lifted_at = at
    assert holders(beside) == {*ALONE, here, NATIONAL}

    change(beside, 1, official="unsure")
    assert holders(beside) == {*ALONE, NATIONAL}
    change(beside, 1, official="no")
    assert holders(beside) == {*ALONE, here, NATIONAL}

    with line.database.writing() as session:
        for grant in session.scalars(select(Grant).where(Grant.desk_code == here)):
            session.delete(grant)
    assert holders(beside) == {*ALONE, NATIONAL}

    with line.database.writing() as session:
        session.get_one(Desk, NATIONAL).retired_at = at
        queries_retention.erase_text(session, [1], at)
    assert holders(beside) == {*ALONE, NATIONAL}, "the words went, and nobody was let go"


def test_undecryptable_code_does_not_block_other_grants(beside: ReaderBeside) -> None:
    told(beside.line, *DANGER_HERE)
    screened(beside.line.context, 2)
    with beside.line.database.writing() as session:
        session.get_one(CaseKey, 1)
        for grant in session.scalars(select(CaseGrant).where(CaseGrant.tip_id == 1)):
            grant.encrypted_key = grant.encrypted_key[:-1] + bytes([grant.encrypted_key[-1] ^ 1])
    reader_handover.reconcile(beside.context)
    with beside.line.database.reading() as session:
        handed = {(row.tip_id, row.holder) for row in session.scalars(select(CaseGrant))}
        place = session.get_one(Tip, 2).place
        assert (
            reader_handover.case_private_key(session, beside.context, session.get_one(Tip, 1))
            is None
        )
    assert handed == {(1, READER), (2, READER), (2, NATIONAL), (2, place)}


def test_new_reader_key_decrypts_earlier_grants(beside: ReaderBeside, tmp_path: Path) -> None:
    assert len(holders(beside)) == 3
    keys, reader = tmp_path / "keys", ROTATING["reader"]
    rotation.stage_key(keys, reader)
    public_key = rotation.publish_key(keys, reader)
    assert public_key is not None
    newest, before = rotation.private_halves(keys, reader)
    halves: dict[str, Any] = {"public_key": public_key, "newest": newest, "before": before}
    for moved in (1, 0):
        context = beside.line.context
        assert decrypt_rekeying.reencrypt_cases(context, **halves, say=lambda _: None) == moved
    rotation.destroy_previous(keys, reader)
    assert beside.context.pair.now() == (newest,)
    assert len(holders(beside)) == 3

    desk = PrivateKey.generate()
    pair = DeskKeyPair(NATIONAL, bytes(desk.public_key), bytes(desk), bytes(DESK_KEY))
    assert move_grants(beside.line.context, [pair], lambda _: None) == 2, (
        "of the tip, and of its case"
    )
    with beside.line.database.reading() as session:
        tip = session.get_one(Tip, 1)
        opened = decrypt_codes.case_private_key(
            session, beside.context, tip, NATIONAL, [bytes(desk)]
        )
    assert opened is not None


# Tests that codes about a person never change, and can be deleted only after they are counted.


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


@pytest.mark.both
def test_codes_are_erased_only_after_they_are_counted(empty: Database) -> None:
    migrate.upgrade(empty)
    fill(empty)
    assert [words for words in (*COUNTED, *NEVER) if not refused(empty, words)] == []

    with empty.writing() as session:
        tables_case_events.mark_counted(session, [1], "2026-11", NOON)

    assert [words for words in (*NEVER, *COUNTED) if refused(empty, words)] == [*NEVER]
    with empty.reading() as session:
        assert tables_case_events.bodies_of(session, CaseCode, 1) == {}
        assert tables_case_events.grant_of(session, 1, READER) is None


@pytest.mark.both
def test_first_key_pair_stays_and_person_is_stored_once(database: Database) -> None:
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
