"""E6: what became of tips, in one SMS and a few sentences that stay true whatever is hidden."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from hotline.domain.evidence.answered.answer_figures import of_tips
from hotline.domain.evidence.answered.answer_times import AnsweredTip, AnswerStep
from hotline.domain.evidence.edition import Edition, FigureCell, PublishedFigures
from hotline.domain.evidence.publishing.months import month
from hotline.domain.evidence.publishing.periods import PeriodBefore, period
from hotline.domain.evidence.publishing.protecting import PublishedBefore
from hotline.domain.evidence.raw import Measured
from hotline.domain.evidence.telling.results import results, sms
from hotline.text.gsm7 import is_gsm7
from hotline.text.languages import CODES
from hotline.text.segments import segments
from tests.builders import NOON
from tests.published_year import published

MINUTE = timedelta(minutes=1)
QUARTER = published("2026-Q4", Edition.OUTSIDE)


def of(*cells: tuple[str, str, int | None, str]) -> PublishedFigures:
    found = [FigureCell(figure, row, "all", number, bound) for figure, row, number, bound in cells]
    return replace(QUARTER, cells=found)


LONGEST = of(("acted_of_100", "all", 100, ">="), ("acknowledged_median", "urgency:1", 60_059, ">="))


@pytest.mark.row("E6")
@pytest.mark.parametrize("language", CODES)
def test_e6_the_results_are_one_sms_in_each_language(language: str) -> None:
    longest = replace(LONGEST, is_invented=True)
    short = replace(longest, of_months=["2026-10", "2026-11"])
    told = [sms(one, language) for one in (QUARTER, longest, short, None)]
    for text in told:
        assert is_gsm7(text)
        assert segments(text) == 1, f"{len(text)}: {text}"
        assert not {"*", "#", "+"} & {*text}
    assert str(QUARTER.number("acted_of_100")) in told[0]
    assert f"{QUARTER.number('acknowledged_median', 'urgency:1')} min" in told[0]
    assert not any(one in told[3] for one in "0123456789")


@pytest.mark.row("E6")
def test_e6_what_is_hidden_is_not_told_and_an_invented_year_says_so() -> None:
    hidden = of(("acted_of_100", "all", None, ""), ("acknowledged_median", "urgency:1", 9, ""))
    assert sms(hidden, "en") == "Quarter 4 of 2026. Urgent ones: half were taken within 9 min."
    nothing = of(("acted_of_100", "all", None, ""))
    assert (
        sms(nothing, "en")
        == sms(None, "en")
        == ("What became of tips is published by quarter. Nothing is out yet.")
    )
    told = results([hidden], "en")
    assert told.sentences[0] == "Of 100 tips, acted on: not shown."
    assert told.table is not None
    assert told.table.rows == [["Quarter 4 of 2026", "..", "9\xa0min", "\N{EN DASH}"]]
    alone = (("identified", "all"), ("arrived", "all"), ("acknowledged_median", "urgency:1"))
    several = of(*((figure, row, None, "") for figure, row in alone))
    assert results([several], "en").sentences == [
        "Taken by somebody (Danger, or a child; median): not shown.",
        "Persons with signs of trafficking: not shown.",
        "Persons who reached help: not shown.",
    ]
    assert results([several], "fr").sentences[1:] == [
        "Personnes avec des signes de traite\xa0: pas montré.",
        "Personnes arrivées à l'aide\xa0: pas montré.",
    ]
    assert results([], "fr").sentences == [
        "Aucun chiffre n'est encore publié. Ils sont donnés par trimestre, trois mois après."
    ]
    invented = replace(QUARTER, is_invented=True)
    assert results([QUARTER, invented], "rw").marked.startswith("IMPIMBANO")
    assert results([QUARTER], "rw").marked == ""


def test_e6_a_quarter_that_is_published_says_in_how_many_of_100_somebody_acted() -> None:
    """Through the rule by which everything is published, from the tips themselves."""
    tips = [
        AnsweredTip(n % 3 + 1, NOON, {AnswerStep.ACKNOWLEDGED: NOON + MINUTE}, is_acted=n % 4 > 0)
        for n in range(240)
    ]
    raw = of_tips(tips)
    months = ("2026-10", "2026-11", "2026-12")
    inside = {one: [month(raw, Edition.INSIDE)] for one in months}
    before = {one: PublishedBefore(inside=made[0]) for one, made in inside.items()}
    outside = {one: [month(raw, Edition.OUTSIDE, before[one])] for one in months}
    assert ("acted_of_100", 75) in numbers(inside["2026-10"][0].cells)
    assert "acted_of_100" not in dict(numbers(outside["2026-10"][0].cells)), "by quarter alone"

    measures = [one for one in of_tips(tips * 3) if isinstance(one, Measured)]
    whole = period("2026-Q4", Edition.INSIDE, PeriodBefore(inside), measures)
    told = period("2026-Q4", Edition.OUTSIDE, PeriodBefore(outside, (), whole, inside), measures)
    quarter = replace(QUARTER, cells=told.cells)
    assert sms(quarter, "en") == (
        "Quarter 4 of 2026. Of 100 tips, somebody acted on 75."
        " Urgent ones: half were taken within 1 min."
    )


def numbers(cells: Iterable[FigureCell]) -> list[tuple[str, int | None]]:
    return [(one.figure, one.number) for one in cells if (one.row, one.column) == ("all", "all")]
