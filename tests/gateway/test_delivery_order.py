"""Tests the order of messages, how many are sent at once, and the claims and leases of the outbox."""

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts import service_sending as alerts_service_sending
from hotline.gateway import tables
from hotline.gateway.rules import FreeSends, MessageState, Outcome, ReportIn, SendResult, free_sends
from hotline.gateway.tables import Message
from hotline.people.rules import Level
from tests.support.contexts import make_context
from tests.support.district import District


def test_danger_goes_first(district: District) -> None:
    district.enrol(Level.NATIONAL)
    for urgency in (3, 2, 1):
        district.tell(urgency=urgency)
    order: list[int] = []
    district.sms.during = lambda: order.append(
        next(row.priority for row in district.all(Message) if row.state == "sending")
    )
    assert district.deliver() == 3
    assert order == [1, 2, 3]


def test_alerts_of_one_step_have_a_turn_each(district: District) -> None:
    for _ in range(2):
        district.enrol()
    district.enrol(Level.NATIONAL)
    district.tell(urgency=1)
    district.tell(urgency=1)
    assert [row.turn for row in district.all(Message)] == [0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize(
    ("at_once", "under_way", "others", "doubted", "left"),
    [
        (32, 0, 0, False, FreeSends(32, 12)),
        (32, 20, 0, False, FreeSends(12, 12)),
        (32, 25, 0, False, FreeSends(7, 7)),
        (32, 20, 12, False, FreeSends(12, 0)),
        (32, 20, 20, False, FreeSends(12, 0)),
        (32, 32, 0, False, FreeSends(0, 0)),
        (32, 40, 9, False, FreeSends(0, 0)),
        (1, 0, 0, False, FreeSends(1, 1)),
        (1, 1, 0, False, FreeSends(0, 0)),
        (32, 0, 0, True, FreeSends(1, 1)),
        (32, 1, 0, True, FreeSends(0, 0)),
    ],
)
def test_the_room_of_the_line(
    at_once: int, under_way: int, others: int, doubted: bool, left: FreeSends
) -> None:
    assert free_sends(at_once, under_way, others, doubted=doubted) == left


@given(at_once=st.integers(1, 999), under_way=st.integers(0, 2000), others=st.integers(0, 2000))
def test_no_step_gives_more_room_than_there_is(at_once: int, under_way: int, others: int) -> None:
    for doubted, left in product((False, True), (at_once - under_way,)):
        found = free_sends(at_once, under_way, min(others, under_way), doubted=doubted)
        assert 0 <= found.others <= found.first <= max(left, 0 if not doubted else 1)


@pytest.mark.both
class TestTheFence:
    def test_no_transaction_is_open_while_it_sends(self, alone: District) -> None:
        def write() -> None:
            with alone.database.writing() as session:
                tables.end_fault(session)

        alone.sms.during = write
        assert alone.deliver() == 1

    def test_the_claim_is_on_disk_before_the_socket_opens(self, alone: District) -> None:
        seen = []
        alone.sms.during = lambda: seen.append((alone.message.state, len(alone.attempts)))
        alone.deliver()
        assert seen == [("sending", 1)]

    @pytest.mark.fault(19)
    def test_two_workers_on_one_message_send_it_once(self, alone: District) -> None:
        alone.sms.during = lambda: seen.append(alerts_service_sending.deliver_due(alone.context))
        seen: list[int] = []
        assert alone.deliver() == 1
        assert seen == [0]
        assert len(alone.sms.sent) == 1

    @pytest.mark.fault(18)
    def test_a_dead_worker_leaves_doubt_and_the_message_goes_again(self, alone: District) -> None:
        class Killed(BaseException):
            pass

        def die(name: str) -> None:
            if name == "worker.after_send":
                raise Killed

        dying = make_context(database=alone.database, now=alone.clock, sms=alone.sms, failpoint=die)
        with pytest.raises(Killed):
            alerts_service_sending.deliver_due(dying)
        alerts_service_sending.expire_leases(alone.context)
        assert alone.message.state == MessageState.SENDING

        alone.clock.turn(seconds=31)
        alerts_service_sending.expire_leases(alone.context)
        assert (alone.message.state, alone.message.counted) == ("unknown", 1)
        alone.clock.turn(minutes=10)
        alerts_service_sending.retry_unknown(alone.context)
        alone.deliver()

        assert alone.message.state == MessageState.ACCEPTED
        assert [attempt.outcome for attempt in alone.attempts] == [None, "accepted"]
        assert len(set(alone.sms.sent)) == 1

    @pytest.mark.fault(20)
    def test_a_late_no_changes_nothing(self, alone: District) -> None:
        """The lease of the first attempt ended, and the gateway accepted a second attempt before it refused the first
        one."""
        alone.sms.during = _once(lambda: _overtake(alone))
        alone.sms.results = [SendResult(Outcome.PERMANENT, provider_status="403")]
        alone.sms.results.append(SendResult(Outcome.ACCEPTED, provider_id="ATXid_2"))
        # The list is reversed because the simulated gateway takes a result when a send returns, and the second attempt
        # returns first.
        alone.sms.results.reverse()
        alone.deliver()

        assert (alone.message.state, alone.message.provider_id) == ("accepted", "ATXid_2")
        assert alone.responder(1).unreachable is None
        assert [attempt.outcome for attempt in alone.attempts] == ["permanent", "accepted"]

    def test_a_late_no_says_nothing_of_a_newer_attempt_in_doubt(self, alone: District) -> None:
        alone.sms.during = _once(lambda: _overtake(alone))
        # The first result is for the second attempt: the simulated gateway takes a result when a send returns, and the
        # second attempt returns first.
        alone.sms.results = [
            SendResult(Outcome.UNKNOWN),
            SendResult(Outcome.PERMANENT, provider_status="403"),
        ]
        alone.deliver_one()

        assert (alone.message.state, alone.message.attempts) == ("unknown", 2)
        assert alone.responder(1).unreachable is None

    @pytest.mark.fault(20)
    def test_a_late_yes_ends_the_doubt_about_a_newer_attempt(self, alone: District) -> None:
        alone.sms.during = _once(lambda: _overtake(alone))
        # The first result is for the second attempt: the simulated gateway takes a result when a send returns, and the
        # second attempt returns first.
        alone.sms.results = [
            SendResult(Outcome.UNKNOWN),
            SendResult(Outcome.ACCEPTED, provider_id="ATXid_1"),
        ]
        alone.deliver_one()

        assert (alone.message.state, alone.message.provider_id) == ("accepted", "ATXid_1")

    def test_what_arrived_meanwhile_is_not_sent_again(self, alone: District) -> None:
        """The delivery report on the first attempt arrives during the second attempt. Then the second attempt
        fails."""
        alone.deliver()
        alone.clock.turn(minutes=10)
        alerts_service_sending.resend_unreported(alone.context)
        report = ReportIn(f"ATXid_{1:032x}", "Success", None)
        alone.sms.during = lambda: alerts_service_sending.apply_report(alone.context, report)
        alone.sms.results = [SendResult(Outcome.UNKNOWN)]
        assert alone.deliver_one()

        assert [attempt.outcome for attempt in alone.attempts] == ["accepted", "unknown"]
        assert alone.all(Message)[0].state == MessageState.DELIVERED

    def test_a_late_yes_ends_the_doubt(self, alone: District) -> None:
        def sleep_past_the_lease() -> None:
            alone.clock.turn(seconds=31)
            alerts_service_sending.expire_leases(alone.context)
            assert alone.message.state == MessageState.UNKNOWN

        alone.sms.during = _once(sleep_past_the_lease)
        alone.deliver_one()

        assert (alone.message.state, alone.message.counted) == ("accepted", 1)


def _once(act: Callable[[], None]) -> Callable[[], None]:
    """Returns a function that runs `act` at its first call, and does nothing at later calls."""
    left = [act]

    def run() -> None:
        if left:
            left.pop()()

    return run


def _overtake(district: District) -> None:
    district.clock.turn(seconds=31)
    alerts_service_sending.expire_leases(district.context)
    district.clock.turn(minutes=10)
    alerts_service_sending.retry_unknown(district.context)
    assert district.deliver_one()
