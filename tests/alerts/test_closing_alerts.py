"""Tests when people are asked to confirm a requested closure. Depending on the case, they are asked at once and then
every 15 minutes, at 06:30, or by the end of the next working day.
"""

from datetime import UTC, datetime, timedelta

import pytest

from hotline.alerts import service_assignment, service_closing
from hotline.alerts.service_closing import CloseRequest
from hotline.alerts.tables_case_events import CaseEventRow
from hotline.cases import service_pending_closures
from hotline.gateway.tables import Deadline, Message
from hotline.people.tables import Responder
from hotline.text.errors import EndRefused
from hotline.tips.rules import DeadlineKind, TipOutcome
from hotline.tips.rules_events import WHY, LoggedEvent, Purpose
from tests.support.district import District
from tests.support.helping import CHILD, GROWN_UP, HelpedCase
from tests.support.taking import confirm, decides, opens, requests_closure

FRIDAY_NIGHT = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)
"""The time at which some cases begin: a Friday at 22:00 in Kigali."""
SUNDAY_NIGHT = FRIDAY_NIGHT + timedelta(days=2)
MONDAY_17 = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
NOT = TipOutcome.NOT_TRAFFICKING


@pytest.fixture
def case(district: District) -> HelpedCase:
    """Returns a case about danger with an assignee, on a Friday night."""
    district.clock.at = FRIDAY_NIGHT - timedelta(minutes=1)
    return HelpedCase(district, urgency=1)


def request(case: HelpedCase, outcome: TipOutcome, who: CloseRequest | None = None) -> list[int]:
    """Requests closure and returns the people who are asked at once."""
    before = len(asked(case))
    by = who or service_closing.by_responder(case.hers)
    requests_closure(case.context, case.tip, outcome, by)
    return [who for who, _ in asked(case)[before:]]


def asked(case: HelpedCase) -> list[tuple[int, datetime]]:
    """Returns the people who were asked to confirm a closure, and the times at which they were asked."""
    told = [one for one in case.district.all(CaseEventRow) if one.kind == LoggedEvent.ALERTED]
    rows = [one for one in told if one.codes[WHY] == Purpose.CONFIRM_CLOSURE]
    return [(one.responder_id, one.at) for one in rows]


def asked_after(case: HelpedCase, **time: float) -> list[int]:
    """Moves the clock from one deadline to the next, until the given time has passed. Returns the people who were asked
    about the closure in this time."""
    before, clock = len(asked(case)), case.district.clock
    until = clock() + timedelta(**time)
    while True:
        due = [row.due_at for row in case.district.open_deadlines() if row.due_at <= until]
        clock.at = max(clock(), min(due, default=until))
        service_assignment.fire_deadlines(case.context)
        if not due:
            return [who for who, _ in asked(case)[before:]]


def clocks(case: HelpedCase) -> dict[str, Deadline]:
    return {row.kind: row for row in case.district.open_deadlines() if row.tip_id == case.tip}


def accepted(case: HelpedCase, n: int = 1) -> int:
    """Records a screening of a person who wants help, and lets a service agree to help."""
    case.say("screened", GROWN_UP, n=n)
    case.say("consent", {"consent": "yes"}, n=n)
    offered = case.say("offered", {"service": "shelter"}, n=n)
    assert offered is not None
    case.say("answered", {"answer": "accepted"}, n=n, of=offered)
    return offered


def test_not_found_in_danger_asks_desk_every_fifteen_minutes(case: HelpedCase) -> None:
    """The outcome "not found" may mean that no responder has looked for the person yet. From the third SMS on, all
    people of the national desk are asked to confirm the closure."""
    (first,) = request(case, TipOutcome.NOT_FOUND)
    assert first in case.nation
    assert asked_after(case, minutes=14) == []
    assert len(asked_after(case, minutes=1)) == 1
    assert sorted(asked_after(case, minutes=15)) == case.nation
    assert case.district.tip(case.tip).closed_at is None


def test_accepted_service_moves_second_request_to_0630(case: HelpedCase) -> None:
    accepted(case)
    assert len(request(case, TipOutcome.HELPED)) == 1
    assert asked_after(case, hours=8, minutes=25) == []
    assert len(asked_after(case, minutes=5)) == 1
    (_, at) = asked(case)[-1]
    assert at == FRIDAY_NIGHT + timedelta(hours=8, minutes=30), "06:30 in Kigali"


@pytest.mark.parametrize(
    ("has_second", "outcome"), [(True, TipOutcome.HELPED), (False, TipOutcome.NOT_FOUND)]
)
def test_one_of_two_helped_or_none_found_asks_every_15_minutes(
    case: HelpedCase, has_second: bool, outcome: TipOutcome
) -> None:
    accepted(case)
    if has_second:
        case.say("screened", CHILD, n=2)
    request(case, outcome)
    assert len(asked_after(case, minutes=15)) == 1


def test_missed_arrival_repeats_closure_request_at_once(case: HelpedCase) -> None:
    offered = accepted(case)
    request(case, TipOutcome.HELPED)
    case.district.clock.turn(minutes=30)
    before = len(asked(case))
    case.say("arrived", {"arrived": "no"}, of=offered)
    assert len(asked(case)) == before + 1
    assert len(asked_after(case, minutes=15)) == 1


def test_closure_without_danger_waits_for_working_hours(district: District) -> None:
    district.clock.at = FRIDAY_NIGHT - timedelta(minutes=1)
    child = HelpedCase(district, urgency=3)
    child.say("screened", CHILD)
    assert request(child, TipOutcome.HELPED) == []
    assert asked_after(child, days=2, hours=9, minutes=55) == []
    assert len(asked_after(child, minutes=10)) == 1, "Monday 08:00"
    assert asked_after(child, minutes=50) == []
    assert sorted(asked_after(child, minutes=10)) == child.nation, "an hour later"


def test_decision_deadline_replaces_assignee_s_outcome_deadline(
    district: District,
) -> None:
    """The case stays open. The deadline for the outcome of the case ends, so the hotline no longer asks the assignee
    for an outcome. The deadline for a second person to look at the case remains.
    """
    district.clock.at = SUNDAY_NIGHT - timedelta(minutes=1)
    case = HelpedCase(district, urgency=1)
    case.say("screened", GROWN_UP)
    assert {DeadlineKind.OUTCOME, DeadlineKind.SECOND_LOOK} <= clocks(case).keys()
    request(case, NOT)
    now = clocks(case)
    assert DeadlineKind.OUTCOME not in now
    assert now[DeadlineKind.DECISION].due_at == MONDAY_17
    assert DeadlineKind.SECOND_LOOK in now
    assert len(asked_after(case, minutes=15)) == 1, "nobody has opened it yet"

    opens(case.context, case.tip, service_closing.by_responder(case.nation[0]))
    assert asked_after(case, hours=9) == [], "until Monday 08:00"
    assert sorted(asked_after(case, minutes=45)) == case.nation, "once, for the third time"
    reminded = [row for row in case.district.all(Message) if row.template.startswith("REMIND")]
    assert reminded == []
    asked_after(case, hours=8)
    before = len(asked(case))
    asked_after(case, hours=1)
    assert {who for who, _ in asked(case)[before:]} == {*case.nation}, "nobody decided by 17:00"


def test_refused_or_replaced_request_restores_outcome_deadline(case: HelpedCase) -> None:
    case.say("screened", GROWN_UP)
    request(case, NOT)
    case.district.clock.turn(minutes=1)
    request(case, TipOutcome.NOT_FOUND)
    assert DeadlineKind.DECISION not in clocks(case)
    assert DeadlineKind.OUTCOME in clocks(case)
    case.district.clock.turn(minutes=1)
    request(case, NOT)
    assert DeadlineKind.DECISION in clocks(case)
    account = CloseRequest("account:9:Desk 2", "account:9:Desk 2", "go again")
    decides(case.context, case.tip, account, agrees=False)
    assert DeadlineKind.DECISION not in clocks(case)
    assert DeadlineKind.OUTCOME in clocks(case)
    assert case.district.tip(case.tip).assignee_id == case.hers


def test_person_met_after_request_gives_decision_to_national_desk(case: HelpedCase) -> None:
    request(case, NOT)
    assert DeadlineKind.OUTCOME in clocks(case)
    case.say("screened", GROWN_UP)
    assert DeadlineKind.DECISION in clocks(case)
    with pytest.raises(EndRefused):
        confirm(case.context, case.tip, people=case.people())


def test_one_member_never_closes_alone_and_alerts_continue(case: HelpedCase) -> None:
    """The national desk has two people: one requested the closure, and the other is unreachable. People of the district
    are alerted, but cannot confirm the closure."""
    requester, other = case.nation
    case.district.change(Responder, other, unreachable="no such number")
    mine = service_closing.by_responder(requester)
    assert request(case, TipOutcome.NOT_FOUND, mine) == [case.leads]
    assert case.leads in asked_after(case, minutes=15)
    for who in (requester, case.leads):
        opens(case.context, case.tip, service_closing.by_responder(who))
        assert not may_confirm(case, who)
    assert len(asked_after(case, hours=1)) >= 4
    assert case.district.tip(case.tip).closed_at is None


def may_confirm(case: HelpedCase, who: int) -> bool:
    with case.district.database.reading() as session:
        tip = case.district.tip(case.tip)
        name = service_closing.by_responder(who).name
        return service_closing.may_confirm(session, tip, tip.closure_by or "", name)


def morning_sms(case: HelpedCase) -> list[tuple[int, str]]:
    """Writes the morning SMS. Returns the people who have got one, and the cases that it names."""
    service_pending_closures.write_morning_sms(case.context)
    rows = [one for one in case.district.all(Message) if one.template == "CLOSURES_WAIT"]
    return [(one.responder_id, one.parameters["refs"]) for one in rows]


def test_morning_sms_names_day_old_closure_requests_once(case: HelpedCase) -> None:
    """The person who requested the closure gets no SMS. For any other person, the SMS names the case by the person's
    own reference, or by the number of the tip if the person has no reference."""
    requester, other = case.nation
    request(case, TipOutcome.NOT_FOUND, service_closing.by_responder(requester))
    case.district.clock.at = FRIDAY_NIGHT + timedelta(hours=8, minutes=30)
    assert morning_sms(case) == [], "it has waited for one night"

    case.district.clock.at = FRIDAY_NIGHT + timedelta(hours=32, minutes=29)
    assert morning_sms(case) == []
    case.district.clock.turn(minutes=1)
    for _ in range(3):
        assert morning_sms(case) == [(other, case.reference(other))]
        case.district.clock.turn(seconds=1)
    case.district.clock.turn(hours=24)
    assert len(morning_sms(case)) == 2, "each morning"


def test_a_morning_without_late_closures_sends_nothing(case: HelpedCase) -> None:
    request(case, TipOutcome.NOT_FOUND)
    confirm(case.context, case.tip)
    case.district.clock.at = FRIDAY_NIGHT + timedelta(hours=56, minutes=30)
    assert morning_sms(case) == []
