"""E1: every figure that the product counts has its entry: a sentence in each language, a unit, what it leaves out."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from hotline.domain.cases.counting import STEPS
from hotline.domain.cases.people_codes import ThirtyDays
from hotline.domain.evidence.answered import answer_figures
from hotline.domain.evidence.answered.answer_times import AnsweredTip, AnswerStep
from hotline.domain.evidence.dictionary import DICTIONARY, NEVER_COUNTED, entry_of
from hotline.domain.evidence.edition import Edition, Span
from hotline.domain.evidence.month_figures import MonthCounts, month_tables
from hotline.domain.evidence.publishing.case_counts import case_tables
from hotline.domain.evidence.publishing.months import month
from hotline.domain.evidence.publishing.rules import may_show
from hotline.domain.evidence.raw import Raw, RawTable
from hotline.domain.evidence.screens.screen_figures import LiveScreens, of_screens, of_seconds
from hotline.domain.evidence.telling.labels import figure_label, plain
from hotline.domain.reach.answers import measure_of
from hotline.domain.reach.counters import Measure
from hotline.domain.reach.screens import ScreenMeasure
from hotline.domain.rolls.gathering import CAME, HELD
from hotline.domain.rolls.training import GOOD, OTHER, TAKEN
from hotline.text.languages import CODES
from tests.builders import NOON
from tests.domain.met_persons import counted

SEEN = ("labour", "woman", "no", "12")
DAY = "2026-11-24"


def reach_figures() -> Iterator[str]:
    """Of a month in which everything was counted a hundred times."""
    events = [*Measure, HELD, CAME, TAKEN, GOOD, OTHER, measure_of("heard_of", "radio")]
    counts = {("day", DAY, one): 100 for one in events}
    counts |= {("district", place, one): 100 for one in events for place in ("11", "12", "13")}
    counts |= {("topic", "fee", f"quiz_{one}"): 100 for one in ("knew", "learned", "missed")}
    raw = month_tables(MonthCounts(date(2026, 11, 1), 100, counts))
    for cell in month(raw, Edition.INSIDE).cells:
        yield cell.figure


def case_figures() -> Iterator[str]:
    cells = counted([(*SEEN, step) for step in range(6)])
    yield from (*STEPS, *(cell.figure for cell in cells), *(f"thirty_{one}" for one in ThirtyDays))
    for one in case_tables(cells):
        yield one.figure
        if isinstance(one, RawTable):
            yield from one.figures


def answered_figures() -> Iterator[str]:
    """Of one tip in which everything happened."""
    tip = AnsweredTip(1, NOON, dict.fromkeys(AnswerStep, NOON), is_acted=True, red=timedelta())
    raw: list[Raw] = [*answer_figures.of_tips([tip]), *answer_figures.of_coverage(1, {})]
    for one in (*raw, *answer_figures.of_messages({})):
        yield one.figure
        if isinstance(one, RawTable):
            yield from (*one.figures, *one.shares)


def screen_figures() -> Iterator[str]:
    counted = {ScreenMeasure.SECONDS: {"40": 1}}
    for one in (*of_screens({}, LiveScreens(["a/b"], ["a/b"], ["a"])), *of_seconds(counted)):
        yield one.figure
        if isinstance(one, RawTable):
            yield from one.figures


@pytest.mark.row("E1")
def test_e1_every_figure_that_is_counted_stands_in_the_dictionary() -> None:
    figures = {
        *reach_figures(),
        *case_figures(),
        *answered_figures(),
        *screen_figures(),
        "quiz_gain",
    }
    assert {"lesson_score", "quiz_right_after", "refused_no_room", "thirty_safe"} <= figures
    assert sorted(one for one in figures if entry_of(one) is None) == []
    used = {entry.name for one in figures if (entry := entry_of(one)) is not None}
    assert {entry.name for entry in DICTIONARY} == used, "an entry of no figure"


@pytest.mark.row("E1")
def test_e1_no_figure_lacks_a_part_in_any_language() -> None:
    assert "drills" in NEVER_COUNTED["en"]
    for entry in DICTIONARY:
        parts = [entry.says, entry.units, entry.numerator, entry.leaves_out, NEVER_COUNTED]
        if entry.denominator:
            assert entry_of(entry.denominator) is not None
            parts.append(entry.part_of)
        for part in parts:
            assert {*part} == {*CODES}
            assert len({*part.values()}) == len(CODES), "a part that is the English one"
            assert all(words.strip() for words in part.values()), entry
        assert all(said.endswith(".") and len(said) > 20 for said in entry.says.values()), entry
        assert all(figure_label(entry.name, code) != plain(entry.name) for code in CODES), entry
    assert entry_of("nothing") is None


def test_what_quarters_tell_too_is_no_figure_of_a_month() -> None:
    told = [one for one in DICTIONARY if may_show(one.name, frozenset(), Edition.INSIDE, Span.YEAR)]
    assert {"tip", "session", "gathering"} <= {one.name for one in told}
    for one in told:
        for said in ("uko kwezi", "in the month", "dans le mois"):
            assert not any(said in sentence for sentence in one.says.values()), one.name
