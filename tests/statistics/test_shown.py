"""Tests how many cells of a release show a number, for hotlines of three sizes."""

import pytest

from hotline.statistics.rules_definitions import Dimension
from hotline.statistics.rules_release import Release, shown_share
from hotline.statistics.rules_tips import NOT_SAID
from tests.statistics.published_year import year_of
from tests.support.steps import Tell

LINES = 2


def share_of(releases: list[Release], indicator: str, dimension: Dimension) -> float:
    """Returns the share of cells that show a number, without "not said", "other" and forms that no tip has."""
    cells = [
        cell
        for release in releases
        for cell in release.rows(indicator, dimension)
        if cell.name.value not in (NOT_SAID, "other", "servitude", "begging")
    ]
    return shown_share(cells)


@pytest.mark.row("E3")
@pytest.mark.parametrize(
    ("calls", "is_year", "indicator", "dimension", "least"),
    [
        (1200, True, "tips_by_district", Dimension.DISTRICT, 0.9),
        (1200, False, "tips_by_form", Dimension.FORM, 0.8),
        (1200, False, "tips_by_province", Dimension.PROVINCE, 0.8),
        (100, False, "tips", Dimension.ALL, 0.9),
        (100, False, "identified", Dimension.ALL, 0.9),
        (100, True, "tips_by_form", Dimension.FORM, 0.6),
        (100, True, "tips_by_province", Dimension.PROVINCE, 0.6),
        (100, True, "persons_by_who", Dimension.WHO, 0.6),
        (25, True, "tips", Dimension.ALL, 0.9),
        (25, True, "identified", Dimension.ALL, 0.9),
    ],
)
def test_e3_tables_show_numbers(
    calls: int, is_year: bool, indicator: str, dimension: Dimension, least: float, tell_steps: Tell
) -> None:
    years = [year_of(calls, seed)[1] for seed in range(LINES)]
    found = [one for year in years for one in (year[-1:] if is_year else year[:-1])]
    shown = share_of(found, indicator, dimension)
    when = "year" if is_year else "quarter"
    tell_steps(
        f"{indicator} by {dimension}, {when}, {calls} calls a month: {shown:.0%} show a number"
    )
    assert shown >= least
