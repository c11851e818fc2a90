"""Puts the numbers of a published period into sentences and tables of one language. Pure.

A sentence whose number is hidden becomes the names of its numbers and what may be said of each; one whose number the
edition does not have is not told. So whatever is told is true.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from string import Formatter
from typing import TypeVar

from hotline.domain.evidence.edition import FigureCell, PublishedFigures, span_of
from hotline.domain.evidence.tables import ALL
from hotline.domain.evidence.telling.chapter import (
    ChartKind,
    ChartPoint,
    ToldChart,
    ToldNumber,
    ToldTable,
)
from hotline.domain.evidence.telling.labels import (
    figure_label,
    only,
    published_label,
    value_label,
)
from hotline.domain.evidence.telling.numbers import SPACE, SaidNumber, grouped, said
from hotline.domain.evidence.telling.words.figures import LARGE
from hotline.domain.evidence.telling.words.periods import BEFORE
from hotline.text.languages import CODES

Words = tuple[str, str, str]
"""One template in Kinyarwanda, English and French: `{tip}` is a number, `{tip_before}` what it was before."""
SUFFIX = "_before"
_FRENCH_MARK = re.compile(r"(?<=[\w)\]»%.]) ?([:;?!»])(?=\s|$)")
PERIOD = "period"
MOST_BARS = 8
MISSING = "\N{EN DASH}"
"""Where an edition has no such number: that is not hidden."""
NOT_SHOWN = {"rw": "ntibitangazwa", "en": "not shown", "fr": "pas montré"}
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class CellAt:
    """Where in a period a number of a sentence stands."""

    figure: str
    row: str = ALL
    column: str = ALL


@dataclass(frozen=True, slots=True)
class Teller:
    published: PublishedFigures
    language: str
    before: PublishedFigures | None = None
    """The period before, of the same edition."""
    names: Mapping[str, str] = field(default_factory=dict)

    def words(self, words: Words, **values: str) -> str:
        """A sentence without a number of the period."""
        told = words[CODES.index(self.language)].format_map(
            {PERIOD: published_label(self.published, self.language), **values}
        )
        return spaced(told, self.language)

    def sentence(self, words: Words, **at: CellAt) -> str | None:
        """None: the edition does not have all of its numbers. A number is of the nation, unless `at` says where."""
        template = words[CODES.index(self.language)]
        fields = [name for _, name, _, _ in Formatter().parse(template) if name]
        asked = {name.removesuffix(SUFFIX): name for name in fields if name != PERIOD}
        places = {name: at.get(name, CellAt(name)) for name in asked}
        cells = {name: self.cell(place) for name, place in places.items()}
        if None in cells.values():
            return None
        found = {name: self._said(cell) for name, cell in cells.items()}
        if None in found.values():
            listed = {place: cells[name] for name, place in places.items()}
            return spaced(f"{self._listed(listed)}.", self.language)
        before = {f"{name}{SUFFIX}": self._before(place) for name, place in places.items()}
        period = {PERIOD: published_label(self.published, self.language)}
        told = template.format_map({**before, **found, **period})
        return spaced(f"{told[:1].upper()}{told[1:]}", self.language)

    def cell(self, at: CellAt) -> FigureCell | None:
        return self.published.cell(at.figure, at.row, at.column)

    def label(self, figure: str) -> str:
        return spaced(figure_label(figure, self.language), self.language)

    def named(self, row: str) -> str:
        return spaced(value_label(row, self.language, self.names), self.language)

    def large(self, figure: str, unit: str = "") -> ToldNumber:
        before = self.before.cell(figure) if self.before is not None else None
        told = f"{self.before_name()}:{SPACE}{said(before, unit)}" if before is not None else ""
        return ToldNumber(self._alone(figure), said(self.published.cell(figure), unit), told)

    def before_name(self) -> str:
        name = BEFORE[span_of(self.published.period)][self.language]
        held = self.before.of_months if self.before is not None else ()
        return f"{name}, {only(held, self.language)}" if held else name

    def table(
        self,
        title: Words,
        by: str,
        columns: Sequence[tuple[str, str]],
        first: Words,
        *,
        only: str = "",
    ) -> ToldTable | None:
        """Figures by the rows of one dimension, the most first. A column is a figure and the unit it is in.

        `only`: how the rows begin that are told. None: there are none.
        """
        found = self.rows([figure for figure, _ in columns], by)
        rows = [row for row in found if row.startswith(only)]
        rows.sort(key=lambda row: -(self.published.number(columns[0][0], row) or 0))
        told = [
            [self.named(row), *(self.said(CellAt(figure, row), unit) for figure, unit in columns)]
            for row in rows
        ]
        head = [self.words(first), *(self.label(figure) for figure, _ in columns)]
        return ToldTable(self.words(title), head, told) if told else None

    def rows(self, figures: Sequence[str], by: str) -> Sequence[str]:
        """The rows of any of the figures."""
        return list(
            dict.fromkeys(row for figure in figures for row in self.published.rows(figure, by))
        )

    def said(self, at: CellAt, unit: str = "") -> str:
        cell = self.cell(at)
        return said(cell, unit) if cell is not None else MISSING

    def chart(
        self,
        kind: ChartKind,
        title: Words,
        sentence: Words,
        points: Mapping[str, tuple[CellAt, CellAt | None]],
        unit: str = "",
    ) -> ToldChart | None:
        """`points` by what each is of; the second cell stands beside the first. None: the edition has none of them."""
        told = [
            self._drawn(code, cell, at, beside, unit)
            for code, (at, beside) in points.items()
            if (cell := self.cell(at)) is not None
        ]
        return ToldChart(kind, self.words(title), self.words(sentence), told) if told else None

    def _drawn(
        self, code: str, cell: FigureCell, at: CellAt, beside: CellAt | None, unit: str
    ) -> ChartPoint:
        other = self.cell(beside) if beside is not None else None
        return ChartPoint(
            self.label(at.figure) if code.startswith("step:") else self.named(code),
            cell.number,
            said(cell, unit),
            code,
            other.number if other is not None else None,
            said(other, unit) if other is not None else "",
        )

    def by_chart(self, title: Words, sentence: Words, figure: str, by: str) -> ToldChart | None:
        """The most first, with the period before beside. Of many rows those that count most."""
        rows = self.published.rows(figure, by)
        rows = sorted(rows, key=lambda row: -(self.published.number(figure, row) or 0))[:MOST_BARS]
        chart = self.chart(
            ChartKind.BARS, title, sentence, {row: (CellAt(figure, row), None) for row in rows}
        )
        if chart is None or self.before is None:
            return chart
        earlier = {row: self.before.cell(figure, row) for row in rows}
        points = [
            replace(one, beside=cell.number, beside_said=said(cell)) if cell is not None else one
            for one in chart.points
            for cell in [earlier[one.code]]
        ]
        return replace(chart, points=points)

    def _said(self, cell: FigureCell | None) -> SaidNumber | None:
        if cell is None or cell.number is None:
            return None
        return SaidNumber(cell.number, cell.bound, self.language)

    def _before(self, at: CellAt) -> str:
        cell = self.before.cell(at.figure, at.row, at.column) if self.before is not None else None
        if cell is None or cell.number is None or cell.bound:
            return ""
        return f" ({self.before_name()}: {grouped(cell.number)})"

    def _listed(self, cells: Mapping[CellAt, FigureCell | None]) -> str:
        """The names of numbers with what may be said of each. Of several that are hidden it is said once."""
        hidden = [at for at, cell in cells.items() if self._said(cell) is None]
        told = [
            f"{self._named(at, self._of(at))}: {said(cell)}"
            for at, cell in cells.items()
            if cell is not None and at not in hidden
        ]
        where = {self._of(at) for at in hidden}
        shared = where.pop() if len(where) == 1 < len(hidden) else None
        names = [self._named(at, "" if shared is not None else self._of(at)) for at in hidden]
        named = ", ".join([*names[:1], *map(_within, names[1:])])
        first, *rest = [*told, f"{named}{shared or ''}: {NOT_SHOWN[self.language]}"]
        return "; ".join([first, *map(_within, rest)])

    def _of(self, at: CellAt) -> str:
        of = ", ".join(self.named(one) for one in (at.row, at.column) if one != ALL)
        return f" ({of})" if of else ""

    def _named(self, at: CellAt, of: str) -> str:
        """Never two parentheses side by side."""
        label = self._alone(at.figure)
        if not (of and label.endswith(")")):
            return f"{label}{of}"
        return spaced(f"{label.replace('(', f'{of[1:-1]}; ')}", self.language)

    def _alone(self, figure: str) -> str:
        """What a number is called where no table's head and title say whose it is."""
        return self.words(LARGE[figure]) if figure in LARGE else self.label(figure)


def _within(name: str) -> str:
    """As it stands within a sentence: `SMS sent` keeps its capitals."""
    return name if name[:2].isupper() else f"{name[:1].lower()}{name[1:]}"


def spaced(told: str, language: str) -> str:
    """French sets a space before some marks: one at which no line breaks."""
    return _FRENCH_MARK.sub(f"{SPACE}\\1", told) if language == "fr" else told


def told_of(*found: Told | None) -> Sequence[Told]:
    """What there is."""
    return [one for one in found if one is not None]
