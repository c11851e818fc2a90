"""The sheet that questionnaires on trafficking ask of a country each year: victims by sex, age, form and citizenship.

Pure. It is made of what was published of a year, and adds nothing up: who adds hidden numbers guesses.
"""

from collections.abc import Iterator, Sequence

from hotline.domain.evidence.codes.code_tables import CodeStandard
from hotline.domain.evidence.edition import FigureCell, PublishedFigures, Span, span_of
from hotline.domain.evidence.exporting.data_package import package_title
from hotline.domain.evidence.exporting.export_sheets import ExportCell, ExportSheet
from hotline.domain.evidence.exporting.figure_rows import in_standard, named, parted
from hotline.domain.evidence.suppression import SIGN
from hotline.domain.evidence.tables import ALL

HEAD = ("asked", "value", "called", "number", "bound", "htcds", "ictip")
IDENTIFIED = "identified"
ASKED = {
    "who": "sex, and child or adult",
    "form": "form of exploitation",
    "from": "citizenship",
}
WHOLES = {
    IDENTIFIED: "victims detected by this line: signs seen by a responder, or a deciding body's word",
    "determined_actual": "of all who were met, those whom a deciding body called victims",
    "determined_not": "of all who were met, those of whom a deciding body said that they are none",
}
CAN_SAY: Sequence[str] = (
    "It counts persons whom responders of this line met in cases that were told in the year, each once a case.",
    "Sex and age are as the responder saw them: woman and man are adults, girl and boy are children.",
    "The form is the one that was seen at the screening; a person has one.",
)
CANNOT_SAY: Sequence[str] = (
    "It does not count victims whom the police, a border post, a court or a service met without this line: the"
    " country's number is larger, and whoever adds both counts some twice.",
    "Most are possible victims: by law a deciding body alone says that somebody is one. The questionnaire may ask for"
    " those alone.",
    f"A number that is hidden ({SIGN}) is no zero, and rows with one do not come to the total.",
    "It does not count how much trafficking there is, nor offenders, cases in court or sentences.",
    "Age is child or adult alone: no date of birth is held, so SDG 16.2.2 gets no finer age.",
)


def sheet(published: PublishedFigures) -> ExportSheet:
    """Of a year's figures. Raises ValueError for another period."""
    if span_of(published.period) is not Span.YEAR:
        raise ValueError("the sheet is of a year")
    rows = [*_wholes(published), *_parts(published)]
    says = f"{package_title(published)}. For questionnaires of UNODC and SDG 16.2.2"
    return ExportSheet("glotip", says, HEAD, rows)


def notes(published: PublishedFigures) -> ExportSheet:
    rows = [
        *(("it says", one) for one in CAN_SAY),
        *(("it cannot say", one) for one in CANNOT_SAY),
    ]
    return ExportSheet("what it says", package_title(published), ("", "sentence"), rows)


def _wholes(published: PublishedFigures) -> Iterator[Sequence[ExportCell]]:
    for figure, says in WHOLES.items():
        cell = published.cell(figure)
        if cell is not None:
            yield (figure, ALL, says, *_number(cell), "", "")


def _parts(published: PublishedFigures) -> Iterator[Sequence[ExportCell]]:
    """Each value of the three, whichever way round its table stands."""
    for dimension, asked in ASKED.items():
        for cell in published.cells:
            ends = {cell.row, cell.column} - {ALL}
            if cell.figure != IDENTIFIED or len(ends) != 1:
                continue
            by, value = parted(ends.pop())
            if by == dimension:
                codes = (in_standard(one, by, value) for one in CodeStandard)
                yield (asked, value, named(by, value, "en"), *_number(cell), *codes)


def _number(cell: FigureCell) -> tuple[ExportCell, str]:
    return (SIGN, "") if cell.number is None else (cell.number, cell.bound)
