"""Tests visit safety: a visit warning reaches everyone who was alerted. In a case about danger, the warning changes how
responders visit, but the case keeps its assignee."""

from dataclasses import replace

import pytest

from hotline.alerts import service_assignment, service_commands, service_correction
from hotline.alerts import service_sending as alerts_service_sending
from hotline.alerts.rules_replies import Command, CommandResult, Verb
from hotline.dialogue.service_sms import Arrival
from hotline.flows import service_check
from hotline.gateway.rules import ReportIn
from hotline.gateway.tables import Assignment, Deadline, Message
from hotline.people.tables_audit import AuditEntry
from hotline.tips.rules import VisitDecision
from hotline.tips.rules_events import EventChannel
from tests.alerts.test_cluster_marks import here
from tests.support.callers import DANGER_HERE, QUIET_HERE, REST, told
from tests.support.night import Night

CAREFUL = (
    "REF: careful. Do not visit openly or call anyone at the place. Call the national desk: 112."
)
HOW = "REF: call no one at the place. Should responders go discreetly (reply 6 REF) or openly (7 REF)?"
STAY_AWAY = "REF: do not visit the place or call anyone there. Read the case now."
SILENT = (
    "REF: the national desk has not decided how to go. You may go with a colleague, but not openly."
)
UNSEEN = "REF: the national desk says: go with a colleague, but not openly. Do not call anyone at the place."
OPENLY = "REF: the national desk says: you may go openly."
UNREAD = "REF: you took this case without reading it. Do not visit openly."
NO_VISIT = ("1", "1", "5", "2")
"""The digits that the caller presses after reporting danger: a sector, a kind of tip, several people need help, and
responders must not come.
"""


GASABO = "12"
__all__ = ["here"]


@pytest.mark.adversary("a trafficker who holds the victim's phone")
@pytest.mark.row("C9")
def test_000_after_alert_warns_responders_and_stands_down_no_one(here: Night) -> None:
    caller = here.tells(*DANGER_HERE)
    assert here.texts("one") == ["REF: Gasabo, urgent. Reply 1 REF"]
    before = here.clocks
    caller.key("000")
    here.tick(seconds=29)

    assert [here.newest(who) for who in ("one", "two", "desk")] == [CAREFUL, CAREFUL, HOW]
    assert here.clocks == before | {"visit_safety"}
    assert here.writes("one", "1 {ref}") == f"{UNREAD} Call the national desk: 112"
    assert here.holder == "one"
    assert here.clocks == {"visit_safety", "outcome", "second_look"}
    here.minutes(10)
    assert here.newest("two") == SILENT
    assert SILENT in here.texts("one")

    answer = here.writes("desk", "6 {ref}")
    assert answer == "REF: noted. We tell the responders your decision."
    assert UNSEEN in here.texts("one")
    assert UNSEEN in here.texts("two")
    assert here.clocks == {"outcome", "second_look"}
    assert here.holder == "one"
    assert here.all_fit()


def test_repeated_000_sends_each_visit_warning_once(here: Night) -> None:
    caller = here.tells(*DANGER_HERE)
    caller.key("000")
    for _ in range(2):
        here.line.flush()
        caller.again()
        here.tick()
    caller.key(*DANGER_HERE, "000")
    here.tick()
    assert here.texts("two").count(CAREFUL) <= 2
    first, second = here.line.tips
    assert {row.tip_id for row in here.line.all(Deadline) if row.kind == "visit_safety"} == {
        first.id,
        second.id,
    }
    told_of = [row for row in here.line.all(Message) if row.template == "CAREFUL"]
    assert len({(row.responder_id, row.assignment_id) for row in told_of}) == len(told_of)


@pytest.mark.row("C9")
def test_000_without_danger_forbids_visits_and_sets_no_deadline(here: Night) -> None:
    caller = here.tells(*QUIET_HERE)
    caller.hang_up()
    here.tick()
    (asked,) = [who for who in ("one", "two") if here.texts(who)]
    before = here.clocks
    caller.key("000")
    here.tick(seconds=29)
    assert here.newest(asked) == STAY_AWAY
    assert here.clocks == before
    answer = here.writes(asked, "1 {ref}")
    assert answer == f"REF: you have taken this case. D{STAY_AWAY.removeprefix('REF: d')}"
    assert here.holder == asked


def test_answer_no_visit_warns_responders_and_cannot_be_undone(here: Night) -> None:
    caller = here.tells(*DANGER_HERE, *NO_VISIT)
    assert here.newest("one") == CAREFUL
    caller.key("0", "1")
    here.tick()
    assert (here.tip.visit, here.texts("one").count(CAREFUL)) == ("no", 1)
    caller.key("000")
    here.tick()
    assert here.texts("one").count(CAREFUL) == 1


def test_later_alert_comes_with_the_visit_warning(here: Night) -> None:
    here.tells(*DANGER_HERE).key("000")
    here.minutes(5)
    assert here.texts("deputy")[:2] == ["REF: Gasabo, urgent. Reply 1 REF", CAREFUL]


def test_visit_warning_before_alerts_is_sent_with_the_alert(here: Night) -> None:
    """The caller gives all answers of a report about a child before any alert is sent."""
    told(here.line, "5", "2", "2", "1", "1", "1", "1", "3", "2")
    here.tick()
    assert here.texts("one") == ["REF: Gasabo, urgent. Reply 1 REF", CAREFUL]
    assert here.texts("desk") == ["REF: Gasabo, urgent. Reply 1 REF", HOW]
    assert "visit_safety" in here.clocks


def test_answer_may_visit_sends_no_visit_warning(here: Night) -> None:
    here.tells(*DANGER_HERE, "1", "1", *REST)
    assert len(here.texts("one")) == 1
    assert "What happened? By " in here.writes("one", "1 {ref}")


@pytest.mark.parametrize(("keyed", "said"), [((), None), (("1", "1", "5", "3"), "unsure")])
def test_unknown_visit_answer_means_no_open_visit_and_no_warning(
    here: Night, keyed: tuple[str, ...], said: str | None
) -> None:
    here.tells(*DANGER_HERE, *keyed).hang_up()
    before = here.clocks
    assert (here.tip.visit, len(here.texts("one"))) == (said, 1)
    assert here.writes("one", "1 {ref}") == f"{UNREAD} Call the national desk: 112"
    assert "visit_safety" not in here.clocks | before


def test_unread_take_by_national_desk_names_no_number_to_call(here: Night) -> None:
    here.tells(*DANGER_HERE).hang_up()
    here.minutes(60)
    assert here.writes("desk", "1 {ref}") == UNREAD
    assert here.holder == "desk"


@pytest.mark.row("C9")
def test_000_marks_only_tips_of_its_own_session(here: Night) -> None:
    here.tells(*DANGER_HERE).hang_up()
    marked = here.tells(*DANGER_HERE)
    marked.key("000")
    here.tick()
    first, second = here.line.tips
    assert (first.contact_key, first.do_not_visit) == (second.contact_key, False)
    told_of = {row.assignment_id for row in here.line.all(Message) if row.template == "CAREFUL"}
    of_second = {row.id for row in here.line.all(Assignment) if row.tip_id == second.id}
    assert told_of
    assert told_of <= of_second


def test_sms_decision_openly_needs_proof_but_discreetly_does_not(here: Night) -> None:
    here.tells(*DANGER_HERE).key("000")
    here.tick()
    waits = here.writes("desk", "7 {ref}", way=Arrival.CALLED)
    assert waits == "REF: noted. In a few minutes we tell the responders your decision."
    here.tick()
    assert OPENLY not in here.texts("one")
    assert "visit_safety" in here.clocks
    here.writes("desk", "6 {ref}", way=Arrival.CALLED)
    assert here.newest("one") == UNSEEN
    here.writes("desk", "7 {ref}")
    assert here.newest("one") == OPENLY
    assert here.tip.visit_decision == "openly"


def test_responder_cannot_decide_visit_safety(here: Night) -> None:
    here.tells(*DANGER_HERE).key("000")
    here.tick()
    assert here.writes("one", "7 {ref}").startswith(
        "REF: reply with a digit and REF: 1 take 2 on site"
    )
    act = Command(
        here.people["one"], here.names("one")[-1], Verb.OPENLY, EventChannel.USSD, here.line.clock()
    )
    with here.line.database.writing() as session:
        assert (
            service_commands.carry_out(session, here.line.context, act).result
            is CommandResult.UNKNOWN
        )
    assert here.tip.visit_decision is None


def test_national_desk_is_asked_about_visits_until_it_decides(here: Night) -> None:
    here.tells(*DANGER_HERE).key("000")
    here.minutes(60)
    assert HOW in here.texts("desk")
    assert HOW in here.texts("director")
    assert here.texts("one").count(SILENT) == 1
    service_correction.decide_visit(
        here.line.context, here.tip.id, VisitDecision.UNSEEN, by="Alice", reason="read it"
    )
    here.tick()
    assert here.newest("one") == UNSEEN
    assert "visit_safety" not in here.clocks
    assert here.line.all(AuditEntry)[-1].action == "go_unseen"


def test_desk_decides_visit_safety_by_dialling(here: Night) -> None:
    here.tells(*DANGER_HERE).key("000")
    here.tick()
    desk = here.line.caller("+250788000103")
    desk.dial("90")
    assert "How should responders visit the place?" in desk.key("1")
    assert desk.key("1") == "END Noted. We send your decision to the responders."
    here.tick()
    assert here.newest("one") == UNSEEN
    one = here.line.caller("+250788000100")
    one.dial("90")
    unread = "END You took the case without reading it. Do not visit the place openly. Ask "
    assert one.key("1", "1") == f"{unread}the national desk how to visit."


def test_unverified_number_is_not_in_visit_warning(here: Night) -> None:
    here.line.context = replace(
        here.line.context, line=replace(here.line.context.line, national_number="166")
    )
    here.tells(*DANGER_HERE).key("000")
    here.tick()
    assert here.newest("one").endswith("at the place. Ask the national desk how to go.")
    assert service_check.check_national_number(here.line.context).ok is False


def test_unconfirmed_visit_warning_is_resent_after_case_is_taken(here: Night) -> None:
    caller = here.tells(*DANGER_HERE)
    here.writes("one", "1 {ref}")
    caller.key("000")
    here.tick(seconds=1)
    here.tick(minutes=2)
    alerts_service_sending.resend_unreported(here.line.context)
    here.tick()
    assert here.texts("one").count(CAREFUL) == 2


@pytest.mark.parametrize("how", ["off", "failed", "on"])
def test_undelivered_visit_warning_alerts_next_person_once(here: Night, how: str) -> None:
    caller = here.tells(*DANGER_HERE)
    here.writes("one", "1 {ref}")
    caller.key("000")
    here.tick(seconds=5)
    (mark,) = [
        row
        for row in here.line.all(Message)
        if row.template == "CAREFUL" and row.responder_id == here.people["one"]
    ]
    if how != "off":
        status = "Success" if how == "on" else "Failed"
        assert mark.provider_id is not None
        alerts_service_sending.apply_report(
            here.line.context, ReportIn(mark.provider_id, status, None)
        )
    service_assignment.alert_undelivered_marks(here.line.context)
    here.tick()
    assert (CAREFUL in here.texts("deputy")) is (how == "failed")

    for _ in range(12):
        here.line.clock.turn(minutes=1)
        service_assignment.alert_undelivered_marks(here.line.context)
        here.tick()
    assert here.texts("deputy").count(CAREFUL) == (how != "on")
    assert here.holder == "one"
    assert "outcome" in here.clocks


def test_visit_decision_by_sms_proves_no_take(here: Night) -> None:
    """A forged SMS in the name of the desk officer takes the case. The officer also decides by SMS how responders
    visit. The gateway's inbox lists the SMS with this decision, but not the forged SMS. So the hotline does not trust
    that the officer took the case.
    """
    here.tells(*DANGER_HERE).key("000")
    here.tick()
    here.writes("desk", "1 {ref}", way=Arrival.CALLED)
    here.writes("desk", "7 {ref}", way=Arrival.CALLED, then=Arrival.LISTED)
    here.tick()
    assert here.newest("one") == OPENLY
    took = [row for row in here.line.all(Assignment) if row.acknowledged_at is not None]
    assert [row.proved_at for row in took] == [None]
