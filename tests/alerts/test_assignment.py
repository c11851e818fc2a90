"""Tests who is alerted about a tip and when, and what changes when a responder takes the case."""

from datetime import datetime, timedelta

import pytest

from hotline.alerts import queries_references, service_assignment, service_escalation
from hotline.alerts.rules_assignment import AssignmentState
from hotline.alerts.rules_replies import CommandResult
from hotline.core.contexts import Context, Job
from hotline.core.database import Session
from hotline.gateway.queries_alert_path import alert_path
from hotline.gateway.tables import Assignment, Message
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.text.identifiers import is_reference
from hotline.text.places import ABROAD
from hotline.tips.rules import TipState
from hotline.tips.rules_events import Event
from hotline.tips.tables import Tip
from tests.support.contexts import make_context, make_line
from tests.support.district import District
from tests.support.taking import take_case


@pytest.fixture
def staffed(district: District) -> District:
    """Enrols six people. In district 12, the people 1 and 2 are responders, 3 is the deputy and 4 is the coordinator.
    The people 5 and 6 belong to the national desk.
    """
    for level in (Level.RESPONDER, Level.RESPONDER, Level.DEPUTY, Level.COORDINATOR):
        district.enrol(level)
    for _ in range(2):
        district.enrol(Level.NATIONAL)
    return district


def test_danger_alerts_two_responders_and_one_national_officer(staffed: District) -> None:
    tip = staffed.tell(urgency=1)

    assert staffed.told(tip) == [(0, 1), (0, 2), (0, 5)]
    assert staffed.jobs.scheduled == [(Job.DELIVER, 1)]
    rows = staffed.all(Assignment)
    assert len({row.reference for row in rows}) == 3
    assert all(is_reference(row.reference) for row in rows)
    kept = staffed.tip(tip)
    assert (kept.assigned_at, kept.alert_urgency) == (staffed.clock(), 1)
    assert staffed.open_deadlines()[0].due_at == staffed.clock() + timedelta(minutes=3)


@pytest.mark.parametrize("fields", [{"official": "unsure"}, {"place": ABROAD}])
def test_national_desk_alone_is_alerted(staffed: District, fields: dict[str, str]) -> None:
    assert staffed.told(staffed.tell(**fields)) == [(0, 5)]


@pytest.mark.row("R4")
def test_r4_alert_goes_to_responder_who_speaks_caller_s_language(staffed: District) -> None:
    one, other = (staffed.enrol(language="fr") for _ in range(2))
    tip = staffed.tell(urgency=2, language="fr")
    assert staffed.told(tip) == [(0, one)]
    with staffed.database.writing() as session:
        service_escalation.alert_colleague(session, staffed.context, tip, staffed.clock())
    assert staffed.told(tip) == [(0, one), (1, other)]


def test_tip_that_became_urgent_alerts_again(staffed: District) -> None:
    tip = staffed.tell(urgency=3)
    staffed.clock.turn(seconds=30)
    staffed.change(Tip, tip, urgency=1)

    assert service_assignment.assign_pending(staffed.context) == 1

    assert staffed.told(tip) == [(0, 1), (1, 1), (1, 2), (1, 5)]
    assert staffed.tip(tip).alert_urgency == 1
    (deadline,) = staffed.open_deadlines()
    assert deadline.due_at == staffed.clock() + timedelta(minutes=3)
    assert service_assignment.assign_pending(staffed.context) == 0


def test_failed_tick_keeps_earlier_deadlines_and_next_does_rest(
    staffed: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If one transaction of a tick fails, the deadlines that earlier transactions of the tick handled stay handled. The
    next tick handles the other deadlines."""
    monkeypatch.setattr(service_assignment, "STEPS_IN_TRANSACTION", 2)
    for _ in range(5):
        staffed.tell(urgency=3)
    staffed.clock.turn(hours=2)
    fired, happen = list[int](), service_escalation.handle_event

    def fails_once(
        session: Session, context: Context, tip_id: int, event: Event, at: datetime
    ) -> None:
        fired.append(tip_id)
        if len(fired) == 3:
            raise ZeroDivisionError
        happen(session, context, tip_id, event, at)

    monkeypatch.setattr(service_escalation, "handle_event", fails_once)
    with pytest.raises(ZeroDivisionError):
        service_assignment.fire_deadlines(staffed.context)
    service_assignment.fire_deadlines(staffed.context)
    assert fired == [1, 2, 3, 3, 4, 5]
    assert not [row for row in staffed.open_deadlines() if row.due_at <= staffed.clock()]


def test_taken_tip_that_became_urgent_must_be_taken_again(staffed: District) -> None:
    tip = staffed.tell(urgency=3)
    row = staffed.all(Assignment)[0]
    take_case(staffed.context, 1, row.reference, staffed.clock())
    staffed.clock.turn(minutes=1)
    staffed.change(Tip, tip, urgency=1)
    service_assignment.assign_pending(staffed.context)

    staffed.clock.turn(minutes=3)
    service_assignment.fire_deadlines(staffed.context)

    assert staffed.told(tip)[-1] == (2, 3)


def test_unreachable_responder_is_not_alerted(staffed: District) -> None:
    staffed.change(Responder, 1, unreachable="stopped")
    staffed.change(Responder, 2, active=False)
    assert staffed.told(staffed.tell(urgency=2)) == [(0, 3)]


@pytest.mark.row("R4")
def test_report_is_offered_if_a_responder_is_active(district: District) -> None:
    def is_offered() -> bool:
        return alert_path(district.database, district.clock()).has_responder

    assert not is_offered()
    district.enrol()
    assert is_offered()
    tip = district.tell(urgency=1)
    assert district.told(tip) == [(0, 1)]


def test_draft_or_closed_tip_alerts_no_one(
    district: District,
) -> None:
    district.enrol()
    district.file_tip(state=TipState.DRAFT)
    district.change(Tip, district.file_tip(urgency=2), closed_at=district.clock())
    assert service_assignment.assign_pending(district.context) == 0


def test_tip_about_official_waits_for_national_officer(district: District) -> None:
    district.enrol()
    tip = district.file_tip(official="yes")
    assert service_assignment.assign_pending(district.context) == 0

    district.enrol(Level.NATIONAL)

    assert service_assignment.assign_pending(district.context) == 1
    assert len(district.told(tip)) == 1


@pytest.mark.row("R1")
@pytest.mark.parametrize(
    ("inbound", "words"),
    [(True, "{0}: Gasabo, urgent. Reply 1 {0}"), (False, "{0}: Gasabo, urgent. Dial *384*777*90#")],
)
def test_r1_alert_has_only_place_and_urgency(district: District, inbound: bool, words: str) -> None:
    district.enrol()
    district.file_tip()
    context = make_context(
        database=district.database,
        now=district.clock,
        sms=district.sms,
        line=make_line(inbound_sms=inbound),
    )
    service_assignment.assign_pending(context)
    district.deliver()
    (row,) = district.all(Assignment)
    assert district.sms.sent == [("+250788000001", words.format(row.reference))]


class TestEscalation:
    def test_silence_escalates_to_nation_and_never_stops(self, staffed: District) -> None:
        tip = staffed.tell(urgency=1)
        for minutes, told in ((3, 1), (3, 1), (3, 1), (3, 1), (15, 1), (15, 2)):
            staffed.clock.turn(minutes=minutes, seconds=-1)
            service_assignment.fire_deadlines(staffed.context)
            before = len(staffed.told(tip))
            staffed.clock.turn(seconds=1)
            service_assignment.fire_deadlines(staffed.context)
            service_assignment.fire_deadlines(staffed.context)
            assert len(staffed.told(tip)) == before + told

        climbed = [(1, 3), (2, 4), (3, 6), (4, 5), (5, 6), (6, 5), (6, 6)]
        assert staffed.told(tip)[3:] == climbed
        assert staffed.all(Message)[-1].template == "SHARED_OPEN"

    @pytest.mark.fault(32)
    @pytest.mark.parametrize("jump", [{"hours": 1}, {"days": 4000}])
    def test_late_clock_escalates_once(self, staffed: District, jump: dict[str, float]) -> None:
        tip = staffed.tell(urgency=1)
        staffed.clock.turn(**jump)
        service_assignment.fire_deadlines(staffed.context)
        service_assignment.fire_deadlines(staffed.context)
        assert staffed.told(tip)[3:] == [(1, 3)]

    @pytest.mark.fault(32)
    def test_clock_set_back_repeats_no_escalation(self, staffed: District) -> None:
        tip = staffed.tell(urgency=1)
        staffed.clock.turn(minutes=3)
        service_assignment.fire_deadlines(staffed.context)
        staffed.clock.turn(hours=-1)
        service_assignment.fire_deadlines(staffed.context)
        assert staffed.told(tip)[3:] == [(1, 3)]

    def test_escalation_waits_for_reachable_person(self, district: District) -> None:
        district.enrol(Level.NATIONAL)
        tip = district.tell()
        district.change(Responder, 1, unreachable="stopped")
        district.clock.turn(minutes=3)
        service_assignment.fire_deadlines(district.context)
        assert len(district.open_deadlines()) == 1

        district.change(Responder, 1, unreachable=None)
        district.clock.turn(minutes=15)
        service_assignment.fire_deadlines(district.context)
        assert len(district.told(tip)) == 2


class TestTaking:
    @pytest.mark.fault(31)
    def test_taking_twice_changes_nothing(self, staffed: District) -> None:
        staffed.tell(urgency=1)
        row = staffed.all(Assignment)[0]
        took = staffed.clock()
        first = take_case(staffed.context, 1, row.reference, took)
        staffed.clock.turn(minutes=1)
        second = take_case(staffed.context, 1, row.reference, staffed.clock())

        assert first == second
        assert first.result is CommandResult.TAKEN
        kept = staffed.all(Assignment)[0]
        assert (kept.state, kept.acknowledged_at) == (AssignmentState.ACKNOWLEDGED, took)

    @pytest.mark.fault(31)
    def test_repeated_takes_get_the_same_results(self, staffed: District) -> None:
        staffed.tell(urgency=1)
        one, two, _ = staffed.all(Assignment)
        told = []
        for _ in range(2):
            for row in (one, two):
                staffed.clock.turn(seconds=1)
                taken = take_case(staffed.context, row.responder_id, row.reference, staffed.clock())
                told.append(taken.result)
        assert told == [CommandResult.TAKEN, CommandResult.ALREADY_TAKEN] * 2

    def test_unknown_or_colleague_s_reference_takes_nothing(self, staffed: District) -> None:
        staffed.tell(urgency=1)
        for reference in ("ZZZZ", "", "K7Q4", staffed.all(Assignment)[1].reference):
            taken = take_case(staffed.context, 1, reference, staffed.clock())
            assert taken.result is CommandResult.UNKNOWN

    @pytest.mark.fault(31)
    def test_take_after_escalation_still_counts(self, staffed: District) -> None:
        tip = staffed.tell(urgency=1)
        staffed.clock.turn(minutes=3)
        service_assignment.fire_deadlines(staffed.context)
        row = staffed.all(Assignment)[0]
        take_case(staffed.context, 1, row.reference, staffed.clock())
        staffed.clock.turn(hours=3)
        service_assignment.fire_deadlines(staffed.context)
        assert len(staffed.told(tip)) == 4

    def test_one_take_covers_repeated_alerts(self, district: District) -> None:
        district.enrol(Level.NATIONAL)
        district.tell()
        district.clock.turn(minutes=3)
        service_assignment.fire_deadlines(district.context)
        first, _ = district.all(Assignment)
        take_case(district.context, 1, first.reference, district.clock())
        assert {row.state for row in district.all(Assignment)} == {AssignmentState.ACKNOWLEDGED}


def test_open_cases_are_listed_as_of_given_time(district: District) -> None:
    district.enrol(Level.NATIONAL)
    for _ in range(3):
        district.tell()
        district.clock.turn(minutes=1)
    references = [row.reference for row in district.all(Assignment)]
    began = district.clock()

    def listed(as_of: object = began) -> list[str]:
        with district.database.reading() as session:
            return queries_references.open_references(session, 1, as_of)  # type: ignore[arg-type]

    assert listed() == references[::-1]
    district.clock.turn(minutes=1)
    take_case(district.context, 1, references[1], district.clock())
    district.tell()

    assert listed() == references[::-1]
    district.clock.turn(minutes=1)
    assert references[1] not in listed(district.clock())
    assert listed(began - timedelta(seconds=90)) == [references[1], references[0]]
