"""R9: what a month's persons add up to, and when a month is counted."""

from datetime import UTC, datetime, timedelta

import pytest

from hotline.domain.cases import months
from hotline.domain.cases.counting import STEPS, CountedCase, count, who
from hotline.domain.cases.months import MonthVersion
from hotline.domain.cases.persons import MetPerson, OfferedHelp
from hotline.domain.cases.screening import ScreeningResult
from tests.builders import NOON

POSSIBLE = ScreeningResult.POSSIBLE


def offer(answer: str, days: float = 0, arrived: str | None = None) -> OfferedHelp:
    answered = NOON + timedelta(days=days)
    return OfferedHelp(1, NOON, None, "isange", None, answer, answered, arrived)


def a_raid_and_two_others() -> list[CountedCase]:
    """Two tips of one situation, one that the nation alone is told of, and one of whose person nothing is known yet."""
    girl = MetPerson(1, NOON, sex="girl", minor="unsure", form="sex", result=POSSIBLE)
    girl.screened_at = NOON
    girl.consents = [(NOON, "assent_yes", "not_yet"), (NOON, "too_young", "yes")]
    girl.referrals = [offer("no_room"), offer("accepted", 4, "yes")]
    girl.referrals[1].thirty = "safe"
    man = MetPerson(2, NOON, sex="man", minor="no", state="BI", form="labour", result=POSSIBLE)
    man.consents = [(NOON, "yes", None), (NOON, "no", None)]
    man.referrals = [offer("accepted", 1, "unknown")]
    man.referrals[0].thirty = "unknown"
    decided = MetPerson(3, NOON, minor="unsure", result=ScreeningResult.UNCLEAR)
    decided.determination = "actual"
    none = MetPerson(4, NOON, result=ScreeningResult.NOT_INDICATED, determination="not")
    return [
        CountedCase(1, "12", 1, [girl, none]),
        CountedCase(2, "12", 1, [man]),
        CountedCase(3, "national", 3, [decided]),
        CountedCase(4, "36", 4, [MetPerson(1, NOON)]),
    ]


STAIRCASE = {
    "met": 5,
    "tips_screened": 1,
    "screened_possible": 2,
    "screened_unclear": 1,
    "screened_not_indicated": 1,
    "determined_actual": 1,
    "determined_not": 1,
    "identified": 3,
    "tips_with_identified": 3,
    "situations_with_identified": 2,
    "consent": 2,
    "offered": 2,
    "offers": 3,
    "refused_no_room": 1,
    "accepted": 2,
    "days_to_accepted": 2,
    "arrived": 1,
    "thirty_safe": 1,
    "thirty_known": 1,
    "thirty_unknown": 1,
}
IDENTIFIED = {
    ("all", "all"): 3,
    **{("all", f"who:{who}"): 1 for who in ("girl", "man", "not_said")},
    **{("all", f"form:{form}"): 1 for form in ("sex", "labour", "not_said")},
    ("district:12", "all"): 2,
    ("district:national", "all"): 1,
    ("from:BI", "all"): 1,
    ("from:not_said", "all"): 2,
}


@pytest.mark.row("R9")
def test_r9_the_staircase_counts_each_person_once_and_a_raid_as_one_situation() -> None:
    found = count(a_raid_and_two_others())
    cells = {(one.figure, one.row, one.column): one.number for one in found}
    assert len(cells) == len(found)
    assert {
        figure: number for (figure, *cell), number in cells.items() if cell == ["all", "all"]
    } == STAIRCASE
    identified = {cell[1:]: number for cell, number in cells.items() if cell[0] == "identified"}
    assert identified == IDENTIFIED


@pytest.mark.parametrize(
    ("sex", "minor", "counted"),
    [
        ("woman", "no", "woman"),
        ("woman", "yes", "girl"),
        ("woman", "unsure", "girl"),
        ("man", "yes", "boy"),
        ("girl", "no", "girl"),
        (None, "yes", "not_said"),
        ("man", None, "man"),
    ],
)
def test_sex_and_age_are_one_and_who_may_be_a_child_is_counted_as_one(
    sex: str | None, minor: str | None, counted: str
) -> None:
    assert who(MetPerson(1, NOON, sex=sex, minor=minor)) == counted


def test_who_arrived_came_to_each_step_before_whatever_was_written_of_these() -> None:
    person = MetPerson(1, NOON, result=POSSIBLE)
    person.referrals = [OfferedHelp(1, NOON, None, "isange", None, None, None, "yes")]
    found = {one.figure: one.number for one in count([CountedCase(1, "12", 1, [person])])}
    assert [found.get(step, 0) for step in STEPS] == [1, 1, 1, 1, 1, 0]


def test_a_month_of_nobody_is_a_month_that_was_counted() -> None:
    assert [(one.figure, one.number) for one in count([])] == [("identified", 0)]


def test_a_month_is_kigali_s_and_is_counted_five_and_seventy_five_days_after_its_end() -> None:
    assert months.month_of(datetime(2026, 11, 30, 22, tzinfo=UTC)) == "2026-12"
    assert months.month_of(datetime(2026, 11, 30, 21, 59, tzinfo=UTC)) == "2026-11"
    ended = datetime(2026, 11, 30, 22, tzinfo=UTC)
    made = {MonthVersion.FIRST: frozenset({"2026-10"}), MonthVersion.REVISED: frozenset[str]()}

    def due(days: float) -> list[tuple[str, str]]:
        return [*months.due(["2026-11", "2026-10"], made, ended + timedelta(days=days))]

    assert due(4.9) == []
    assert due(5) == [("2026-11", "first")]
    assert due(75) == [("2026-10", "revised"), ("2026-11", "first"), ("2026-11", "revised")]
    assert months.ends("2026-12") == datetime(2026, 12, 31, 22, tzinfo=UTC)
