"""Tests memberships of desks, and the resulting level and list of districts. Also tests the minimum number of people:
two of the national desk at every hour, and one in each district."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts.rules_assignment import Candidate, Case, first_recipients
from hotline.people.rules import (
    Absence,
    Level,
    Member,
    active_national,
    desks_of,
    desks_without_active,
    districts_of,
    empty_districts,
    every_district,
    fewest_national,
    highest_level,
    unwatched_desks,
)
from hotline.text.places import NATIONAL
from hotline.tips.rules import Urgency
from tests.support.builders import NOON

HOUR = timedelta(hours=1)
HOURS = st.integers(0, 20)


def absence(first: int, last: int) -> Absence:
    return Absence(NOON + first * HOUR, NOON + last * HOUR)


NUMBERS = count(1)


def member(
    level: Level = Level.RESPONDER,
    *districts: str,
    reachable: bool = True,
    away: tuple[Absence, ...] = (),
) -> Member:
    number = next(NUMBERS)
    desks = frozenset(desks_of(level, districts))
    return Member(number, number, level, desks, reachable, away)


@given(
    st.lists(st.lists(st.tuples(HOURS, HOURS), max_size=3), min_size=1, max_size=4),
    HOURS,
    st.integers(1, 20),
)
def test_fewest_national_people_is_the_minimum_of_all_hours(
    desks: list[list[tuple[int, int]]], first: int, hours: int
) -> None:
    """In this test, every leave begins and ends at a full hour, so it is enough to check each hour."""
    people = [
        member(Level.NATIONAL, away=tuple(absence(*sorted(one)) for one in away)) for away in desks
    ]
    counted = [active_national(people, NOON + hour * HOUR) for hour in range(first, first + hours)]
    begins = NOON + first * HOUR
    assert fewest_national(people, begins, begins + hours * HOUR) == min(counted)


def test_return_and_leave_at_same_time_leave_no_gap() -> None:
    people = [member(Level.NATIONAL, away=(absence(*away),)) for away in ((0, 2), (2, 4))]
    assert fewest_national(people, NOON, NOON + 5 * HOUR) == 1


@pytest.mark.parametrize(
    ("people", "empty", "away"),
    [
        ([], ["11", "12"], []),
        ([member(Level.NATIONAL)], ["11", "12"], []),
        ([member(Level.RESPONDER, "12")], ["11"], []),
        ([member(Level.COORDINATOR)], [], []),
        ([member(Level.DEPUTY, "12", reachable=False)], ["11"], ["12"]),
        ([member(Level.DEPUTY, "12", away=(absence(0, 1),))], ["11"], ["12"]),
        ([member(Level.DEPUTY, "12", away=(absence(1, 2),))], ["11"], []),
        ([member(reachable=False), member(Level.RESPONDER, "11")], [], ["12"]),
        ([member(Level.NATIONAL, reachable=False)], ["11", "12"], ["national"]),
    ],
)
def test_empty_and_absent_desks_are_named(
    people: list[Member], empty: list[str], away: list[str]
) -> None:
    assert empty_districts(people, ["11", "12"]) == empty
    assert desks_without_active(people, ["11", "12"], NOON) == away


@pytest.mark.parametrize(
    ("phones", "roster", "staffed", "shown", "alarms"),
    [
        ("12", {}, "", "", ""),
        ("12 -12", {"12": [0]}, "", "", ""),
        ("12 -12", {"12": [1]}, "", "", "12"),
        ("12 -12", {"12": [1]}, "", "12", ""),
        ("12", {"12": []}, "", "11", "12"),
        ("-12", {}, "", "", "12"),
        ("-12 11", {}, "", "12", ""),
        ("", {}, "12", "", "12"),
        ("", {}, "12", "12", ""),
        ("", {}, "", "", ""),
    ],
)
def test_desk_needs_open_board_or_phone_on_duty(
    phones: str, roster: dict[str, list[int]], staffed: str, shown: str, alarms: str
) -> None:
    """In `phones`, a minus marks a phone that cannot be reached. `roster` names phones by their position in
    `phones`."""
    people = [
        member(Level.RESPONDER, one.strip("-"), reachable=not one.startswith("-"))
        for one in phones.split()
    ]
    on_duty = {code: {people[nth].id for nth in all_} for code, all_ in roster.items()}
    found = unwatched_desks(people, on_duty, staffed.split(), shown.split(), NOON)
    assert found == alarms.split()


DANGER = Case("12", None, Urgency.DANGER, "no")


def test_districts_and_desks_convert_both_ways() -> None:
    for districts in (["12"], ["11", "57"], list[str]()):
        desks = desks_of(Level.DEPUTY, districts)
        assert set(desks) == set(districts or every_district())
        assert districts_of(desks) == districts
    assert desks_of(Level.NATIONAL, ["12"]) == {NATIONAL: Level.NATIONAL}
    assert districts_of([NATIONAL]) == []


def test_highest_level_is_last_escalation_level() -> None:
    assert highest_level([Level.COORDINATOR, Level.RESPONDER, Level.DEPUTY]) is Level.COORDINATOR


def test_member_of_district_and_nation_is_alerted_once() -> None:
    both = [Candidate(1, Level.DEPUTY, frozenset({"12"})), Candidate(1, Level.NATIONAL)]
    assert first_recipients(DANGER, both) == (1,)
    assert first_recipients(DANGER, [*both, Candidate(2, Level.NATIONAL)]) == (1, 2)
