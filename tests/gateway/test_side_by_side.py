"""Tests many alerts that are sent at the same time: their order, their number, and what stops them."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from threading import Condition, Thread

import pytest
from sqlalchemy import select

from hotline.alerts import queries_outbox, service_sending
from hotline.gateway import service_pause
from hotline.gateway.rules import LEASE, LONG_WAIT, MAX_SEND, MessageState, Outcome, SendResult
from hotline.gateway.senders import ThreadSenders
from hotline.gateway.tables import Assignment, Attempt, Message
from hotline.people.rules import Level
from hotline.tips.tables import Tip
from tests.support.contexts import WholeContext
from tests.support.district import District
from tests.support.eventually import eventually

PATIENCE = 30.0
"""If a test waits longer than this many seconds, it fails."""
ACCEPTED = SendResult(Outcome.ACCEPTED, 201, "102")


class HeldSms:
    """A gateway in which each send waits for `answer`. `asked` contains every text in the order of arrival."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._changed = Condition()
        self._answers: dict[str, SendResult] = {}
        self._open = False

    def send(self, msisdn: str, text: str) -> SendResult:
        with self._changed:
            self.asked.append(text)
            number = len(self.asked)
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: self._open or text in self._answers, PATIENCE)
            said = self._answers.pop(text, ACCEPTED)
        if said.outcome is Outcome.ACCEPTED:
            return SendResult(said.outcome, said.http_status, said.provider_status, f"id-{number}")
        return said

    def answer(self, *texts: str, result: SendResult = ACCEPTED) -> None:
        with self._changed:
            self._answers |= dict.fromkeys(texts, result)
            self._changed.notify_all()

    def let_all_through(self) -> None:
        """Accepts all pending messages, and all later messages."""
        with self._changed:
            self._open = True
            self._changed.notify_all()

    def until_asked(self, count: int) -> list[str]:
        """Waits until this many messages have reached the gateway. Returns all messages so far."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self.asked) >= count, PATIENCE)
            assert came, f"{len(self.asked)} of {count} were sent"
            return list(self.asked)

    def answer_as_they_come(self, judge: Callable[[int], SendResult | None], total: int) -> None:
        """Answers each message with the result of `judge`, which gets the message's position. If `judge` returns None,
        the message stays pending. Returns after `total` messages."""
        for n in range(total):
            text = self.until_asked(n + 1)[n]
            result = judge(n)
            if result is not None:
                self.answer(text, result=result)


AT_ONCE, OTHERS = 32, 12
Process = Callable[..., WholeContext]


@pytest.fixture
def gateway() -> HeldSms:
    return HeldSms()


@pytest.fixture
def process(district: District, gateway: HeldSms) -> Iterator[Process]:
    """Returns a function that makes the context of a worker. Each context has its own threads, and all contexts use the
    same gateway."""
    begun: list[ThreadSenders] = []

    def start(at_once: int = AT_ONCE) -> WholeContext:
        begun.append(ThreadSenders(at_once))
        line = replace(district.context.line, sends_at_once=at_once)
        return replace(district.context, sms=gateway, senders=begun[-1], line=line)

    yield start
    for senders in begun:
        senders.end(0)
    gateway.let_all_through()
    for senders in begun:
        senders.end(PATIENCE)


def danger(district: District, tips: int) -> None:
    """Adds tips about danger, each in a sector of its own.

    For each tip, two responders of the district and one member of the national desk are alerted.
    """
    for level in (Level.RESPONDER, Level.RESPONDER, Level.NATIONAL):
        district.enrol(level)
    for n in range(tips):
        district.tell(urgency=1, sector=f"12{n:02}")


def begun_for(district: District) -> list[int]:
    """Returns the tip of each attempt, in the order in which messages were claimed."""
    with district.database.reading() as session:
        of = (
            select(Assignment.tip_id)
            .join(Message, Message.assignment_id == Assignment.id)
            .join(Attempt, Attempt.message_id == Message.id)
            .order_by(Attempt.id)
        )
        return list(session.scalars(of))


def settled(district: District, **states: int) -> Callable[[], bool]:
    return lambda: Counter(district.states) == states


def further_on_the_wire(district: District) -> int:
    sending = [row for row in district.all(Message) if row.state == MessageState.SENDING]
    return sum(row.turn > 0 for row in sending)


def is_logged(messages: list[str], caplog: pytest.LogCaptureFixture) -> bool:
    return caplog.messages == messages


@pytest.mark.slow(reason="waits for threads that send side by side, and for the disk")
def test_every_tip_has_its_first_alert_on_the_wire_before_any_has_its_second(
    district: District, gateway: HeldSms, process: Process
) -> None:
    danger(district, 20)
    assert service_sending.deliver_due(process()) == AT_ONCE

    assert len(gateway.until_asked(AT_ONCE)) == AT_ONCE
    assert len(set(begun_for(district)[:20])) == 20
    assert Counter(district.states) == {"sending": 32, "pending": 28}

    gateway.answer_as_they_come(lambda _: ACCEPTED, 60)
    eventually(settled(district, accepted=60), seconds=PATIENCE)
    assert len(set(gateway.asked)) == 60


def test_no_danger_waits_behind_the_time_out_of_another(
    district: District, gateway: HeldSms, process: Process
) -> None:
    """Every second send gets no answer. Twenty tips need sixty alerts. The thirty alerts that get an answer are still
    sent: some at once, and the rest after five seconds."""
    danger(district, 20)
    context = process()
    service_sending.deliver_due(context)
    answering = Thread(
        target=gateway.answer_as_they_come, args=(lambda n: ACCEPTED if n % 2 else None, 60)
    )
    answering.start()
    eventually(lambda: further_on_the_wire(district) == OTHERS, seconds=PATIENCE)

    district.clock.turn(seconds=LONG_WAIT.total_seconds())
    service_sending.deliver_due(context)
    answering.join()
    eventually(settled(district, accepted=30, sending=30), seconds=PATIENCE)


@pytest.mark.slow(reason="waits for a gateway that takes its time")
def test_twenty_who_tell_after_one_another_have_their_first_alert_on_the_wire(
    district: District, gateway: HeldSms, process: Process
) -> None:
    """The gateway answers no send while twenty callers report. Further alerts of the first tips leave room for the
    first alert of the last tip."""
    danger(district, 0)
    context = process()
    for n in range(20):
        district.tell(urgency=1, sector=f"12{n:02}")
        service_sending.deliver_due(context)
    assert len(gateway.until_asked(AT_ONCE)) == AT_ONCE
    assert set(begun_for(district)) == {tip.id for tip in district.all(Tip)}


def test_waiting_danger_comes_first(district: District, gateway: HeldSms, process: Process) -> None:
    danger(district, 3)
    context = process(8)
    assert service_sending.deliver_due(context) == 3 + 3
    district.clock.turn(seconds=(LONG_WAIT - timedelta(seconds=1)).total_seconds())
    assert service_sending.deliver_due(context) == 0
    district.clock.turn(seconds=1)
    assert service_sending.deliver_due(context) == 2


def test_danger_finds_a_place_where_all_the_rest_is_slow(
    district: District, gateway: HeldSms, process: Process
) -> None:
    district.enrol(Level.NATIONAL)
    for _ in range(10):
        district.tell(urgency=3)
    context = process(8)
    assert service_sending.deliver_due(context) == 3

    for _ in range(6):
        district.tell(urgency=1)
    assert service_sending.deliver_due(context) == 5
    waiting = gateway.until_asked(8)
    gateway.answer(waiting[0])
    assert "urgent" in gateway.until_asked(9)[8]


@pytest.mark.both
@pytest.mark.slow(reason="waits for a gateway that takes its time")
def test_two_processes_share_places(district: District, gateway: HeldSms, process: Process) -> None:
    danger(district, 20)
    kits = [process(), process()]
    threads = [Thread(target=service_sending.deliver_due, args=(context,)) for context in kits]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # If both workers claim messages at the same moment, they send one message more than `AT_ONCE` at the same time.
    assert AT_ONCE <= len(gateway.until_asked(AT_ONCE)) <= AT_ONCE + 1
    gateway.answer_as_they_come(lambda _: ACCEPTED, 60)
    eventually(settled(district, accepted=60), seconds=PATIENCE)
    assert len(set(gateway.asked)) == 60


def test_a_dead_process_keeps_its_places_no_longer_than_a_send_can_take(
    district: District, gateway: HeldSms, process: Process
) -> None:
    danger(district, 8)
    with district.database.writing() as session:
        assert len(queries_outbox.claim_due(session, district.clock(), 8, 8, "dead")) == 8
    context = process(8)

    district.clock.turn(seconds=(MAX_SEND - timedelta(seconds=1)).total_seconds())
    assert service_sending.deliver_due(context) == 0
    district.clock.turn(seconds=1)
    assert service_sending.deliver_due(context) == 8
    assert MAX_SEND < LEASE


def test_a_pause_stops_the_rest(district: District, gateway: HeldSms, process: Process) -> None:
    danger(district, 4)
    service_sending.deliver_due(process(5))
    waiting = gateway.until_asked(5)
    service_pause.pause(district.context, by="Aline", reason="restored")

    gateway.answer(*waiting)
    eventually(settled(district, accepted=5, pending=7), seconds=PATIENCE)
    assert len(gateway.asked) == 5


def test_our_fault_is_tried_once(district: District, gateway: HeldSms, process: Process) -> None:
    danger(district, 4)
    context = process(5)
    service_sending.deliver_due(context)
    gateway.answer(*gateway.until_asked(5), result=SendResult(Outcome.MONEY_FAULT, 201, "405"))
    eventually(settled(district, retry=5, pending=7), seconds=PATIENCE)
    assert len(gateway.asked) == 5

    district.clock.turn(seconds=61)
    eventually(lambda: service_sending.deliver_due(context) == 0, seconds=PATIENCE)
    assert len(gateway.until_asked(6)) == 6
    gateway.answer(gateway.asked[5])
    assert len(gateway.until_asked(11)) == 11


def test_told_to_stop_it_writes_what_is_on_the_wire_and_begins_nothing(
    district: District, gateway: HeldSms, process: Process
) -> None:
    danger(district, 4)
    context = process(5)
    service_sending.deliver_due(context)
    waiting = gateway.until_asked(5)

    context.senders.end(0)
    gateway.answer(*waiting)
    context.senders.end(PATIENCE)

    assert Counter(district.states) == {"accepted": 5, "pending": 7}
    assert service_sending.deliver_due(context) == 0


def test_a_send_that_breaks_gives_its_place_back_and_says_no_number(
    district: District, process: Process, caplog: pytest.LogCaptureFixture
) -> None:
    class Broken:
        def send(self, msisdn: str, text: str) -> SendResult:
            raise ValueError(msisdn)

    danger(district, 1)
    context = replace(process(1), sms=Broken())
    with caplog.at_level(logging.ERROR):
        for named in (["an SMS was not sent: ValueError"] * n for n in (1, 2, 3)):
            eventually(lambda: service_sending.deliver_due(context) == 1, seconds=PATIENCE)
            eventually(partial(is_logged, named, caplog), seconds=PATIENCE)
            district.clock.turn(seconds=MAX_SEND.total_seconds())

    assert Counter(district.states) == {"sending": 3}
