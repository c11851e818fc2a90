"""In short: month after month, and every figure of the nation in one table."""

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup

from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.tables import ALL
from hotline.domain.evidence.telling.labels import period_label
from hotline.text.charts.bars import ChartBar, bars
from hotline.text.charts.drawing import ChartWords
from hotline.web.console.evidence.dashboard_block import BlockDrawing, DashboardBlock
from hotline.web.console.evidence.dashboard_teller import DashboardTeller, amount
from hotline.web.console.evidence.figure_tables import FigureColumn, FigureRow, FigureTable
from hotline.web.console.who import phrase

NationByMonth = Mapping[str, Sequence[FigureCell]]
SHOWN = ("session", "person", "topic", "tip")
MOST_MONTHS = 12


def nation(told: DashboardTeller) -> Iterator[DashboardBlock]:
    """Every figure of the nation: those that have rows besides stand on the other pages, too."""
    cells = [one for one in told.teller.published.cells if (one.row, one.column) == (ALL, ALL)]
    if cells:
        title = told.phrase(phrase("All figures of the nation"))
        first = told.phrase(phrase("Figure"))
        rows = told.rows_of([one.figure for one in cells])
        yield DashboardBlock(
            told.table("nation", title, first, rows, told.now_and_before()),
            [told.phrase(phrase("What stands for the whole nation, beside the period before."))],
            meanings=told.meanings(*(one.figure for one in cells)),
        )


def months(told: DashboardTeller, found: NationByMonth) -> Iterator[DashboardBlock]:
    """The twelve months up to the one that is shown. They have no total: who came in two of them is in both."""
    names = [name for name in sorted(found) if name <= told.teller.published.period][-MOST_MONTHS:]
    if len(names) < 2:
        return
    title = told.phrase(phrase("Month by month"))
    by_name = {name: {one.figure: one for one in found[name]} for name in names}
    rows = [
        FigureRow(period_label(name, told.language), [by_name[name].get(one) for one in SHOWN])
        for name in reversed(names)
    ]
    columns = [FigureColumn(told.teller.label(one)) for one in SHOWN]
    first = told.phrase(phrase("Month"))
    says = phrase("How often the line was dialled in each month. Months have no total.")
    yield DashboardBlock(
        FigureTable("months", title, first, columns, rows),
        [told.phrase(says)],
        _drawn(told, title, rows),
    )


def _drawn(told: DashboardTeller, title: str, rows: Sequence[FigureRow]) -> BlockDrawing:
    drawn = [ChartBar(row.label, amount(cell)) for row in rows if (cell := row.cells[0])]
    return BlockDrawing(Markup(bars(title, drawn, ChartWords("", "", told.hidden()))), len(drawn))
