"""R12: an exercise in the console: two people plan it, one begins it, and its report is read; every list marks it."""

import re

import pytest
from sqlalchemy import select

from hotline.domain.accounts.account import AccountRole
from hotline.services.people import enrolment
from hotline.services.referrals.drills import reports
from hotline.store.accounts.approvals import Approval
from hotline.store.outbox.messages import Message, Referral
from tests.console.conftest import Desk, Tab
from tests.console.desk_tips import DISTRICT, change, lets_in, man, tell

PLANNED = {"desk": DISTRICT, "urgency": "1", "at_night": "yes", "reason": "the week of drills"}
YES = {"do": "approve", "reason": "known"}


@pytest.fixture
def two(desk: Desk) -> tuple[Tab, Tab]:
    """One asks, the other agrees. Somebody of the national desk can be told."""
    row = (
        "name,msisdn,language,level,districts,categories\nNational 1,+250788009902,en,national,,\n"
    )
    enrolment.import_responders(desk.kit, row)
    return desk.tab(AccountRole.ADMIN, name="Alice"), desk.tab(AccountRole.NATIONAL, name="Bosco")


def plan_of(desk: Desk) -> int:
    with desk.kit.database.reading() as session:
        return session.scalars(select(Approval.id).where(Approval.kind == "exercise")).one()


def planned(desk: Desk, two: tuple[Tab, Tab]) -> int:
    first, second = two
    assert first.post("/exercises", PLANNED).status_code == 303
    plan = plan_of(desk)
    assert second.post(f"/approvals/exercise/{plan}", YES).status_code == 303
    return plan


def words(page: str) -> str:
    """Without the markup, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.mark.row("R12")
def test_r12_two_plan_it_one_begins_it_and_everybody_of_the_desk_is_read_in_its_report(
    desk: Desk, two: tuple[Tab, Tab]
) -> None:
    first, second = two
    assert first.post("/exercises", PLANNED).status_code == 303
    assert "Asked for: Gasabo" in first.get("/exercises").text
    plan = plan_of(desk)
    assert first.post(f"/exercises/plans/{plan}/begin").status_code == 422, "nobody agreed yet"
    assert first.post(f"/approvals/exercise/{plan}", YES).status_code == 422, "nor does she herself"
    said = second.get("/approvals").text
    assert "Alice asks for an exercise at Gasabo. It may wake people at night." in said
    assert second.post(f"/approvals/exercise/{plan}", YES).status_code == 303
    assert "An exercise is planned: Gasabo" in second.get("/").text
    assert "By Alice and Bosco. Why: the week of drills" in first.get("/exercises").text

    assert first.post(f"/exercises/plans/{plan}/begin").status_code == 303
    assert first.post(f"/exercises/plans/{plan}/begin").status_code == 422, "once"
    assert "An exercise runs: Gasabo" in second.get("/").text
    desk.clock.turn(minutes=3)
    with desk.kit.database.writing() as session:
        (known_as,) = session.scalars(select(Referral)).all()
        known_as.acknowledged_at = desk.clock()
    page = words(first.get("/exercises?report=1").text)
    assert "Responder 1, responder never 3 min 0 s never" in page
    assert "answered 1 of 1, half of them within 3 min 0 s, the slowest after 3 min 0 s" in page
    assert first.post("/exercises/1/end").status_code == 422, "a reason is missing"
    assert second.post("/exercises/1/end", {"reason": "enough"}).status_code == 303
    row = words(second.get("/exercises").text)
    assert "Gasabo called off 1 of 1" in row
    assert "Runs now" not in row


def test_r12_what_is_planned_is_called_off_and_what_may_not_begin_says_why(
    desk: Desk, two: tuple[Tab, Tab]
) -> None:
    first, second = two
    for wrong in ({"desk": "national"}, {"desk": "99"}, {"urgency": "3"}, {"reason": ""}):
        assert first.post("/exercises", {**PLANNED, **wrong}).status_code == 422
    plan = planned(desk, two)
    assert second.post(f"/exercises/plans/{plan}/call-off", {"reason": "rain"}).status_code == 303
    again = first.post(f"/exercises/plans/{plan}/begin")
    assert again.status_code == 422
    assert "That exercise was begun or called off, or its week is over." in again.text
    with desk.kit.database.reading() as session:
        told = [row.template for row in session.scalars(select(Message)).all()]
    assert told == ["EXERCISE_PLANNED_NIGHT", "EXERCISE_OFF"]
    assert reports.listed(desk.kit) == []


def test_r12_an_exercise_says_so_in_every_list_and_nobody_is_late_in_it(desk: Desk) -> None:
    man(desk)
    tab = desk.tab(AccountRole.DESK, name="Desk 1")
    lets_in(desk, desk.people["Desk 1"].account_id, DISTRICT)
    tip = tell(desk, minutes=9)
    change(desk, tip, channel="drill")
    row = tab.get("/tips").text
    assert '<span class="tag warn">an exercise</span>' in row
    assert "late" not in row
    page = tab.get(f"/tips/{tip}").text
    assert "An exercise. Nobody is in danger, and nobody need go." in page
    assert "waits 9 minutes" not in tab.get("/").text
