"""Tests how a case changes if an answer is forged, arrives late or arrives again."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from hotline.alerts import service_assignment, service_closing, service_commands, tables
from hotline.alerts.rules_replies import (
    OF_A_CASE,
    REPLIES,
    Command,
    CommandOutcome,
    CommandResult,
    Verb,
)
from hotline.alerts.service_commands import ANSWERS
from hotline.cases import service_retention
from hotline.gateway.tables import Assignment
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.text.places import NATIONAL
from hotline.tips import queries_visible
from hotline.tips.rules import TipOutcome
from hotline.tips.rules_events import EventChannel
from hotline.tips.tables import Tip
from tests.alerts.case_sums import check_logs, of_log
from tests.support.boards import untaken
from tests.support.district import District
from tests.support.taking import confirm, requests_closure


def alerts_of(
    district: District, urgency: int = 3, *, reads_inbox: bool = False
) -> tuple[int, dict[int, Assignment]]:
    """Files a tip, and alerts the responders 1 and 2 of the district and the people 3 and 4 of the national desk.
    Returns the tip, and the assignment of each alerted person. If `reads_inbox` is True, the hotline has just read the
    gateway's inbox."""
    if reads_inbox:
        with district.database.writing() as session:
            tables.create_position(session, district.clock())
    for level in (Level.RESPONDER, Level.RESPONDER, Level.NATIONAL, Level.NATIONAL):
        district.enrol(level)
    tip = district.tell(urgency=urgency)
    return tip, {row.responder_id: row for row in district.all(Assignment)}


def sms(
    district: District,
    referral: Assignment,
    verb: Verb,
    *,
    proved: bool = False,
    way: EventChannel = EventChannel.SMS,
) -> CommandOutcome:
    asked = Command(referral.responder_id, referral.reference, verb, way, district.clock(), proved)
    with district.database.writing() as session:
        return service_commands.carry_out(session, district.context, asked)


def happens(district: District, what: Callable[..., Any], subject: int) -> None:
    with district.database.writing() as session:
        what(session, district.context, subject, district.clock())


@pytest.mark.parametrize("verb", OF_A_CASE)
def test_district_responder_cannot_use_national_digits(district: District, verb: Verb) -> None:
    _, told_of = alerts_of(district, urgency=1)
    sms(district, told_of[1], Verb.TAKE, proved=True)
    assert sms(district, told_of[3], verb, proved=True).result in ANSWERS
    of_district = sms(district, told_of[1], verb, proved=True).result
    assert (of_district is CommandResult.UNKNOWN) is REPLIES[verb].national
    assert {*ANSWERS} == {*CommandResult} - {CommandResult.UNKNOWN}


@pytest.mark.parametrize("verbs", [(Verb.PASS_ON,), (Verb.TAKE, Verb.PASS_ON)])
def test_proof_after_passing_on_makes_no_assignee(
    district: District, verbs: tuple[Verb, ...]
) -> None:
    tip, told_of = alerts_of(district, urgency=1)
    for verb in verbs:
        sms(district, told_of[1], verb)
    happens(district, service_commands.prove_answer, told_of[1].id)
    assert district.tip(tip).assignee_id is None


def test_danger_taken_with_unread_inbox_keeps_escalating(
    district: District,
) -> None:
    tip, told_of = alerts_of(district, urgency=1)
    assert sms(district, told_of[1], Verb.TAKE).result is CommandResult.NOTED
    assert "acknowledge" in district.open_kinds()
    happens(district, service_commands.prove_answer, told_of[1].id)
    assert district.tip(tip).assignee_id == 1
    assert district.open_kinds() == ["outcome", "second_look"]


def test_a_second_take_with_the_inbox_unread_keeps_the_first_take(district: District) -> None:
    _, told_of = alerts_of(district, urgency=1, reads_inbox=True)
    sms(district, told_of[1], Verb.TAKE)
    district.clock.turn(hours=1)
    sms(district, told_of[1], Verb.TAKE)
    with district.database.reading() as session:
        assert of_log(session, 1).taken == {1}
    check_logs(district.database)


@pytest.mark.parametrize("urgency", [1, 3])
def test_forged_take_and_closure_close_no_case(district: District, urgency: int) -> None:
    tip, told_of = alerts_of(district, urgency, reads_inbox=True)
    assert sms(district, told_of[1], Verb.TAKE).result is CommandResult.TAKEN
    sms(district, told_of[1], Verb.NOT_TRAFFICKING)
    happens(district, service_commands.doubt_answer, told_of[1].id)
    assert (district.tip(tip).closed_at, district.tip(tip).closure_by) == (None, None)
    assert district.open_kinds() == ["acknowledge"]


def test_sms_closure_takes_effect_once_inbox_lists_it(district: District) -> None:
    tip, told_of = alerts_of(district)
    sms(district, told_of[1], Verb.TAKE)
    done = sms(district, told_of[1], Verb.NOT_TRAFFICKING)
    assert (done.result, done.queued) == (CommandResult.CLOSED, Verb.NOT_TRAFFICKING)
    assert district.tip(tip).closed_at is None
    happens(district, partial(service_commands.prove_answer, verb=done.queued), told_of[1].id)
    assert district.tip(tip).outcome == "not-trafficking"
    assert district.open_kinds() == []


def test_on_site_takes_reopened_case(district: District) -> None:
    tip, told_of = alerts_of(district)
    sms(district, told_of[1], Verb.ON_SITE, proved=True)
    sms(district, told_of[1], Verb.NOT_TRAFFICKING, proved=True)
    service_retention.reopen_tip(district.context, tip, by="A desk", reason="wrong")
    assert district.open_kinds() == ["acknowledge"]
    assert sms(district, told_of[1], Verb.ON_SITE, proved=True).result is CommandResult.ON_SITE
    assert district.tip(tip).assignee_id == 1


def test_on_site_takes_case_that_became_urgent(district: District) -> None:
    tip, told_of = alerts_of(district)
    sms(district, told_of[1], Verb.TAKE, proved=True)
    district.change(Tip, tip, urgency=1)
    service_assignment.assign_pending(district.context)
    assert district.tip(tip).assignee_id is None
    assert sms(district, told_of[1], Verb.ON_SITE, proved=True).result is CommandResult.ON_SITE
    assert district.tip(tip).assignee_id == 1


def test_command_name_like_a_responder_id_is_a_name(district: District) -> None:
    tip, _ = alerts_of(district, urgency=1)
    by = service_closing.by_command("responder:abc", "over")
    requests_closure(district.context, tip, None, by)
    assert district.open_kinds() == ["acknowledge", "confirm_closure"]


def test_closure_requester_cannot_confirm_by_own_phone(district: District) -> None:
    """A person requests the closure under their name in a command, and then sends a digit from their phone. The
    hotline sees that the digit does not come from a second person: the case stays open, without an error.
    """
    tip, told_of = alerts_of(district, urgency=1)
    sms(district, told_of[1], Verb.TAKE, proved=True)
    name = district.responder(3).name.upper()
    service_retention.close_tip(district.context, tip, by=name, reason="over")
    done = sms(district, told_of[3], Verb.NOT_TRAFFICKING, proved=True)
    assert done.result is CommandResult.NOT_TAKEN_YET
    assert district.tip(tip).closed_at is None
    assert "confirm_closure" in district.open_kinds()


def test_case_of_leaving_responder_alerts_next(district: District) -> None:
    tip, told_of = alerts_of(district)
    sms(district, told_of[1], Verb.TAKE, proved=True)
    happens(district, service_commands.hand_on_cases, 1)
    assert district.tip(tip).assignee_id is None
    assert len(district.told(tip)) == 2


def test_colleague_on_site_extends_no_deadline(district: District) -> None:
    _, told_of = alerts_of(district, urgency=1)
    sms(district, told_of[1], Verb.TAKE, proved=True)
    first = [row.due_at for row in district.open_deadlines() if row.kind == "outcome"]
    district.clock.turn(minutes=10)
    sms(district, told_of[2], Verb.ON_SITE, proved=True)
    assert [row.due_at for row in district.open_deadlines() if row.kind == "outcome"] == first


@pytest.mark.row("R2")
def test_two_people_must_close_danger_case(district: District) -> None:
    tip, told_of = alerts_of(district, urgency=1)
    sms(district, told_of[1], Verb.TAKE, proved=True)
    ended = sms(district, told_of[1], Verb.NOT_TRAFFICKING, proved=True)
    assert ended.result is CommandResult.CLOSURE_REQUESTED
    assert district.open_kinds() == ["confirm_closure", "outcome", "second_look"]
    again = sms(district, told_of[1], Verb.NOT_TRAFFICKING, proved=True)
    assert again.result is CommandResult.CLOSURE_REQUESTED
    assert district.tip(tip).closed_at is None

    of_desk = sms(district, told_of[3], Verb.NOT_TRAFFICKING, proved=True)
    assert of_desk.result is CommandResult.OPEN_FIRST
    assert district.tip(tip).closed_at is None
    confirm(district.context, tip)
    assert district.tip(tip).outcome == "not-trafficking"
    assert district.open_kinds() == []
    assert sms(district, told_of[1], Verb.TAKE, proved=True).result is CommandResult.OVER


@pytest.mark.parametrize("proved_later", [False, True])
def test_refusing_closure_makes_assignee(district: District, proved_later: bool) -> None:
    """A command requested the closure of the case, and a person refuses this request by SMS. Then the state of the
    case, the reply to the SMS and the page Today agree."""
    tip, told_of = alerts_of(district, urgency=1)
    service_retention.close_tip(
        district.context, tip, by="A desk", reason="over", outcome=TipOutcome.SILENT
    )
    done = sms(district, told_of[3], Verb.TAKE, proved=not proved_later)
    if proved_later:
        assert done.result is CommandResult.GOES_ON_WAITS
        assert (district.tip(tip).assignee_id, waiting(district)) == (None, [tip])
        happens(district, partial(service_commands.prove_answer, verb=done.queued), told_of[3].id)
    else:
        assert done.result is CommandResult.TAKEN
    assert (district.tip(tip).assignee_id, waiting(district)) == (3, [])


def waiting(district: District) -> list[int]:
    """Returns the cases that the board shows without an assignee."""
    with district.database.reading() as session:
        return untaken(session, queries_visible.desk_viewer(NATIONAL), district.clock())


def test_only_assignee_refers_or_closes_case(district: District) -> None:
    _, told_of = alerts_of(district, urgency=1)
    for verb in (Verb.REFERRED, Verb.NOT_TRAFFICKING):
        assert sms(district, told_of[1], verb, proved=True).result is CommandResult.NOT_TAKEN_YET
    sms(district, told_of[1], Verb.TAKE, proved=True)
    done = sms(district, told_of[1], Verb.REFERRED, proved=True)
    assert done.result is CommandResult.REFERRED
    assert (
        sms(district, told_of[2], Verb.REFERRED, proved=True).result is CommandResult.NOT_TAKEN_YET
    )


def test_sms_refusal_of_closure_counts_once_proved(district: District) -> None:
    tip, told_of = alerts_of(district, urgency=1)
    sms(district, told_of[1], Verb.TAKE, proved=True)
    sms(district, told_of[1], Verb.NOT_TRAFFICKING, proved=True)
    done = sms(district, told_of[3], Verb.TAKE)
    assert done.result is CommandResult.GOES_ON_WAITS
    assert district.tip(tip).assignee_id == 1
    assert "confirm_closure" in district.open_kinds()

    happens(district, partial(service_commands.prove_answer, verb=done.queued), told_of[3].id)
    assert (district.tip(tip).assignee_id, district.tip(tip).closure_by) == (3, None)
    assert district.open_kinds() == ["outcome", "second_look"]


def test_late_proof_makes_no_removed_responder_assignee(district: District) -> None:
    tip, told_of = alerts_of(district, urgency=1)
    assert sms(district, told_of[1], Verb.TAKE).result is CommandResult.NOTED
    district.change(Responder, 1, active=False, removed_at=district.clock())
    happens(district, service_commands.hand_on_cases, 1)
    happens(district, service_commands.prove_answer, told_of[1].id)
    assert district.tip(tip).assignee_id is None
    assert district.open_kinds() == ["acknowledge"]


def test_doubted_case_does_not_pass_to_removed_colleague(district: District) -> None:
    """Two responders took the case, and the one who is not the assignee was removed. Then the hotline doubts the answer
    of the assignee."""
    tip, told_of = alerts_of(district, urgency=1, reads_inbox=True)
    sms(district, told_of[1], Verb.TAKE)
    sms(district, told_of[2], Verb.TAKE, proved=True)
    district.change(Responder, 2, active=False, removed_at=district.clock())
    happens(district, service_commands.hand_on_cases, 2)
    happens(district, service_commands.doubt_answer, told_of[1].id)
    assert district.tip(tip).assignee_id is None
    assert district.open_kinds() == ["acknowledge"]


def test_second_look_restarts_if_its_reader_becomes_assignee(district: District) -> None:
    tip, told_of = alerts_of(district, urgency=1, reads_inbox=True)
    sms(district, told_of[1], Verb.TAKE)
    sms(district, told_of[1], Verb.REFERRED)
    district.clock.turn(hours=2)
    service_assignment.fire_deadlines(district.context)
    sms(district, told_of[3], Verb.TAKE, proved=True)
    assert "second_look" not in district.open_kinds()
    happens(district, service_commands.doubt_answer, told_of[1].id)
    assert district.tip(tip).assignee_id == 3
    assert "second_look" in district.open_kinds()


def test_passing_on_alerts_next_and_keeps_assignee(district: District) -> None:
    tip, told_of = alerts_of(district)
    sms(district, told_of[1], Verb.TAKE, proved=True)
    assert sms(district, told_of[1], Verb.PASS_ON, proved=True).result is CommandResult.PASSED
    assert district.tip(tip).assignee_id == 1
    assert district.told(tip) == [(0, 1), (1, 2)]
    assert sms(district, told_of[1], Verb.PASS_ON, proved=True).result is CommandResult.PASSED
    assert len(district.told(tip)) == 2
    next_one = next(row for row in district.all(Assignment) if row.responder_id == 2)
    sms(district, next_one, Verb.TAKE, proved=True)
    assert district.tip(tip).assignee_id == 2
