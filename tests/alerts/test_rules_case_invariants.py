"""Tests the numbered rules (invariants) of a case with random people, events, jumps and orders."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts.rules_assignment import Candidate, Case
from hotline.alerts.rules_escalation_steps import Decision
from hotline.people.rules import Level
from hotline.text.places import ABROAD
from hotline.tips.rules import DeadlineKind, Urgency
from hotline.tips.rules_events import CaseEventKind
from tests.alerts.case_walk import ACTS, CaseWalk

HERE, BORDER = frozenset({"12"}), frozenset({"border-east"})
CASES = st.builds(
    Case,
    place=st.sampled_from(["12", "12", "12", ABROAD]),
    category=st.just("sex"),
    urgency=st.sampled_from([1, 1, 2, 3]),
    official=st.sampled_from(["no", "no", "yes"]),
    partners=st.sampled_from([frozenset(), BORDER]),
)
DANGER = Case("12", "sex", Urgency.DANGER, "no")
LOCAL = st.lists(st.sampled_from([Level.RESPONDER, Level.DEPUTY, Level.COORDINATOR]), max_size=5)


@st.composite
def people(draw: st.DrawFn) -> list[Candidate]:
    levels = [*draw(LOCAL), *[Level.NATIONAL] * draw(st.integers(1, 3))]
    loads = draw(st.permutations(range(len(levels))))
    desks = draw(st.lists(st.sampled_from([HERE, HERE, BORDER]), min_size=8, max_size=8))
    return [
        Candidate(n, level, desks[n - 1], load=load)
        for n, (level, load) in enumerate(zip(levels, loads, strict=True), start=1)
    ]


HAPPENS = (*ACTS, CaseEventKind.REMOVED, "tick", "tick", "tick", "back", "met")
EVENTS = st.lists(
    st.tuples(st.sampled_from(HAPPENS), st.integers(1, 40)),
    min_size=5,
    max_size=40,
)
Events = Sequence[tuple[str, int]]


def walk(
    case: Case, who: Sequence[Candidate], events: Events
) -> Iterator[tuple[CaseWalk, Decision]]:
    """Simulates the events one after the other. After each event about which the escalation policy decides, yields the
    case and the decision."""
    course = CaseWalk(case, who)
    for what, number in events:
        person = who[number % len(who)].id
        if what == "back":
            course.gone.discard(person)
            continue
        if what == "tick":
            decision = course.tick(number)
        elif what == "met":
            decision = course.meet()
        else:
            decision = course.act(CaseEventKind(what), person)
        if decision is not None:
            yield course, decision


def may_hear(course: CaseWalk) -> set[int]:
    asked = {course.case.place, *course.case.partners} if course.case.official == "no" else set()
    active = course.active
    return {one.id for one in active if one.districts & asked or one.level is Level.NATIONAL}


@given(case=CASES, who=people(), events=EVENTS)
def test_invariant_1_an_open_case_always_has_an_open_clock(
    case: Case, who: list[Candidate], events: Events
) -> None:
    """The kind of the open deadline must be correct for the state of the case.

    If there is an assignee, the deadline is for the outcome, or for a decision of the national desk. If there is no
    assignee, the deadline is for people who are asked to take the case.
    """
    for course, _ in walk(case, who, events):
        if course.holder is not None:
            owed = DeadlineKind.DECISION if course.desk_decides else DeadlineKind.OUTCOME
            assert owed in course.clocks
            assert len({DeadlineKind.DECISION, DeadlineKind.OUTCOME} & course.clocks.keys()) == 1
        else:
            assert {DeadlineKind.ACKNOWLEDGE, DeadlineKind.OVERDUE} & course.clocks.keys()
        if course.judging is not None:
            assert DeadlineKind.CONFIRM_CLOSURE in course.clocks
        if course.desk_decides:
            assert DeadlineKind.DECISION in course.clocks


@given(case=CASES, who=people(), events=EVENTS)
def test_invariant_2_a_clock_that_nobody_answers_tells_somebody_living(
    case: Case, who: list[Candidate], events: Events
) -> None:
    for course, _ in walk(case, who, events):
        asked = {DeadlineKind.ACKNOWLEDGE, DeadlineKind.OVERDUE} & course.clocks.keys()
        if course.holder is not None or not asked or not may_hear(course):
            continue
        silent = deepcopy(course)
        beside = (DeadlineKind.CONFIRM_CLOSURE, DeadlineKind.DECISION, DeadlineKind.SECOND_LOOK)
        for kind in (DeadlineKind.OUTCOME, *beside):
            silent.clocks.pop(kind, None)
        decision = silent.tick(60 * 24 * 7)
        assert decision is not None
        told = {one for order in decision.notices for one in order.responder_ids}
        assert told
        assert told <= may_hear(course)


@given(case=CASES, who=people(), events=EVENTS)
def test_invariant_3_nobody_is_told_who_is_away_or_may_not_hear(
    case: Case, who: list[Candidate], events: Events
) -> None:
    for course, decision in walk(case, who, events):
        for order in decision.notices:
            assert set(order.responder_ids) <= may_hear(course) | {course.holder}


@given(who=people(), official=st.sampled_from(["no", "yes"]), beside=st.booleans())
def test_invariant_4_silence_tells_one_step_a_tick_and_four_in_ten_minutes(
    who: list[Candidate], official: str, *, beside: bool
) -> None:
    """The two limits for alerts, for one tick of the clock and for ten minutes, do not apply to the first alerts of the
    case."""
    near = BORDER if beside else frozenset[str]()
    course = CaseWalk(Case("12", "sex", Urgency.DANGER, official, partners=near), who)
    for _ in range(90):
        before = len(course.telling)
        course.tick(1)
        assert len(course.telling) <= before + 1
        recent = [at for at, _ in course.telling if at > course.at - timedelta(minutes=10)]
        assert len(recent) <= 4


@given(case=CASES, who=people(), events=EVENTS)
def test_invariant_5_taking_never_removes_the_outcome(
    case: Case, who: list[Candidate], events: Events
) -> None:
    for course, _ in walk(case, who, events):
        for person in [one.id for one in course.active]:
            had = course.clocks.get(DeadlineKind.OUTCOME)
            held = course.holder
            if course.act(CaseEventKind.ACKNOWLEDGED, person) is not None:
                assert course.holder is not None
                assert {DeadlineKind.OUTCOME, DeadlineKind.DECISION} & course.clocks.keys()
                if course.holder == held and not course.desk_decides:
                    assert course.clocks[DeadlineKind.OUTCOME] == had


OF_ONE = [
    (CaseEventKind.ACKNOWLEDGED, 1),
    (CaseEventKind.ACKNOWLEDGED, 1),
    (CaseEventKind.NOT_REACHED, 2),
    (CaseEventKind.REMOVED, 2),
    (CaseEventKind.PASSED, 3),
]
"""The events of one case. One answer arrives by callback, and the gateway's inbox then lists this answer. The other
events are actions of other people. The test tries these events in every order.
"""


@pytest.mark.parametrize("events", sorted(set(permutations(OF_ONE))), ids=str)
def test_invariant_6_any_order_ends_with_one_person(
    events: Sequence[tuple[CaseEventKind, int]],
) -> None:
    levels = (Level.RESPONDER, Level.RESPONDER, Level.NATIONAL, Level.NATIONAL)
    course = CaseWalk(DANGER, [Candidate(n, one, HERE) for n, one in enumerate(levels, start=1)])
    for what, who in events:
        course.act(what, who)
    assert course.holder == 1


@given(case=CASES, who=people(), events=EVENTS)
def test_invariant_7_passing_on_never_leaves_nobody_responsible(
    case: Case, who: list[Candidate], events: Events
) -> None:
    for course, _ in walk(case, who, events):
        for person in [one.id for one in course.active]:
            held = course.holder
            if course.act(CaseEventKind.PASSED, person) is not None:
                assert course.holder == held
                asked = {DeadlineKind.ACKNOWLEDGE, DeadlineKind.OVERDUE} & course.clocks.keys()
                assert held is not None or asked


@given(case=CASES, who=people(), events=EVENTS)
def test_invariant_8_a_clock_fires_once(case: Case, who: list[Candidate], events: Events) -> None:
    """If the hotline sets a deadline again after it fired, the new due time is later than the old due time.

    `tests/alerts/test_walk_of_a_case.py` shows that a restart never loses a deadline.
    """
    for course, _ in walk(case, who, events):
        before = dict(course.clocks)
        if course.tick(0) is None:
            assert course.clocks == before
        for _ in range(10):
            fired = {kind for kind, clock in course.clocks.items() if clock.due_at <= course.at}
            course.tick(0)
        assert not fired


@given(who=people(), urgency=st.just(1), official=st.sampled_from(["no", "yes"]))
def test_invariant_9_a_silent_danger_is_with_the_national_desk_in_ten_minutes(
    who: list[Candidate], urgency: int, official: str
) -> None:
    course = CaseWalk(Case("12", "sex", urgency, official), who)
    for _ in range(10):
        course.tick(1)
    national = {one.id for one in who if one.level is Level.NATIONAL}
    assert national & {one.responder_id for one in course.told}
