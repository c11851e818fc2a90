"""Tests which people are alerted about a tip, for each roster in a table. Also tests that at least one person is
always alerted. If many tips are assigned at once, the people who are alerted about each tip are the same as if only
this tip were assigned.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts.rules_assignment import (
    AlertedResponder,
    Candidate,
    Case,
    EscalationReason,
    colleagues,
    first_recipients,
    next_recipients,
    overdue_recipients,
)
from hotline.alerts.rules_escalation import AlertPlan, EscalationStep, WaitingTip
from hotline.people.rules import Level
from hotline.text.places import ABROAD, UNSURE, Category, districts
from tests.alerts.case_walk import as_alerted
from tests.support.builders import NOON


def case(
    *,
    place: str = "12",
    category: str | None = "labour",
    urgency: int = 1,
    official: str = "no",
    partners: tuple[str, ...] = (),
) -> Case:
    return Case(place, category, urgency, official, partners=frozenset(partners))


def one(
    id: int,
    level: Level = Level.RESPONDER,
    *places: str,
    categories: tuple[str, ...] = (),
    load: int = 0,
    told: int | None = None,
) -> Candidate:
    told_at = None if told is None else NOON - timedelta(minutes=told)
    return Candidate(id, level, frozenset(places), frozenset(categories), load, told_at)


ROSTER = (
    one(1, Level.RESPONDER, "12"),
    one(2, Level.RESPONDER, "12"),
    one(3, Level.RESPONDER, "12", "13"),
    one(4, Level.RESPONDER, "13", categories=("organs",)),
    one(5, Level.DEPUTY, "12"),
    one(6, Level.COORDINATOR, "12"),
    one(7, Level.COORDINATOR, "14"),
    one(8, Level.NATIONAL),
    one(9, Level.NATIONAL),
    one(10, Level.RESPONDER, "border-east", "13"),
    one(11, Level.DEPUTY, "border-east"),
    one(12, Level.DEPUTY, "border-west"),
    one(13, Level.DEPUTY, "camp"),
    one(14, Level.DEPUTY, "camp"),
    one(15, Level.COORDINATOR, "camp"),
    one(16, Level.RESPONDER, "camp", "15"),
)


def named(value: object) -> str:
    """Returns the text for a parameter's value that pytest shows in the name of a test. The name must be the same in
    each process of a test run. The order of a set differs between processes, so the partners are sorted.
    """
    if not isinstance(value, Case):
        return str(value)
    return f"{replace(value, partners=frozenset())} {sorted(value.partners)}"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (case(urgency=1), (1, 2, 8)),
        (case(urgency=2), (1,)),
        (case(urgency=3), (1,)),
        (case(urgency=1, official="yes"), (8,)),
        (case(urgency=2, official="unsure"), (8,)),
        (case(place=ABROAD), (8,)),
        (case(place=ABROAD, partners=("border-east",)), (10, 8)),
        (case(place=ABROAD, partners=("border-east", "border-west")), (10, 8)),
        (case(place=ABROAD, partners=("border-west",)), (12, 8)),
        (case(place=ABROAD, partners=("border-east",), official="unsure"), (8,)),
        (case(place=ABROAD, partners=("border-south",)), (8,)),
        (case(place="12", partners=("camp",)), (1, 2, 16, 8)),
        (case(place="12", partners=("camp",), urgency=3), (1, 16)),
        (case(place="12", partners=("camp",), official="unsure"), (8,)),
        (case(place="15", partners=("camp",)), (16, 13, 14, 8)),
        (case(place="16", partners=("camp",), urgency=3), (16, 8)),
        (case(place=UNSURE, urgency=3), (8,)),
        (case(place="16"), (8,)),
        (case(place="13", urgency=1), (3, 10, 8)),
        (case(place="13", urgency=1, category="organs"), (3, 4, 8)),
        (case(place="13", urgency=1, category=None), (3, 4, 8)),
        (case(place="14", urgency=1), (7, 8)),
        (case(place="14", urgency=3), (7,)),
    ],
    ids=named,
)
def test_first_recipients(asked: Case, told: tuple[int, ...]) -> None:
    assert first_recipients(asked, ROSTER) == told


def test_lowest_load_then_oldest_alert_is_chosen() -> None:
    roster = (
        one(1, load=2, told=90),
        one(2, load=1, told=5),
        one(3, load=1, told=50),
        one(4, load=1),
    )
    assert first_recipients(case(urgency=3), roster) == (4,)
    assert first_recipients(case(urgency=3), roster[:3]) == (3,)


def test_urgent_tip_alerts_earlier_recipients_again() -> None:
    told = [AlertedResponder(3, Level.RESPONDER)]
    assert first_recipients(case(urgency=1), ROSTER, told) == (3, 1, 8)


def prior(*ids: int) -> list[AlertedResponder]:
    return [AlertedResponder(c.id, c.level) for c in ROSTER if c.id in ids]


@pytest.mark.parametrize(
    ("before", "reason", "after"),
    [
        ((1,), EscalationReason.SILENT, (5,)),
        ((1, 2, 8), EscalationReason.SILENT, (5,)),
        ((1, 5), EscalationReason.SILENT, (6,)),
        ((1, 5, 6), EscalationReason.SILENT, (8,)),
        ((1, 5, 6, 8), EscalationReason.SILENT, (9,)),
        ((1, 5, 6, 8, 9), EscalationReason.SILENT, (8,)),
        ((1,), EscalationReason.UNREACHED, (2,)),
        ((1, 2, 3), EscalationReason.UNREACHED, (5,)),
        ((1, 2, 3, 5, 6), EscalationReason.UNREACHED, (8,)),
        ((1, 2, 3, 5, 6, 8, 9), EscalationReason.UNREACHED, ()),
    ],
    ids=str,
)
def test_next_recipients(
    before: tuple[int, ...], reason: EscalationReason, after: tuple[int, ...]
) -> None:
    assert next_recipients(case(urgency=3), ROSTER, prior(*before), reason) == after


@pytest.mark.parametrize(
    ("before", "reason", "after"),
    [
        ((1, 16), EscalationReason.SILENT, (5, 13)),
        ((1, 5, 16, 13), EscalationReason.SILENT, (6, 15)),
        # All people of the camp's desk were already alerted, some long ago, so the next level of the district is
        # alerted.
        ((1, 15), EscalationReason.SILENT, (5,)),
        ((1, 5, 6, 16), EscalationReason.SILENT, (8, 13)),
        # All people of the camp's desk, the district and the national desk were alerted. The case is overdue, like a
        # case without a camp whose people were all alerted.
        ((1, 5, 6, 8, 9, 16), EscalationReason.SILENT, (8,)),
        ((1, 16), EscalationReason.UNREACHED, (2, 13)),
        ((1, 2, 3, 5, 6, 8, 9, 13, 14, 15, 16), EscalationReason.UNREACHED, ()),
    ],
    ids=str,
)
def test_camp_desk_escalates_through_its_own_levels(
    before: tuple[int, ...], reason: EscalationReason, after: tuple[int, ...]
) -> None:
    asked = case(urgency=3, partners=("camp",))
    known = [as_alerted(asked, c) for c in ROSTER if c.id in before]
    assert next_recipients(asked, ROSTER, known, reason) == after


def test_overdue_case_alerts_coordinator_of_assignee_s_desk() -> None:
    asked = case(partners=("camp",))
    assert overdue_recipients(asked, ROSTER, assignee=13, nth=0) == (15,)
    assert overdue_recipients(asked, ROSTER, assignee=1, nth=0) == (6,)
    assert colleagues(asked, ROSTER, skip=None)[:2] == (6, 15)


@pytest.mark.row("R6")
def test_escalation_about_official_stays_at_national_desk() -> None:
    for before in ((), (8,), (8, 9)):
        chosen = next_recipients(
            case(official="yes"), ROSTER, prior(*before), EscalationReason.SILENT
        )
        assert set(chosen) <= {8, 9}
        assert chosen


PLACES = [area.code for area in districts()]
CASES = st.builds(
    Case,
    place=st.sampled_from([*PLACES, ABROAD, UNSURE]),
    category=st.none() | st.sampled_from([c.value for c in Category]),
    urgency=st.integers(1, 3),
    official=st.sampled_from(["yes", "no", "unsure"]),
    partners=st.sampled_from([frozenset[str](), frozenset({"camp"})]),
)
CANDIDATES = st.builds(
    Candidate,
    id=st.integers(1, 40),
    level=st.sampled_from(Level),
    districts=st.frozensets(st.sampled_from([*PLACES, *["camp"] * 9]), max_size=3),
    categories=st.frozensets(st.sampled_from([c.value for c in Category]), max_size=3),
    load=st.integers(0, 9),
    alerted_at=st.none() | st.datetimes(timezones=st.just(NOON.tzinfo)),
)
ROSTERS = st.lists(CANDIDATES, max_size=12, unique_by=lambda c: c.id).map(
    lambda people: [*people, Candidate(99, Level.NATIONAL)]
)


@pytest.mark.row("R4")
@given(asked=CASES, roster=ROSTERS, steps=st.integers(1, 20))
def test_each_tip_has_an_active_recipient(asked: Case, roster: list[Candidate], steps: int) -> None:
    """Every step of escalation alerts at least one person, and only people who may see the case."""
    allowed = {c.id: c for c in roster}
    chosen = first_recipients(asked, roster)
    before: list[AlertedResponder] = []
    for _ in range(steps):
        assert chosen
        for recipient in chosen:
            candidate = allowed[recipient]
            if candidate.level is Level.NATIONAL:
                continue
            assert asked.official == "no"
            assert not candidate.districts or candidate.districts & {asked.place, *asked.partners}
        assert len(set(chosen)) == len(chosen)
        before += [as_alerted(asked, allowed[recipient]) for recipient in chosen]
        chosen = next_recipients(asked, roster, before, EscalationReason.SILENT)
    assert len({recipient.responder_id for recipient in before}) <= len(roster)


@given(asked=CASES, roster=ROSTERS)
def test_escalation_ends_if_all_phones_are_off(asked: Case, roster: list[Candidate]) -> None:
    people = {c.id: c for c in roster}
    before: list[AlertedResponder] = []
    chosen = first_recipients(asked, roster)
    rounds = 0
    while chosen:
        before += [as_alerted(asked, people[recipient]) for recipient in chosen]
        chosen = next_recipients(asked, roster, before, EscalationReason.UNREACHED)
        rounds += 1
        assert rounds <= len(roster)


@pytest.mark.row("C19")
@given(asked=CASES, roster=ROSTERS, steps=st.integers(1, 20))
def test_camp_keeps_district_escalation(asked: Case, roster: list[Candidate], steps: int) -> None:
    """If a camp's desk is alerted too, the same people of the district and of the national desk are alerted at each
    level as without a camp.

    In this test, the district always has a coordinator.
    """
    camp, alone = (
        replace(asked, place="12", partners=frozenset({"camp"})),
        replace(asked, place="12"),
    )
    alone = replace(alone, partners=frozenset())
    roster = [*roster, Candidate(98, Level.COORDINATOR, frozenset({"12"}))]
    near = {
        c.id for c in roster if as_alerted(camp, c).is_partner and c.level is not Level.NATIONAL
    }
    people = {c.id: c for c in roster}
    both, one = first_recipients(camp, roster), first_recipients(alone, roster)
    told, without = list[AlertedResponder](), list[AlertedResponder]()
    for _ in range(steps):
        assert tuple(who for who in both if who not in near) == one
        told += [as_alerted(camp, people[who]) for who in both]
        without += [as_alerted(alone, people[who]) for who in one]
        both = next_recipients(camp, roster, told, EscalationReason.SILENT)
        one = next_recipients(alone, roster, without, EscalationReason.SILENT)


@given(
    cases=st.lists(CASES, max_size=20),
    roster=ROSTERS,
    told=st.lists(st.integers(0, 12), max_size=3),
)
def test_burst_plan_matches_planning_each_tip_alone(
    cases: list[Case], roster: list[Candidate], told: list[int]
) -> None:
    before = [AlertedResponder(c.id, c.level) for at, c in enumerate(roster) if at in told]
    planning = AlertPlan(roster, NOON)
    people: Sequence[Candidate] = roster

    for asked in cases:
        chosen = first_recipients(asked, people, before)
        assert planning.first_alerted(asked, before) == chosen
        people = [
            replace(c, load=c.load + 1, alerted_at=NOON) if c.id in chosen else c for c in people
        ]
    assert planning.roster == tuple(people)


def test_tip_without_recipient_has_no_escalation_step() -> None:
    planning = AlertPlan([c for c in ROSTER if c.id < 8], NOON)
    waiting = [WaitingTip(1, case(official="yes")), WaitingTip(2, case(urgency=3), step=4)]
    assert [*planning.steps(waiting)] == [EscalationStep(2, case(urgency=3), 4, (1,))]
