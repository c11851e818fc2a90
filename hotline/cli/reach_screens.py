"""What `hotline reach` tells of screens, flows and networks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hotline.domain.evidence.edition import FigureCell, value_of
from hotline.domain.evidence.screens.rates import flow_of, rate
from hotline.domain.evidence.screens.revision_weeks import REVISION, WEEK
from hotline.domain.evidence.screens.screen_figures import FLOW, SCREEN
from hotline.domain.evidence.suppression import SIGN
from hotline.domain.evidence.telling.labels import value_label
from hotline.domain.reach.screens import ScreenMeasure
from hotline.services.reach.figures import MonthEdition

NETWORK, TOTAL = "network", "total"
COLUMNS: Mapping[str, Mapping[str, ScreenMeasure]] = {
    SCREEN: {"shown": ScreenMeasure.SHOWN, "answered": ScreenMeasure.ANSWERED},
    FLOW: {"begun": ScreenMeasure.BEGUN, "left": ScreenMeasure.FLOW_LEFT},
    NETWORK: {"sessions": ScreenMeasure.SESSION, "left": ScreenMeasure.LEFT},
}
"""By what is counted, the figures and the columns in which they stand."""
CROSSED = ("language", REVISION, WEEK)
"""By what else a screen is told."""
OF_EACH = ("shown", "answered", "of_100")
REPORTS: Mapping[str, ScreenMeasure] = {
    "reports begun": ScreenMeasure.ENTERED,
    "reports filed": ScreenMeasure.FILED,
    "reports saved": ScreenMeasure.SAVED,
    "seconds to filed": ScreenMeasure.SECONDS,
}
"""Lines of the summary."""


def walked_rows(
    found: MonthEdition, by: str, flow: str | None = None
) -> Iterator[Mapping[str, Any]]:
    """A screen that asks nothing has no answers, not even hidden ones."""
    columns = {name: found.column(figure, by) for name, figure in COLUMNS[by].items()}
    for row in found.rows(COLUMNS[by].values(), by):
        if flow not in (None, row.partition("/")[0]):
            continue
        yield {by: _named(by, row)} | {name: cells.get(row) for name, cells in columns.items()}


def shown_flows(found: MonthEdition) -> Sequence[str]:
    """Those whose screens the month lists, be their numbers hidden."""
    return sorted({row.partition("/")[0] for row in found.rows(COLUMNS[SCREEN].values(), SCREEN)})


def crossed_head(by: str) -> Sequence[str]:
    return SCREEN, by, *OF_EACH


def crossed_rows(found: MonthEdition, by: str, flow: str | None) -> Iterator[Mapping[str, Any]]:
    """Each screen by what else it is told by. A screen that asks nothing has no share."""
    published = found.published
    cells = {
        (one.row, one.column): one for one in published.cells if one.figure == ScreenMeasure.SHOWN
    }
    for (screen, column), shown in cells.items():
        if column.partition(":")[0] != by or flow not in (None, flow_of(screen)):
            continue
        answered = published.cell(ScreenMeasure.ANSWERED, screen, column)
        share = rate(published, screen, column)
        told = (value_of(screen), value_of(column), *map(_said, (shown, answered, share)))
        yield dict(zip(crossed_head(by), told, strict=True))


def _said(cell: FigureCell | None) -> int | str | None:
    if cell is None:
        return None
    return SIGN if cell.number is None else cell.number


def walked_total(found: MonthEdition, by: str) -> Mapping[str, Any] | None:
    """Of all networks. A session is shown many screens, and begins several flows."""
    if by != NETWORK:
        return None
    return {by: TOTAL} | {name: found.number(figure) for name, figure in COLUMNS[by].items()}


def report_lines(found: MonthEdition) -> Mapping[str, Any]:
    return {name: found.number(figure) for name, figure in REPORTS.items()}


def _named(by: str, row: str) -> str:
    return f"{value_label(f'{by}:{row}', 'en')} {row}" if by == NETWORK and row.isdecimal() else row
