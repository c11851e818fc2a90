"""Tests how the hotline sends an answer by SMS: after all alerts, soon or not at all, only once, and only to allowed
numbers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hotline.alerts import queries_outbox, service_messages, service_partial_pause, service_sending
from hotline.core.contexts import Job
from hotline.core.wording import Template
from hotline.dialogue import service_answers
from hotline.dialogue.service_sms import InboxOutcome
from hotline.gateway.rules import (
    AnswersSent,
    MessageKind,
    MessageState,
    Outcome,
    OutgoingPart,
    SendResult,
    Wording,
)
from hotline.gateway.tables import Message, Stopped
from hotline.keys.encrypt import Encrypter
from hotline.monitoring.service_checks_database import check_database
from tests.support.texting import HERS, Texter, answers_of, texter

__all__ = ["texter"]


@pytest.mark.adversary("a person who floods the hotline")
def test_an_alert_goes_first_and_an_answer_waits(texter: Texter) -> None:
    texter.says("akazi")
    with texter.line.database.writing() as session:
        wording = Wording(Template.TAKEN, {"ref": "K7Q4"}, "en")
        service_messages.write_message(session, wording, 1, texter.line.clock(), priority=1)
    assert texter.reads() == []


def test_a_pause_of_answers_holds_them_and_no_alert(texter: Texter) -> None:
    part, why = OutgoingPart.ANSWERS, {"by": "Aline", "reason": "read by others"}
    service_partial_pause.pause(texter.line.context, part, **why)
    texter.says("akazi")
    assert texter.reads() == []
    service_partial_pause.resume(texter.line.context, part, **why)
    service_sending.deliver_due(texter.line.context)
    texter.sms.sent.clear()
    service_answers.send_due(texter.line.context)
    assert [to for to, _ in texter.sms.sent] == [HERS]


def test_a_forgotten_pause_spends_no_limit_and_is_reported(texter: Texter) -> None:
    part, why = OutgoingPart.ANSWERS, {"by": "Aline", "reason": "read by others"}
    service_partial_pause.pause(texter.line.context, part, **why)
    texter.says("akazi")
    texter.line.clock.turn(minutes=11)
    service_answers.keep_time(texter.line.context)
    at = texter.line.clock()
    key = answers_of(texter.line)[0].contact_key or ""
    with texter.line.database.reading() as session:
        spent = queries_outbox.spent_on_answers(session, key, at, at - timedelta(hours=1))
    assert spent == AnswersSent(0, 0, 0)
    found = {one.name: one for one in check_database(texter.line.context)}["outgoing queue"]
    assert (found.ok, "answers since" in found.message) == (False, True)


def test_what_is_late_is_never_sent(texter: Texter) -> None:
    texter.says("akazi")
    texter.line.clock.turn(minutes=11)
    service_answers.keep_time(texter.line.context)
    assert texter.reads() == []
    (row,) = answers_of(texter.line)
    assert (row.state, row.encrypted_number, row.parameters) == (MessageState.FAILED, b"", {})


def test_the_clock_sends_what_no_bell_was_heard_for(texter: Texter) -> None:
    texter.line.jobs.dead = True
    texter.says("akazi")
    texter.line.clock.turn(seconds=2)
    service_answers.keep_time(texter.line.context)
    assert [to for to, _ in texter.sms.sent] == [HERS]


def test_whom_the_gateway_has_blacklisted_stands_on_our_own_list(texter: Texter) -> None:
    texter.sms.results.append(SendResult(Outcome.STOPPED, provider_status="406"))
    texter.says("akazi")
    texter.reads()
    (row,) = texter.line.all(Stopped)
    assert row.number_key == texter.line.context.pseudonyms.stopped(HERS)


def test_without_the_relays_key_nobody_is_answered_and_the_doctor_says_so(texter: Texter) -> None:
    texter.line.context = replace(texter.line.context, encrypter=Encrypter())
    assert texter.says("akazi") is InboxOutcome.READ
    assert texter.reads() == []
    found = service_answers.check_answers(texter.line.context, encrypted=False)
    assert (found.ok, "hotline keys import" in found.todo) == (False, True)


def test_answers_are_rung_for_apart_from_alerts(texter: Texter) -> None:
    texter.says("akazi")
    assert [job for job, _ in texter.line.jobs.scheduled] == [Job.ANSWER]
    assert [row.kind for row in texter.line.all(Message)] == [MessageKind.ANSWER]
