"""Tests drills. A drill runs like a real case at one desk, alerts no other people and is not in statistics."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from hotline.alerts import queries as alerts_queries
from hotline.alerts import (
    rules_follow_up,
    service_assignment,
    service_commands,
    service_drills,
    service_partial_pause,
)
from hotline.alerts.rules_escalation import (
    DrillEnd,
    DrillRecipient,
    DrillRequest,
    step_durations,
)
from hotline.alerts.rules_replies import Command, CommandResult, Verb
from hotline.alerts.service_sending import apply_report
from hotline.alerts.tables_drills import Drill
from hotline.cases import queries as cases_queries
from hotline.cases import service_desk_commands, service_retention
from hotline.core import rules_trial
from hotline.core.actors import Actor
from hotline.counters.tables import Tally
from hotline.dialogue.service_sms import Arrival, take_sms
from hotline.gateway import queries as gateway_queries
from hotline.gateway.rules import (
    MessageState,
    Outcome,
    OutgoingPart,
    Priority,
    ReportIn,
    SendResult,
)
from hotline.gateway.tables import Assignment, Deadline, Message
from hotline.people import tables
from hotline.people.rules import DeskKind, Level
from hotline.people.tables import Responder
from hotline.people.tables_desks import Desk
from hotline.statistics import queries
from hotline.text.errors import DrillRefused, EndRefused
from hotline.text.places import ABROAD
from hotline.text.time import KIGALI
from hotline.tips.rules import DeadlineKind, Urgency
from hotline.tips.rules_events import EventChannel
from hotline.tips.tables import Tip
from tests.support.builders import make_message, post
from tests.support.callers import DESK_KEY, Line
from tests.support.district import District
from tests.support.reading import PHONE, PIN, ReaderBeside, reader_beside, with_pin
from workers.clock import STEPS, tick

OVER = "was a drill. Do not go. Thank you."
OURS = [step for step in STEPS if step.__name__ not in ("tidy", "file_silent")]
ALINE = Actor("Aline")
WHY = "the week of drills"


@pytest.fixture
def staffed(district: District) -> District:
    """Enrols seven people. In district 12, the people 1, 2 and 3 are responders, 4 is the deputy and 5 is the
    coordinator. The people 6 and 7 belong to the national desk."""
    for level in (*[Level.RESPONDER] * 3, Level.DEPUTY, Level.COORDINATOR):
        district.enrol(level)
    for _ in range(2):
        district.enrol(Level.NATIONAL)
    return district


def started(district: District, **wanted: Any) -> int:
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


def reported(district: District) -> tuple[Drill, Sequence[DrillRecipient]]:
    (found,) = service_drills.list_drills(district.context)
    return found


def phones(district: District, words: str) -> Iterator[str]:
    """Returns the last two digits of each number that got a message with this text."""
    return (number[-2:] for number, text in district.sms.sent if words in text)


@pytest.mark.row("R12")
def test_every_step_is_timed_and_each_answer_says_it_is_a_drill(staffed: District) -> None:
    started(staffed)
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

    assert list(phones(staffed, OVER)) == ["02"], "who had not answered is told when it is over"
    first, second = reported(staffed)[1]
    assert first.delivered_at == first.alerted_at + timedelta(seconds=10)
    assert first.answered_at == first.alerted_at + timedelta(minutes=1)
    assert (first.opened_at, second.answered_at) == (None, None)
    assert step_durations([first, second])[1] == [timedelta(minutes=1)]
    assert reported(staffed)[0].end_reason == DrillEnd.TIME
    assert says(staffed, 2) is CommandResult.DRILL, "also when it is over"
    assert staffed.open_deadlines() == []


@pytest.mark.row("R12")
@pytest.mark.parametrize(
    ("climbs", "told"), [(False, {1, 2}), (True, {1, 2, 4, 5})], ids=["stays", "climbs"]
)
def test_r12_drill_escalates_only_if_asked_and_never_to_nation(
    staffed: District, climbs: bool, told: set[int]
) -> None:
    """In this test, no responder answers the alert of the drill for 54 minutes."""
    started(staffed, escalates=climbs)
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
        assert gateway_queries.outbox_health(session).untaken_since == {}, "and no alarm"


def test_failed_drill_sms_keeps_phone_reachable_and_alerts_next(staffed: District) -> None:
    staffed.sms.results = [
        *[SendResult(Outcome.ACCEPTED, 200, "101")] * 3,
        SendResult(Outcome.STOPPED, 200, "406"),
        SendResult(Outcome.PERMANENT, 200, "403"),
    ]
    started(staffed)
    staffed.deliver()
    assert [staffed.responder(who).unreachable for who in (1, 2)] == [None, None]
    assert {who for _, who in staffed.told(tip_of(staffed).id)} == {1, 2, 3}
    assert sorted(str(one.lost) for one in reported(staffed)[1]) == [
        "None",
        "failed",
        "failed",
    ]
    real = staffed.tell()
    staffed.deliver()
    assert {1, 2} & {who for _, who in staffed.told(real)}, "the stop list has none of them"


@pytest.mark.row("R12")
def test_r12_real_danger_goes_first_and_ends_drill(staffed: District) -> None:
    started(staffed)
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
    assert reported(staffed)[0].end_reason == DrillEnd.DANGER, "it is of the same province"
    tip = tip_of(staffed)
    sent = [row for row in staffed.all(Message) if row.attempts and row.priority == 5]
    assert sent == [], "what was not sent yet never is"
    assert list(phones(staffed, OVER)) == [], "and nobody is told that what she never got was one"
    assert staffed.tip(real).closed_at is None is staffed.tip(heard).closed_at
    assert tip.outcome == "trial"


def test_r12_drill_is_in_no_statistics_and_marked_in_lists(staffed: District) -> None:
    started(staffed)
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
        (listed,) = cases_queries.tip_overviews(session)
    assert listed.tip.channel == rules_trial.DRILL


def test_r12_one_person_can_close_a_drill(staffed: District) -> None:
    """A case about danger needs two people to close it, but one person can close a drill."""
    exercise_id = started(staffed)
    staffed.deliver()
    service_retention.close_tip(staffed.context, tip_of(staffed).id, by="Alice", reason="enough")
    assert tip_of(staffed).closed_at is not None
    service_drills.call_off(staffed.context, exercise_id, by=ALINE, reason=WHY)
    staffed.deliver()
    assert sorted(phones(staffed, OVER)) == ["01", "02"]
    with pytest.raises(DrillRefused, match="has already ended"):
        service_drills.call_off(staffed.context, exercise_id, by=ALINE, reason=WHY)


def test_drill_cannot_be_linked_or_reopened(staffed: District) -> None:
    real = staffed.file_tip(place="31")
    service_drills.call_off(staffed.context, started(staffed), by=ALINE, reason=WHY)
    tip = tip_of(staffed)
    signed: dict[str, Any] = {"actor": "Alice", "reason": "alike"}
    with pytest.raises(EndRefused, match="cannot be linked"):
        service_desk_commands.link_tips(staffed.context, real, tip.id, viewer=None, **signed)
    with pytest.raises(EndRefused, match="was a drill"):
        service_retention.reopen_tip(staffed.context, tip.id, by="Alice", reason="once more")


def test_r12_tip_that_becomes_danger_ends_drill(staffed: District) -> None:
    older = staffed.file_tip(urgency=2, place="11", filed_at=staffed.clock())
    staffed.clock.turn(minutes=5)
    started(staffed)
    service_drills.end_due(staffed.context)
    assert reported(staffed)[0].ended_at is None
    staffed.clock.turn(minutes=5)
    staffed.change(Tip, older, urgency=Urgency.DANGER)
    service_assignment.assign_pending(staffed.context)
    service_drills.end_due(staffed.context)
    assert reported(staffed)[0].end_reason == DrillEnd.DANGER


def refused(district: District, why: str, desk: str = "12") -> None:
    with pytest.raises(DrillRefused, match=why):
        service_drills.start(district.context, DrillRequest(desk), by=ALINE, reason=WHY)


@pytest.mark.adversary("a person who misuses drills")
def test_desk_has_four_drills_a_year_a_week_apart_without_danger(staffed: District) -> None:
    refused(staffed, "no one at this desk can be alerted", "31")
    danger = staffed.file_tip(urgency=Urgency.DANGER, place="11", filed_at=staffed.clock())
    refused(staffed, "a person near this desk is in danger")
    staffed.change(Tip, danger, closed_at=staffed.clock())
    service_drills.call_off(staffed.context, started(staffed), by=ALINE, reason=WHY)
    refused(staffed, "in the last 7 days")
    for _ in range(3):
        staffed.clock.turn(days=8)
        exercise_id = started(staffed)
        refused(staffed, "already running at this desk")
        service_drills.call_off(staffed.context, exercise_id, by=ALINE, reason=WHY)
    staffed.clock.turn(days=8)
    refused(staffed, "had 4 drills in a year")
    staffed.clock.turn(days=400)
    started(staffed)


@pytest.mark.row("R12")
def test_r12_a_pause_of_drills_ends_the_running_one_and_refuses_the_next(staffed: District) -> None:
    drill_id = started(staffed)
    why = {"by": "Aline", "reason": "people were frightened"}
    service_partial_pause.pause(staffed.context, OutgoingPart.DRILLS, **why)
    service_drills.end_due(staffed.context)
    assert drill_id not in {one.id for one in service_drills.running_drills(staffed.context)}
    refused(staffed, "drills are paused", "11")


@pytest.mark.adversary("a person who misuses drills")
def test_drill_starts_only_by_day_and_late_clock_alerts_no_one(staffed: District) -> None:
    """The times are in Kigali. A drill about danger lasts an hour."""
    for hour, minute in ((21, 0), (23, 0), (3, 0), (5, 59)):
        staffed.clock.at = datetime(2026, 11, 24, hour, minute, tzinfo=KIGALI)
        refused(staffed, "must start and end by day")
    staffed.clock.at = datetime(2026, 11, 24, 6, 0, tzinfo=KIGALI)
    service_drills.call_off(staffed.context, started(staffed), by=ALINE, reason=WHY)
    staffed.clock.at = datetime(2026, 12, 24, 20, 59, tzinfo=KIGALI)
    started(staffed, escalates=True)
    staffed.deliver()
    staffed.clock.turn(hours=2)
    tick(staffed.context, [step for step in OURS if step.__name__ != "end_due"])
    assert {who for _, who in staffed.told(staffed.all(Tip)[-1].id)} == {1, 2}


@pytest.mark.row("R12")
@pytest.mark.parametrize(
    ("kind", "where", "place", "named"),
    [(DeskKind.BORDER, None, ABROAD, "mu mahanga"), (DeskKind.PROTECTION, "12c1", "12", "Gasabo")],
)
def test_r12_drill_of_border_or_camp_alerts_only_its_people(
    staffed: District, kind: DeskKind, where: str | None, place: str, named: str
) -> None:
    """In a drill of a border post or a camp, only the people of this desk are alerted, and not the people of the
    district. People of a higher level are alerted only if the drill includes this level."""
    levels = (*[Level.RESPONDER] * 3, Level.DEPUTY)
    people = [staffed.enrol(level) for level in levels]
    with staffed.database.writing() as session:
        at, key = staffed.clock(), bytes(DESK_KEY.public_key)
        session.add(Desk(code="post", kind=kind, place=where, public_key=key, created_at=at))
        for code, other in (("home", DeskKind.SERVICE), ("national", DeskKind.NATIONAL)):
            session.add(Desk(code=code, kind=other, public_key=key, created_at=at))
        session.flush()
        for who, level in zip(people, levels, strict=True):
            person = session.get_one(Responder, who)
            desks = {"post": level} | ({"12": level} if who == people[0] else {})
            tables.set_desks(session, person, desks, [], at)
    refused(staffed, "other desks have no drills", "home")
    refused(staffed, "other desks have no drills", "national")
    begun_at = service_drills.start(
        staffed.context, DrillRequest("post", escalates=True), by=ALINE, reason=WHY
    )
    staffed.deliver()
    tip = tip_of(staffed)
    assert {who for _, who in staffed.told(tip.id)} == set(people[:2])
    assert (tip.place, tip.sector) == (place, where)
    assert len(list(phones(staffed, f"{named}, urgent"))) == 2
    for _ in range(3):
        staffed.clock.turn(minutes=6)
        tick(staffed.context, OURS)
    assert {row.responder_id for row in staffed.all(Assignment)} == {*people[:2], people[3]}
    service_drills.call_off(staffed.context, begun_at, by=ALINE, reason=WHY)
    assert [one.desk for one, _ in service_drills.list_drills(staffed.context)] == ["post"]


FIRST = "+250788000001"
REPLIES = {
    " was a drill": "is one",
    ": you have taken": "taken",
    ": you took this case": "taken",
    ": reply with a digit": "?",
}
IDS = count(1)


def names(district: District) -> dict[str, str]:
    """Returns the references of alerts in the last 30 days, with `E` for the drill and `R` for a real case."""
    tips = {row.id: row for row in district.all(Tip)}
    lately = district.clock() - timedelta(days=30)
    told = [row for row in district.all(Assignment) if row.created_at > lately]
    return {row.reference: "E" if tips[row.tip_id].channel == "drill" else "R" for row in told}


def answers(district: District, text: str) -> Iterator[str]:
    """Sends a text as an SMS of a responder, and yields the hotline's replies to this SMS."""
    known = names(district)
    named = {kind: reference for reference, kind in known.items()}
    text = " ".join(named.get(word, word) for word in text.split())
    before = len(district.sms.sent)
    at, name = district.clock(), f"ATXid_{next(IDS)}"
    mo = make_message(provider_id=name, sender=FIRST, text=text, sent_at=at)
    take_sms(district.context, mo, Arrival.CALLED)
    district.deliver()
    for number, said in district.sms.sent[before:]:
        assert number == FIRST
        kind = next(kind for reference, kind in known.items() if said.startswith(reference))
        yield f"{kind} {next(short for words, short in REPLIES.items() if words in said)}"


def replayed(district: District, story: Sequence[str | float]) -> list[str]:
    """Runs the steps of a story and returns the replies. The step `drill` starts a drill, `over` ends it, and `alert`
    files a case. A number is a pause in minutes, and any other text is an SMS of a responder."""
    read: list[str] = []
    exercise = 0
    for step in story:
        match step:
            case "drill":
                exercise = started(district)
            case "over":
                service_drills.call_off(district.context, exercise, by=ALINE, reason=WHY)
            case "alert":
                district.tell(urgency=2)
            case str():
                read += answers(district, step)
            case _:
                district.clock.turn(minutes=step)
        district.deliver()
    return read


def close_all(district: District) -> None:
    """Moves the clock forward by more than a year and closes every tip."""
    district.clock.turn(days=400)
    service_drills.end_due(district.context)
    for tip in district.all(Tip):
        district.change(Tip, tip.id, closed_at=district.clock())
    district.deliver()


STORIES: Mapping[tuple[str | float, ...], list[str]] = {
    ("drill", 1, "1", 1, "1"): ["E is one", "E is one"],
    ("drill", 1, "1", 5, "alert", 1, "1"): ["E is one", "R taken"],
    ("drill", 5, "over", 5, "alert", 1, "1", 1, "1"): ["R taken", "R taken"],
    ("drill", 5, "alert", 1, "1", 1, "1"): ["E is one", "R ?", "R taken"],
    ("drill", 5, "alert", 1, "1 R"): ["R taken"],
    ("drill", 5, "alert", 1, "1 E"): ["E is one"],
    ("drill", 1, "4 E"): ["E is one"],
    ("drill", 5, "over", 0.1, "alert", 0.1, "1"): ["E is one", "R ?"],
    ("drill", 1, "1", 0.1, "alert", 0.1, "1"): ["E is one", "E is one", "R ?"],
    ("alert", 120, "drill", 30, "over", 60, "1"): ["E is one", "R ?"],
    ("alert", 120, "drill", 1, "1", 1, "1"): ["E is one", "R ?", "R taken"],
    ("alert", 1200, "drill", 30, "over", 60, "1"): ["E is one"],
    ("alert", 1, "1", 60, "drill", 1, "1"): ["R taken", "E is one"],
}


@pytest.mark.row("R12")
def test_r12_bare_digit_takes_no_wrong_case_in_drill(district: District) -> None:
    """All stories use one hotline, and each story begins more than a year after the previous one. A new database for
    each story would take longer."""
    district.enrol(Level.RESPONDER)
    wrong = {}
    for story, wanted in STORIES.items():
        read = replayed(district, story)
        if read != wanted:
            wrong[story] = read
        close_all(district)
    assert wrong == {}


def test_bare_digit_takes_no_case_older_than_last_alert(
    district: District,
) -> None:
    """The responder was alerted of two cases, and the newer case is now closed. A reply without a reference must not
    take the older case, although this is the only open case."""
    district.enrol(Level.RESPONDER)
    district.tell(urgency=2)
    district.clock.turn(hours=20)
    newer = district.tell(urgency=2)
    district.deliver()
    district.change(Tip, newer, closed_at=district.clock())
    assert list(answers(district, "1")) == ["R ?"]


PLACE = "11"


def begin(line: Line) -> None:
    service_drills.start(line.context, DrillRequest(PLACE), by=ALINE, reason=WHY)
    line.clock.turn(seconds=10)


def reference(line: Line, who: int) -> str:
    (hers,) = (row for row in line.all(Assignment) if row.responder_id == who)
    return str(hers.reference)


@pytest.fixture
def reader(line: Line) -> ReaderBeside:
    return reader_beside(line)


@pytest.mark.row("R12")
def test_screens_behind_pin_say_that_case_is_a_drill(reader: ReaderBeside) -> None:
    line = reader.line
    who = with_pin(reader, desks=(PLACE,))
    begin(line)
    name = reference(line, who)
    phone = line.caller(PHONE)
    phone.dial("90")
    assert phone.key(PIN).startswith("CON This is a drill. No one is in danger. Do not go.")
    assert f"1 {name} drill" in phone.key("2", "1")
    phone.key("1")
    assert phone.key("1").startswith("CON This is a drill. No one is in danger. Do not go.")
    phone.key("0")
    assert phone.key("2") == "END This case was a drill. Do not go to the place. Thank you."
    ((_, (told,)),) = service_drills.list_drills(line.context)
    assert told.opened_at is not None
    assert told.answered_at is not None


@pytest.mark.parametrize("key", ["1", "5"])
def test_r12_screens_without_pin_say_that_case_is_a_drill(line: Line, key: str) -> None:
    who = line.enrol(Level.RESPONDER, PHONE, "en")
    with line.database.writing() as session:
        post(session, session.get_one(Responder, who), Level.RESPONDER, PLACE)
    begin(line)
    phone = line.caller(PHONE)
    assert f"1 {reference(line, who)} drill" in phone.dial("90")
    phone.key("1")
    assert phone.key(key) == "END This case was a drill. Do not go to the place. Thank you."
    ((_, (told,)),) = service_drills.list_drills(line.context)
    assert told.answered_at is not None
