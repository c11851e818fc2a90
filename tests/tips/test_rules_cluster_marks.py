"""Tests under which reference a responder learns of a cluster's mark, and which news they need not read twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts.rules_assignment import Candidate, Case, Notified
from hotline.alerts.rules_escalation import decide
from hotline.alerts.rules_escalation_steps import CaseStanding
from hotline.people.rules import Level
from hotline.tips.rules_deadlines import DeadlineKind
from hotline.tips.rules_duplicates import (
    COVERED,
    DECISIONS,
    HowRead,
    KnownName,
    names_for,
    read_by,
    strictest,
    under,
)
from hotline.tips.rules_events import Event, Happened, Purpose
from hotline.tips.rules_visit_safety import Care
from tests.support.builders import NOON

FIRST, THIRD = 1, 3
ROSTER = [
    Candidate(1, Level.RESPONDER, frozenset({"12"})),
    Candidate(2, Level.RESPONDER, frozenset({"12"})),
    Candidate(9, Level.NATIONAL, frozenset()),
]
MARKS = [one for one in COVERED if one not in DECISIONS]


def knows(**read: HowRead) -> list[KnownName]:
    """Returns the references that a responder knows:

    `t1=HowRead.NOTHING` is tip 1, with nothing read under it yet.
    """
    ids = {name: int(name.removeprefix("t")) for name in read}
    return [KnownName(ids[name], 1, ids[name], name, said) for name, said in read.items()]


ROWS = [
    ("told by the first's name", {"t1": HowRead.NOTHING}, 3, HowRead.CAREFUL, [1]),
    (
        "rung for it herself",
        {"t1": HowRead.NOTHING, "t3": HowRead.NOTHING},
        3,
        HowRead.CAREFUL,
        [3],
    ),
    ("knows another of it alone", {"t2": HowRead.NOTHING}, 3, HowRead.CAREFUL, [2]),
    ("read it of the first", {"t1": HowRead.CAREFUL}, 3, HowRead.CAREFUL, []),
    ("read that no word came", {"t1": HowRead.SILENT}, 3, HowRead.CAREFUL, []),
    ("goes unseen anyway", {"t1": HowRead.UNSEEN}, 3, HowRead.CAREFUL, []),
    ("was told to go openly", {"t1": HowRead.OPENLY}, 3, HowRead.CAREFUL, [1]),
    ("stays away, and it is danger", {"t1": HowRead.STAY_AWAY}, 3, HowRead.CAREFUL, [1]),
    ("is careful, and it is none", {"t1": HowRead.CAREFUL}, 3, HowRead.STAY_AWAY, []),
    ("no word, once", {"t1": HowRead.SILENT}, 3, HowRead.SILENT, []),
    ("no word, the first time", {"t1": HowRead.CAREFUL}, 3, HowRead.SILENT, [1]),
    (
        "decided, under each name that she read of",
        {"t1": HowRead.CAREFUL, "t2": HowRead.NOTHING, "t3": HowRead.SILENT},
        1,
        HowRead.UNSEEN,
        [1, 3],
    ),
    ("decided, and she read of nothing", {"t1": HowRead.NOTHING}, 1, HowRead.OPENLY, [1]),
    ("decided otherwise", {"t1": HowRead.OPENLY}, 1, HowRead.UNSEEN, [1]),
    ("decided twice", {"t1": HowRead.UNSEEN}, 1, HowRead.UNSEEN, []),
]


@pytest.mark.parametrize(
    ("known", "marked", "says", "names"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_the_name_that_she_is_told_by(
    known: dict[str, HowRead], marked: int, says: HowRead, names: list[int]
) -> None:
    told = names_for(knows(**known), marked, FIRST, says)
    assert [one.tip_id for one in told] == names


def test_the_desk_is_asked_once_more_though_it_knows() -> None:
    known = knows(t1=HowRead.CAREFUL)
    assert names_for(known, THIRD, FIRST, HowRead.CAREFUL, again=True) == tuple(known)


READS = st.dictionaries(st.sampled_from(["t1", "t2", "t3"]), st.sampled_from(HowRead), min_size=1)


@given(READS, st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.sampled_from(MARKS)), max_size=20))
def test_nobody_stays_unaware_and_nobody_reads_the_same_twice_under_a_name(
    read: dict[str, HowRead], marks: list[tuple[int, HowRead]]
) -> None:
    """This holds for every set of known references and every order of marks."""
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
    assert under(danger, Care.STAY_AWAY) is Care.CAREFUL
    assert under(quiet, Care.STAY_AWAY) is Care.STAY_AWAY
    assert under(quiet, Care.CAREFUL) is Care.CAREFUL


@pytest.mark.parametrize(
    ("purpose", "care", "says"),
    [
        (Purpose.CARE, Care.STAY_AWAY, HowRead.STAY_AWAY),
        (Purpose.CARE, Care.NONE, HowRead.OPENLY),
        (Purpose.HOW, Care.CAREFUL, HowRead.CAREFUL),
        (Purpose.UNANSWERED, Care.CAREFUL, HowRead.SILENT),
    ],
)
def test_what_a_message_says(purpose: Purpose, care: Care, says: HowRead) -> None:
    assert read_by(purpose, care) is says


def test_who_is_told_of_one_knows_what_the_strictest_of_them_asks() -> None:
    assert strictest([Care.NONE, Care.CAREFUL, Care.UNSEEN]) is Care.CAREFUL
    assert strictest([]) is Care.NONE


@pytest.mark.parametrize(
    ("nth", "beside", "tells"), [(0, -1, 2), (0, 0, 2), (0, 1, 0), (1, 0, 1), (1, 2, 0)]
)
def test_the_most_frequent_clock_of_a_cluster_speaks(nth: int, beside: int, tells: int) -> None:
    """The clock asks the desk and those who go, and from the second time only the desk. It runs on in every case."""
    standing = CaseStanding(
        Case("12", "labour", 1, "no"),
        step=1,
        told=[Notified(1, Level.RESPONDER)],
        care=Care.CAREFUL,
        company=(2,),
        asked_beside=beside,
    )
    event = Event(Happened.DUE, kind=DeadlineKind.MANNER, nth=nth)
    decision = decide(standing, ROSTER, event, NOON)
    assert len(decision.tell) == tells
    assert [*decision.set] == [DeadlineKind.MANNER]
    told = {who for order in decision.tell for who in order.who}
    assert nth or not tells or told >= {1, 2}, "who was told of another tip of the cluster too"
