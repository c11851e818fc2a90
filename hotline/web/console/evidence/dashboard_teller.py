"""What a dashboard is made of: a figure in words, as a drawing and as a table, out of one published period."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from hotline.domain.evidence.dictionary import entry_of
from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.entries.figure_entry import FigureUnit
from hotline.domain.evidence.suppression import INSIDE
from hotline.domain.evidence.telling import dictionary_table
from hotline.domain.evidence.telling.labels import published_label
from hotline.domain.evidence.telling.numbers import SECONDS, said
from hotline.domain.evidence.telling.teller import CellAt, Teller
from hotline.domain.places.places import districts
from hotline.text.charts.bars import ChartBar, bars
from hotline.text.charts.drawing import ChartAmount, ChartWords
from hotline.text.charts.stairs import (
    ChartStair,
    FallingStep,
    falling,
    staircase,
)
from hotline.text.charts.tile_map import tile_map
from hotline.web.console.evidence.dashboard_block import (
    BlockColumn,
    BlockDrawing,
    BlockRow,
    FigureMeaning,
)
from hotline.web.console.evidence.figure_tables import FigureColumn, FigureRow, FigureTable
from hotline.web.console.who import phrase

SHORT, MOST_BARS, MOST_HIDDEN = 8, 12, 3
"""Of a list that is not short the drawing shows the largest, and some that are hidden; the table has all."""
HIDDEN = phrase("fewer than {smallest}, or kept back for another")


@dataclass(frozen=True, slots=True)
class DashboardTeller:
    teller: Teller
    phrase: Callable[..., str]
    """Says a phrase of the console's catalogue."""
    flow: str = ""
    """Whose screens are asked for."""

    @property
    def language(self) -> str:
        return self.teller.language

    def period(self) -> str:
        return published_label(self.teller.published, self.language)

    def period_before(self) -> str:
        before = self.teller.before
        return published_label(before, self.language) if before is not None else ""

    def has(self, figure: str) -> bool:
        return self.teller.published.cell(figure) is not None

    # rows and columns

    def rows(
        self, figures: Sequence[str], by: str, *, most_first: bool = True
    ) -> Sequence[BlockRow]:
        """The largest first; what is hidden comes last, in the order of the edition, which says nothing of it."""
        found = self.teller.rows(figures, by)
        if most_first:
            numbers = self.teller.published.number
            found = sorted(found, key=lambda row: -(numbers(figures[0], row) or 0))
        return [BlockRow(self.teller.named(row), row, row) for row in found]

    def rows_of(self, figures: Sequence[str]) -> Sequence[BlockRow]:
        """Figures of the nation, each a row."""
        found = [one for one in figures if self.has(one)]
        return [BlockRow(self.teller.label(one), figure=one) for one in found]

    def columns(self, *figures: str, unit: str = "", beside: bool = False) -> list[BlockColumn]:
        """`beside`: the first of them once more, in the period before."""
        made = [BlockColumn(self.teller.label(one), one, unit) for one in figures]
        return [made[0], *self.before(figures[0]), *made[1:]] if beside else made

    def now_and_before(self, unit: str = "") -> list[BlockColumn]:
        """Of rows that are figures themselves."""
        return [BlockColumn(self.period(), unit=unit), *self.before()]

    def before(self, figure: str = "") -> list[BlockColumn]:
        if self.teller.before is None:
            return []
        return [BlockColumn(self.period_before(), figure, is_before=True)]

    def cell(self, row: BlockRow, column: BlockColumn) -> FigureCell | None:
        figure = row.figure or column.figure
        if not column.is_before:
            return self.teller.cell(CellAt(figure, row.row, row.column))
        before = self.teller.before
        return before.cell(figure, row.row_before, row.column) if before is not None else None

    def table(
        self,
        name: str,
        title: str,
        first: str,
        rows: Sequence[BlockRow],
        columns: Sequence[BlockColumn],
    ) -> FigureTable:
        return FigureTable(
            name,
            title,
            first,
            [FigureColumn(column.head, column.unit) for column in columns],
            [
                FigureRow(row.label, [self.cell(row, one) for one in columns], _unit(row.figure))
                for row in rows
            ],
        )

    # drawings

    def bars(self, title: str, rows: Sequence[BlockRow], figure: str = "") -> BlockDrawing:
        """One bar a row, the period before beside it."""
        now, then = BlockColumn("", figure), BlockColumn("", figure, is_before=True)
        said = ChartWords(self.period(), self.period_before(), self.hidden())
        return self._bars(title, rows, now, then, said)

    def pairs(
        self, title: str, rows: Sequence[BlockRow], after: BlockColumn, before: BlockColumn
    ) -> BlockDrawing:
        """Two figures a row, beside one another; the legend calls them as the table does."""
        said = ChartWords(after.head, before.head, self.hidden())
        return self._bars(title, rows, after, before, said)

    def _bars(
        self,
        title: str,
        rows: Sequence[BlockRow],
        main: BlockColumn,
        beside: BlockColumn,
        said: ChartWords,
    ) -> BlockDrawing:
        """A row that is not there has no bar."""
        drawn = []
        for row in rows:
            cell, other = self.cell(row, main), self.cell(row, beside)
            if cell is not None:
                then = amount_there(other, beside.unit)
                drawn.append(ChartBar(row.label, amount(cell, main.unit), then))
        drawn = largest(drawn)
        return BlockDrawing(Markup(bars(title, drawn, said)), len(drawn))

    def falling(
        self, title: str, rows: Sequence[BlockRow], whole: BlockColumn, part: BlockColumn
    ) -> BlockDrawing:
        """At each row a part of a whole; the legend calls them as the table does."""
        steps = [
            FallingStep(row.label, amount(cell), amount_there(self.cell(row, part)))
            for row in rows
            if (cell := self.cell(row, whole)) is not None
        ]
        said = ChartWords(part.head, whole.head, self.hidden())
        return BlockDrawing(Markup(falling(title, steps, said)), len(steps))

    def staircase(self, title: str, rows: Sequence[BlockRow]) -> BlockDrawing:
        cells = {row.label: self.cell(row, BlockColumn("")) for row in rows}
        steps = [ChartStair(label, amount(cell)) for label, cell in cells.items() if cell]
        return BlockDrawing(Markup(staircase(title, steps, self.hidden())), len(steps))

    def map(self, title: str, figure: str) -> BlockDrawing:
        """A district that has no number of its own is told with others: it is drawn as hidden."""
        names = {one.code: one.name for one in districts()}
        cells = {code: self.teller.cell(CellAt(figure, f"district:{code}")) for code in names}
        amounts = {code: amount(cell) for code, cell in cells.items() if cell is not None}
        svg = Markup(tile_map(title, names, amounts, self.hidden()))
        return BlockDrawing(svg, len(amounts))

    def hidden(self) -> str:
        return self.phrase(HIDDEN, smallest=INSIDE)

    # words

    def meanings(self, *figures: str) -> Sequence[FigureMeaning]:
        return [*self._meanings(figures)]

    def _meanings(self, figures: Sequence[str]) -> Iterator[FigureMeaning]:
        for figure in figures:
            entry = entry_of(figure)
            if entry is not None:
                one = dictionary_table.told(entry, self.language)
                yield FigureMeaning(self.teller.label(figure), one)


def largest(drawn: Sequence[ChartBar]) -> list[ChartBar]:
    """In the order in which they stand."""
    if len(drawn) <= SHORT:
        return list(drawn)
    found: list[ChartBar] = []
    hidden = 0
    for one in drawn:
        before = one.before.number if one.before is not None else None
        if one.now.number is None and before is None:
            hidden += 1
            if hidden > MOST_HIDDEN:
                continue
        found.append(one)
    return found[:MOST_BARS]


def amount(cell: FigureCell, unit: str = "") -> ChartAmount:
    """As the table says it."""
    return ChartAmount(cell.number, said(cell, unit))


def amount_there(cell: FigureCell | None, unit: str = "") -> ChartAmount | None:
    """None: this edition has no such number. That is not hidden."""
    return amount(cell, unit) if cell is not None else None


def _unit(figure: str) -> str:
    entry = entry_of(figure) if figure else None
    return SECONDS if entry is not None and entry.unit is FigureUnit.SECONDS else ""
