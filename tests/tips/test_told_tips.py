"""Tests that a tip's key is sealed once to its desks, and later answers to that key.

This works without the mapper, and no process keeps the key.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from nacl.public import PrivateKey
from sqlalchemy import delete, event, update
from sqlalchemy.orm import Session

from hotline.alerts.service_assignment import assign_pending
from hotline.errors import DecryptionFailed
from hotline.keys.decrypt import decrypt_tip
from hotline.keys.encrypt import Encrypter
from hotline.people.tables_desks import Desk
from hotline.tips.tables import Grant, Tip
from tests.support.callers import DANGER_HERE, DESK_KEY, QUIET_HERE, REST, Line, told

HERE = "12"
"""The district of DANGER_HERE and QUIET_HERE."""
THERE = ("0", "0", "0", "2")
"""Keys that go back from the kind to the districts and choose the next one."""


def envelopes(line: Line) -> dict[str, tuple[int, bytes]]:
    return {row.desk_code: (row.id, row.encrypted_key) for row in line.all(Grant)}


def reads(tip: Tip, grant: bytes, desk: str) -> dict[str, str]:
    seal = {"uid": tip.uid, "place": tip.place, "desk": desk}
    return decrypt_tip(tip.body, grant, **seal, private_key=bytes(DESK_KEY))


def test_the_envelopes_of_the_desks_are_the_same_at_each_later_answer(line: Line) -> None:
    caller = told(line, *DANGER_HERE)
    filed = line.tip, envelopes(line)
    assert set(filed[1]) == {"national", HERE}
    for keyed in ("1", "1", *REST):
        caller.key(keyed)
        assert envelopes(line) == filed[1]
    assert line.tip.body != filed[0].body
    for desk, (_, grant) in filed[1].items():
        assert reads(line.tip, grant, desk)["visit"] == "yes"
        assert "kind" not in reads(filed[0], grant, desk)


def test_a_process_that_knows_nothing_of_the_tip_goes_on(line: Line) -> None:
    caller = told(line, *DANGER_HERE)
    before = envelopes(line)
    line.context = replace(line.context, encrypter=Encrypter())
    line.flush()
    caller.key("1", "1")
    assert (envelopes(line), line.read(line.tip)["kind"]) == (before, "labour")


def test_a_desk_that_comes_in_between_reads_and_an_older_envelope_does_not(line: Line) -> None:
    caller = told(line, *DANGER_HERE[:-1])
    (_, before) = envelopes(line)["national"]
    caller.key(DANGER_HERE[-1])
    assert set(envelopes(line)) == {"national", HERE}
    for desk, (_, grant) in envelopes(line).items():
        assert reads(line.tip, grant, desk)["district"] == HERE
    with pytest.raises(DecryptionFailed):
        reads(line.tip, before, "national")


def test_a_desk_that_left_opens_nothing_newer_with_the_envelope_it_had(line: Line) -> None:
    caller = told(line, *QUIET_HERE)
    (_, before) = envelopes(line)[HERE]
    assert reads(line.tip, before, HERE)["kind"] == "labour"
    caller.key(*THERE)
    assert HERE not in envelopes(line)
    with pytest.raises(DecryptionFailed):
        reads(line.tip, before, HERE)


def test_another_key_of_a_desk_is_sealed_to_at_the_next_answer(line: Line) -> None:
    caller = told(line, *DANGER_HERE)
    (_, before) = envelopes(line)[HERE]
    pair = PrivateKey(bytes([8]) * 32)
    with line.database.writing() as session:
        key = bytes(pair.public_key)
        session.execute(update(Desk).where(Desk.code == HERE).values(public_key=key))
    caller.key("1")
    tip, (_, grant) = line.tip, envelopes(line)[HERE]
    seal = {"uid": tip.uid, "place": tip.place, "desk": HERE}
    assert decrypt_tip(tip.body, grant, **seal, private_key=bytes(pair))["sector"]
    with pytest.raises(DecryptionFailed):
        reads(tip, before, HERE)


def test_erased_drafts_leave_no_envelope_and_what_is_told_next_has_its_own(line: Line) -> None:
    caller = told(line, *QUIET_HERE)
    uid, before = line.tip.uid, {key for _, key in envelopes(line).values()}
    caller.key("000")
    assert (line.tips, envelopes(line)) == ([], {})
    caller.key(*QUIET_HERE)
    assert line.tip.uid != uid
    assert not before & {key for _, key in envelopes(line).values()}


def test_what_lost_its_words_is_sealed_to_a_new_pair_when_more_is_told(line: Line) -> None:
    caller = told(line, *DANGER_HERE)
    (_, before) = envelopes(line)[HERE]
    with line.database.writing() as session:
        session.execute(update(Tip).values(body=b""))
        session.execute(delete(Grant))
    caller.key("1")
    assert set(envelopes(line)) == {"national", HERE}
    assert line.read(line.tip)["sector"]
    with pytest.raises(DecryptionFailed):
        reads(line.tip, before, HERE)


@contextmanager
def statements(line: Line) -> Iterator[list[str]]:
    """Yields the statements that the database receives.

    SQLite's driver reports them, since some bypass SQLAlchemy.
    """
    said: list[str] = []
    engine, embedded = line.database.engine, line.database.is_sqlite

    def trace(connection: sqlite3.Connection, *_rest: object) -> None:
        connection.set_trace_callback(said.append)

    def note(_c: object, _u: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    heard = ("checkout", trace) if embedded else ("before_cursor_execute", note)
    event.listen(engine, *heard)
    try:
        yield said
    finally:
        event.remove(engine, *heard)
        engine.dispose()


@contextmanager
def by_the_mapper() -> Iterator[list[str]]:
    """Yields the mapper's reads of tips and the rows that it writes."""
    seen: list[str] = []

    def read(_tip: object, _context: object) -> None:
        seen.append("read")

    def written(session: Session, *_rest: object) -> None:
        seen.extend(type(one).__name__ for one in (*session.new, *session.dirty))

    event.listen(Tip, "load", read)
    event.listen(Session, "before_flush", written)
    try:
        yield seen
    finally:
        event.remove(Tip, "load", read)
        event.remove(Session, "before_flush", written)


@pytest.mark.parametrize("referred", [False, True])
def test_a_repeated_answer_asks_three_things(line: Line, referred: bool) -> None:
    """A report reads the tip and its desks' keys, and writes the tip."""
    caller = told(line, *DANGER_HERE)
    if referred:
        assign_pending(line.context)
    with by_the_mapper() as mapped, statements(line) as said:
        caller.key("1")
    of_tips = [one.split()[0] for one in said if "tip" in one or "desk" in one]
    assert of_tips == ["SELECT", "SELECT", "UPDATE"]
    assert set(mapped) <= {"Dialogue"}
