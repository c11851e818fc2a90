"""Tests visit warnings on similar tips. Every person who was alerted gets each warning once, with a reference that
this person knows.
"""

from pathlib import Path

import pytest

from hotline.alerts import service_closing, service_correction
from hotline.core.database import Database
from hotline.gateway.tables import Assignment, Deadline, Message
from hotline.people.rules import Level
from hotline.people.tables_audit import AuditEntry
from hotline.tips.rules import VisitDecision
from hotline.tips.tables import Tip
from tests.support.callers import DANGER_HERE, Caller, make_ready
from tests.support.clock import Clock
from tests.support.night import Night, night
from tests.support.taking import close_by_two

GASABO = "12"
QUIET = ("5", "2", "2", "1", "1", "1", "1")
NO_VISIT = ("5", "2")
"""The digits that a caller presses to give two answers: several people need help, and responders must not come."""
CAREFUL, HOW = ("CAREFUL",), ("HOW_REPLY",)


@pytest.fixture
def here(database: Database, tmp_path: Path, clock: Clock) -> Night:
    """Creates a hotline with two responders and a deputy of one district, and two people of the national desk."""
    return night(
        make_ready(database, tmp_path, clock, national=False),
        one=(Level.RESPONDER, GASABO),
        two=(Level.RESPONDER, GASABO),
        deputy=(Level.DEPUTY, GASABO),
        desk=(Level.NATIONAL, ""),
        director=(Level.NATIONAL, ""),
    )


def reports(here: Night, many: int, *, marked: bool, seconds: float = 20) -> list[Caller]:
    """Simulates `many` reports about danger from one phone, one after the other. If `marked` is True, the caller
    presses 000 after each report."""
    callers = []
    for _ in range(many):
        here.line.clock.turn(seconds=seconds)
        caller = here.tells(*DANGER_HERE)
        if marked:
            caller.key("000")
            here.tick(seconds=1)
        callers.append(caller)
    return callers


def count(here: Night, person: str, *templates: str) -> int:
    rows = here.line.all(Message)
    return sum(
        row.template in templates and row.responder_id == here.people[person] for row in rows
    )


def named(here: Night, person: str, *templates: str) -> set[int]:
    """Returns the tips whose references `person` got in an SMS that was made from one of the `templates`."""
    of = {row.reference: row.tip_id for row in here.line.all(Assignment)}
    rows = [row for row in here.line.all(Message) if row.responder_id == here.people[person]]
    return {of[row.parameters["ref"]] for row in rows if row.template in templates}


def name(here: Night, person: str, tip: Tip) -> str:
    """Returns the newest reference by which the person knows a tip."""
    rows = sorted(here.line.all(Assignment), key=lambda row: row.id)
    who = here.people[person]
    found = [row.reference for row in rows if (row.tip_id, row.responder_id) == (tip.id, who)]
    return str(found[-1])


def undecided(here: Night) -> set[int]:
    """Returns the tips for which the national desk must still decide about visit safety."""
    rows = here.line.all(Deadline)
    return {row.tip_id for row in rows if row.kind == "visit_safety" and row.fired_at is None}


def test_thirteen_warnings_of_one_phone_send_two_sms_a_person(here: Night) -> None:
    reports(here, 13, marked=True)
    assert [count(here, who, *CAREFUL) for who in ("one", "two")] == [2, 2]
    assert max(count(here, who, *CAREFUL, *HOW) for who in here.people) == 2
    assert {tip.do_not_visit for tip in here.line.tips} == {True}
    assert undecided(here) == {tip.id for tip in here.line.tips}, "each is a case of its own"


def test_first_visit_warning_of_cluster_names_a_known_reference(here: Night) -> None:
    reports(here, 2, marked=False)
    first = here.line.tips[0]
    for told in range(3):
        reports(here, 1, marked=True)
        assert count(here, "one", *CAREFUL) == 1, told
        assert named(here, "one", *CAREFUL) == {first.id}
        assert named(here, "desk", *HOW) <= {first.id}
    assert count(here, "desk", *HOW) + count(here, "director", *HOW) == 1
    assert first.do_not_visit is False


def test_undecided_notice_is_sent_once_and_decision_covers_cluster(here: Night) -> None:
    reports(here, 2, marked=False)
    reports(here, 4, marked=True)
    first, _, *later = here.line.tips
    here.minutes(14)
    assert [count(here, who, "MANNER_SILENT") for who in ("one", "two")] == [1, 1]
    before = count(here, "desk", *HOW) + count(here, "director", *HOW)
    here.minutes(15)
    asked = count(here, "desk", *HOW) + count(here, "director", *HOW)
    assert asked == before + 2, "all of the desk from the third time on, each once"

    asked_one = next(who for who in ("desk", "director") if named(here, who, *HOW) >= {first.id})
    answer = here.writes(asked_one, f"6 {name(here, asked_one, first)}")
    assert answer == "REF: noted. We tell the responders your decision."
    assert {tip.visit_decision for tip in here.line.tips if tip.do_not_visit} == {"unseen"}
    assert [count(here, who, "GO_UNSEEN") for who in ("one", "two")] == [1, 1]
    assert undecided(here) == set()
    rows = [row.subject for row in here.line.all(AuditEntry) if row.action == "go_unseen"]
    assert sorted(rows) == sorted(f"tip:{tip.id}" for tip in (first, *later))


def test_new_warning_keeps_decision_discreet_but_reopens_openly(here: Night) -> None:
    reports(here, 2, marked=False)
    reports(here, 1, marked=True)
    first = here.line.tips[0]
    service_correction.decide_visit(
        here.line.context, first.id, VisitDecision.UNSEEN, by="Alice", reason="read it"
    )
    before = len(here.line.all(Message))
    reports(here, 1, marked=True)
    assert here.line.tips[-1].visit_decision == "unseen"
    assert len(here.line.all(Message)) == before
    assert undecided(here) == set()

    service_correction.decide_visit(
        here.line.context, first.id, VisitDecision.OPENLY, by="Alice", reason="spoke with her"
    )
    assert [count(here, who, "GO_OPENLY") for who in ("one", "two")] == [1, 1]
    reports(here, 1, marked=True)
    assert here.line.tips[-1].visit_decision is None
    assert count(here, "one", *CAREFUL) == 2
    assert undecided(here) == {here.line.tips[-1].id}


def test_visit_warning_cancels_decision_to_visit_openly(here: Night) -> None:
    (caller,) = reports(here, 1, marked=False)
    service_correction.decide_visit(
        here.line.context, here.tip.id, VisitDecision.OPENLY, by="Alice", reason="spoke with her"
    )
    caller.key("000")
    here.tick()
    assert here.tip.visit_decision is None
    assert count(here, "one", *CAREFUL) == 1


@pytest.mark.parametrize("which", [0, 2, 3])
def test_visit_warning_reaches_all_alerted_in_30_seconds(here: Night, which: int) -> None:
    callers = reports(here, 4, marked=False)
    here.minutes(7)
    told = {row.responder_id for row in here.line.all(Assignment)}
    assert here.people["deputy"] in told
    callers[which].key("000")
    here.tick(seconds=29)
    unaware = [
        who
        for who, id in here.people.items()
        if id in told and not named(here, who, *CAREFUL, *HOW)
    ]
    assert unaware == []


def test_late_alert_includes_visit_warning_of_later_tip(here: Night) -> None:
    reports(here, 2, marked=False)
    reports(here, 1, marked=True)
    first = here.line.tips[0]
    assert count(here, "deputy", *CAREFUL) == 0
    here.minutes(4)
    assert named(here, "deputy", *CAREFUL) >= {first.id}


def test_taking_first_tip_answers_with_visit_warning_of_cluster(here: Night) -> None:
    for _ in range(3):
        here.line.clock.turn(seconds=20)
        here.tells(*DANGER_HERE, "1", "1", "2", "1").hang_up()
    caller = here.tells(*DANGER_HERE, "1", "1", "2", "1")
    first, last = here.line.tips[0], here.line.tips[-1]
    here.tick()
    assert (first.visit, count(here, "one", *CAREFUL)) == ("yes", 0)
    caller.key("000")
    here.tick()
    assert here.line.tips[-1].id == last.id
    answer = here.writes("one", f"1 {name(here, 'one', first)}")
    took = "REF: you took this case without reading it. Do not visit openly."
    assert answer == f"{took} Call the national desk: 112"


def test_closing_first_tip_keeps_asking_desk_about_cluster(here: Night) -> None:
    reports(here, 2, marked=False)
    reports(here, 3, marked=True)
    first, _, *later = here.line.tips
    close_by_two(here.line.context, first.id)
    before = count(here, "desk", *HOW) + count(here, "director", *HOW)
    here.minutes(12)
    assert count(here, "desk", *HOW) + count(here, "director", *HOW) > before
    assert undecided(here) == {tip.id for tip in later}


def test_new_person_or_half_an_hour_later_warns_again(here: Night) -> None:
    reports(here, 3, marked=True)
    assert count(here, "one", *CAREFUL) == 2
    here.tick(minutes=31)
    before = count(here, "one", *CAREFUL)
    reports(here, 1, marked=True)
    last = here.line.tips[-1]
    assert count(here, "one", *CAREFUL) + count(here, "two", *CAREFUL) > before
    assert last.id in named(here, "one", *CAREFUL) | named(here, "two", *CAREFUL)

    here.line.clock.turn(seconds=20)
    for who in ("2", "2", "2", "3"):
        here.tells(*DANGER_HERE, "1", "1", who, "2")
    child = here.line.tips[-1]
    assert child.id in named(here, "one", *CAREFUL) | named(here, "two", *CAREFUL)


def test_six_tips_without_danger_send_three_stay_away_sms(here: Night) -> None:
    for _ in range(6):
        here.line.clock.turn(seconds=20)
        here.tells(*QUIET, *NO_VISIT).hang_up()
        here.tick()
    assert len(here.line.tips) == 6
    assert {tip.visit for tip in here.line.tips} == {"no"}
    sent = [row for row in here.line.all(Message) if row.template == "STAY_AWAY"]
    assert len(sent) == 3, "as often as their alerts rang"


def test_erasure_requests_of_cluster_send_sms_for_two_tips(here: Night) -> None:
    reports(here, 6, marked=False)
    first, second, *_ = here.line.tips
    for tip in here.line.tips:
        here.line.clock.turn(seconds=20)
        with here.line.database.writing() as session:
            service_closing.request_erasure(session, here.line.context, [tip.id], actor="receipt")
    assert count(here, "one", "ERASE_WANTED") == 2, "the two that rang"
    assert named(here, "one", "ERASE_WANTED") == {first.id, second.id}
    asked = [row for row in here.line.all(Message) if row.template == "ERASE_DECIDE"]
    of_desk = [row.parameters["ref"] for row in asked]
    assert sorted(set(of_desk)) == [f"T{first.id}", f"T{second.id}"]
    assert len(of_desk) == 4, "two people, each twice"
    assert {tip.erasure_asked_at is not None for tip in here.line.tips} == {True}


def test_erasure_request_for_many_tips_asks_again_until_all_decided(here: Night) -> None:
    reports(here, 4, marked=False)
    ids = [tip.id for tip in here.line.tips]
    with here.line.database.writing() as session:
        service_closing.request_erasure(session, here.line.context, ids, actor="sms")
    assert count(here, "desk", "ERASE_DECIDE") == 1
    here.tick(hours=73)
    for _ in range(6):
        here.tick()
    assert count(here, "desk", "ERASE_DECIDE") == 2
    who = {"by": "Director", "reason": "nobody reached her yet"}
    service_closing.decide_erasure(here.line.context, ids[0], erases=False, **who)
    assert service_closing.undecided_others(here.line.context, ids[0]) == ids[1:]
    here.tick(days=4)
    for _ in range(6):
        here.tick()
    newest = [row for row in here.line.all(Message) if row.template == "ERASE_DECIDE"][-1]
    assert newest.parameters["ref"] == f"T{ids[1]}"
