"""R12: tests that a drill runs like a real case in one district, alerts no other people and is not in statistics."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hotline.alerts import queries as alerts_queries
from hotline.alerts import rules_follow_up, service_commands, service_drills
from hotline.alerts.rules_drills import DrillEnd, DrillRequest, step_summaries
from hotline.alerts.rules_replies import Command, CommandResult, Verb
from hotline.alerts.service_drills import DrillReport
from hotline.alerts.service_sending import apply_report
from hotline.cases import queries_overview, service_retention
from hotline.core import rules_trial
from hotline.core.actors import Actor
from hotline.counters.tables import Tally
from hotline.dialogue.service_sms import Arrival, take_sms
from hotline.errors import DrillRefused
from hotline.gateway import queries_health
from hotline.gateway.rules_delivery import MessageState, Outcome, Priority, SendResult
from hotline.gateway.rules_message import ReportIn
from hotline.gateway.tables import Assignment, Deadline, Message
from hotline.people.rules import Level
from hotline.statistics import queries
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_events import EventChannel
from hotline.tips.tables import Tip
from tests.support.builders import make_message
from tests.support.district import District
from workers.clock import STEPS, tick

SAID = "was a drill. Do not go. Thank you."
OURS = [step for step in STEPS if step.__name__ not in ("tidy", "file_silent")]
ALINE = Actor("Aline")
WHY = "the week of drills"


@pytest.fixture
def staffed(district: District) -> District:
    """Enrols 1, 2 and 3 in district 12, 4 as its deputy and 5 as coordinator. 6 and 7 belong to the national desk."""
    for level in (*[Level.RESPONDER] * 3, Level.DEPUTY, Level.COORDINATOR):
        district.enrol(level)
    for _ in range(2):
        district.enrol(Level.NATIONAL, districts=())
    return district


def begun(district: District, **wanted: Any) -> int:
    return service_drills.start(
        district.context, DrillRequest("12", **wanted), by=ALINE, reason=WHY
    )


def tip_of(district: District) -> Tip:
    (tip,) = (row for row in district.all(Tip) if row.channel == rules_trial.DRILL)
    assert isinstance(tip, Tip)
    return tip


def arrive(district: District) -> None:
    for row in district.all(Message):
        if row.state == MessageState.ACCEPTED:
            apply_report(district.context, ReportIn(row.provider_id, "Success"))


def says(district: District, who: int, verb: Verb = Verb.TAKE) -> CommandResult:
    known_as = next(row for row in district.all(Assignment) if row.responder_id == who)
    asked = Command(who, known_as.reference, verb, EventChannel.USSD, district.clock())
    with district.database.writing() as session:
        return service_commands.carry_out(session, district.context, asked).result


def reported(district: District) -> DrillReport:
    (found,) = service_drills.list_drills(district.context)
    return found


def phones(district: District, words: str) -> Iterator[str]:
    """Returns the last two digits of each number that got a message with this text."""
    return (number[-2:] for number, text in district.sms.sent if words in text)


@pytest.mark.row("R12")
def test_every_step_is_timed_and_each_answer_says_it_is_a_drill(staffed: District) -> None:
    begun(staffed)
    assert staffed.told(tip_of(staffed).id) == [(0, 1), (0, 2)], "two of the lowest level"
    staffed.clock.turn(seconds=4)
    staffed.deliver()
    assert sorted(phones(staffed, "urgent")) == ["01", "02"]
    assert sorted(phones(staffed, "drill")) == ["04", "05", "06", "07"][1:], "a mark trains nobody"
    staffed.clock.turn(seconds=6)
    arrive(staffed)
    staffed.clock.turn(seconds=50)
    assert says(staffed, 1) is CommandResult.DRILL
    assert says(staffed, 1, Verb.ON_SITE) is CommandResult.DRILL
    staffed.clock.turn(hours=1)
    tick(staffed.context, OURS)
    staffed.deliver()

    assert list(phones(staffed, SAID)) == ["02"], "who had not answered is told when it is over"
    first, second = reported(staffed).recipients
    assert first.delivered_at == first.alerted_at + timedelta(seconds=10)
    assert first.answered_at == first.alerted_at + timedelta(minutes=1)
    assert (first.opened_at, second.answered_at) == (None, None)
    answered = step_summaries([first, second])["answered"]
    assert (answered.count, answered.worst) == (1, timedelta(minutes=1))
    assert reported(staffed).exercise.end_reason == DrillEnd.TIME
    assert says(staffed, 2) is CommandResult.DRILL, "also when it is over"
    assert staffed.open_deadlines() == []


def test_r12_an_answer_by_sms_is_answered_so_whatever_it_says(staffed: District) -> None:
    begun(staffed)
    staffed.deliver()
    for who, digit in ((1, "1"), (2, "4")):
        name = next(row.reference for row in staffed.all(Assignment) if row.responder_id == who)
        sent = make_message(
            provider_id=f"ATXid_{who}", sender=f"+25078800000{who}", text=f"{digit} {name}"
        )
        take_sms(staffed.context, sent, Arrival.CALLED)
        staffed.deliver()
        assert staffed.sms.sent[-1][1] == f"{name} {SAID}"
    assert all(one.answered_at for one in reported(staffed).recipients)


@pytest.mark.row("R12")
@pytest.mark.parametrize(
    ("climbs", "told"), [(False, {1, 2}), (True, {1, 2, 4, 5})], ids=["stays", "climbs"]
)
def test_r12_silence_wakes_no_other_level_unless_asked_and_the_nation_never(
    staffed: District, climbs: bool, told: set[int]
) -> None:
    """No responder answers the drill for 54 minutes."""
    begun(staffed, escalates=climbs)
    for _ in range(9):
        staffed.clock.turn(minutes=6)
        tick(staffed.context, OURS)
        staffed.deliver()
        arrive(staffed)
    tip = tip_of(staffed)
    assert {who for _, who in staffed.told(tip.id)} == told
    kinds = {row.kind for row in staffed.all(Deadline) if row.tip_id == tip.id}
    assert kinds == {DeadlineKind.ACKNOWLEDGE}, "never red, nobody judges, nobody looks"
    with staffed.database.reading() as session:
        assert queries_health.outbox_health(session).untaken_since == {}, "and no alarm"


def test_a_dead_phone_keeps_its_person_and_a_colleague_is_asked_too(staffed: District) -> None:
    staffed.sms.results = [
        *[SendResult(Outcome.ACCEPTED, 200, "101")] * 3,
        SendResult(Outcome.STOPPED, 200, "406"),
        SendResult(Outcome.PERMANENT, 200, "403"),
    ]
    begun(staffed)
    staffed.deliver()
    assert [staffed.responder(who).unreachable for who in (1, 2)] == [None, None]
    assert {who for _, who in staffed.told(tip_of(staffed).id)} == {1, 2, 3}
    assert sorted(str(one.lost) for one in reported(staffed).recipients) == [
        "None",
        "failed",
        "failed",
    ]
    real = staffed.tell()
    staffed.deliver()
    assert {1, 2} & {who for _, who in staffed.told(real)}, "the stop list has none of them"


@pytest.mark.row("R12")
def test_r12_a_real_alert_goes_first_and_ends_it(staffed: District) -> None:
    begun(staffed)
    heard = staffed.tell(urgency=3, place="31")
    assert [row.priority for row in staffed.all(Message)][:2] == [Priority.DRILL] * 2
    assert staffed.deliver_one()
    assert "urgent" not in staffed.sms.sent[0][1], "what is least urgent goes before it"
    with staffed.database.reading() as session:
        load = {one.id: one.load for one in alerts_queries.roster(session, staffed.clock())}
    assert load[1] == load[2] == 0, "and it weighs nothing"

    real = staffed.tell(urgency=1, place="11", filed_at=staffed.clock())
    tick(staffed.context, OURS)
    staffed.deliver()
    assert reported(staffed).exercise.end_reason == DrillEnd.DANGER, "it is of the same province"
    tip = tip_of(staffed)
    sent = [row for row in staffed.all(Message) if row.attempts and row.priority == 5]
    assert sent == [], "what was not sent yet never is"
    assert list(phones(staffed, SAID)) == [], "and nobody is told that what she never got was one"
    assert staffed.tip(real).closed_at is None is staffed.tip(heard).closed_at
    assert tip.outcome == "trial"


def test_r12_it_is_in_no_figure_and_every_list_says_what_it_is(staffed: District) -> None:
    begun(staffed)
    staffed.deliver()
    arrive(staffed)
    says(staffed, 1)
    month = rules_follow_up.month_of(staffed.clock())
    with staffed.database.reading() as session:
        assert (
            queries.counted_tips(
                session, rules_follow_up.begins(month), rules_follow_up.ends(month)
            )
            == []
        )
        assert session.scalars(select(Tally)).all() == []
        (listed,) = queries_overview.tip_overviews(session)
    assert listed.tip.channel == rules_trial.DRILL


def test_r12_one_person_ends_it_whoever_closes_it(staffed: District) -> None:
    """A case about danger needs two people to close it, but one person can close a drill."""
    exercise_id = begun(staffed)
    staffed.deliver()
    service_retention.close_tip(staffed.context, tip_of(staffed).id, by="Alice", reason="enough")
    assert tip_of(staffed).closed_at is not None
    service_drills.call_off(staffed.context, exercise_id, by=ALINE, reason=WHY)
    staffed.deliver()
    assert sorted(phones(staffed, SAID)) == ["01", "02"]
    with pytest.raises(DrillRefused, match="has already ended"):
        service_drills.call_off(staffed.context, exercise_id, by=ALINE, reason=WHY)
