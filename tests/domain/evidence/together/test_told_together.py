"""E3: one reader holds all that was published of all figures of a year, knows how they are made, and narrows nothing.

Both editions, first and revised, months, quarters and the year. What he knows of one count bounds the others
(`relations.py`). Three planted leaks are found: two counts that differ by one person, a screen that repeats what its
topic keeps back, and a quarter that tells what a month keeps back for another count.
"""

from random import Random

import pytest

from hotline.domain.evidence.edition import Edition, FigureCell, months_in
from hotline.domain.evidence.suppression import INSIDE, OUTSIDE
from hotline.domain.evidence.tables import ALL
from tests.domain.evidence.random_year import published
from tests.domain.evidence.together.lived_year import LivedMonth, lived_month, lived_year
from tests.domain.evidence.together.told_together import ToldTogether

READERS = [(k, version) for k in (INSIDE, OUTSIDE) for version in (0, -1)]
SIZES = (25, 60, 150, 400)
"""Sessions a month. What is told of few is told of least."""
YEAR = months_in("2026")


def test_e3_who_holds_everything_of_all_figures_narrows_nothing(
    request: pytest.FixtureRequest,
) -> None:
    """Of a line that began in November."""
    seed = request.config.option.hypothesis_seed
    year = lived_year(seed, 150, YEAR[-2:])
    assert ToldTogether(year, *READERS[0]).narrowed() == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(8))
def test_e3_many_years_of_all_figures(seed: int) -> None:
    year = lived_year(seed, SIZES[seed % 4], YEAR)
    for reader in READERS:
        assert ToldTogether(year, *reader).narrowed() == []


def a_month(seed: int) -> LivedMonth:
    """Of some sixty tips."""
    return lived_month("2026-10", Random(seed), 150)


def told(lived: LivedMonth) -> ToldTogether:
    return ToldTogether(published({lived.name: [lived.raw, lived.raw]}), INSIDE, -1)


def test_one_person_between_two_counts_is_found() -> None:
    """Met less identified: one who was met and showed no signs. The line keeps one of the two back."""
    month, met, identified = ["2026-10"], ("met", ALL, ALL), ("identified", ALL, ALL)
    reader = told(a_month(1))
    truth = reader.reader.truth
    numbers = {
        (one.figure, one.row, one.column): one.number
        for one in reader.year.months[Edition.INSIDE]["2026-10"][-1].cells
    }
    assert truth(month, met) - truth(month, identified) == 1
    assert (numbers[met], numbers[identified]) == (None, truth(month, identified))
    reader.reader.reads(month, [FigureCell(*met, truth(month, met))])
    assert any("more" in name for name, _ in reader.narrowed())


def test_a_screen_that_repeats_what_its_topic_keeps_back_is_found() -> None:
    month, of = ["2026-10"], "topic:rest"
    topic, screen = ("topic", of, ALL), ("screen_shown", "screen:homes/rest", ALL)
    reader = told(a_month(0))
    assert ("2026-10", *topic) in {name[:4] for name, *_ in reader.asked()}
    reader.reader.reads(month, [FigureCell(*screen, reader.reader.truth(month, screen))])
    assert any(topic[0] in name and of in name for name, _ in reader.narrowed())


def test_a_quarter_that_tells_what_one_month_keeps_back_is_found() -> None:
    """Met is told in December, and kept back in November beside identified: the quarter less December is November."""
    months, met = YEAR[-2:], ("met", ALL, ALL)
    reader = ToldTogether(lived_year(0, 100, months), INSIDE, -1)
    hidden = {name[:4] for name, *_ in reader.asked()}
    assert [one for one in months if (one, *met) in hidden] == months[:1]
    assert reader.reader.truth(months[:1], met) >= INSIDE
    reader.reader.reads(months, [FigureCell(*met, reader.reader.truth(months, met))])
    assert (months[0], *met) in {name[:4] for name, _ in reader.narrowed()}
