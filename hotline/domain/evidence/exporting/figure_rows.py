"""The numbers of a published period as rows, one a number, and the lists of codes that they point into. Pure.

A hidden number is `..` in every row, whichever kind it is. `bound` says what a number is of the true one: empty, it is
exact; `>=`, so much at least; `<=`, at most.
"""

from collections.abc import Iterable, Sequence

from hotline.domain.evidence.codes.code_tables import CodeStandard, code_table
from hotline.domain.evidence.dictionary import entry_of
from hotline.domain.evidence.edition import FigureCell, PublishedFigures
from hotline.domain.evidence.exporting.export_sheets import ExportCell
from hotline.domain.evidence.suppression import SIGN
from hotline.domain.evidence.tables import ALL
from hotline.domain.evidence.telling.labels import value_label
from hotline.domain.tip import Urgency
from hotline.text.languages import CODES

FIGURE_HEAD = (
    *("figure", "period", "version"),
    *("dimension_1", "value_1", "dimension_2", "value_2"),
    *("number", "hidden", "bound"),
)
VALUE_HEAD = ("dimension", "value", *(f"name_{code}" for code in CODES), "htcds", "ictip")
PARTS = ("unit", "says", "numerator", "leaves_out")
"""Of an entry of the dictionary, in each language."""
ENTRY_HEAD = (
    *("figure", "denominator", *(f"{part}_{code}" for part in PARTS for code in CODES)),
    *("htcds", "ictip"),
)
LISTS = {"form": "form", "who": "who", "from": "nationality"}
"""The list of ours that the values of a dimension are of."""
FAMILY_LISTS = {"screened": "screened", "determined": "determined", "refused": "answer"}
"""The list of ours that the figures of a family are of."""
URGENCIES = {str(one.value): one.name.lower() for one in Urgency}


def parted(name: str) -> tuple[str, str]:
    """Dimension and value of a row or a column; `all` is a dimension of one value."""
    dimension, colon, value = name.partition(":")
    return (dimension, value) if colon else (ALL, ALL)


def figure_row(published: PublishedFigures, cell: FigureCell) -> Sequence[ExportCell]:
    return (
        *(cell.figure, published.period, published.version.value),
        *parted(cell.row),
        *parted(cell.column),
        SIGN if cell.number is None else cell.number,
        "true" if cell.number is None else "false",
        "" if cell.number is None else cell.bound,
    )


def figure_rows(published: PublishedFigures) -> Sequence[Sequence[ExportCell]]:
    return [figure_row(published, cell) for cell in published.cells]


def entry_rows(published: PublishedFigures) -> Sequence[Sequence[ExportCell]]:
    """What each figure of the period is: its own words of the dictionary, or those of its family."""
    return [_entry_row(figure) for figure in published.figures()]


def value_rows(published: PublishedFigures) -> Sequence[Sequence[ExportCell]]:
    """Each value that a number of the period is by, once."""
    names = (name for cell in published.cells for name in (cell.row, cell.column))
    return [_value_row(*parted(name)) for name in dict.fromkeys((ALL, *names))]


def named(dimension: str, value: str, language: str) -> str:
    """What a value is called, as every page and paper calls it."""
    return value if dimension == ALL else value_label(f"{dimension}:{value}", language)


def in_standard(standard: CodeStandard, dimension: str, value: str) -> str:
    """Fields and values that say the same, one after the other; empty where there are none."""
    if dimension in ("district", "province"):
        of, code = "place", dimension
    else:
        of, code = LISTS.get(dimension, dimension), URGENCIES.get(value, value)
    table = code_table(standard)
    found = table.of(of, code) or (table.of("state", code) if dimension == "from" else ())
    return "; ".join(_joined((one.field, one.value)) for one in found)


def _joined(parts: Iterable[str]) -> str:
    return "=".join(part for part in parts if part)


def _value_row(dimension: str, value: str) -> Sequence[ExportCell]:
    names = (named(dimension, value, language) for language in CODES)
    return (dimension, value, *names, *(in_standard(one, dimension, value) for one in CodeStandard))


def _entry_row(figure: str) -> Sequence[ExportCell]:
    entry = entry_of(figure)
    family, _, code = figure.partition("_")
    codes = (in_standard(one, FAMILY_LISTS.get(family, family), code) for one in CodeStandard)
    if entry is None:
        return (figure, *("" for _ in ENTRY_HEAD[1:-2]), *codes)
    parts = (entry.units, entry.says, entry.numerator, entry.leaves_out)
    said = (part[language] for part in parts for language in CODES)
    return (figure, entry.denominator, *said, *codes)
