"""Tests which reference a visit warning about similar tips names, and which news a responder need not read twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts.rules_assignment import AlertedResponder, Candidate, Case
from hotline.alerts.rules_escalation import decide
from hotline.alerts.rules_escalation_steps import CaseState
from hotline.people.rules import Level
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_duplicates import (
    COVERED,
    DECISIONS,
    KnownName,
    VisitInstruction,
    instruction_of,
    names_for,
    strictest,
    visit_safety_under,
)
from hotline.tips.rules_events import CaseEventKind, Event, Purpose
from hotline.tips.rules_visit_safety import VisitSafety
from tests.support.builders import NOON

FIRST, THIRD = 1, 3
ROSTER = [
    Candidate(1, Level.RESPONDER, frozenset({"12"})),
    Candidate(2, Level.RESPONDER, frozenset({"12"})),
    Candidate(9, Level.NATIONAL, frozenset()),
]
MARKS = [one for one in COVERED if one not in DECISIONS]


def knows(**read: VisitInstruction) -> list[KnownName]:
    """Returns the references that a responder knows.

    `t1=VisitInstruction.NOTHING` means tip 1, about which they have read nothing yet.
    """
    ids = {name: int(name.removeprefix("t")) for name in read}
    return [KnownName(ids[name], 1, ids[name], name, said) for name, said in read.items()]


ROWS = [
    (
        "told by the first's name",
        {"t1": VisitInstruction.NOTHING},
        3,
        VisitInstruction.CAREFUL,
        [1],
    ),
    (
        "rung for it herself",
        {"t1": VisitInstruction.NOTHING, "t3": VisitInstruction.NOTHING},
        3,
        VisitInstruction.CAREFUL,
        [3],
    ),
    (
        "knows another of it alone",
        {"t2": VisitInstruction.NOTHING},
        3,
        VisitInstruction.CAREFUL,
        [2],
    ),
    ("read it of the first", {"t1": VisitInstruction.CAREFUL}, 3, VisitInstruction.CAREFUL, []),
    ("read that no word came", {"t1": VisitInstruction.SILENT}, 3, VisitInstruction.CAREFUL, []),
    ("goes unseen anyway", {"t1": VisitInstruction.UNSEEN}, 3, VisitInstruction.CAREFUL, []),
    ("was told to go openly", {"t1": VisitInstruction.OPENLY}, 3, VisitInstruction.CAREFUL, [1]),
    (
        "stays away, and it is danger",
        {"t1": VisitInstruction.STAY_AWAY},
        3,
        VisitInstruction.CAREFUL,
        [1],
    ),
    (
        "is careful, and it is none",
        {"t1": VisitInstruction.CAREFUL},
        3,
        VisitInstruction.STAY_AWAY,
        [],
    ),
    ("no word, once", {"t1": VisitInstruction.SILENT}, 3, VisitInstruction.SILENT, []),
    ("no word, the first time", {"t1": VisitInstruction.CAREFUL}, 3, VisitInstruction.SILENT, [1]),
    (
        "decided, under each name that she read of",
        {
            "t1": VisitInstruction.CAREFUL,
            "t2": VisitInstruction.NOTHING,
            "t3": VisitInstruction.SILENT,
        },
        1,
        VisitInstruction.UNSEEN,
        [1, 3],
    ),
    (
        "decided, and she read of nothing",
        {"t1": VisitInstruction.NOTHING},
        1,
        VisitInstruction.OPENLY,
        [1],
    ),
    ("decided otherwise", {"t1": VisitInstruction.OPENLY}, 1, VisitInstruction.UNSEEN, [1]),
    ("decided twice", {"t1": VisitInstruction.UNSEEN}, 1, VisitInstruction.UNSEEN, []),
]


@pytest.mark.parametrize(
    ("known", "marked", "says", "names"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_the_name_that_she_is_told_by(
    known: dict[str, VisitInstruction], marked: int, says: VisitInstruction, names: list[int]
) -> None:
    told = names_for(knows(**known), marked, FIRST, says)
    assert [one.tip_id for one in told] == names


def test_the_desk_is_asked_once_more_though_it_knows() -> None:
    known = knows(t1=VisitInstruction.CAREFUL)
    assert names_for(known, THIRD, FIRST, VisitInstruction.CAREFUL, again=True) == tuple(known)


READS = st.dictionaries(
    st.sampled_from(["t1", "t2", "t3"]), st.sampled_from(VisitInstruction), min_size=1
)


@given(READS, st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.sampled_from(MARKS)), max_size=20))
def test_nobody_stays_unaware_and_nobody_reads_the_same_twice_under_a_name(
    read: dict[str, VisitInstruction], marks: list[tuple[int, VisitInstruction]]
) -> None:
    """Tests every set of known references and every order of warnings."""
    known = {one.tip_id: one for one in knows(**read)}
    for marked, says in marks:
        told = names_for([*known.values()], marked, FIRST, says)
        assert len(told) <= 1
        for one in told:
            assert known[one.tip_id].read not in COVERED[says]
            known[one.tip_id] = KnownName(one.tip_id, 1, one.tip_id, one.reference, says)
        assert any(one.read in COVERED[says] for one in known.values())


def test_with_danger_a_mark_of_a_quieter_tip_calls_nobody_off() -> None:
    danger, quiet = KnownName(1, 1, 1, "K7Q4"), KnownName(2, 3, 2, "P3X8")
    assert visit_safety_under(danger, VisitSafety.DO_NOT_VISIT) is VisitSafety.CAREFUL
    assert visit_safety_under(quiet, VisitSafety.DO_NOT_VISIT) is VisitSafety.DO_NOT_VISIT
    assert visit_safety_under(quiet, VisitSafety.CAREFUL) is VisitSafety.CAREFUL


@pytest.mark.parametrize(
    ("purpose", "care", "says"),
    [
        (Purpose.VISIT_SAFETY, VisitSafety.DO_NOT_VISIT, VisitInstruction.STAY_AWAY),
        (Purpose.VISIT_SAFETY, VisitSafety.NONE, VisitInstruction.OPENLY),
        (Purpose.HOW, VisitSafety.CAREFUL, VisitInstruction.CAREFUL),
        (Purpose.UNANSWERED, VisitSafety.CAREFUL, VisitInstruction.SILENT),
    ],
)
def test_what_a_message_says(purpose: Purpose, care: VisitSafety, says: VisitInstruction) -> None:
    assert instruction_of(purpose, care) is says


def test_who_is_told_of_one_knows_what_the_strictest_of_them_asks() -> None:
    assert (
        strictest([VisitSafety.NONE, VisitSafety.CAREFUL, VisitSafety.DISCREET])
        is VisitSafety.CAREFUL
    )
    assert strictest([]) is VisitSafety.NONE


@pytest.mark.parametrize(
    ("nth", "beside", "tells"), [(0, -1, 2), (0, 0, 2), (0, 1, 0), (1, 0, 1), (1, 2, 0)]
)
def test_the_most_frequent_clock_of_a_cluster_speaks(nth: int, beside: int, tells: int) -> None:
    """The deadline first asks the desk and the responders who go, and from the second time on only the desk. The
    deadline always continues."""
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
