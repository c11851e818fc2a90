"""R9: the table of a month's persons gives nobody away, and says what is not small. Each number is reckoned twice."""

from collections.abc import Sequence
from random import Random

import pytest

from hotline.domain.cases.counting import STEPS
from hotline.domain.evidence.edition import Edition, FigureCell
from hotline.domain.evidence.publishing.case_counts import case_tables
from hotline.domain.evidence.publishing.months import month
from hotline.domain.evidence.raw import RawTable
from hotline.domain.evidence.tables import ALL
from tests.domain.evidence.published_reader import CountReader
from tests.domain.met_persons import Invented, counted
from tests.long import EXAMPLES

STEP = (0, 1, 2, 3, 4, 5, 5, 5, 5)


def some(chance: Random) -> list[Invented]:
    return [
        (
            chance.choice(("labour", "labour", "sex", "begging")),
            chance.choice(("woman", "woman", "girl", "man", "boy")),
            chance.choice(("no", "no", "yes", "unsure")),
            chance.choice(("12", "36", "national")),
            chance.choice(STEP),
        )
        for _ in range(chance.randrange(chance.choice((9, 30, 120))))
    ]


def told(people: Sequence[Invented]) -> dict[tuple[str, str, str], int | None]:
    made = month(case_tables(counted(people)), Edition.INSIDE)
    return {(one.figure, one.row, one.column): one.number for one in made.cells}


def plain(people: Sequence[Invented], figure: str, row: str, column: str) -> int:
    """The number, reckoned from the persons themselves."""
    return sum(
        one[4] >= STEPS.index(figure)
        and row in (ALL, f"district:{one[3]}", f"province:{one[3][0]}", "from:not_said")
        and column in (ALL, f"form:{one[0]}", f"who:{_who(one)}")
        for one in people
    )


def _who(one: Invented) -> str:
    _, sex, minor, *_ = one
    return {"woman": "girl", "man": "boy"}.get(sex, sex) if minor in ("yes", "unsure") else sex


@pytest.mark.row("R9")
@pytest.mark.parametrize("turn", range(EXAMPLES // 6))
def test_r9_no_number_that_is_shown_tells_of_fewer_than_five(
    turn: int, request: pytest.FixtureRequest
) -> None:
    people = some(Random(f"{request.config.option.hypothesis_seed} {turn}"))
    cells = told(people)
    (raw,) = (
        one
        for one in case_tables(counted(people))
        if isinstance(one, RawTable) and one.figure == "identified"
    )
    reader, of = CountReader({"m": raw}), ["m"]
    steps = {place: number for place, number in cells.items() if place[0] in STEPS}
    assert len(steps) == len(STEPS) * (1 + 12 + 5) + (30 + 5 + 1) + 8
    for place, number in steps.items():
        if number is not None:
            assert number == plain(people, *place) >= 5
            reader.reads(of, [FigureCell(*place, number)])
    for place, number in steps.items():
        if number is None:
            assert reader.width(of, place) >= 5, place


def test_girls_and_boys_are_told_apart_once() -> None:
    """Seven girls beside nine children would be two boys: sex and age are one dimension, so no such pair is printed."""
    people: list[Invented] = [("labour", "girl", "yes", "12", 5)] * 7
    people += [("labour", "boy", "yes", "12", 5)] * 2 + [("labour", "woman", "no", "12", 5)] * 20
    columns = {column for _, _, column in told(people)} - {ALL}
    assert {column.partition(":")[0] for column in columns} == {"form", "who"}
    identified = {column: told(people)["identified", ALL, column] for column in columns}
    assert (identified["who:woman"], identified["who:girl"]) == (20, None)


def test_states_beyond_the_neighbours_stand_together() -> None:
    cells = told([("labour", "woman", "no", "12", 5)] * 9)
    rows = [row for figure, row, _ in cells if figure == "identified" and row.startswith("from:")]
    assert len(rows) == 8
    assert "from:other" in rows
