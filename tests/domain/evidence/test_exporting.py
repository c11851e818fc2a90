"""E4: an export says what was published, to whoever reads it, and nothing else."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from frictionless import Package
from openpyxl import Workbook, load_workbook

from hotline.adapters import spreadsheet
from hotline.domain.evidence.dictionary import entry_of
from hotline.domain.evidence.edition import Edition, FigureCell, PublishedFigures
from hotline.domain.evidence.exporting import data_package, flow_results, glotip
from hotline.domain.evidence.exporting.export_files import export_files, glotip_files
from hotline.domain.evidence.exporting.export_sheets import ExportSheet, sheet_names
from hotline.domain.evidence.suppression import SIGN
from hotline.domain.evidence.tables import ALL
from hotline.domain.evidence.telling import dictionary_table
from hotline.domain.evidence.telling.words.method import DRAFT
from hotline.text.languages import CODES
from tests.published_year import published

EXPORTED = [("2026-10", Edition.INSIDE, True), ("2026-Q3", Edition.OUTSIDE, False)]
RESPONSES = "flow-results/responses.json"
DESCRIPTIONS = ("datapackage.json", "flow-results/datapackage.json")
QUESTION_AT, RESPONSE_AT = 4, 5
Files = Mapping[str, bytes]


def exported(figures: PublishedFigures) -> Files:
    def workbook(sheets: Sequence[ExportSheet]) -> bytes:
        return spreadsheet.book(sheets, figures.made_at)

    return export_files(figures, workbook, lambda: str(uuid4()), {"rw": b"%PDF"})


@cache
def export_of(period: str, edition: Edition, is_invented: bool) -> tuple[PublishedFigures, Files]:
    """With cells that a spreadsheet would run, a bound and a number below zero besides."""
    figures = published(period, edition, is_invented=is_invented)
    more = [
        FigureCell("quiz_gain", "quiz:quiz_crime debt", ALL, -4),
        FigureCell("session", "entry:=1+1", ALL, 40),
        FigureCell("session", "entry:@home", ALL, None),
    ]
    figures = replace(figures, cells=[*figures.cells, *more])
    return figures, exported(figures)


@pytest.fixture(params=EXPORTED, ids=["month-inside-invented", "quarter-outside"])
def export(request: pytest.FixtureRequest) -> tuple[PublishedFigures, Files]:
    return export_of(*request.param)


@cache
def opened(workbook: bytes) -> Workbook:
    return load_workbook(io.BytesIO(workbook))


def table(files: Files, path: str) -> Sequence[Mapping[str, str]]:
    return [*csv.DictReader(io.StringIO(files[path].decode()))]


def document(files: Files, path: str) -> dict[str, object]:
    found = json.loads(files[path])
    assert isinstance(found, dict)
    return found


@pytest.mark.row("E4")
def test_e4_a_program_that_knows_data_packages_finds_no_fault(
    export: tuple[PublishedFigures, Files], tmp_path: Path
) -> None:
    _, files = export
    for path, written in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(written)
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "note"])
    assert report.stats["tasks"] == 5
    # Of profiles it knows its own: that of Flow Results it would look for as a file.
    answers = document(files, DESCRIPTIONS[1]) | {"profile": "data-package"}
    assert Package(answers, basepath=str(tmp_path / "flow-results")).validate().valid
    (figures,) = tmp_path.glob("*figures.csv")
    figures.write_bytes(figures.read_bytes().replace(b",labour,", b",labor,", 1))
    spoiled = Package(str(tmp_path / "datapackage.json")).validate().flatten(["type"])
    assert ["foreign-key"] in spoiled


def said_of(cell: FigureCell) -> tuple[str, str, str]:
    if cell.number is None:
        return SIGN, "true", ""
    return str(cell.number), "false", cell.bound


@pytest.mark.row("E4")
def test_nothing_hidden_comes_out_cell_by_cell(export: tuple[PublishedFigures, Files]) -> None:
    figures, files = export
    rows = table(files, data_package.marked(figures, "figures.csv"))
    assert any(cell.number is None for cell in figures.cells)
    assert [(row["number"], row["hidden"], row["bound"]) for row in rows] == [
        said_of(cell) for cell in figures.cells
    ]
    book = opened(files[data_package.marked(figures, "report.xlsx")])
    sheets = book.worksheets[1 + len(CODES) :]
    assert len(sheets) == len(figures.figures())
    for figure, sheet in zip(figures.figures(), sheets, strict=True):
        cells = [cell for cell in figures.cells if cell.figure == figure]
        shown = [(row[6], row[7] or "") for row in sheet.iter_rows(min_row=3, values_only=True)]
        hidden: list[tuple[object, str]] = [
            (SIGN, "") if cell.number is None else (cell.number, cell.bound) for cell in cells
        ]
        assert shown == hidden, figure
    assert sum(unfolded(figures).values()) == len(json.loads(files[RESPONSES]))
    # No other file holds a number of the period.
    held = {"codes/figures.csv", "codes/values.csv", "codes/htcds.csv", "codes/ictip.csv"}
    marked = {data_package.marked(figures, f"report.{kind}") for kind in ("xlsx", "rw.pdf")}
    marked.add(data_package.marked(figures, "figures.csv"))
    assert {*files} == held | marked | {*DESCRIPTIONS, RESPONSES}


def unfolded(figures: PublishedFigures) -> Counter[str]:
    """By question, how many rows its published numbers give: reckoned anew."""
    found: Counter[str] = Counter()
    for cell in figures.cells:
        value = cell.row.partition(":")[2]
        match cell.figure, cell.number:
            case "quiz_asked", int(asked) if value:
                for when in ("before", "after"):
                    share = figures.cell(f"quiz_right_{when}", cell.row)
                    if share is not None and share.number is not None and not share.bound:
                        found[f"{value.replace(' ', '.')}.{when}"] = asked
            case "lesson", int(taken) if value:
                found["lesson"] += taken
            case "lesson_answered", int(asked) if value:
                if figures.number("lesson_score", cell.row) is not None:
                    found[f"lesson_case.{value}"] = asked
    return found


def test_responses_are_rows_of_flow_results_that_nobody_can_link(
    export: tuple[PublishedFigures, Files],
) -> None:
    figures, files = export
    described = document(files, DESCRIPTIONS[1])
    assert described["profile"] == "flow-results-package"
    assert described["flow_results_specification_version"] == "1.1.0"
    assert UUID(str(described["id"])).version == 4
    assert datetime.fromisoformat(str(described["created"])).utcoffset() is not None
    (resource,) = described["resources"] if isinstance(described["resources"], list) else [{}]
    assert resource["path"] == RESPONSES.rpartition("/")[2]
    fields = [field["name"] for field in resource["schema"]["fields"]]
    assert fields == [
        *("timestamp", "row_id", "contact_id", "session_id", "question_id"),
        *("response", "response_metadata"),
    ]
    asked, rows = resource["schema"]["questions"], json.loads(files[RESPONSES])
    assert rows
    for row in rows:
        assert len(row) == len(fields)
        question = asked[row[QUESTION_AT]]
        assert question["type"] == "select_one"
        assert question["label"]
        assert row[RESPONSE_AT] in question["type_options"]["choices"]
    assert len({row[0] for row in rows}) == 1
    at = datetime.fromisoformat(rows[0][0])
    assert (at.hour, at.day, str(at.utcoffset())) == (0, 1, "2:00:00")
    ids = [one for row in rows for one in row[1:QUESTION_AT]]
    assert len({*ids}) == 3 * len(rows)
    assert [row[1] for row in rows] == sorted(row[1] for row in rows)
    assert Counter(row[QUESTION_AT] for row in rows) == unfolded(figures)
    labels = [label for one in asked.values() for label in one.get("semantic_labels", ())]
    assert "HTCDS::hte_Type=Recruitment" in labels


def test_no_cell_is_a_formula_and_a_number_below_zero_stays_one(
    export: tuple[PublishedFigures, Files],
) -> None:
    figures, files = export
    rows = table(files, data_package.marked(figures, "figures.csv"))
    values = {row["value_1"] for row in rows}
    assert {"'=1+1", "'@home"} <= values
    assert {row["value"] for row in table(files, "codes/values.csv")} >= {"'=1+1", "'@home"}
    assert "-4" in {row["number"] for row in rows}
    book = opened(files[data_package.marked(figures, "report.xlsx")])
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    ran = [cell for cell in cells if cell.value == "=1+1"]
    assert ran
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in ran)
    assert [cell.data_type for cell in cells if cell.value == -4] == ["n"]


def test_what_is_invented_says_so_in_each_name_and_title(
    export: tuple[PublishedFigures, Files],
) -> None:
    figures, files = export
    for path in DESCRIPTIONS:
        described = document(files, path)
        assert str(described["name"]).startswith("invented-") is figures.is_invented
        assert str(described["title"]).startswith("INVENTED") is figures.is_invented
        assert re.fullmatch(r"[a-z0-9._-]+", str(described["name"]))
    leaving = [path for path in files if not path.startswith(("codes/", "flow-results/", "data"))]
    assert {path.startswith("INVENTED-") for path in leaving} == {figures.is_invented}
    for table in {"figures.csv", "glotip.csv"} & {path.removeprefix("INVENTED-") for path in files}:
        rows = files[data_package.marked(figures, table)].decode().splitlines()
        assert {row.endswith(("INVENTED", "origin")) for row in rows} == {figures.is_invented}
    book = opened(files[data_package.marked(figures, "report.xlsx")])
    said = {str(sheet["A1"].value).startswith("INVENTED") for sheet in book.worksheets}
    assert said == {figures.is_invented}
    licence = document(files, DESCRIPTIONS[0])["licenses"]
    inside = figures.edition is Edition.INSIDE
    assert ("not to be passed on" in json.dumps(licence)) is inside


def test_equal_figures_give_equal_files_but_for_ids_that_are_drawn() -> None:
    figures, files = export_of(*EXPORTED[1])
    again = exported(figures)
    differ = {path for path in files if files[path] != again[path]}
    assert differ == {DESCRIPTIONS[1], RESPONSES}
    drawn: Iterator[int] = count()
    told = [flow_results.responses(figures, lambda: f"{next(drawn):09}") for _ in range(2)]
    first, second = (Counter((row[0], *map(str, row[4:])) for row in rows) for rows in told)
    assert first == second


def test_every_figure_of_the_package_says_what_it_is(
    export: tuple[PublishedFigures, Files],
) -> None:
    _, files = export
    for row in table(files, "codes/figures.csv"):
        entry = entry_of(row["figure"])
        if entry is None:
            assert row["says_en"] == ""
            continue
        for part, said in (
            ("unit", entry.units),
            ("says", entry.says),
            ("numerator", entry.numerator),
            ("leaves_out", entry.leaves_out),
        ):
            assert [row[f"{part}_{code}"] for code in CODES] == [said[code] for code in CODES]
    by = {(row["dimension"], row["value"]): row for row in table(files, "codes/values.csv")}
    assert by["form", "labour"]["htcds"].startswith("vic_TypeOfExploitation=ForcedLabour")
    assert by["who", "girl"]["htcds"] == "prs_Gender=Feminine"
    assert by["district", "12"]["name_fr"] == "Gasabo"
    assert "conform" not in files["datapackage.json"].decode()


@pytest.mark.row("E1")
def test_e1_the_workbook_holds_the_dictionary_of_its_figures_in_each_language(
    export: tuple[PublishedFigures, Files],
) -> None:
    figures, files = export
    book = opened(files[data_package.marked(figures, "report.xlsx")])
    entries = {one.name: one for one in map(entry_of, figures.figures()) if one is not None}
    assert "identified" in entries
    for code in CODES:
        sheet = book[f"dictionary-{code}"]
        assert DRAFT[code] in str(sheet["A1"].value)
        assert bool(DRAFT[code]) is (code != "en")
        told = {row[0]: row[2:] for row in sheet.iter_rows(min_row=3, values_only=True)}
        assert told == {
            one.row[0]: tuple(part or None for part in one.row[2:])
            for one in (dictionary_table.told(each, code) for each in entries.values())
        }


def test_the_sheet_of_a_year_asks_what_questionnaires_ask_and_adds_nothing_up() -> None:
    year = published("2026")
    short = [
        replace(cell, number=None)
        if "form:organs" in cell.column or "girl" in cell.column
        else cell
        for cell in (*year.cells, FigureCell("identified", ALL, "form:organs", None))
    ]
    sheet = glotip.sheet(replace(year, cells=short))
    rows = {(str(row[0]), str(row[1])): row for row in sheet.rows}
    assert rows["identified", ALL][3] == year.number("identified")
    assert rows["determined_actual", ALL][3] == year.number("determined_actual")
    assert rows["sex, and child or adult", "girl"][3:5] == (SIGN, "")
    assert rows["form of exploitation", "organs"][3] == SIGN
    assert rows["form of exploitation", "labour"][5:] == (
        "vic_TypeOfExploitation=ForcedLabour; hte_Type=Exploitation",
        "event=purpose",
    )
    assert rows["citizenship", "BI"][3] == year.number("identified", "from:BI")
    assert rows["citizenship", "BI"][5] == "prs_Citizenship=BI"
    printed = {cell.number for cell in short if cell.figure in glotip.WHOLES} | {SIGN}
    assert {row[3] for row in sheet.rows} <= printed
    assert any("no zero" in str(row[1]) for row in glotip.notes(year).rows)
    whole = export_files(year, _no_workbook, lambda: "id")
    assert whole.items() >= glotip_files(year, _no_workbook).items()
    with pytest.raises(ValueError, match="of a year"):
        glotip.sheet(published("2026-10"))


def _no_workbook(_: Sequence[ExportSheet]) -> bytes:
    return b""


def test_names_of_sheets_are_short_and_no_two_alike() -> None:
    long = "answer case_told: yes/no of a district"
    found = sheet_names([long, long.upper(), "a[b]"])
    assert found == ["answer case_told- yes-no of a d", "ANSWER CASE_TOLD- YES-NO OF A~2", "a-b-"]
