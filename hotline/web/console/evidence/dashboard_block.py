"""A question of a dashboard: what it is answered with, and the rows and columns that the answer is made of."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from hotline.domain.evidence.tables import ALL
from hotline.domain.evidence.telling.dictionary_table import ToldFigure
from hotline.web.console.evidence.figure_tables import FigureTable


@dataclass(frozen=True, slots=True)
class FigureMeaning:
    """What the dictionary says of a figure."""

    label: str
    entry: ToldFigure


@dataclass(frozen=True, slots=True)
class BlockDrawing:
    svg: Markup
    rows: int
    """How many of its table it shows."""


@dataclass(frozen=True, slots=True)
class DashboardBlock:
    """One question of a dashboard, answered in words, as a drawing and as a table."""

    table: FigureTable
    """It has the block's title."""
    sentences: Sequence[str]
    drawing: BlockDrawing | None = None
    meanings: Sequence[FigureMeaning] = ()
    is_map: bool = False


@dataclass(frozen=True, slots=True)
class BlockRow:
    """A row of a table and of its drawing."""

    label: str
    row: str = ALL
    row_before: str = ALL
    """The same in the period before: a week has another name there."""
    column: str = ALL
    figure: str = ""
    """Where each row is a figure of its own."""


@dataclass(frozen=True, slots=True)
class BlockColumn:
    head: str
    figure: str = ""
    unit: str = ""
    """How its numbers are told: `time`, `seconds`, `percent`."""
    is_before: bool = False
