"""Tests how the outbox treats each result of a send, the lease, the pause of the outgoing queue, and a missing delivery
report."""

from dataclasses import replace

import pytest

from hotline.alerts import service_sending
from hotline.core.contexts import Job
from hotline.gateway import tables
from hotline.gateway.rules import MessageState, Outcome, SendResult
from hotline.gateway.tables import Assignment, Message
from hotline.people.rules import Level
from hotline.text.errors import DecryptionFailed, KeyMissing, KeyWrong
from tests.support.contexts import WholeContext, make_context
from tests.support.district import District
from tests.support.fakes import FakeNumbers
from tests.support.taking import take_case


def test_an_alert_goes_out_and_is_accepted(alone: District) -> None:
    assert alone.deliver() == 1

    (reference,) = [row.reference for row in alone.all(Assignment)]
    assert alone.sms.sent == [("+250788000001", f"{reference}: Gasabo. Reply 1 {reference}")]
    message = alone.message
    assert (message.state, message.attempts, message.counted) == ("accepted", 1, 1)
    assert message.provider_id == f"ATXid_{1:032x}"
    assert alone.deliver() == 0


# Each row has five values: the result of a send, the message's new state, the seconds until the
# clock process looks at the message again, 1 if the attempt counts, and the number of assignments
# after the attempt.
ROWS = [
    (Outcome.ACCEPTED, "accepted", 600, 1, 1),
    (Outcome.NOT_SENT, "retry", 1, 0, 1),
    (Outcome.UNKNOWN, "unknown", 600, 1, 1),
    (Outcome.CONFIG_FAULT, "retry", 60, 0, 1),
    (Outcome.MONEY_FAULT, "retry", 60, 0, 1),
    (Outcome.TRANSIENT, "retry", 1, 1, 1),
    (Outcome.PERMANENT, "failed", None, 1, 2),
    (Outcome.STOPPED, "failed", None, 1, 2),
]


@pytest.mark.parametrize(("outcome", "state", "wait", "counted", "told"), ROWS)
def test_each_outcome_has_its_consequence(
    alone: District, outcome: Outcome, state: str, wait: int | None, counted: int, told: int
) -> None:
    alone.sms.results = [SendResult(outcome, provider_status="x", provider_id="ATXid_1")]
    assert alone.deliver_one()

    message = alone.all(Message)[0]
    assert (message.state, message.counted) == (state, counted)
    if wait is not None:
        late = (message.next_at - alone.clock()).total_seconds()
        assert wait <= late <= wait * 1.2
    assert len(alone.all(Assignment)) == told


def test_a_bad_number_is_marked_and_a_colleague_is_alerted_at_once(alone: District) -> None:
    alone.sms.results = [SendResult(Outcome.PERMANENT, provider_status="403")]
    alone.deliver()

    assert alone.responder(1).unreachable == "403"
    assert alone.states == ["failed", "accepted"]
    assert [number for number, _ in alone.sms.sent] == ["+250788000001", "+250788000002"]


@pytest.mark.row("C16")
def test_c16_a_number_on_the_gateway_s_own_list_is_on_ours_from_then_on(alone: District) -> None:
    alone.sms.results = [SendResult(Outcome.STOPPED, provider_status="406")]
    alone.deliver()

    assert alone.responder(1).unreachable == "stopped"
    with alone.database.reading() as session:
        assert tables.stopped(session, ["stop key of +250788000001"])
    assert alone.states == ["failed", "accepted"]


@pytest.mark.fault(23)
@pytest.mark.parametrize(
    ("urgency", "steps"), [(1, (1, 2, 5, 10, *[15] * 8)), (3, (1, 2, 5, 10, 15, 30, *[60] * 6))]
)
def test_what_was_surely_not_sent_never_dies_and_waits_longer_each_time(
    district: District, urgency: int, steps: tuple[int, ...]
) -> None:
    district.enrol(Level.NATIONAL)
    district.tell(urgency=urgency)
    for step in steps:
        district.sms.results = [SendResult(Outcome.NOT_SENT)]
        assert district.deliver_one()
        wait = district.message.next_at - district.clock()
        assert step <= wait.total_seconds() <= step * 1.2
        district.clock.turn(seconds=75)
    assert (district.message.state, district.message.counted) == ("retry", 0)


def test_after_eight_unknowns_it_is_dead_and_somebody_else_knows(alone: District) -> None:
    for _ in range(8):
        alone.sms.results = [SendResult(Outcome.UNKNOWN)]
        assert alone.deliver_one()
        alone.clock.turn(minutes=11)
        service_sending.retry_unknown(alone.context)

    assert alone.all(Message)[0].state == MessageState.UNDELIVERABLE
    assert len(alone.all(Assignment)) == 2
    assert len({text for number, text in alone.sms.sent if number == "+250788000001"}) == 1


@pytest.mark.row("R5")
@pytest.mark.parametrize(("http_status", "wait"), [(500, 5), (None, 10)])
def test_danger_is_tried_again_soon_and_the_next_person_is_told_from_the_second_failure(
    district: District, http_status: int | None, wait: int
) -> None:
    district.enrol()
    district.enrol(Level.DEPUTY)
    tip = district.tell(urgency=1)
    for told in (1, 2):
        district.sms.results = [SendResult(Outcome.UNKNOWN, http_status)]
        assert district.deliver() == told
        assert len(district.told(tip)) == told
        district.clock.turn(seconds=wait - 1)
        service_sending.retry_unknown(district.context)
        assert district.states[0] == "unknown"
        district.clock.turn(seconds=1)
        service_sending.retry_unknown(district.context)

    assert district.jobs.scheduled[-1] == (Job.DELIVER, 1)
    assert district.deliver() == 1
    (words,) = {text for number, text in district.sms.sent if number == "+250788000001"}
    assert [text for _, text in district.sms.sent].count(words) == 3
    assert district.states == ["accepted", "accepted"]


def test_an_answer_ends_the_doubt(alone: District) -> None:
    alone.sms.results = [SendResult(Outcome.UNKNOWN)]
    alone.deliver()
    (row,) = alone.all(Assignment)
    take_case(alone.context, row.responder_id, row.reference, alone.clock())

    alone.clock.turn(minutes=11)
    service_sending.retry_unknown(alone.context)

    assert (alone.message.state, alone.message.delivered_at) == (MessageState.ANSWERED, None)
    assert alone.deliver() == 0


class TestOutgoingQueue:
    @pytest.mark.fault(28)
    @pytest.mark.parametrize("fault", [Outcome.CONFIG_FAULT, Outcome.MONEY_FAULT])
    def test_our_fault_pauses_the_queue_until_a_try_each_minute_succeeds(
        self, district: District, fault: Outcome
    ) -> None:
        district.enrol(Level.NATIONAL)
        for _ in range(3):
            district.tell(urgency=1)
        district.sms.results = [SendResult(fault)] * 2
        assert district.deliver() == 1
        assert len(district.sms.sent) == 1
        with district.database.reading() as session:
            assert tables.queue_state(session).reason == fault
        assert [row.counted for row in district.all(Message)] == [0, 0, 0]

        district.clock.turn(seconds=59)
        assert district.deliver() == 0
        district.clock.turn(seconds=1)
        assert district.deliver() == 1
        district.clock.turn(seconds=60)
        assert district.deliver() == 3
        assert district.states == ["accepted"] * 3
        with district.database.reading() as session:
            assert tables.queue_state(session).reason is None

    @pytest.mark.fault(36)
    @pytest.mark.parametrize(
        "error", [KeyMissing("relay"), KeyWrong("another hotline's")], ids=repr
    )
    def test_a_missing_or_wrong_key_holds_the_lane_and_marks_nobody(
        self, alone: District, error: Exception
    ) -> None:
        class Locked(FakeNumbers):
            def decrypt_number(self, encrypted: bytes) -> str:
                raise error

        service_sending.deliver_due(_with_numbers(alone, Locked()))

        assert alone.states == ["retry"]
        assert alone.responder(1).unreachable is None
        with alone.database.reading() as session:
            assert tables.queue_state(session).reason == "config_fault"

    def test_a_number_that_does_not_open_alerts_the_next(self, alone: District) -> None:
        """The encrypted number in the database is damaged, which is the hotline's fault, so the phone does not count as
        unreachable."""

        class Damaged(FakeNumbers):
            def decrypt_number(self, encrypted: bytes) -> str:
                if encrypted == b"+250788000001":
                    raise DecryptionFailed("damaged")
                return super().decrypt_number(encrypted)

        damaged = _with_numbers(alone, Damaged())
        while service_sending.deliver_due(damaged):
            pass

        assert alone.responder(1).unreachable is None
        assert alone.states == ["dead", "accepted"]
        assert [number for number, _ in alone.sms.sent] == ["+250788000002"]
        with alone.database.reading() as session:
            assert tables.queue_state(session).reason is None


def _with_numbers(alone: District, numbers: FakeNumbers) -> WholeContext:
    context = make_context(database=alone.database, now=alone.clock, sms=alone.sms)
    return replace(context, numbers=numbers)


@pytest.mark.row("C16")
def test_the_stop_list_is_asked_before_every_send(alone: District) -> None:
    with alone.database.writing() as session:
        tables.add_stop(session, "stop key of +250788000001", alone.clock())

    alone.deliver()

    assert [number for number, _ in alone.sms.sent] == ["+250788000002"]
    assert alone.responder(1).unreachable == "stopped"


class TestNoReport:
    @pytest.mark.parametrize(("urgency", "wait"), [(1, 90), (2, 600), (3, 600)])
    def test_it_is_sent_once_more_and_the_next_person_of_the_step_is_told(
        self, district: District, urgency: int, wait: int
    ) -> None:
        for _ in range(2):
            district.enrol(Level.NATIONAL)
        tip = district.tell(urgency=urgency)
        district.deliver()

        district.clock.turn(seconds=wait - 1)
        service_sending.resend_unreported(district.context)
        assert district.states == ["accepted"]
        district.clock.turn(seconds=1)
        (before,) = district.open_deadlines()
        service_sending.resend_unreported(district.context)
        assert [row.due_at for row in district.open_deadlines()] == [before.due_at]
        assert district.deliver() == 2

        assert [step for step, _ in district.told(tip)] == [0, 1]
        assert [number for number, _ in district.sms.sent].count("+250788000001") == 2
        district.clock.turn(seconds=wait * 3)
        service_sending.resend_unreported(district.context)
        assert district.all(Message)[0].attempts == 2

    def test_nobody_is_bothered_again_once_it_is_taken(self, alone: District) -> None:
        alone.deliver()
        (row,) = alone.all(Assignment)
        take_case(alone.context, row.responder_id, row.reference, alone.clock())
        alone.clock.turn(minutes=11)

        service_sending.resend_unreported(alone.context)

        assert alone.states == ["accepted"]
        assert len(alone.all(Assignment)) == 1
