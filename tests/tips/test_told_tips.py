"""Tests that a tip's key is encrypted once for each of its desks, and that later answers are encrypted with the tip's
key.

The code for this does not use SQLAlchemy's mapper, and no process keeps the tip's key in memory.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox
from sqlalchemy import delete, event, select, text, update
from sqlalchemy.orm import Session

from hotline.alarms.rules import Alarm
from hotline.alarms.tables import raised_alarms
from hotline.alerts.service_assignment import assign_pending
from hotline.keys.decrypt import decrypt_grant, decrypt_tip
from hotline.keys.encrypt import HEAD_BYTES
from hotline.people import tables_audit
from hotline.people.tables_audit import AuditEntry
from hotline.people.tables_desks import Desk
from hotline.text.errors import DecryptionFailed
from hotline.tips.tables import Grant, Tip, TipPlace
from tests.support.callers import DANGER_HERE, DESK_KEY, QUIET_HERE, REST, Line, told, unlocked

HERE = "12"
"""The district that callers name with `DANGER_HERE` and `QUIET_HERE`."""
THERE = ("0", "0", "0", "2")
"""The keys that go back from the question about the kind to the list of districts, and choose the next district."""


def envelopes(line: Line) -> dict[str, tuple[int, bytes]]:
    return {row.desk_code: (row.id, row.encrypted_key) for row in line.all(Grant)}


def reads(tip: Tip, grant: bytes, desk: str) -> dict[str, str]:
    seal = {"uid": tip.uid, "place": tip.place, "desk": desk}
    own = unlocked(grant, tip.uid, desk)
    return decrypt_tip(tip.body, own, **seal, private_key=bytes(DESK_KEY))


def test_later_answers_keep_the_desks_access(line: Line) -> None:
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


def test_new_process_continues_encrypting_tip(line: Line) -> None:
    caller = told(line, *DANGER_HERE)
    before = envelopes(line)
    line.context = replace(line.context, encrypter=replace(line.context.encrypter))
    line.flush()
    caller.key("1", "1")
    assert (envelopes(line), line.read(line.tip)["kind"]) == (before, "labour")


def test_new_desk_decrypts_and_older_grant_does_not(line: Line) -> None:
    caller = told(line, *DANGER_HERE[:-1])
    (_, before) = envelopes(line)["national"]
    caller.key(DANGER_HERE[-1])
    assert set(envelopes(line)) == {"national", HERE}
    for desk, (_, grant) in envelopes(line).items():
        assert reads(line.tip, grant, desk)["district"] == HERE
    with pytest.raises(DecryptionFailed):
        reads(line.tip, before, "national")


def test_former_desk_decrypts_no_later_answer(line: Line) -> None:
    caller = told(line, *QUIET_HERE)
    (_, before) = envelopes(line)[HERE]
    assert reads(line.tip, before, HERE)["kind"] == "labour"
    caller.key(*THERE)
    assert HERE not in envelopes(line)
    with pytest.raises(DecryptionFailed):
        reads(line.tip, before, HERE)


def test_next_answer_uses_the_new_desk_key(line: Line) -> None:
    caller = told(line, *DANGER_HERE)
    (_, before) = envelopes(line)[HERE]
    pair = PrivateKey(bytes([8]) * 32)
    with line.database.writing() as session:
        key = bytes(pair.public_key)
        session.execute(update(Desk).where(Desk.code == HERE).values(public_key=key))
    caller.key("1")
    tip, (_, grant) = line.tip, envelopes(line)[HERE]
    seal = {"uid": tip.uid, "place": tip.place, "desk": HERE}
    grant = unlocked(grant, tip.uid, HERE)
    assert decrypt_tip(tip.body, grant, **seal, private_key=bytes(pair))["sector"]
    with pytest.raises(DecryptionFailed):
        reads(tip, before, HERE)


def test_erased_draft_leaves_no_grant_and_next_report_gets_own_key(line: Line) -> None:
    caller = told(line, *QUIET_HERE)
    uid, before = line.tip.uid, {key for _, key in envelopes(line).values()}
    caller.key("000")
    assert (line.tips, envelopes(line)) == ([], {})
    caller.key(*QUIET_HERE)
    assert line.tip.uid != uid
    assert not before & {key for _, key in envelopes(line).values()}


def test_answer_after_erasure_gets_new_key_pair(line: Line) -> None:
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


def swap_pair(line: Line, pair: PrivateKey) -> None:
    """Replaces the key pair of each tip, as an attacker who can write to the database could do. The mark in the tip's
    head, which protects the list of the tip's desks, does not change."""
    with line.database.writing() as session:
        for tip in session.scalars(select(Tip)):
            tip.body = tip.body[: HEAD_BYTES - 32] + bytes(pair.public_key) + tip.body[HEAD_BYTES:]


def is_raised(line: Line) -> bool:
    with line.database.reading() as session:
        return Alarm.TIP_PAIRS in raised_alarms(session)


def seen_by(pair: PrivateKey, tip: Tip) -> bool:
    with suppress(CryptoError):
        SealedBox(pair).decrypt(tip.body[HEAD_BYTES:])
        return True
    return False


@pytest.mark.both
def test_forged_key_pair_gets_no_later_answer(line: Line) -> None:
    caller, thief = told(line, *DANGER_HERE), PrivateKey.generate()
    swap_pair(line, thief)
    caller.key("1", "1", *REST)
    assert not seen_by(thief, line.tip)
    assert (line.tip.state, line.read(line.tip)["kind"]) == ("complete", "labour")
    assert set(envelopes(line)) == {"national", HERE}
    assert is_raised(line)
    assert [row.subject for row in line.all(AuditEntry)] == [f"tip:{line.tip.id}"]


def test_forged_earlier_place_gives_no_access_to_draft(line: Line) -> None:
    """A stranger can write to the database and has the key of one district's desk."""
    caller = told(line, *QUIET_HERE)
    assert line.tip.state == "draft"
    with line.database.writing() as session:
        session.add(TipPlace(tip_id=line.tip.id, place="21", corrected_at=line.clock.at))
    caller.key("1")
    assert set(envelopes(line)) == {"national", HERE}


THEIRS = "21"
"""The district of an attacker who can write to the database and who has the key of this district's desk."""


@pytest.mark.adversary("a person who writes the database")
@pytest.mark.both
def test_forged_earlier_place_gives_no_access_to_filed_tip(line: Line) -> None:
    caller = told(line, *DANGER_HERE)
    assign_pending(line.context)
    with line.database.writing() as session:
        session.add(TipPlace(tip_id=line.tip.id, place=THEIRS, corrected_at=line.clock.at))
    caller.key("1", "1", *REST)
    assert (line.tip.state, line.read(line.tip)["kind"]) == ("complete", "labour")
    assert set(envelopes(line)) == {"national", HERE}
    assert is_raised(line)
    (row,) = line.all(AuditEntry)
    assert (row.action, row.subject) == ("tip_access_forged", f"tip:{line.tip.id}")


@pytest.mark.adversary("a person who writes the database")
def test_forged_place_of_tip_gives_no_access(line: Line) -> None:
    caller = told(line, *DANGER_HERE)
    assign_pending(line.context)
    with line.database.writing() as session:
        session.execute(update(Tip).values(place=THEIRS))
    caller.key("1")
    assert (line.tip.place, set(envelopes(line))) == (HERE, {"national", HERE})
    assert is_raised(line)


@pytest.mark.adversary("a person who writes the database")
@pytest.mark.parametrize("copied", [False, True], ids=["made up", "of another desk"])
def test_forged_grant_decrypts_no_later_answer(line: Line, *, copied: bool) -> None:
    """The attacker adds a grant for their own desk, so the mark in the tip's head no longer matches the tip's desks. So
    the next answer gets a new key pair."""
    caller = told(line, *DANGER_HERE)
    (_, own) = envelopes(line)[HERE]
    with line.database.writing() as session:
        key = own if copied else b"\x01" + bytes(80)
        session.add(Grant(tip_id=line.tip.id, desk_code=THEIRS, encrypted_key=key))
        tip = session.scalars(select(Tip)).one()
        tip.body = tip.body[:1] + bytes(8) + tip.body[9:]
    caller.key("1")
    assert line.read(line.tip)["sector"]
    assert set(envelopes(line)) == {"national", HERE}
    assert is_raised(line)


@pytest.mark.both
def test_answer_is_stored_even_if_the_alarm_fails(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(session: Session, *_: object) -> None:
        session.execute(text("INSERT INTO tip (id) VALUES (NULL)"))

    caller = told(line, *DANGER_HERE)
    swap_pair(line, PrivateKey.generate())
    monkeypatch.setattr(tables_audit, "append_about_tip", full)
    caller.key("1", "1", *REST)
    assert (line.tip.state, line.read(line.tip)["kind"]) == ("complete", "labour")
    assert not is_raised(line)


def test_forged_pair_gets_no_answer_without_desk_keys(line: Line) -> None:
    """If the desks of a tip have no usable key, later answers use the tip's first key pair, but never one that an
    attacker wrote."""
    caller, thief = told(line, *DANGER_HERE), PrivateKey.generate()
    with line.database.writing() as session:
        session.execute(update(Desk).values(public_key=b""))
    caller.key("1")
    assert line.read(line.tip)["sector"], "the pair that the line made goes on"
    assert not is_raised(line)
    swap_pair(line, thief)
    caller.key("1")
    assert not seen_by(thief, line.tip)
    assert is_raised(line)


def test_key_pair_of_another_tip_gets_no_answer(line: Line) -> None:
    """A person who can read one tip writes the uid and the body of this tip into the row of another tip."""
    known = told(line, *DANGER_HERE)
    known.hang_up()
    caller = told(line, *DANGER_HERE)
    mine, theirs = line.tips
    (row,) = [one for one in line.all(Grant) if (one.tip_id, one.desk_code) == (mine.id, HERE)]
    key = decrypt_grant(
        unlocked(row.encrypted_key, mine.uid, HERE),
        uid=mine.uid,
        desk=HERE,
        private_key=bytes(DESK_KEY),
    )
    with line.database.writing() as session:
        session.execute(delete(Tip).where(Tip.id == mine.id))
        session.execute(update(Tip).where(Tip.id == theirs.id).values(uid=mine.uid, body=mine.body))
    caller.key("1")
    assert not seen_by(PrivateKey.from_seed(key), line.tip)
    assert is_raised(line)


@contextmanager
def statements(line: Line) -> Iterator[list[str]]:
    """Yields the statements that the database receives.

    SQLite's driver reports them, because some of them bypass SQLAlchemy.
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
    """Yields a list that records each tip that SQLAlchemy's mapper reads, and each row that it writes."""
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
def test_later_answer_needs_three_statements(line: Line, referred: bool) -> None:
    """To store an answer, the hotline only reads the tip and the keys of its desks, and writes the tip."""
    caller = told(line, *DANGER_HERE)
    if referred:
        assign_pending(line.context)
    with by_the_mapper() as mapped, statements(line) as said:
        caller.key("1")
    of_tips = [one.split()[0] for one in said if "tip" in one or "desk" in one]
    assert of_tips == ["SELECT", "SELECT", "UPDATE"]
    assert set(mapped) <= {"Dialogue"}
