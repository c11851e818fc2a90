"""How an answer by SMS is sent: after alerts, soon or never, once, and to whom the gateway lets us write."""

from dataclasses import replace

import pytest

from hotline.domain.jobs import Job
from hotline.domain.outbox.delivery import MessageState, Outcome, SendResult
from hotline.domain.outbox.message import Kind, Wording
from hotline.domain.wording import Template
from hotline.sealing.sealer import Sealer
from hotline.services.outbox import delivery
from hotline.services.referrals import case_messages
from hotline.services.sms import sms_replies
from hotline.services.sms.inbox import InboxOutcome
from hotline.store.dialogue.contacts import Stopped
from hotline.store.outbox.messages import Message
from tests.callers import Line
from tests.texting import HERS, Texter, answers_of, texter

__all__ = ["texter"]


def test_an_alert_goes_first_and_an_answer_waits(texter: Texter) -> None:
    texter.says("akazi")
    with texter.line.database.writing() as session:
        session.add(waiting_alert(texter.line))
    assert texter.reads() == []


def test_what_is_late_is_never_sent(texter: Texter) -> None:
    texter.says("akazi")
    texter.line.clock.turn(minutes=11)
    sms_replies.keep_time(texter.line.kit)
    assert texter.reads() == []
    (row,) = answers_of(texter.line)
    assert (row.state, row.sealed_number, row.parameters) == (MessageState.FAILED, b"", {})


def test_the_clock_sends_what_no_bell_was_heard_for(texter: Texter) -> None:
    texter.line.jobs.dead = True
    texter.says("akazi")
    texter.line.clock.turn(seconds=2)
    sms_replies.keep_time(texter.line.kit)
    assert [to for to, _ in texter.sms.sent] == [HERS]


def test_a_worker_that_died_sends_nothing_twice(texter: Texter) -> None:
    texter.says("akazi")
    kit = replace(texter.line.kit, sms=Dying())
    with pytest.raises(RuntimeError):
        sms_replies.send_due(kit)
    texter.line.clock.turn(seconds=40)
    delivery.expire_leases(texter.line.kit)
    assert texter.reads() == []
    assert answers_of(texter.line)[0].sealed_number == b""


@pytest.mark.parametrize(
    ("outcome", "state", "tries"),
    [
        (Outcome.ACCEPTED, MessageState.ACCEPTED, 1),
        (Outcome.UNKNOWN, MessageState.ACCEPTED, 1),
        (Outcome.PERMANENT, MessageState.FAILED, 1),
        (Outcome.NOT_SENT, MessageState.ACCEPTED, 2),
        (Outcome.MONEY_FAULT, MessageState.ACCEPTED, 2),
    ],
)
def test_what_the_gateway_says_of_an_answer(
    texter: Texter, outcome: Outcome, state: MessageState, tries: int
) -> None:
    texter.sms.results.append(SendResult(outcome))
    texter.says("akazi")
    sms_replies.send_due(texter.line.kit)
    texter.line.clock.turn(seconds=61)
    sms_replies.send_due(texter.line.kit)
    (row,) = answers_of(texter.line)
    assert (row.state, len(texter.sms.sent)) == (state, tries)
    assert (row.sealed_number, row.parameters) == (b"", {})


def test_whom_the_gateway_has_blacklisted_stands_on_our_own_list(texter: Texter) -> None:
    texter.sms.results.append(SendResult(Outcome.STOPPED, provider_status="406"))
    texter.says("akazi")
    texter.reads()
    (row,) = texter.line.all(Stopped)
    assert row.number_key == texter.line.kit.pseudonyms.stopped(HERS)


def test_without_the_relays_key_nobody_is_answered_and_the_doctor_says_so(texter: Texter) -> None:
    texter.line.kit = replace(texter.line.kit, sealer=Sealer())
    assert texter.says("akazi") is InboxOutcome.READ
    assert texter.reads() == []
    found = sms_replies.finding(texter.line.kit, sealed=False)
    assert (found.ok, "hotline keys import" in found.todo) == (False, True)


def test_answers_are_rung_for_apart_from_alerts(texter: Texter) -> None:
    texter.says("akazi")
    assert [job for job, _ in texter.line.jobs.rung] == [Job.ANSWER]
    assert [row.kind for row in texter.line.all(Message)] == [Kind.ANSWER]


def waiting_alert(line: Line) -> Message:
    wording = Wording(Template.TAKEN, {"ref": "K7Q4"}, "en")
    return case_messages.message(Kind.ALERT, wording, 1, priority=1, at=line.clock(), of=None)


class Dying:
    def send(self, msisdn: str, text: str) -> SendResult:
        raise RuntimeError("killed")
