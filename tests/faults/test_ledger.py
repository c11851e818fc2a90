"""Tests the checks that a fault test makes: each test in this file breaks a rule, and the check must report the
breach."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from nacl.public import PrivateKey

from hotline.alerts.rules_assignment import LENGTHS, draw_references
from hotline.core.database import Database, Session
from hotline.gateway.rules import MessageKind, MessageState, Outcome
from hotline.gateway.tables import Assignment, Attempt, Deadline, Message
from hotline.keys.encrypt import Encrypter
from hotline.keys.weekly_lock import WeeklyLock
from hotline.people import tables_audit
from hotline.people.tables_desks import Desk
from hotline.text.places import NATIONAL
from hotline.tips.rules import DeadlineKind, TipState
from hotline.tips.tables import Grant, Tip
from tests.faults import ledger
from tests.support.builders import NOON, make_referral, make_responder, make_tip
from tests.support.servers import drop_guard, embedded

__all__ = ["embedded"]

DESK = PrivateKey.generate()
ALERT = "K7Q4: Gasabo, urgent. Reply 1 K7Q4"
ANSWERS = {
    "danger": "no",
    "official": "no",
    "province": "1",
    "district": "12",
    "sector": "1201",
    "kind": "labour",
    "who": "adult",
    "visit": "yes",
}
TOLD = [ledger.PromisedTip("a" * 64, "12", complete=True)]


@pytest.fixture
def kept(database: Database) -> Database:
    """Returns a database in which no rule is broken: one complete tip, one assignment, one accepted alert."""
    tip = make_tip(state=TipState.COMPLETE, assigned_at=NOON)
    encrypted = Encrypter().tip(
        ANSWERS, uid=tip.uid, place=tip.place, desks={NATIONAL: bytes(DESK.public_key)}
    )
    tip.body = encrypted.body
    with database.writing() as session:
        session.add(
            Desk(code=NATIONAL, kind="national", public_key=bytes(DESK.public_key), created_at=NOON)
        )
        session.add_all((tip, make_responder()))
        session.flush()
        session.add(
            Grant(tip_id=tip.id, desk_code=NATIONAL, encrypted_key=encrypted.grants[NATIONAL])
        )
        session.add(make_referral(tip_id=tip.id))
        session.flush()
        session.add(make_alert())
        session.flush()
        session.add(Attempt(message_id=1, n=1, started_at=NOON, outcome=Outcome.ACCEPTED))
        session.add(make_deadline())
        for action in ("init", "release"):
            tables_audit.append_row(session, NOON, "line", action)
    return database


def make_alert() -> Message:
    return Message(
        kind=MessageKind.ALERT,
        responder_id=1,
        assignment_id=1,
        template="ALERT_URGENT_REPLY",
        parameters={},
        language="en",
        priority=1,
        state=MessageState.ACCEPTED,
        attempts=1,
        next_at=NOON,
        created_at=NOON,
    )


def make_deadline(step: int = 0, due: float = 180, fired: float | None = None) -> Deadline:
    """Returns a deadline of the test's only tip. Times are in seconds after noon."""
    return Deadline(
        tip_id=1,
        kind=DeadlineKind.ACKNOWLEDGE,
        step=step,
        due_at=NOON + timedelta(seconds=due),
        fired_at=None if fired is None else NOON + timedelta(seconds=fired),
    )


def breaches(database: Database, told: list[ledger.PromisedTip], texts: list[str]) -> list[str]:
    accepted = ledger.by_reference(texts)
    return [
        *ledger.lost(database, told),
        *ledger.unreadable(database, told, bytes(DESK), WeeklyLock()),
        *ledger.unreferred(database),
        *ledger.unsettled(database, NOON),
        *ledger.unsent(database, lambda: accepted, NOON),
        *ledger.repeated_too_often(database, accepted),
        *ledger.out_of_time(database, NOON),
        *ledger.unchained(database),
        *ledger.worded_otherwise(database, accepted),
    ]


def test_a_promise_that_was_kept_is_no_breach(kept: Database) -> None:
    assert breaches(kept, TOLD, [ALERT, "K7Q4: you have taken this case. Thank you."]) == []


def test_what_says_that_more_was_told_is_known_by_an_earlier_reference(kept: Database) -> None:
    with kept.writing() as session:
        later = make_tip(
            uid="2" * 32, session_key="b" * 64, state=TipState.COMPLETE, assigned_at=NOON
        )
        session.add(later)
        session.flush()
        referral = make_referral(tip_id=later.id, reference="P3X8")
        session.add(referral)
        session.flush()
        more = make_alert()
        more.assignment_id, more.template = referral.id, "MORE_TOLD"
        session.add(more)
        deadline = make_deadline()
        deadline.tip_id = later.id
        session.add(deadline)
    said = [ALERT, "K7Q4: there is new information about this case. Read the case again."]
    assert breaches(kept, TOLD, said) == []


@pytest.mark.parametrize("length", LENGTHS)
def test_an_alert_is_known_by_a_reference_of_any_length(length: int) -> None:
    (name,) = draw_references(bytes(range(256)), length, 1)
    alert = f"{name}: Gasabo, urgent. Reply 1 {name}"

    assert ledger.by_reference([alert, f"{name}: you have taken this case."]) == {name: [alert]}


def changed(row: type[Any], **fields: object) -> Callable[[Session], None]:
    """Returns a function that changes fields of the only row of a table."""

    def plant(session: Session) -> None:
        only = session.query(row).one()
        for name, value in fields.items():
            setattr(only, name, value)

    return plant


def _altered(session: Session) -> None:
    tip = session.query(Tip).one()
    tip.body = tip.body[:-1] + bytes([tip.body[-1] ^ 1])


def _fired_twice(session: Session) -> None:
    session.add_all(
        (make_deadline(1, due=-200, fired=-199), make_deadline(2, due=-200, fired=-198))
    )


def _unchained(session: Session) -> None:
    drop_guard(session, "audit")
    session.query(tables_audit.AuditEntry).first().actor = "nobody"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("plant", "sentence"),
    [
        (changed(Tip, session_key="b" * 64), "0 tips for one promised tip"),
        (changed(Tip, state=TipState.DRAFT), "0 tips for one promised tip"),
        (changed(Tip, state=TipState.FILED), "was said to be saved"),
        (lambda session: session.query(Grant).delete(), "no grant for the national desk"),
        (_altered, "does not open"),
        (lambda session: session.add(make_tip(uid="f" * 32)), "not assigned to any responder"),
        (changed(Message, state=MessageState.SENDING), "is sending"),
        (changed(Deadline, fired_at=NOON), "no time is set"),
        (changed(Deadline, due_at=NOON - timedelta(seconds=91)), "passed unnoticed"),
        (_fired_twice, "escalated twice"),
        (_unchained, "breaks at row 1"),
        (changed(Assignment, reference="AAAA"), "that no tip has"),
    ],
)
def test_what_is_wrong_in_the_database_is_read_out(
    kept: Database, plant: Callable[[Session], None], sentence: str
) -> None:
    with kept.writing() as session:
        plant(session)
    assert any(sentence in breach for breach in breaches(kept, TOLD, [ALERT]))


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        ([], "was never accepted"),
        ([ALERT, ALERT], "was sent 2 times, 1 allowed"),
        ([ALERT, ALERT.replace("urgent", "now")], "in 2 wordings"),
    ],
)
def test_the_gateway_s_view_is_checked(kept: Database, texts: list[str], sentence: str) -> None:
    assert any(sentence in breach for breach in breaches(kept, TOLD, texts))


def test_an_alert_without_a_send_is_no_breach_if_its_case_was_answered(kept: Database) -> None:
    with kept.writing() as session:
        session.query(Message).one().state = MessageState.ANSWERED
    assert any("was never accepted" in breach for breach in breaches(kept, TOLD, []))
    with kept.writing() as session:
        session.query(Assignment).one().acknowledged_at = NOON
    assert breaches(kept, TOLD, []) == []


def test_what_is_delivered_was_accepted(kept: Database) -> None:
    with kept.writing() as session:
        session.query(Message).one().state = MessageState.DELIVERED
        session.query(Assignment).one().acknowledged_at = NOON
    assert any("was never accepted" in breach for breach in breaches(kept, TOLD, []))
