"""`hotline evidence export` and `glotip`: two people, a row in the audit log, and the whole of it in a folder."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from sqlalchemy import select

from hotline.cli.evidence.evidence import evidence
from hotline.config import Settings
from hotline.domain.evidence.edition import Edition
from hotline.errors import ExportRefused, HotlineError, NotFound, Occupied
from hotline.store.database import open_database
from hotline.store.desk.audit import AuditEntry
from hotline.store.evidence import figure_editions
from hotline.text.languages import CODES
from tests.builders import NOON
from tests.made_once import lay_line
from tests.published_year import published

TWO = ("--by", "Alice", "--second", "Bosco", "--reason", "asked by the ministry")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A line of which a month is published, and a year that is invented."""
    path = tmp_path_factory.mktemp("exports")
    lay_line(path, NOON)
    database = open_database(Settings.read({"HOTLINE_HOME": str(path)}).database_url)
    with database.writing() as session:
        for one in (
            published("2026-09"),
            published("2025", Edition.OUTSIDE, is_invented=True),
        ):
            assert figure_editions.write(session, one)
    database.close()
    return path


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(evidence, arguments, env={"HOTLINE_HOME": str(home)})


def logged(home: Path) -> list[tuple[str, str, str]]:
    database = open_database(Settings.read({"HOTLINE_HOME": str(home)}).database_url)
    with database.reading() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
        found = [(row.actor, row.subject, row.reason) for row in rows if "export" in row.action]
    database.close()
    return found


@pytest.mark.row("E4")
def test_e4_two_people_take_a_month_out_and_the_log_says_who_what_and_for_whom(
    home: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "september"
    wanted = ("export", "--month", "2026-09", "--for", "inside", "--out", str(folder))
    told = run(home, *wanted, *TWO)
    assert told.exit_code == 0, told.output
    written = {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}
    assert written == {line.removeprefix(f"{folder}/") for line in told.stdout.splitlines()}
    assert {"figures.csv", "report.xlsx", "datapackage.json", "codes/htcds.csv"} <= written
    assert {"flow-results/datapackage.json", "flow-results/responses.json"} <= written
    papers = [folder / f"report.{language}.pdf" for language in CODES]
    assert all(paper.read_bytes().startswith(b"%PDF") for paper in papers)
    with (folder / "figures.csv").open(encoding="utf-8") as lines:
        numbers = [row["number"] for row in csv.DictReader(lines)]
    cells = published("2026-09").cells
    assert numbers == [".." if one.number is None else str(one.number) for one in cells]
    reason = "asked by the ministry; with Bosco"
    assert logged(home)[-1] == ("cli:Alice", "2026-09, inside, first", reason)
    before = logged(home)
    assert isinstance(run(home, *wanted, *TWO).exception, Occupied)
    assert logged(home) == before


@pytest.mark.parametrize(
    ("wanted", "second", "refused"),
    [
        (("--month", "2026-09", "--for", "inside"), "  ａｌｉｃｅ ", ExportRefused),
        (("--month", "2026-09", "--for", "outside"), "Bosco", NotFound),
        (("--month", "2026-09", "--version", "revised", "--for", "inside"), "Bosco", NotFound),
    ],
    ids=["the same person in another spelling", "not made for outside", "not revised"],
)
def test_nothing_is_taken_and_nothing_written(
    home: Path, tmp_path: Path, wanted: tuple[str, ...], second: str, refused: type[HotlineError]
) -> None:
    before, folder = logged(home), tmp_path / "none"
    people = ("--by", "Alice", "--second", second, "--reason", "wanted")
    assert isinstance(
        run(home, "export", *wanted, "--out", str(folder), *people).exception, refused
    )
    assert not folder.exists()
    assert logged(home) == before


def test_what_questionnaires_ask_is_written_of_a_year(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "year"
    told = run(home, "glotip", "--year", "2025", "--for", "outside", "--out", str(folder), *TWO)
    assert told.exit_code == 0, told.output
    assert sorted(one.name for one in folder.iterdir()) == [
        "INVENTED-glotip.csv",
        "INVENTED-glotip.xlsx",
    ]
    book = load_workbook(folder / "INVENTED-glotip.xlsx")
    assert book.sheetnames == ["glotip", "what it says"]
    assert str(book.worksheets[0]["A1"].value).startswith("INVENTED")
    assert logged(home)[-1][1] == "2025, outside, first"
    month = run(home, "glotip", "--year", "2026-09", "--for", "inside", "--out", str(folder), *TWO)
    assert "a year is written as in 2026" in month.output
