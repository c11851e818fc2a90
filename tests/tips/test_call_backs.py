"""Tests call-backs: the hotline encrypts the caller's number, notifies the desk without naming any content, needs two
people to show the number, and ends each call-back in time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete

from hotline.alarms.rules import CheckResult
from hotline.alerts import (
    decrypt_call_backs,
    service_messages,
    service_partial_pause,
    service_sending,
)
from hotline.cases import decrypt_access
from hotline.core.catalogues import load_phrases
from hotline.flows.tables import Revision
from hotline.gateway import tables
from hotline.gateway.rules import MessageState, OutgoingPart
from hotline.gateway.tables import Message, pause_reason
from hotline.keys.passphrase import Costs
from hotline.monitoring import service_checks_database
from hotline.operations import decrypt_rotation
from hotline.people import decrypt_passphrase, tables_desks
from hotline.people.decrypt_passphrase import PassphraseDecrypter
from hotline.people.rules import Level
from hotline.people.tables_audit import AuditEntry
from hotline.people.tables_desks import Desk as DeskRow
from hotline.people.tables_desks import DeskMember
from hotline.text.errors import CallRefused, NotFound
from hotline.text.places import NATIONAL
from hotline.tips.rules import TipState
from hotline.tips.rules_receipts import CallBackState, CallOutcome
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import CallBack
from tests.support.builders import make_dialogue, make_tip
from tests.support.contexts import WholeContext
from tests.support.district import District
from tests.support.two_people import ALICE

HERS = "+250788000077"
PASSPHRASE = "correct horse"
AGREED = {
    "call": "yes",
    "call_who": "family",
    "call_day": "tomorrow",
    "call_part": "morning",
    "call_word": "rice",
}
ONE = {"by": "Alice Mukamana", "reason": "agreed with her"}
TWO = {"by": "Bosco Habimana", "reason": "I was asked"}
TOMORROW_AT_NINE = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)


@dataclass
class Desk:
    """The national desk that makes a call-back, and the caller who asked for the call-back."""

    district: District
    context: WholeContext

    def ask(self, **answers: str) -> int:
        """Answers the hotline's questions about a call-back as the caller. Returns the id of the waiting call-back, or
        0."""
        with self.context.database.writing() as session:
            dialogue, tip = tables.lock_dialogue(session, "a" * 64), session.get(Tip, 1)
            assert dialogue is not None
            assert tip is not None
            service_messages.store_request(
                session, self.context, dialogue, tip, AGREED | answers, caller=HERS
            )
            session.flush()
        waiting = [row.id for row in self.rows if row.state == CallBackState.WAITING]
        return waiting[0] if waiting else 0

    @property
    def rows(self) -> list[CallBack]:
        return self.district.all(CallBack)

    def row(self, call_back_id: int) -> CallBack:
        (found,) = [row for row in self.rows if row.id == call_back_id]
        return found

    def at(self, when: datetime) -> None:
        self.district.clock.at = when
        service_messages.keep_time(self.context)

    def new_texts(self) -> list[str]:
        """Returns the texts that were sent to the desk after this function was last called."""
        service_sending.deliver_due(self.context)
        sent, self.district.sms.sent[:] = [*self.district.sms.sent], []
        return [text for _, text in sent]

    def open(
        self, call_back_id: int, by: Mapping[str, str] = ONE, passphrase: str = PASSPHRASE
    ) -> decrypt_call_backs.CallDetails:
        def keys() -> Sequence[bytes]:
            with self.context.database.reading() as session:
                wrapped = decrypt_passphrase.wrapped_desk(session, NATIONAL, ALICE)
            return PassphraseDecrypter(ALICE, passphrase).open(wrapped)

        return decrypt_call_backs.decrypt_call(self.context, call_back_id, **by, keys=keys)

    def approved(self, call_back_id: int) -> int:
        decrypt_call_backs.request_number(self.context, call_back_id, **ONE)
        decrypt_call_backs.approve_request(self.context, call_back_id, **TWO)
        return call_back_id

    def actions(self) -> list[str]:
        return [row.action for row in self.district.all(AuditEntry)][1:]


@pytest.fixture
def desk(district: District) -> Desk:
    context = replace(district.context, phrases=load_phrases())
    decrypt_access.make_desks(context, PASSPHRASE, costs=Costs(passes=1, kib=8))
    district.enrol(Level.NATIONAL, language="en")
    now = district.clock()
    with context.database.writing() as session:
        session.add(Revision(id=1, digest="d", document={}, created_at=now, live_from=now))
        session.add(make_tip(state=TipState.COMPLETE))
        session.flush()
        session.add(make_dialogue("a" * 64, now))
    return Desk(district, context)


def test_call_back_number_is_in_no_row_and_no_file(desk: Desk, stored: Callable[[], bytes]) -> None:
    waiting = desk.approved(desk.ask())
    desk.at(TOMORROW_AT_NINE)
    desk.new_texts()
    opened = desk.open(waiting)
    assert (opened.number, opened.word, opened.others) == (HERS, "rice", "family")
    assert HERS not in repr(opened) + repr(desk.row(waiting))
    decrypt_call_backs.record_outcome(desk.context, waiting, **ONE, outcome=CallOutcome.REACHED)
    assert HERS[4:].encode() not in stored()
    assert b"rice" not in stored()


@pytest.mark.row("C13")
def test_number_needs_two_people_and_its_time_window(desk: Desk) -> None:
    waiting = desk.ask()
    with pytest.raises(CallRefused, match="ask to see the number first"):
        desk.open(waiting)
    with pytest.raises(CallRefused, match="no one has asked to see the phone number"):
        decrypt_call_backs.approve_request(desk.context, waiting, **TWO)
    decrypt_call_backs.request_number(desk.context, waiting, **ONE)
    with pytest.raises(CallRefused, match="another person"):
        decrypt_call_backs.approve_request(
            desk.context, waiting, by=" alice MUKAMANA ", reason="me"
        )
    with pytest.raises(CallRefused, match="second person"):
        desk.open(waiting)
    decrypt_call_backs.approve_request(desk.context, waiting, **TWO)
    with pytest.raises(CallRefused, match="25/11 08:00-10:00 only"):
        desk.open(waiting)
    desk.at(TOMORROW_AT_NINE)
    with pytest.raises(CallRefused, match="ask to see the number first"):
        desk.open(waiting, by=TWO)
    assert desk.open(waiting).number == HERS
    assert desk.actions() == [
        "call_back_refused",
        "call_back_wanted",
        "call_back_refused",
        "call_back_approved",
        *["call_back_refused"] * 2,
        "call_back_opened",
    ]
    desk.district.clock.turn(hours=1)
    with pytest.raises(CallRefused, match="only"):
        desk.open(waiting)


def test_paused_call_backs_show_no_number_but_alerts_continue(desk: Desk) -> None:
    waiting = desk.approved(desk.ask())
    desk.at(TOMORROW_AT_NINE)
    desk.new_texts()
    part, why = OutgoingPart.CALL_BACKS, {"by": "Aline", "reason": "a phone was heard"}
    assert service_partial_pause.pause(desk.context, part, **why)
    assert not service_partial_pause.pause(desk.context, part, **why)
    assert any("call-backs" in text or "guhamagara" in text for text in desk.new_texts())
    with pytest.raises(CallRefused, match="paused"):
        desk.open(waiting)
    with desk.context.database.reading() as session:
        assert pause_reason(session, desk.context.now()) is None
    service_partial_pause.resume(desk.context, part, **why)
    assert desk.open(waiting).number == HERS
    with pytest.raises(NotFound):
        service_partial_pause.resume(desk.context, part, **why)


def test_pause_moves_time_window_and_keeps_number(desk: Desk) -> None:
    waiting, part, why = desk.ask(), OutgoingPart.CALL_BACKS, {"by": "Aline", "reason": "heard"}
    desk.at(TOMORROW_AT_NINE)
    service_partial_pause.pause(desk.context, part, **why)
    desk.new_texts()
    for days in (0, 1, 2):
        desk.at(TOMORROW_AT_NINE.replace(day=25 + days, hour=6))
        desk.at(TOMORROW_AT_NINE.replace(day=25 + days, hour=9))
    assert desk.new_texts() == []
    assert str(desk.row(waiting).window) == "28/11 08:00-10:00"
    service_partial_pause.resume(desk.context, part, **why)
    desk.new_texts()
    desk.at(TOMORROW_AT_NINE.replace(day=28))
    assert desk.new_texts() == [
        "C1: call now, before 10:00. Two people must agree before the console shows the phone number."
    ]
    assert desk.open(desk.approved(waiting)).number == HERS


def test_new_requester_needs_new_approval(desk: Desk) -> None:
    waiting = desk.approved(desk.ask())
    decrypt_call_backs.request_number(desk.context, waiting, **TWO)
    assert desk.row(waiting).approved_by is None


def test_desk_gets_sms_when_call_back_waits_begins_and_expires(desk: Desk) -> None:
    desk.ask(call_day="either")
    desk.at(desk.district.clock())
    assert desk.new_texts() == []
    desk.district.clock.turn(minutes=3)
    desk.at(desk.district.clock())
    assert desk.new_texts() == [
        "C1: someone asked us to call back, 25/11 08:00-10:00. At that time, open the page Call-backs in the console."
    ]
    desk.at(TOMORROW_AT_NINE)
    desk.at(TOMORROW_AT_NINE)
    assert desk.new_texts() == [
        "C1: call now, before 10:00. Two people must agree before the console shows the phone number."
    ]
    desk.at(TOMORROW_AT_NINE.replace(hour=8))
    missed = "C1: we did not call in time. We may call one last time: 26/11 08:00-10:00."
    assert desk.new_texts() == [missed]
    desk.at(TOMORROW_AT_NINE.replace(day=26))
    assert len(desk.new_texts()) == 1
    desk.at(TOMORROW_AT_NINE.replace(day=26, hour=8))
    assert desk.new_texts() == ["C1: the time for this call has passed. No one may call now."]
    (row,) = desk.rows
    assert (row.state, row.body, row.encrypted_key) == (CallBackState.EXPIRED, b"", b"")
    assert desk.actions() == ["call_back_expired"]


def test_next_time_window_needs_new_approval(desk: Desk) -> None:
    waiting = desk.approved(desk.ask(call_day="either"))
    desk.at(TOMORROW_AT_NINE)
    desk.open(waiting)
    decrypt_call_backs.record_outcome(desk.context, waiting, **ONE, outcome=CallOutcome.SILENT)
    row = desk.row(waiting)
    assert (row.state, str(row.window)) == (CallBackState.WAITING, "26/11 08:00-10:00")
    desk.at(TOMORROW_AT_NINE.replace(day=26))
    with pytest.raises(CallRefused, match="ask to see the number first"):
        desk.open(waiting)
    desk.approved(waiting)
    assert desk.open(waiting).number == HERS


@pytest.mark.parametrize("outcome", [CallOutcome.REACHED, CallOutcome.OTHER, CallOutcome.REFUSED])
def test_final_outcome_erases_the_number(desk: Desk, outcome: CallOutcome) -> None:
    waiting = desk.approved(desk.ask(call_day="either"))
    desk.at(TOMORROW_AT_NINE)
    with pytest.raises(CallRefused, match="first show the phone number"):
        decrypt_call_backs.record_outcome(desk.context, waiting, **ONE, outcome=outcome)
    desk.open(waiting)
    decrypt_call_backs.record_outcome(desk.context, waiting, **ONE, outcome=outcome)
    row = desk.row(waiting)
    assert (row.state, row.outcome, row.body) == (CallBackState.DONE, outcome, b"")
    assert desk.actions()[-1] != "call_back_refused", "the number was shown"
    with pytest.raises(NotFound, match="erased"):
        desk.open(waiting)


def test_withdrawn_call_back_notifies_only_informed_desk(desk: Desk) -> None:
    first = desk.ask()
    second = desk.ask(call_part="evening")
    assert desk.row(first).state == CallBackState.WITHDRAWN
    assert desk.row(first).body == b""
    desk.district.clock.turn(minutes=3)
    desk.at(desk.district.clock())
    assert len(desk.new_texts()) == 1
    with desk.context.database.writing() as session:
        service_messages.withdraw(session, desk.context, 1)
    assert desk.new_texts() == [f"C{second}: the call was cancelled. Do not call."]
    with pytest.raises(NotFound, match="withdrawn"):
        decrypt_call_backs.request_number(desk.context, second, **ONE)


def test_number_is_not_stored_without_desk_key(desk: Desk, caplog: Any) -> None:
    with desk.context.database.writing() as session:
        national = session.get_one(tables_desks.Desk, NATIONAL)
        national.public_key = b"short"
    assert desk.ask() == 0
    assert desk.rows == []
    assert "call-back request was not saved" in caplog.text
    assert HERS not in caplog.text


def test_late_clock_process_expires_the_call_back(desk: Desk) -> None:
    waiting = desk.approved(desk.ask(call_day="either"))
    desk.at(datetime(2026, 12, 24, tzinfo=UTC))
    assert desk.row(waiting).state == CallBackState.EXPIRED
    assert desk.new_texts() == ["C1: the time for this call has passed. No one may call now."]
    assert {row.state for row in desk.district.all(Message)} == {MessageState.ACCEPTED}


def test_rotated_desk_key_decrypts_waiting_number(desk: Desk) -> None:
    waiting = desk.approved(desk.ask())
    decrypt_rotation.rotate_all(
        desk.context,
        old=PASSPHRASE,
        new="another horse",
        by=ALICE,
        reason="a new key",
        settle=lambda: None,
        say=lambda _said: None,
        costs=Costs(passes=1, kib=8),
    )
    desk.at(TOMORROW_AT_NINE)
    assert desk.open(waiting, passphrase="another horse").number == HERS


def doctor(context: WholeContext) -> dict[str, CheckResult]:
    return {one.name: one for one in service_checks_database.call_back_findings(context)}


def test_doctor_checks_who_can_decrypt_numbers(desk: Desk) -> None:
    assert doctor(desk.context)["call-backs open for"].ok
    with desk.context.database.writing() as session:
        session.execute(delete(DeskMember).where(DeskMember.desk_code == NATIONAL))
        session.execute(delete(DeskRow).where(DeskRow.code == NATIONAL))
    wrong = doctor(desk.context)["call-backs open for"]
    assert not wrong.ok
    assert "runbook" in wrong.todo


def test_doctor_names_opened_call_back_without_outcome(desk: Desk) -> None:
    waiting = desk.approved(desk.ask())
    desk.at(TOMORROW_AT_NINE)
    assert "1 wait" in doctor(desk.context)["call-backs"].message
    desk.open(waiting)
    desk.district.clock.turn(minutes=29)
    assert doctor(desk.context)["call-backs left"].ok

    desk.district.clock.turn(minutes=1)
    left = doctor(desk.context)["call-backs left"]
    assert (left.ok, f"C{waiting} was opened 25/11 09:00" in left.message) == (False, True)
    assert "/call-backs" in left.todo
    assert HERS[4:] not in str(doctor(desk.context))

    decrypt_call_backs.record_outcome(desk.context, waiting, **ONE, outcome=CallOutcome.REACHED)
    assert doctor(desk.context)["call-backs left"].ok


def test_doctor_reports_call_back_not_expired_in_time(desk: Desk) -> None:
    desk.ask()
    desk.district.clock.at = TOMORROW_AT_NINE.replace(hour=8, minute=1)
    assert doctor(desk.context)["call-backs left"].ok
    desk.district.clock.turn(minutes=1)
    assert "hotline process worker" in doctor(desk.context)["call-backs left"].todo
