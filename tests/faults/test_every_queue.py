"""Tests faults 17, 18, 21 and 24 of tests/rows.py for each outgoing queue: the hotline loses no message, and sends none
to a wrong number."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import pytest

from hotline.alerts import service_alarm_notices, service_messages, service_sending
from hotline.core.wording import Template
from hotline.dialogue import service_answers
from hotline.gateway import service_pause, tables
from hotline.gateway.rules import (
    FAULTS,
    TO_RESPONDERS,
    AnswerForm,
    Outcome,
    Priority,
    SendResult,
    Wording,
)
from hotline.gateway.tables import Attempt, Message
from hotline.monitoring import service_alarms
from hotline.people.rules import Level
from hotline.people.tables import Responder
from tests.faults.test_relay_dies import Fuse, Killed, dying
from tests.support.contexts import WholeContext
from tests.support.fakes import FakeNumbers
from tests.support.texting import HERS, Texter, texter

__all__ = ["texter"]

KEZA, ALINE = "+250788700001", "+250788000001"
QUEUES = pytest.mark.parametrize("queue", list(Priority), ids=lambda queue: queue.name.lower())
MINUTES_AFTER = 2
PLACES = 8
"""The test kills the process at each of this many places in one send: at its database writes and at its request to the
gateway. A send has fewer writes than this."""
SENDERS: dict[str, Callable[[WholeContext], object]] = {
    "alerts": service_sending.deliver_due,
    "answers": service_answers.send_due,
    "watch": service_alarm_notices.send_due,
}
"""For each queue, the function that sends its messages. The worker calls the first two functions, and the monitor the
third."""


@dataclass
class Sending:
    """One message in one queue, and the processes that send it."""

    texter: Texter
    queue: Priority

    def __post_init__(self) -> None:
        self.write()

    @property
    def process(self) -> str:
        if self.queue in TO_RESPONDERS:
            return "alerts"
        return "answers" if self.queue is Priority.ANSWER else "watch"

    @property
    def number(self) -> str:
        return {"alerts": ALINE, "answers": HERS, "watch": KEZA}[self.process]

    def context(self, process: str) -> WholeContext:
        """Returns the context of a process, with the key of the worker or of the monitor."""
        context = self.texter.line.context
        return replace(context, numbers=FakeNumbers()) if process == "watch" else context

    def write(self) -> None:
        line, context = self.texter.line, self.texter.line.context
        at = line.clock()
        if self.process == "watch":
            service_alarms.add_contact(context, "Keza", KEZA, "en", by="Aline")
            service_alarms.send_test_notices(context)
            return
        if self.process == "answers":
            says = service_answers.AnswerContent(
                AnswerForm.HINT, context.flow_sets.live(), {}, "rw"
            )
            with line.database.writing() as session:
                assert service_answers.write_answer(session, context, to=HERS, content=says, at=at)
            return
        who = line.enrol(Level.NATIONAL, ALINE)
        wording = Wording(Template.CASE_OVER, {"ref": "K7Q4"}, "en")
        with line.database.writing() as session:
            session.get_one(Responder, who).encrypted_number = context.encrypter.number(ALINE)
            service_messages.write_message(session, wording, who, at, priority=self.queue)

    def send(self, process: str = "") -> None:
        process = process or self.process
        SENDERS[process](self.context(process))

    def pass_time(self) -> None:
        """Moves the clock while all processes work, until every lease, every wait after an unknown result and every
        pause after a fault has ended. Continues for two minutes after the message was accepted or has failed. In these
        two minutes, no process may send the message again."""
        after = 0
        for _ in range(12):
            after += self.row.state in ("accepted", "failed")
            if after > MINUTES_AFTER:
                break
            self.texter.line.clock.turn(seconds=61)
            relay = self.context("alerts")
            service_sending.expire_leases(relay)
            service_sending.retry_unknown(relay)
            for process in SENDERS:
                self.send(process)

    @property
    def row(self) -> Message:
        (only,) = self.texter.line.all(Message)
        assert isinstance(only, Message)
        return only

    @property
    def sent(self) -> list[tuple[str, str]]:
        return self.texter.sms.sent

    @property
    def doubtful(self) -> int:
        attempts = self.texter.line.all(Attempt)
        return sum(row.outcome in (None, Outcome.UNKNOWN) for row in attempts)


@pytest.mark.fault(17)
@pytest.mark.fault(18)
@QUEUES
@pytest.mark.parametrize("place", range(1, PLACES))
def test_rows_17_and_18_a_kill_sends_once(texter: Texter, queue: Priority, place: int) -> None:
    """After the kill, another process sends the message. An answer to a stranger that may have arrived is not sent
    again, because the stranger can write again."""
    sending = Sending(texter, queue)
    fuse = Fuse(place)
    with dying(texter.line.database, texter.sms, fuse), suppress(Killed):
        sending.send()
    sending.pass_time()

    assert {to for to, _ in sending.sent} <= {sending.number}
    assert len({text for _, text in sending.sent}) <= 1, "every send of it is the same"
    assert len(sending.sent) <= 1 + sending.doubtful
    assert sending.row.state == "accepted"
    if queue is Priority.ANSWER:
        assert (sending.row.encrypted_number, sending.row.parameters) == (b"", {})
        assert len(sending.sent) == 1 or sending.doubtful, "none but what may have been sent"
        assert len(sending.sent) <= 1
    else:
        assert sending.sent


@QUEUES
def test_the_places_reach_beyond_the_last_write(texter: Texter, queue: Priority) -> None:
    sending = Sending(texter, queue)
    fuse = Fuse(PLACES)
    with dying(texter.line.database, texter.sms, fuse):
        sending.send()
    assert (fuse.left > 0, sending.row.state) == (True, "accepted")


@pytest.mark.fault(21)
@QUEUES
def test_row_21_only_one_process_sends(texter: Texter, queue: Priority) -> None:
    sending = Sending(texter, queue)
    others: list[int] = []

    def meanwhile() -> None:
        texter.sms.during = None
        for process in SENDERS:
            sending.send(process)
        others.append(len(sending.sent))

    texter.sms.during = meanwhile
    sending.send()
    assert others == [1]
    assert [to for to, _ in sending.sent] == [sending.number]


GOES_ON = (Outcome.NOT_SENT, Outcome.TRANSIENT, Outcome.CONFIG_FAULT, Outcome.MONEY_FAULT)
ENDS = (Outcome.PERMANENT, Outcome.STOPPED)


@pytest.mark.fault(24)
@QUEUES
@pytest.mark.parametrize("outcome", [*GOES_ON, *ENDS, Outcome.UNKNOWN])
def test_row_24_what_the_gateway_answers_is_recorded_and_tried_again_where_that_helps(
    texter: Texter, queue: Priority, outcome: Outcome
) -> None:
    sending = Sending(texter, queue)
    texter.sms.results.append(SendResult(outcome))
    sending.send()
    assert [row.outcome for row in texter.line.all(Attempt)] == [outcome]
    with texter.line.database.reading() as session:
        held = tables.pause_reason(session, texter.line.context.now()) is not None
    assert held == (outcome in FAULTS and queue is not Priority.MONITOR)

    sending.pass_time()
    once = outcome in ENDS or (outcome is Outcome.UNKNOWN and queue is Priority.ANSWER)
    assert [to for to, _ in sending.sent] == [sending.number] * (1 if once else 2)
    assert sending.row.state == ("failed" if outcome in ENDS else "accepted")
    if queue is Priority.ANSWER:
        assert (sending.row.encrypted_number, sending.row.parameters) == (b"", {})


@pytest.mark.row("P3")
@QUEUES
def test_a_pause_stops_every_queue_but_the_monitors(texter: Texter, queue: Priority) -> None:
    sending = Sending(texter, queue)
    service_pause.pause(texter.line.context, by="Aline", reason="a wrong list of numbers")
    for process in SENDERS:
        sending.send(process)
    assert len(sending.sent) == (queue is Priority.MONITOR)


@QUEUES
def test_no_process_claims_what_another_one_sends(texter: Texter, queue: Priority) -> None:
    """Only the monitor sends notices about faults, and the monitor sends no other messages."""
    sending = Sending(texter, queue)
    for process in SENDERS:
        if process != sending.process:
            sending.send(process)
    assert (sending.sent, sending.row.state) == ([], "pending")
    sending.send()
    assert [to for to, _ in sending.sent] == [sending.number]


def test_the_row_of_an_answer_never_names_what_the_gateway_calls_it(texter: Texter) -> None:
    """The row of an answer does not store the gateway's message id. With this id, the gateway's records would show the
    phone number of the person behind the row's pseudonym."""
    sending = Sending(texter, Priority.ANSWER)
    sending.send()
    (attempt,) = texter.line.all(Attempt)
    assert (sending.row.provider_id, attempt.provider_id) == (None, None)
    assert (attempt.outcome, attempt.gateway) == ("accepted", "africastalking")
