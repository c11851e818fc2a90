"""Tests the key of a case: the reader gives it to each desk that may read the tip, and to no other desk."""

from pathlib import Path
from typing import Any

import pytest
from nacl.public import PrivateKey
from sqlalchemy import select

from hotline.alerts import queries_retention
from hotline.alerts.tables_case_events import CaseGrant, CaseKey
from hotline.cases import decrypt_codes, reader_handover
from hotline.keys import rotation
from hotline.keys.encrypt import READER
from hotline.keys.rotation import ROTATING
from hotline.operations import decrypt_rekeying
from hotline.operations.decrypt_rotation import DeskKeyPair, move_grants
from hotline.people.tables_desks import Desk
from hotline.text.codes import NATIONAL
from hotline.tips.queries_visible import Exclusion
from hotline.tips.tables import Grant, Tip
from tests.support.callers import DANGER_HERE, DESK_KEY, Line, told
from tests.support.persons import screened
from tests.support.reading import ReaderBeside, reader_beside

ALONE = {READER}


@pytest.fixture
def beside(line: Line) -> ReaderBeside:
    """Files one tip and screens a person, in a process that has no key."""
    beside = reader_beside(line)
    told(line, *DANGER_HERE)
    screened(line.context, 1)
    return beside


def holders(beside: ReaderBeside) -> set[str]:
    """Runs the reader and returns who has the key of the case. It checks that each of them can decrypt the code."""
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


def test_the_reader_hands_it_to_the_desks_of_the_tip_and_knows_whom_to_take_it_from(
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


def test_a_code_that_does_not_open_stands_in_nobody_s_way(beside: ReaderBeside) -> None:
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


def test_a_new_key_opens_what_the_one_before_opened(beside: ReaderBeside, tmp_path: Path) -> None:
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
