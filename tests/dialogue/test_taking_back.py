"""C2: tests that a person can ask by SMS to erase a tip that they sent by SMS.

The SMS counts as a request only if the gateway's inbox lists it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from hotline.alerts import service_assignment, service_closing
from hotline.core.wording import Template
from hotline.dialogue.service_sms import Arrival, InboxOutcome, take_sms
from hotline.gateway.rules import MessageIn
from hotline.gateway.tables import Message
from hotline.people.rules import Level
from hotline.people.rules_audit import read_actor
from hotline.people.tables_audit import AuditEntry
from hotline.tips.tables import Tip
from tests.support.builders import make_message
from tests.support.callers import Line
from tests.support.contexts import make_line
from tests.support.texting import answers_of

HERS, ANOTHERS = "+250788000055", "+250788000056"
TOLD = "umukobwa afungiranye mu nzu i Gasabo"
NUMBERS = count(1)


def writes(line: Line, text: str, *ways: Arrival, sender: str = HERS) -> MessageIn:
    line.clock.turn(seconds=90)
    message = make_message(
        provider_id=f"ATXid_{next(NUMBERS)}", sender=sender, text=text, sent_at=line.context.now()
    )
    for way in ways or (Arrival.CALLED, Arrival.LISTED):
        take_sms(line.context, message, way)
    return message


def wanted(line: Line) -> Sequence[bool]:
    """Returns one value for each tip, in the order in which the tips arrived: True if the sender asked to erase the
    tip."""
    return [tip.erasure_asked_at is not None for tip in line.tips]


@pytest.mark.row("C2")
@pytest.mark.parametrize("text", ["siba", "delete this", "Effacez ce message"])
@pytest.mark.parametrize(
    "ways", [(Arrival.CALLED, Arrival.LISTED), (Arrival.LISTED,), (Arrival.LISTED, Arrival.CALLED)]
)
def test_erasure_sms_marks_only_that_phone_s_tips(
    line: Line, text: str, ways: tuple[Arrival, ...]
) -> None:
    writes(line, TOLD)
    line.clock.turn(minutes=31)
    writes(line, "mu nzu itukura hari abandi bakobwa")
    writes(line, "hari umuntu utwara abakobwa", sender=ANOTHERS)
    writes(line, text, *ways)
    assert wanted(line) == [True, True, False]
    assert all(line.read(tip)["words"] for tip in line.tips)
    marks = [row.actor for row in line.all(AuditEntry) if row.action == "erase_wanted"]
    assert [read_actor(one, {}) for one in marks] == [("", "the phone that sent the SMS")] * 2


def test_desk_is_notified_at_once_and_decides(line: Line) -> None:
    line.enrol(Level.NATIONAL, "+250788000012")
    writes(line, TOLD)
    service_assignment.assign_pending(line.context)
    writes(line, "siba")
    templates = {row.template for row in line.all(Message)}
    assert {Template.ERASE_WANTED.name, Template.ERASE_DECIDE.name} <= templates
    assert answers_of(line) == [], "whoever wrote it is answered by nothing"


@pytest.mark.row("C2")
@pytest.mark.parametrize(
    "ways", [(Arrival.CALLED,), (Arrival.GATEWAY,), (Arrival.CALLED, Arrival.GATEWAY)]
)
def test_unlisted_sms_marks_nothing(line: Line, ways: tuple[Arrival, ...]) -> None:
    writes(line, TOLD)
    writes(line, "siba", *ways)
    assert wanted(line) == [False]


def test_repeated_sms_marks_no_later_tip(line: Line) -> None:
    writes(line, TOLD)
    message = writes(line, "siba")
    writes(line, "hari umuntu utwara abakobwa muri arabiya")
    take_sms(line.context, message, Arrival.LISTED)
    assert wanted(line) == [True, False]


@pytest.mark.parametrize(("days", "marked"), [(7, True), (21, False)])
def test_phone_is_recognised_for_two_weeks(line: Line, days: int, marked: bool) -> None:
    writes(line, TOLD)
    line.clock.turn(days=days)
    writes(line, "siba")
    assert wanted(line) == [marked]


def test_erasure_sms_marks_no_dialled_tip(line: Line) -> None:
    caller = line.caller(HERS)
    caller.dial()
    caller.key("5", "1", "2", "1", "1")
    writes(line, "siba")
    assert wanted(line) == [False]


def test_erasure_sms_is_no_tip_and_ends_no_reading(line: Line) -> None:
    message = writes(line, "siba", Arrival.CALLED)
    assert line.tips == []
    later = replace(
        message, provider_id="ATXid_x", sent_at=line.context.now() + timedelta(minutes=5)
    )
    assert take_sms(line.context, later) is InboxOutcome.TAKEN_BACK


def test_responder_s_sms_marks_nothing(line: Line) -> None:
    writes(line, TOLD)
    line.enrol(Level.NATIONAL, HERS)
    writes(line, "siba")
    assert wanted(line) == [False]


def test_no_mark_without_inbound_sms(line: Line) -> None:
    writes(line, TOLD)
    line.context = replace(line.context, line=make_line(inbound_sms=False))
    writes(line, "siba")
    assert wanted(line) == [False]


def test_people_decide_on_erasure_requested_by_sms(line: Line) -> None:
    """After a request for erasure by SMS, no deadline erases a case about danger that no one took. People decide about
    the erasure."""
    writes(line, TOLD)
    writes(line, "siba")
    line.clock.turn(hours=80)
    for _ in range(3):
        service_assignment.fire_deadlines(line.context)
    with line.database.reading() as session:
        tip = session.get_one(Tip, line.tip.id)
        assert service_closing.text_fate(session, tip).name == "DECIDED"
    assert line.tip.erased_at is None
