"""The files of an export, by their paths in its folder. Pure: who makes workbooks, paper and ids is handed in."""

import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence

from hotline.domain.evidence.dictionary import entry_of
from hotline.domain.evidence.edition import PublishedFigures, Span, span_of
from hotline.domain.evidence.exporting import data_package, figure_rows, flow_results, glotip
from hotline.domain.evidence.exporting.data_package import (
    marked,
    package_name,
    package_title,
    period_said,
    with_origin,
)
from hotline.domain.evidence.exporting.export_sheets import ExportSheet, as_csv
from hotline.domain.evidence.exporting.flow_results import NewId
from hotline.domain.evidence.suppression import SIGN
from hotline.domain.evidence.tables import ALL
from hotline.domain.evidence.telling import dictionary_table
from hotline.text.csv_sheet import INVENTED
from hotline.text.languages import CODES

Workbook = Callable[[Sequence[ExportSheet]], bytes]
FLOW_RESULTS = "flow-results"
SHEET_HEAD = (
    *("by", "value", "called", "and by", "value 2", "called 2"),
    *("number", "bound"),
)


def export_files(
    published: PublishedFigures,
    workbook: Workbook,
    new_id: NewId,
    papers: Mapping[str, bytes] | None = None,
) -> Mapping[str, bytes]:
    """`papers` are reports in PDF by language. Equal figures give equal files, but for the ids of `flow-results`."""
    name, title = package_name(published), package_title(published)
    packed = data_package.tables(published)
    answers = flow_results.descriptor(published, name, title, new_id)
    files = {one.path: one.bytes for one in packed}
    files["datapackage.json"] = as_json(data_package.descriptor(published, packed))
    files[marked(published, "report.xlsx")] = workbook(sheets(published))
    if span_of(published.period) is Span.YEAR:
        files |= glotip_files(published, workbook)
    for language, paper in (papers or {}).items():
        files[marked(published, f"report.{language}.pdf")] = paper
    files[f"{FLOW_RESULTS}/datapackage.json"] = as_json(answers)
    responses = flow_results.responses(published, new_id)
    files[f"{FLOW_RESULTS}/{flow_results.RESPONSES}"] = as_json(responses)
    return files


def glotip_files(published: PublishedFigures, workbook: Workbook) -> Mapping[str, bytes]:
    """What questionnaires ask of a year. Raises ValueError for another period."""
    asked = glotip.sheet(published)
    return {
        marked(published, "glotip.csv"): as_csv(*with_origin(published, asked.head, asked.rows)),
        marked(published, "glotip.xlsx"): workbook([asked, glotip.notes(published)]),
    }


def zipped(files: Mapping[str, bytes], folder: str) -> bytes:
    """All of it in one file, inside of a folder."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        for path, written in files.items():
            packed.writestr(zipfile.ZipInfo(f"{folder}/{path}"), written, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def as_json(document: object) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def sheets(published: PublishedFigures) -> Sequence[ExportSheet]:
    """A sheet a figure, behind one that says what they are, and the dictionary of them in each language."""
    return [
        _first(published),
        *(_dictionary(published, language) for language in CODES),
        *(_of_figure(published, one) for one in published.figures()),
    ]


def _first(published: PublishedFigures) -> ExportSheet:
    document = data_package.descriptor(published, [])
    rows = [(name, str(document[name])) for name in ("title", "description", "created", "made_by")]
    said = [(one, _says(one)) for one in published.figures()]
    return ExportSheet("about", package_title(published), ("what", "says"), [*rows, *said])


def _dictionary(published: PublishedFigures, language: str) -> ExportSheet:
    """Every entry that a figure of the period is read by, once."""
    found = {one.name: one for one in map(entry_of, published.figures()) if one is not None}
    says = dictionary_table.says(language)
    if published.is_invented:
        says = f"{INVENTED}. {says}"
    head, rows = dictionary_table.head(language), dictionary_table.rows(found.values(), language)
    return ExportSheet(f"dictionary-{language}", says, head, rows)


def _of_figure(published: PublishedFigures, figure: str) -> ExportSheet:
    cells = [cell for cell in published.cells if cell.figure == figure]
    rows = []
    for cell in cells:
        ends = [part for name in (cell.row, cell.column) for part in _called(name)]
        number = SIGN if cell.number is None else cell.number
        rows.append((*ends, number, "" if cell.number is None else cell.bound))
    mark = f"{INVENTED}. " if published.is_invented else ""
    says = f"{mark}{figure}, {period_said(published)}: {_says(figure)}"
    return ExportSheet(figure, says, SHEET_HEAD, rows)


def _says(figure: str) -> str:
    entry = entry_of(figure)
    return "" if entry is None else entry.says["en"]


def _called(name: str) -> tuple[str, str, str]:
    dimension, value = figure_rows.parted(name)
    return dimension, value, "" if dimension == ALL else figure_rows.named(dimension, value, "en")
