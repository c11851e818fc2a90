"""R9: the table of a month gives nobody away, and says what is not small. Each number is reckoned a second time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.domain.cases.counting import CountedCase, count
from hotline.domain.cases.month_table import (
    DIMENSIONS,
    OTHERS,
    STEPS,
    MonthBreakdown,
    MonthTable,
    table,
)
from hotline.domain.cases.persons import MetPerson, OfferedHelp
from hotline.domain.cases.screening import ScreeningResult
from hotline.domain.reach.figures import Hidden
from tests.builders import NOON

SEEN = {"woman": "no", "man": "no", "girl": "yes", "boy": "yes"}
FORMS = ("labour", "sex", "begging")
PLACES = ("12", "36", "national")
Invented = tuple[str, str, str, str, int]
"""Form, sex, under 18, place, and the last step that was reached, from 0."""


def met(one: Invented) -> MetPerson:
    form, sex, minor, _, step = one
    person = MetPerson(1, NOON, sex=sex, minor=minor, form=form, result=ScreeningResult.POSSIBLE)
    if step >= 1:
        person.consents = [(NOON, "assent_yes" if sex in ("girl", "boy") else "yes", "yes")]
    if step >= 2:
        answer, arrived = "accepted" if step >= 3 else "no_room", "yes" if step >= 4 else None
        person.referrals = [OfferedHelp(1, NOON, None, "isange", None, answer, NOON, arrived)]
        person.referrals[0].thirty = "safe" if step >= 5 else None
    return person


def month(people: Sequence[Invented], *, is_made: bool = True) -> MonthTable:
    cases = [CountedCase(n, one[3], n, [met(one)]) for n, one in enumerate(people)]
    return table(count(cases), is_made=is_made)


def value_of(by: str, one: Invented) -> str:
    form, sex, minor, place, _ = one
    child = sex in ("girl", "boy") or minor == "yes"
    age = "child" if child else {"no": "adult", "unsure": "unsure"}[minor]
    return {"form": form, "sex": sex, "age": age, "district": place}[by]


def reckoned(found: MonthBreakdown, people: Sequence[Invented], step: int) -> Mapping[str, int]:
    """The numbers of each row that is shown, by hand."""
    plain = Counter(value_of(found.by, one) for one in people if one[4] >= step)
    alone = {row: plain[row] for row in found.rows if row != OTHERS}
    rest = sum(number for value, number in plain.items() if value not in alone)
    return {row: alone.get(row, rest) for row in found.rows}


person = st.tuples(
    st.sampled_from(FORMS),
    st.sampled_from([*SEEN]),
    st.sampled_from(("no", "no", "no", "yes", "unsure")),
    st.sampled_from(PLACES),
    st.sampled_from((0, 1, 2, 3, 4, 5, 5, 5, 5)),
)


@given(st.lists(person, max_size=90))
def test_r9_no_number_that_is_shown_tells_of_fewer_than_five(people: list[Invented]) -> None:
    found = month(people)
    for step, name in enumerate(STEPS):
        number = sum(one[4] >= step for one in people)
        assert found.steps[name] == (number if number >= 5 else Hidden.FEWER)
    for one in found.breakdowns:
        _tells_of_nobody(one, people)
    ages, sexes = (next(one for one in found.breakdowns if one.by == by) for by in ("age", "sex"))
    children = [
        row for row in ages.rows if row == "child" or (row == OTHERS and "child" in ages.together)
    ]
    young = [row for row in sexes.rows if row in ("girl", "boy")]
    for step in range(len(STEPS)):
        for some in (*combinations(young, 1), *combinations(young, 2)):
            cells = [
                *(ages.rows[row][step] for row in children),
                *(sexes.rows[row][step] for row in some),
            ]
            if some and children and Hidden.SPARED not in cells:
                assert not 0 < int(cells[0]) - sum(map(int, cells[1:])) < 5


def _tells_of_nobody(found: MonthBreakdown, people: Sequence[Invented]) -> None:
    """Rows hold five and more, so do the differences of steps; and what is hidden may be more than one number."""
    assert len(found.rows) != 1
    shown: list[Mapping[str, int]] = []
    for step in range(len(STEPS)) if found.rows else ():
        cells = {row: cells[step] for row, cells in found.rows.items()}
        plain = reckoned(found, people, step)
        if Hidden.SPARED in cells.values():
            assert {*cells.values()} == {Hidden.SPARED}
            together = sum(plain.values())
            for most in shown[-1].values():
                least = max(0, together - sum(shown[-1].values()) + most)
                assert least < min(most, together) or together == 0
            continue
        assert cells == plain
        assert len(shown) == step, "a step is shown behind one that is hidden"
        for before in shown:
            assert not any(0 < before[row] - number < 5 for row, number in plain.items())
        assert min(plain.values()) >= 5
        shown.append(plain)


def test_what_is_not_small_is_shown_with_the_few_together() -> None:
    people: list[Invented] = [("labour", "woman", "no", "12", 5)] * 12
    people += [("sex", "girl", "yes", "12", 5)] * 7 + [("sex", "boy", "yes", "36", 5)] * 2
    people += [("begging", "man", "no", "national", 1)] * 5
    found = month(people)
    assert [*found.steps.values()] == [26, 26, 21, 21, 21, 21]
    by = {one.by: one for one in found.breakdowns}
    assert by["form"].rows == {
        "labour": [12, 12, *[Hidden.SPARED] * 4],
        "sex": [9, 9, *[Hidden.SPARED] * 4],
        "others": [5, 5, *[Hidden.SPARED] * 4],
    }
    assert {"begging", "organs"} <= {*by["form"].together}
    assert [*by["sex"].rows] == ["woman", "girl", "others"]
    assert by["age"].rows == {}, "nine children less seven girls are two boys"
    assert by["district"].rows["12"][0] == 19
    assert found.wholes["thirty"].cells["thirty_safe"] == Hidden.SPARED


def test_behind_a_step_that_is_hidden_none_is_shown() -> None:
    """Offers by form would say in which form the one is who wants no help: of 26 persons 25 do."""
    people: list[Invented] = [("labour", "woman", "no", "12", step) for step in (0, *[1] * 5)]
    people += [("labour", "woman", "no", "12", 5)] * 14 + [("sex", "man", "no", "36", 5)] * 6
    found = month(people)
    assert [*found.steps.values()] == [26, 25, 20, 20, 20, 20]
    form = next(one for one in found.breakdowns if one.by == "form")
    assert form.rows == {"labour": [20, *["hidden"] * 5], "others": [6, *["hidden"] * 5]}


@pytest.mark.parametrize("few", [0, 4])
def test_of_few_nothing_is_shown(few: int) -> None:
    found = month([("labour", "woman", "no", "12", 5)] * few)
    assert {*found.steps.values(), *found.alone.values(), found.days_to_accepted} == {Hidden.FEWER}
    assert [one.rows for one in found.breakdowns] == [{}] * len(DIMENSIONS)
    assert {column.total for column in found.wholes.values()} == {Hidden.FEWER}


def test_a_month_that_is_counted_anew_each_day_is_told_of_everybody_alone() -> None:
    people: list[Invented] = [("labour", "woman", "no", "12", 5), ("sex", "man", "no", "36", 5)] * 9
    so_far = month(people, is_made=False)
    assert (so_far.breakdowns, so_far.wholes, so_far.steps) == ((), {}, month(people).steps)
    assert all(one.rows for one in month(people).breakdowns if one.by in ("form", "district"))
