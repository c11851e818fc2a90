"""Tests memberships of desks, and the resulting level and list of districts."""

from hotline.alerts.rules_assignment import Candidate, Case, first_recipients
from hotline.people.rules import Level, desks_of, districts_of, every_district, highest_level
from hotline.text.places import NATIONAL
from hotline.tips.rules import Urgency

DANGER = Case("12", None, Urgency.DANGER, "no")


def test_districts_come_back_as_they_went_and_the_national_desk_is_one_desk() -> None:
    for districts in (["12"], ["11", "57"], list[str]()):
        desks = desks_of(Level.DEPUTY, districts)
        assert set(desks) == set(districts or every_district())
        assert districts_of(desks) == districts
    assert desks_of(Level.NATIONAL, ["12"]) == {NATIONAL: Level.NATIONAL}
    assert districts_of([NATIONAL]) == []


def test_the_highest_level_is_the_last_of_the_ladder() -> None:
    assert highest_level([Level.COORDINATOR, Level.RESPONDER, Level.DEPUTY]) is Level.COORDINATOR


def test_who_is_of_the_district_and_of_the_nation_is_told_once() -> None:
    both = [Candidate(1, Level.DEPUTY, frozenset({"12"})), Candidate(1, Level.NATIONAL)]
    assert first_recipients(DANGER, both) == (1,)
    assert first_recipients(DANGER, [*both, Candidate(2, Level.NATIONAL)]) == (1, 2)
