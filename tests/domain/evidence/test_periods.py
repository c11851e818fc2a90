"""E3: what a quarter tells beside its months, in every figure that speaks of the same tips or persons."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from hotline.domain.evidence.answered.answer_figures import of_tips
from hotline.domain.evidence.answered.answer_times import AnsweredTip, AnswerStep
from hotline.domain.evidence.edition import Edition
from hotline.domain.evidence.publishing.made import Made, made
from hotline.domain.evidence.publishing.months import month
from hotline.domain.evidence.publishing.periods import PeriodBefore, period
from hotline.domain.evidence.publishing.protecting import PublishedBefore
from hotline.domain.evidence.raw import Measured, nation

FILED = datetime(2026, 10, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = ("2026-10", "2026-11", "2026-12")
Tips = Sequence[AnsweredTip]


def told(count: int, *red: int, urgency: int = 1) -> Tips:
    """Half of them acted on; some red for so many hours."""
    hours = [*(hours * HOUR for hours in red), *[None] * count]
    at = {AnswerStep.ACKNOWLEDGED: FILED}
    return [AnsweredTip(urgency, FILED, at, n % 2 == 0, hours[n]) for n in range(count)]


def quarter(months: Mapping[str, Tips]) -> tuple[Made, Made, Sequence[Made]]:
    """Inside, outside, and the months of outside: each published twice, with the same numbers."""
    inside: dict[str, list[Made]] = {}
    outside: dict[str, list[Made]] = {}
    for name, tips in months.items():
        raw = [nation("tip", len(tips)), *of_tips(tips)]
        first = month(raw, Edition.INSIDE)
        revised = month(raw, Edition.INSIDE, PublishedBefore(made(first.cells, first.working())))
        for_all = month(raw, Edition.OUTSIDE, PublishedBefore(inside=first))
        later = month(raw, Edition.OUTSIDE, PublishedBefore(for_all, revised))
        inside[name], outside[name] = [first, revised], [for_all, later]
    measured = [
        one
        for one in of_tips([tip for tips in months.values() for tip in tips])
        if isinstance(one, Measured)
    ]
    ours = period("2026-Q4", Edition.INSIDE, PeriodBefore(inside), measured)
    before = PeriodBefore(outside, inside=ours, inside_months=inside)
    theirs = period("2026-Q4", Edition.OUTSIDE, before, measured)
    return ours, theirs, [versions[-1] for versions in outside.values()]


def exact(edition: Made, figure: str, row: str = "all") -> int | None:
    cells = [
        one for one in edition.cells if (one.figure, one.row, one.column) == (figure, row, "all")
    ]
    return next((one.number for one in cells if not one.bound), None)


def test_how_fast_is_told_outside_of_no_more_tips_than_the_tips_of_its_months() -> None:
    """November's eight would follow from how many tips were delivered in the quarter."""
    _, outside, months = quarter(dict(zip(NAMES, map(told, (40, 8, 50)), strict=True)))
    assert [exact(one, "tip") for one in months] == [40, None, 50]
    figures = ("tip", "tips_answered", "delivered_of", "acknowledged_of", "tips_acted")
    assert {exact(outside, figure) for figure in figures} == {None}
    _, outside, months = quarter(dict(zip(NAMES, map(told, (40, 28, 50)), strict=True)))
    assert {exact(outside, figure) for figure in figures[:-1]} == {118}
    assert (exact(outside, "tips_acted"), exact(outside, "acted_of_100")) == (59, 50)
    assert {cell.figure for one in months for cell in one.cells} == {"tip"}, "by quarter alone"


def test_red_hours_of_a_quarter_do_not_give_those_of_one_tip() -> None:
    """Of "at least 19" tips no hours are told: less those of October and December they are November's."""
    months = {NAMES[0]: told(40, *[1] * 10), NAMES[1]: told(40, 17), NAMES[2]: told(40, *[1] * 9)}
    inside, *_ = quarter(months)
    cells = {
        one.figure: (one.bound, one.number) for one in inside.cells if one.figure.endswith("_red")
    }
    assert cells == {"tips_red": (">=", 19), "hours_red": ("", None)}


def test_figures_of_the_same_tips_keep_the_same_rows_of_a_quarter_back() -> None:
    """Each has other parts, and so other rows that it would be cheapest to hide."""
    for seed in (4, 5, 29):
        chance = Random(seed)
        inside, outside, _ = quarter({name: drawn(chance) for name in NAMES})
        for edition in (inside, outside):
            for row in ("all", "urgency:1", "urgency:2", "urgency:3"):
                steps = ("delivered_of", "acknowledged_of", "opened_of", "outcome_of")
                found = {exact(edition, figure, row) for figure in (*steps, "tips_answered")}
                assert len(found) == 1, (seed, row)


def drawn(chance: Random) -> Tips:
    found: list[AnsweredTip] = []
    counts = (chance.randint(0, 30), chance.randint(0, 12), chance.randint(10, 40))
    for urgency, count in enumerate(counts, 1):
        common = {step: chance.random() for step in AnswerStep}
        for _ in range(count):
            steps = {
                step: FILED + chance.choice([1, 1, 1, 200]) * HOUR / 60
                for step, often in common.items()
                if chance.random() < often
            }
            found.append(AnsweredTip(urgency, FILED, steps, AnswerStep.ON_SITE in steps))
    return found
