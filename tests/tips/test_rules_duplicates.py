"""Tests which similar tips alert people, which links join one situation, and which reference a visit warning names."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts.rules_assignment import AlertedResponder, Candidate, Case
from hotline.alerts.rules_escalation import decide
from hotline.alerts.rules_escalation_steps import CaseState
from hotline.people.rules import Level
from hotline.tips.rules import DeadlineKind, Urgency, VisitSafety
from hotline.tips.rules_events import (
    COVERED,
    DECISIONS,
    CaseEventKind,
    ComparedTip,
    Event,
    Following,
    KnownName,
    Purpose,
    VisitInstruction,
    cluster_of,
    instruction_of,
    names_for,
    situation_leaders,
    strictest,
    visit_safety_under,
)
from tests.support.builders import NOON


def decided(
    tips: Sequence[tuple[float, int, str | None, str | None]], *, same_phone: bool = True
) -> list[Following | None]:
    """Reports tips one after the other. Each report has a minute, an urgency, a kind and a caller. Returns the decision
    about each tip."""
    earlier: list[ComparedTip] = []
    verdicts = []
    for number, (minute, urgency, kind, who) in enumerate(tips, 1):
        at = NOON + timedelta(minutes=minute)
        phone, words = ("one", None) if same_phone else (f"phone {number}", "the same")
        new = ComparedTip(number, at, urgency, kind, "12", "no", phone, words, who)
        verdict = cluster_of(new, earlier)
        earlier.append(new._replace(leader_id=verdict.leader_id if verdict else None))
        verdicts.append(verdict)
    return verdicts


def rings(verdicts: Sequence[Following | None]) -> list[int]:
    return [number for number, one in enumerate(verdicts, 1) if one is None]


def texts(verdicts: Sequence[Following | None]) -> list[int]:
    """Returns the numbers of the tips for which people get only the SMS about more reports."""
    return [number for number, one in enumerate(verdicts, 1) if one and not one.announced]


SEEN, DANGER = Urgency.SEEN, Urgency.DANGER
Reported = list[tuple[float, int, str | None, str | None]]
OF_ONE_PHONE: dict[str, tuple[Reported, list[int], list[int]]] = {
    "thirteen": ([(n, SEEN, "labour", None) for n in range(13)], [1, 2, 3], [4]),
    "dangers": ([(n, DANGER, None, None) for n in range(13)], [1, 2], [3]),
    "four victims of a shared phone": (
        [(n, SEEN, kind, None) for n, kind in enumerate(["sex", "labour", "sex", "marriage"])],
        *([1, 2, 3, 4], []),
    ),
    "slow": ([(21 * n, SEEN, "sex", None) for n in range(8)], [*range(1, 9)], []),
    "eight a day": ([(61 * n, SEEN, "sex", None) for n in range(10)], [*range(1, 9)], [9]),
    "danger for another person": (
        [(0, DANGER, "sex", "a"), (1, DANGER, "sex", "a"), (2, DANGER, "sex", "b")],
        *([1, 2, 3], []),
    ),
    "danger before the person is named": (
        [(0, DANGER, "sex", "a"), (1, DANGER, "sex", "a"), (2, DANGER, None, None)],
        *([1, 2], [3]),
    ),
    "danger half an hour after the last ring": (
        [(minute, DANGER, None, None) for minute in (0, 5, 10, 30, 36, 37, 50)],
        *([1, 2, 5], [3, 6]),
    ),
}
"""For each case: the reports, the tips that alert people with an SMS of their own, and the tips that people learn of
only from the SMS about more reports. The lists contain the numbers of the tips."""


@pytest.mark.parametrize(("tips", "ring", "text"), OF_ONE_PHONE.values(), ids=OF_ONE_PHONE)
def test_c18_similar_tips_of_one_phone_alert_once(
    tips: Reported, ring: list[int], text: list[int]
) -> None:
    verdicts = decided(tips)
    assert rings(verdicts) == ring
    assert texts(verdicts) == text


def test_fifth_equal_text_within_ten_minutes_joins_cluster() -> None:
    quick = decided([(n, SEEN, None, None) for n in range(8)], same_phone=False)
    slow = decided([(3 * n, SEEN, None, None) for n in range(8)], same_phone=False)
    assert (rings(quick), texts(quick)) == ([1, 2, 3, 4], [5])
    assert rings(slow) == [*range(1, 9)]


def test_cluster_with_closed_first_tips_alerts_again() -> None:
    follower = ComparedTip(4, NOON, SEEN, "sex", "12", "no", "one", None, None, leader_id=1)
    earlier = [follower, follower, follower]
    assert cluster_of(follower._replace(at=NOON + timedelta(minutes=1)), earlier) is None


MINUTES = st.lists(st.integers(0, 3), min_size=1, max_size=40)


@given(
    steps=MINUTES,
    dangers=st.lists(st.booleans(), min_size=40, max_size=40),
    who=st.lists(st.sampled_from([None, "a", "b"]), min_size=40, max_size=40),
)
def test_danger_is_alerted_within_half_an_hour_of_last_alert(
    steps: list[int], dangers: list[bool], who: list[str | None]
) -> None:
    at: datetime = NOON
    tips = []
    for step, danger, name in zip(steps, dangers, who, strict=False):
        at += timedelta(minutes=step)
        minute = (at - NOON) / timedelta(minutes=1)
        tips.append((minute, DANGER if danger else SEEN, None, name))
    verdicts = decided(tips)
    for number, verdict in enumerate(verdicts):
        if verdict is None or tips[number][1] is SEEN:
            continue
        rung = [tips[n][0] for n in range(number) if verdicts[n] is None]
        assert tips[number][0] - max(rung) < 30
        assert verdict.leader_id <= number


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)).filter(lambda p: p[0] != p[1])))
def test_situation_contains_all_linked_tips(pairs: list[tuple[int, int]]) -> None:
    first = situation_leaders(pairs)
    assert set(first) == {one for pair in pairs for one in pair}
    assert all(first[a] == first[b] for a, b in pairs)
    assert all(first[first[one]] == first[one] <= one for one in first)


FIRST, THIRD = 1, 3
ROSTER = [
    Candidate(1, Level.RESPONDER, frozenset({"12"})),
    Candidate(2, Level.RESPONDER, frozenset({"12"})),
    Candidate(9, Level.NATIONAL, frozenset()),
]
MARKS = [one for one in COVERED if one not in DECISIONS]
NOTHING, STAY_AWAY, CAREFUL, SILENT, UNSEEN, OPENLY = VisitInstruction


def knows(read: Mapping[int, VisitInstruction]) -> list[KnownName]:
    """Returns the references that a responder knows. Each reference has the instruction about visits that the responder
    read last for its tip."""
    return [KnownName(tip_id, 1, tip_id, f"t{tip_id}", said) for tip_id, said in read.items()]


ROWS = {
    "told by the first's name": ({1: NOTHING}, 3, CAREFUL, [1]),
    "rung for it herself": ({1: NOTHING, 3: NOTHING}, 3, CAREFUL, [3]),
    "knows another of it alone": ({2: NOTHING}, 3, CAREFUL, [2]),
    "read it of the first": ({1: CAREFUL}, 3, CAREFUL, []),
    "read that no word came": ({1: SILENT}, 3, CAREFUL, []),
    "goes unseen anyway": ({1: UNSEEN}, 3, CAREFUL, []),
    "was told to go openly": ({1: OPENLY}, 3, CAREFUL, [1]),
    "stays away, and it is danger": ({1: STAY_AWAY}, 3, CAREFUL, [1]),
    "is careful, and it is none": ({1: CAREFUL}, 3, STAY_AWAY, []),
    "no word, once": ({1: SILENT}, 3, SILENT, []),
    "no word, the first time": ({1: CAREFUL}, 3, SILENT, [1]),
    "decided, under each name that she read of": (
        {1: CAREFUL, 2: NOTHING, 3: SILENT},
        *(1, UNSEEN, [1, 3]),
    ),
    "decided, and she read of nothing": ({1: NOTHING}, 1, OPENLY, [1]),
    "decided otherwise": ({1: OPENLY}, 1, UNSEEN, [1]),
    "decided twice": ({1: UNSEEN}, 1, UNSEEN, []),
}


@pytest.mark.parametrize(("known", "marked", "says", "names"), ROWS.values(), ids=ROWS)
def test_warning_names_a_case_the_responder_knows(
    known: dict[int, VisitInstruction], marked: int, says: VisitInstruction, names: list[int]
) -> None:
    told = names_for(knows(known), marked, FIRST, says)
    assert [one.tip_id for one in told] == names


def test_repeated_question_goes_to_informed_desk() -> None:
    known = knows({1: CAREFUL})
    assert names_for(known, THIRD, FIRST, CAREFUL, is_repeat=True) == tuple(known)


READS = st.dictionaries(st.sampled_from([1, 2, 3]), st.sampled_from(VisitInstruction), min_size=1)


@given(READS, st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.sampled_from(MARKS)), max_size=20))
def test_each_responder_gets_each_warning_once(
    read: dict[int, VisitInstruction], marks: list[tuple[int, VisitInstruction]]
) -> None:
    """Tests every set of known references and every order of warnings."""
    known = {one.tip_id: one for one in knows(read)}
    for marked, says in marks:
        told = names_for([*known.values()], marked, FIRST, says)
        assert len(told) <= 1
        for one in told:
            assert known[one.tip_id].read not in COVERED[says]
            known[one.tip_id] = KnownName(one.tip_id, 1, one.tip_id, one.reference, says)
        assert any(one.read in COVERED[says] for one in known.values())


def test_mark_of_calmer_tip_stops_no_danger_visit() -> None:
    danger, quiet = KnownName(1, 1, 1, "K7Q4"), KnownName(2, 3, 2, "P3X8")
    assert visit_safety_under(danger, VisitSafety.DO_NOT_VISIT) is VisitSafety.CAREFUL
    assert visit_safety_under(quiet, VisitSafety.DO_NOT_VISIT) is VisitSafety.DO_NOT_VISIT
    assert visit_safety_under(quiet, VisitSafety.CAREFUL) is VisitSafety.CAREFUL


@pytest.mark.parametrize(
    ("purpose", "care", "says"),
    [
        (Purpose.VISIT_SAFETY, VisitSafety.DO_NOT_VISIT, STAY_AWAY),
        (Purpose.VISIT_SAFETY, VisitSafety.NONE, OPENLY),
        (Purpose.HOW, VisitSafety.CAREFUL, CAREFUL),
        (Purpose.UNANSWERED, VisitSafety.CAREFUL, SILENT),
    ],
)
def test_purpose_and_safety_choose_the_instruction(
    purpose: Purpose, care: VisitSafety, says: VisitInstruction
) -> None:
    assert instruction_of(purpose, care) is says


def test_strictest_visit_safety_of_linked_tips_counts() -> None:
    some = [VisitSafety.NONE, VisitSafety.CAREFUL, VisitSafety.DISCREET]
    assert strictest(some) is VisitSafety.CAREFUL
    assert strictest([]) is VisitSafety.NONE


@pytest.mark.parametrize(
    ("nth", "beside", "tells"), [(0, -1, 2), (0, 0, 2), (0, 1, 0), (1, 0, 1), (1, 2, 0)]
)
def test_cluster_deadline_asks_desk_and_is_set_again(nth: int, beside: int, tells: int) -> None:
    """The deadline for deciding about visits fires for a tip that is linked with other tips. The first time, the
    hotline asks the desk and notifies all alerted responders. After that, the hotline asks only the desk. Each time,
    the hotline sets the deadline again, even if the desk has just been asked about a linked tip."""
    standing = CaseState(
        Case("12", "labour", 1, "no"),
        step=1,
        alerted=[AlertedResponder(1, Level.RESPONDER)],
        safety=VisitSafety.CAREFUL,
        company=(2,),
        linked_questions=beside,
    )
    event = Event(CaseEventKind.DUE, kind=DeadlineKind.VISIT_SAFETY, nth=nth)
    decision = decide(standing, ROSTER, event, NOON)
    assert len(decision.notices) == tells
    assert [*decision.set] == [DeadlineKind.VISIT_SAFETY]
    told = {who for order in decision.notices for who in order.responder_ids}
    assert nth or not tells or told >= {1, 2}, "who was told of another tip of the cluster too"
