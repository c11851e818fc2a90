"""A table of published figures: as a page shows it, and as a sheet has it, with the same numbers hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.suppression import SIGN
from hotline.domain.evidence.telling.numbers import said

NONE = "\N{EN DASH}"
"""This edition has no such number: that is not hidden."""


@dataclass(frozen=True, slots=True)
class FigureColumn:
    head: str
    unit: str = ""
    """How its numbers are told: `time`, `seconds`, `percent`."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    label: str
    cells: Sequence[FigureCell | None]
    unit: str = ""
    """Where each row is a figure of its own, and this one has a unit."""


@dataclass(frozen=True, slots=True)
class FigureTable:
    name: str
    """In the address of its sheet."""
    title: str
    first: str
    """Of the labels."""
    columns: Sequence[FigureColumn]
    rows: Sequence[FigureRow]

    def said_rows(self) -> Sequence[tuple[str, Sequence[str]]]:
        return [(row.label, self._said(row)) for row in self.rows]

    def sheet_rows(self) -> Sequence[Mapping[str, object]]:
        """Numbers without spaces or units, for a program to reckon with; a hidden one is the sign."""
        heads = [column.head for column in self.columns]
        return [
            {self.first: row.label, **dict(zip(heads, map(_plain, row.cells), strict=True))}
            for row in self.rows
        ]

    def _said(self, row: FigureRow) -> Sequence[str]:
        pairs = zip(row.cells, self.columns, strict=True)
        return [
            said(cell, row.unit or column.unit) if cell is not None else NONE
            for cell, column in pairs
        ]


def _plain(cell: FigureCell | None) -> int | str:
    if cell is None:
        return ""
    if cell.number is None:
        return SIGN
    return f"{cell.bound}{cell.number}" if cell.bound else cell.number
