"""Row C16: a number that opted out gets no more messages from any sender, on SQLite and on PostgreSQL."""

import ast
from collections.abc import Callable

import pytest
from sqlalchemy import select

from hotline.alarms import tables as alarms_tables
from hotline.alarms.rules import Alarm, Notice
from hotline.alerts import service_alarm_notices, service_messages, service_sending
from hotline.core.wording import Template
from hotline.dialogue import service_commit
from hotline.dialogue.service_sms import InboxOutcome, take_sms
from hotline.gateway import queries
from hotline.gateway import tables as gateway_tables
from hotline.gateway.rules import Priority, Wording
from hotline.gateway.tables import OnCallContact, Stopped
from hotline.monitoring import service_alarms
from hotline.people import tables
from hotline.people.rules import Level
from tests.architecture.tree import parsed, path_of, python_files
from tests.support.builders import make_message
from tests.support.callers import Line, told
from tests.support.district import District

HERS = "+250788000001"
WORDING = Wording(Template.TAKEN, {"ref": "K7Q4"}, "en")


def by_sms(district: District) -> None:
    assert take_sms(district.context, make_message(sender=HERS, text="hagalika")) is (
        InboxOutcome.STOP_NOTED
    )


def by_notice(district: District) -> None:
    service_commit.stop_messages(district.context, HERS)


def by_the_gateway(district: District) -> None:
    """Marks the number as stopped, as after a send that the gateway refused because the phone opted out there."""
    with district.database.writing() as session:
        gateway_tables.add_stop(
            session, district.context.pseudonyms.stopped(HERS), district.clock()
        )


@pytest.fixture
def staffed(district: District) -> District:
    district.enrol()
    district.enrol(Level.NATIONAL)
    return district


@pytest.mark.parametrize("priority", [Priority.URGENT, Priority.CONFIRMATION])
def test_no_message_goes_to_a_stopped_number(staffed: District, priority: int) -> None:
    """The test writes one message before the number is stopped, and one after that."""
    write(staffed, priority)
    by_the_gateway(staffed)
    write(staffed, priority)

    for _ in range(3):
        staffed.deliver()
        staffed.clock.turn(minutes=20)
        service_sending.expire_leases(staffed.context)
        service_sending.retry_unknown(staffed.context)
        service_sending.resend_unreported(staffed.context)

    assert staffed.sms.sent == []
    assert staffed.states == ["failed", "failed"]


@pytest.mark.parametrize("notice", list(Notice))
def test_no_alarm_goes_to_a_stopped_number(staffed: District, notice: Notice) -> None:
    service_alarms.add_contact(staffed.context, "Keza", "+250788000055", "rw", by="Aline")
    at = staffed.clock()
    with staffed.database.writing() as session:
        (contact,) = queries.on_call_contacts(session)
        session.add(service_alarm_notices.new_notice("outgoing queue", notice, contact, at, at))
    service_commit.stop_messages(staffed.context, "+250788000055")

    service_alarm_notices.send_due(staffed.context)
    staffed.clock.turn(minutes=10)
    service_alarm_notices.send_due(staffed.context)

    assert staffed.sms.sent == []
    assert (staffed.message.outcome, staffed.states) == ("withdrawn", ["failed"])
    assert staffed.all(OnCallContact)[0].unreachable == "stopped"
    assert service_alarm_notices.contacts(staffed.context) == []


@pytest.mark.parametrize("wish", [by_sms, by_notice])
def test_an_enrolled_number_stays(staffed: District, wish: Callable[[District], None]) -> None:
    wish(staffed)
    tip_id = staffed.tell(urgency=2)
    staffed.deliver()

    with staffed.database.reading() as session:
        assert session.scalars(select(Stopped)).all() == []
    assert staffed.responder(1).unreachable is None
    assert {who for _, who in staffed.told(tip_id)} == {1}
    alerts = [to for to, text in staffed.sms.sent if "Gasabo" in text]
    assert alerts == [HERS]


@pytest.mark.parametrize("wish", [by_sms, by_notice])
def test_a_stop_of_an_enrolled_number_is_told_once_to_her_her_coordinator_and_the_watch(
    staffed: District, wish: Callable[[District], None]
) -> None:
    staffed.enrol(Level.COORDINATOR)
    staffed.enrol(Level.COORDINATOR, districts=("11",))
    wish(staffed)
    for _ in range(3):
        staffed.clock.turn(hours=30)
        service_commit.stop_messages(staffed.context, HERS)
    staffed.deliver()

    assert sorted(staffed.sms.sent) == [
        (HERS, "We still send you messages. To stop all messages, tell your coordinator."),
        (
            "+250788000003",
            "A phone of your team sent STOP. Please ask your team why. The phone still gets our messages.",
        ),
    ]
    with staffed.database.reading() as session:
        assert Alarm.STOP_REQUEST in alarms_tables.raised_alarms(session)


def test_a_stop_is_told_once_whatever_was_answered_to_that_phone_before(staffed: District) -> None:
    staffed.enrol(Level.COORDINATOR)
    for number in range(9):
        message = make_message(sender=HERS, text=f"9 {'a' * number}", provider_id=f"ATXid_{number}")
        take_sms(staffed.context, message)
    staffed.deliver()
    answered = len(staffed.sms.sent)
    for minutes in (0, 1, 60 * 24, 60 * 24 * 3):
        staffed.clock.turn(minutes=minutes)
        service_commit.stop_messages(staffed.context, HERS)
        staffed.deliver()

    assert staffed.sms.sent[answered:] == [
        (
            "+250788000003",
            "A phone of your team sent STOP. Please ask your team why. The phone still gets our messages.",
        )
    ]
    with staffed.database.reading() as session:
        assert Alarm.STOP_REQUEST in alarms_tables.raised_alarms(session)


def test_where_no_coordinator_lives_the_national_desk_is_told(staffed: District) -> None:
    by_notice(staffed)
    staffed.deliver()
    assert [to for to, _ in staffed.sms.sent] == [HERS, "+250788000002"]


def test_both_national_numbers_stay_whatever_is_forged(staffed: District) -> None:
    staffed.enrol(Level.NATIONAL)
    for number in ("+250788000002", "+250788000003"):
        service_commit.stop_messages(staffed.context, number)
    with staffed.database.reading() as session:
        assert len(tables.active_responders(session, staffed.clock())) == 3


def test_the_refusal_of_a_send_takes_her_from_the_ladder(staffed: District) -> None:
    tip_id = staffed.tell(urgency=2)
    by_the_gateway(staffed)
    staffed.deliver()
    staffed.deliver()
    assert staffed.responder(1).unreachable is not None
    assert [to for to, _ in staffed.sms.sent] == ["+250788000002"]
    assert {who for _, who in staffed.told(tip_id)} == {1, 2}


def test_one_function_alone_hands_a_word_to_the_gateway() -> None:
    """A second function that sends SMS would need the same check of stopped numbers, and tests like those above."""
    senders = {
        path_of(path)
        for path in python_files("hotline", "workers")
        if path.stem.startswith("service") or path.parent.name in ("cli", "workers")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute) and node.attr == "send"
        if isinstance(node.value, ast.Attribute) and node.value.attr == "sms"
    }
    assert senders == {"hotline/alerts/service_sending.py"}


@pytest.mark.parametrize("flushed", [False, True])
def test_a_caller_stops_it_by_dialling_and_reads_the_end(line: Line, *, flushed: bool) -> None:
    caller = told(line, "4", "5", "4")
    if flushed:
        line.flush()
    assert line.all(Stopped) == []

    assert caller.key("1") == "END Murakoze. Murabeho."
    assert caller.again() == "END Murakoze. Murabeho."

    (row,) = line.all(Stopped)
    assert row.number_key == line.context.pseudonyms.stopped("+250788000077")


def test_who_leaves_it_as_it_is_is_not_stopped(line: Line) -> None:
    assert told(line, "4", "5", "4", "2").screen == "END Murakoze. Murabeho."
    assert line.all(Stopped) == []


def write(district: District, priority: int) -> None:
    with district.database.writing() as session:
        service_messages.write_message(session, WORDING, 1, district.clock(), priority=priority)
