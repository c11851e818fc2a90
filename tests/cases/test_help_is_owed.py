"""Tests reminders to offer help that a person wants: after the consent, and when the case is closed."""

from datetime import UTC, datetime, timedelta

import pytest

from hotline.cases import service_follow_up
from hotline.core.wording import Template
from hotline.gateway.tables import Message
from hotline.tips.rules import TipOutcome
from hotline.tips.tables_persons import PossibleVictim
from tests.cases.test_people_by_phone import HerCase
from tests.support.callers import Line
from tests.support.clock import Clock
from tests.support.district import District
from tests.support.helping import GROWN_UP, HelpedCase
from tests.support.taking import close_by_two

ASKS, ABOVE = Template.FOLLOW.name, Template.FOLLOW_ABOVE.name
HOURS = timedelta(hours=1)


def passes(case: HelpedCase, time: timedelta) -> list[tuple[timedelta, int, str]]:
    """Moves the clock forward. Returns the delay, the person and the template of each reminder."""
    asked, begun = [], case.district.clock()
    for _ in range(time // (HOURS / 2)):
        case.district.clock.turn(minutes=30)
        after = case.district.clock() - begun
        asked += [(after, who, template) for who, template in case.reminded()]
    return asked


def test_a_yes_in_danger_is_asked_about_every_two_hours(district: District) -> None:
    case = HelpedCase(district, urgency=1)
    case.say("consent", {"consent": "yes"})
    asked = passes(case, 8 * HOURS)
    assert asked[:2] == [(2 * HOURS, case.hers, ASKS), (4 * HOURS, case.leads, ABOVE)]
    assert {(after, template) for after, _, template in asked[2:]} == {(6 * HOURS, ABOVE)}
    assert {who for _, who, _ in asked[2:]} == set(case.nation)
    case.say("offered", {"service": "isange"})
    assert passes(case, 20 * HOURS) == []


@pytest.mark.parametrize("urgency", [2, 3])
def test_without_danger_it_is_asked_the_next_morning(district: District, urgency: int) -> None:
    case = HelpedCase(district, urgency=urgency)
    district.clock.at = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
    case.say("consent", {"consent": "yes"})
    assert passes(case, 12 * HOURS - HOURS / 2) == []
    # This is 08:00 in Kigali.
    assert passes(case, HOURS / 2) == [(HOURS / 2, case.hers, ASKS)]


def test_later_danger_moves_a_deadline_forward_and_never_back(district: District) -> None:
    case = HelpedCase(district, urgency=2)
    offered = case.offer()
    case.say("answered", {"answer": "accepted"}, of=offered)
    case.say("arrived", {"arrived": "yes"}, of=offered)
    district.clock.at = datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
    case.say("consent", {"consent": "yes"}, n=2)
    district.clock.turn(hours=1)
    case.say("thirty", {"thirty": "danger"}, of=offered)
    assert owed_at(district, case.tip, 2) == district.clock() + 2 * HOURS
    district.clock.turn(hours=1)
    case.say("thirty", {"thirty": "danger"}, of=offered)
    assert owed_at(district, case.tip, 2) == district.clock() + HOURS


def owed_at(district: District, tip: int, n: int) -> datetime | None:
    """Returns the deadline for offering help to this person, if there is one."""
    with district.database.reading() as session:
        row = session.get_one(PossibleVictim, (tip, n))
        return row.due_at if row.clock == "offer" else None


def test_it_continues_after_closing_and_ends_with_an_offer_or_a_no(district: District) -> None:
    case = HelpedCase(district, urgency=1)
    case.say("consent", {"consent": "yes"})
    close_by_two(case.context, case.tip, TipOutcome.NOT_FOUND)
    assert passes(case, 2 * HOURS) == [(2 * HOURS, case.hers, ASKS)]
    case.say("consent", {"consent": "no"})
    with district.database.reading() as session:
        assert session.get_one(PossibleVictim, (case.tip, 1)).clock == "consent"


def test_a_yes_that_is_said_again_buys_no_time(district: District) -> None:
    case = HelpedCase(district, urgency=1)
    case.say("consent", {"consent": "yes"})
    assert passes(case, HOURS) == []
    case.say("consent", {"consent": "yes"})
    assert passes(case, HOURS) == [(HOURS, case.hers, ASKS)]


def test_no_sms_tells_what_the_person_said(district: District) -> None:
    """The SMS after a consent has the same text as the SMS after an offer."""
    case = HelpedCase(district, urgency=1)
    case.say("screened", GROWN_UP)
    case.say("consent", {"consent": "yes"})
    district.clock.turn(hours=2)
    case.reminded()
    row = district.all(Message)[-1]
    assert (row.template, set(row.parameters)) == (ASKS, {"ref", "code"})


@pytest.fixture
def own_case(line: Line) -> HerCase:
    return HerCase(line)


YES = ("3", "1", "2", "1")
"""The answers: refer to help, safe, adult. "Ask in private: does the person want help?" Yes."""


def test_a_call_that_drops_after_the_yes_keeps_a_deadline(own_case: HerCase, clock: Clock) -> None:
    phone = own_case.dials(*YES)
    assert phone.screen.startswith("CON What do you see?")
    phone.hang_up()
    assert own_case.kept() == ["consent"]
    clock.turn(hours=1, minutes=59)
    service_follow_up.ask_due(own_case.line.context)
    before = len(own_case.line.all(Message))
    clock.turn(minutes=1)
    service_follow_up.ask_due(own_case.line.context)
    (asked,) = own_case.line.all(Message)[before:]
    assert (asked.responder_id, asked.template) == (own_case.known_as.responder_id, ASKS)

    phone = own_case.dials()
    assert phone.screen.startswith(
        f"CON {own_case.case}: a person wants help. No service has been asked"
    )
    assert phone.key("1", "1").startswith("CON Which person?")
    assert phone.key("1").startswith("CON What do you see?")
    assert phone.key("1", "1").startswith("CON Which help?")
    assert phone.key("1").startswith("CON Their answer:")
    assert own_case.kept() == ["consent", "offered"]


def test_closing_says_what_is_still_owed_and_to_whom(own_case: HerCase) -> None:
    own_case.dials(*YES).hang_up()
    phone = own_case.dials("2", "4")
    assert phone.screen.startswith("CON Still to do: 1 person: help\n1 Refer to a service\n2 Close")
    assert phone.key("2").startswith("CON Why close it?")
    phone = own_case.dials("1", "1", "1", "1", "1", "1")
    assert phone.screen.startswith("CON Their answer:")
    closing = own_case.dials("4")
    assert closing.screen.startswith("CON Still to do: 1 woman: the answer\n")
