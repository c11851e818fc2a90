"""Tests many similar tips: each tip is a case, but the hotline does not send alerts for every tip."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from hotline.alerts import service_assignment, service_commands, service_sending, tables
from hotline.alerts.rules_replies import CommandResult, Verb
from hotline.cases import service_retention
from hotline.dialogue.service_sms import Arrival, take_sms
from hotline.gateway.rules import Outcome, SendResult
from hotline.gateway.stand_ins import FakeSms
from hotline.gateway.tables import Assignment, Deadline, InboundSeen, Message, assignments_of
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.tips.queries import TipLikeness
from tests.support.builders import make_message
from tests.support.callers import Caller, Line
from tests.support.taking import do

QUIET = ("5", "2", "2", "1", "1", "1")
"""The digits of a report: no danger, no official involved, Kigali, Gasabo, the first sector of Gasabo."""
LABOUR, SEX = "1", "2"
ME, CHILD = "2", "3"
COME = "1"
PHONES = ("+250788000001", "+250788000002")


@pytest.fixture
def staffed(line: Line) -> Line:
    """Enrols two people in Gasabo, and one person of the national desk."""
    for phone in PHONES:
        line.enrol(Level.RESPONDER, phone)
    line.enrol(Level.NATIONAL, "+250788000091")
    return line


def report(staffed: Line, *keys: str, minutes: float = 1, phone: str = "+250788000077") -> Caller:
    """Reports a tip from a phone, hangs up, and puts the alerts in the queue."""
    staffed.clock.turn(minutes=minutes)
    caller = staffed.caller(phone)
    caller.dial()
    caller.key(*keys)
    caller.hang_up()
    service_assignment.assign_pending(staffed.context)
    return caller


def sent(staffed: Line) -> dict[int, list[str]]:
    """Returns the templates of the messages to each person."""
    found: dict[int, list[str]] = {}
    for row in staffed.all(Message):
        found.setdefault(row.responder_id, []).append(row.template)
    return found


def alerts(staffed: Line) -> int:
    return sum(row.template != "MORE_TOLD" for row in staffed.all(Message))


def asked(staffed: Line) -> set[int]:
    """Returns the tips for which people are still asked to take the case."""
    rows = staffed.all(Deadline)
    return {row.tip_id for row in rows if row.kind == "acknowledge" and row.fired_at is None}


def open_clocks(staffed: Line) -> set[int]:
    return {row.tip_id for row in staffed.all(Deadline) if row.fired_at is None}


@pytest.mark.row("C18")
def test_thirteen_similar_tips_send_at_most_four_sms_a_person(
    staffed: Line,
) -> None:
    for _ in range(13):
        report(staffed, *QUIET, LABOUR)
    tips = staffed.tips
    assert len(tips) == 13
    assert max(len(some) for some in sent(staffed).values()) <= 4
    assert alerts(staffed) == 3
    texts = [row for row in staffed.all(Message) if row.template == "MORE_TOLD"]
    first = next(row for row in staffed.all(Assignment) if row.tip_id == tips[0].id)
    assert [row.parameters["ref"] for row in texts] == [first.reference]
    assert open_clocks(staffed) == {tip.id for tip in tips}


def test_different_tips_of_one_phone_all_send_alerts(staffed: Line) -> None:
    for kind in (LABOUR, SEX, LABOUR, "4"):
        report(staffed, *QUIET, kind)
    assert alerts(staffed) == 4


def test_third_similar_danger_sends_no_alert_until_person_differs(staffed: Line) -> None:
    danger = ("5", "1", "2", "1", "1")
    for who in (ME, ME):
        report(staffed, *danger, "1", LABOUR, who)
    before = alerts(staffed)

    staffed.clock.turn(minutes=1)
    caller = staffed.caller()
    caller.dial()
    caller.key(*danger)
    service_assignment.assign_pending(staffed.context)
    assert alerts(staffed) == before
    assert staffed.all(Message)[-1].template == "MORE_TOLD"

    caller.key("1", LABOUR, CHILD)
    service_assignment.assign_pending(staffed.context)
    assert alerts(staffed) > before


def test_take_covers_cluster_but_closing_covers_one_tip(
    staffed: Line,
) -> None:
    for _ in range(5):
        report(staffed, *QUIET, LABOUR)
    first, *_, last = staffed.tips
    row = next(row for row in staffed.all(Assignment) if row.tip_id == first.id)
    done = do(staffed.context, row.responder_id, row.reference, Verb.TAKE, staffed.clock())
    assert done.result is CommandResult.TAKEN
    assert {tip.assignee_id for tip in staffed.tips[3:]} == {row.responder_id}

    service_retention.close_tip(staffed.context, first.id, by="A desk", reason="over")
    assert [tip.id for tip in staffed.tips if tip.closed_at is not None] == [first.id]
    assert last.id in open_clocks(staffed)


def test_doubting_forged_take_releases_whole_cluster(staffed: Line) -> None:
    """A forged SMS with one reference takes three similar tips. When the hotline doubts this SMS, escalation continues
    for each of the three tips. When this SMS is proved later, the responder becomes the assignee of the three tips
    again."""
    for _ in range(5):
        report(staffed, *QUIET, LABOUR)
    row = next(row for row in staffed.all(Assignment) if row.tip_id == staffed.tips[0].id)
    with staffed.database.writing() as session:
        tables.create_position(session, staffed.clock())
    text = f"1 {row.reference}"
    key = next(one.number_key for one in staffed.all(Responder) if one.id == row.responder_id)
    (her,) = [one for one in PHONES if staffed.context.pseudonyms.enrolled(one) == key]
    written = make_message(provider_id="ATXid_f", sender=her, text=text, sent_at=staffed.clock())
    assert take_sms(staffed.context, written) is CommandResult.TAKEN
    held = [tip.id for tip in staffed.tips if tip.assignee_id is not None]
    assert len(held) == 3
    with staffed.database.writing() as session:
        (seen,) = session.scalars(select(InboundSeen))
        told_of = assignments_of(seen)
        for assignment_id in told_of:
            service_commands.doubt_answer(session, staffed.context, assignment_id, staffed.clock())
    assert {tip.assignee_id for tip in staffed.tips} == {None}
    assert asked(staffed) >= set(held)

    take_sms(staffed.context, replace(written, provider_id="listed-1"), Arrival.LISTED)
    assert [tip.id for tip in staffed.tips if tip.assignee_id is not None] == held
    assert not asked(staffed) & set(held)


def test_cluster_take_does_not_prove_delivery_of_other_alerts(
    staffed: Line,
) -> None:
    """The responder's answer names the first case, and also takes the last case of the same cluster. The hotline does
    not know if the alert of the last case arrived, and the responder's answer does not prove that this alert
    arrived."""
    for _ in range(4):
        report(staffed, *QUIET, LABOUR)
    first, *_, last = staffed.tips
    sms = FakeSms()
    staffed.context = replace(staffed.context, sms=sms)
    service_sending.deliver_due(staffed.context)
    for tip in (last, first):
        row = next(row for row in staffed.all(Assignment) if row.tip_id == tip.id)
        do(staffed.context, row.responder_id, row.reference, Verb.PASS_ON, staffed.clock())
        sms.results = [SendResult(Outcome.UNKNOWN)] if tip is last else []
        service_sending.deliver_due(staffed.context)
    doubted = next(row for row in staffed.all(Message) if row.state == "unknown")

    known = [row for row in staffed.all(Assignment) if row.responder_id == doubted.responder_id]
    her = {row.tip_id: row for row in known}
    assert doubted.assignment_id == her[last.id].id
    do(staffed.context, doubted.responder_id, her[first.id].reference, Verb.TAKE, staffed.clock())
    staffed.clock.turn(minutes=11)
    service_sending.retry_unknown(staffed.context)

    held = next(row for row in staffed.all(Message) if row.id == doubted.id)
    assert (held.state, held.delivered_at) == ("answered", None)
    assert staffed.tips[-1].assignee_id == doubted.responder_id


@pytest.mark.row("R7")
def test_different_phones_form_no_cluster(staffed: Line) -> None:
    for number in range(6):
        report(staffed, *QUIET, LABOUR, phone=f"+25078800010{number}")
    assert alerts(staffed) == 6


def test_tip_likeness_is_erased_after_a_day(staffed: Line) -> None:
    report(staffed, *QUIET, LABOUR)
    assert len(staffed.all(TipLikeness)) == 1
    staffed.clock.turn(hours=26)
    service_retention.erase_batch(staffed.context)
    assert staffed.all(TipLikeness) == []
