"""`hotline evidence`: what each figure is, and what was published of a period, to read and for a program."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli.evidence.evidence import evidence
from hotline.cli.evidence.published import lines
from hotline.config import Settings
from hotline.domain.cases.months import MonthVersion
from hotline.domain.evidence.dictionary import NEVER_COUNTED, entry_of
from hotline.domain.evidence.edition import Edition, FigureCell
from hotline.errors import NotFound
from hotline.store.database import open_database
from hotline.store.evidence import figure_editions
from tests.builders import NOON
from tests.made_once import lay_line
from tests.published_year import published


@pytest.mark.parametrize(
    ("language", "says"),
    [("en", "said yes to help"), ("fr", "ont dit oui"), ("rw", "abemeye ubufasha")],
)
def test_the_dictionary_is_read_in_three_languages(language: str, says: str) -> None:
    told = CliRunner().invoke(evidence, ["dictionary", "--language", language])
    assert told.exit_code == 0
    assert says in told.stdout
    assert ("draft" in told.stderr) is (language != "en")
    sheet = CliRunner().invoke(evidence, ["dictionary", "--language", language, "--csv"]).stdout
    rows = {row[0]: row for row in csv.reader(io.StringIO(sheet))}
    consent = entry_of("consent")
    assert consent is not None
    parts = [consent.units[language], consent.numerator[language]]
    assert rows["consent"][3:5] == parts
    assert f"consent ({parts[0]})" in told.stdout
    assert parts[1] in told.stdout
    assert consent.part_of[language] in rows["consent"][5]
    assert NEVER_COUNTED[language].partition(";")[0] in told.stdout


def test_a_program_reads_all_of_it() -> None:
    told = CliRunner().invoke(evidence, ["dictionary", "--json"])
    figures = {one["name"]: one for one in json.loads(told.stdout)["figures"]}
    assert figures["arrived"]["denominator"] == "identified"
    assert {*figures["tip"]["says"]} == {"rw", "en", "fr"}
    one = CliRunner().invoke(evidence, ["dictionary", "--json", "--language", "fr"])
    french = {each["name"]: each for each in json.loads(one.stdout)["figures"]}
    assert french["arrived"]["part_of"] == {"fr": figures["identified"]["numerator"]["fr"]}
    assert CliRunner().invoke(evidence, ["dictionary", "--json", "--csv"]).exit_code == 2


def test_the_codes_of_the_standards_are_read_and_handed_to_a_program() -> None:
    told = CliRunner().invoke(evidence, ["codes"])
    assert "HTCDS 2.0, table 1: mapped by name" in told.stdout
    assert "  sex              vic_TypeOfExploitation = SexualExploitation\n" in told.stdout
    assert "  thirty" not in told.stdout
    assert "none: HTCDS has no urgency" in told.stdout
    document = json.loads(CliRunner().invoke(evidence, ["codes", "--json"]).stdout)
    assert document["ictip"]["how"].startswith("mapped to its elements")
    labour = {"list": "form", "code": "labour", "element": "event", "part": "purpose", "note": ""}
    assert labour in document["ictip"]["codes"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A line of which two months and a quarter are published, and one month is revised."""
    path = tmp_path_factory.mktemp("evidence")
    lay_line(path, NOON)
    database = open_database(Settings.read({"HOTLINE_HOME": str(path)}).database_url)
    with database.writing() as session:
        for one in (
            published("2026-08"),
            published("2026-09"),
            published("2026-09", version=MonthVersion.REVISED, seed=2, is_invented=True),
            published("2026-Q3", Edition.OUTSIDE, MonthVersion.REVISED),
        ):
            assert figure_editions.write(session, one)
    database.close()
    return path


def run(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(evidence, arguments, env={"HOTLINE_HOME": str(home)})


def test_rows_that_are_all_hidden_are_one_line_below_their_total() -> None:
    rows = [("all", 123), ("channel:sms", None), ("channel:ussd", None)]
    cells = [FigureCell("session", row, "all", number) for row, number in rows]
    told = [*lines(replace(published("2026-09"), cells=cells), ["session"], "en")]
    assert [one.split() for one in told if one.endswith(("123", ".."))] == [
        ["all", "123"],
        ["each", "channel", "by", "itself", ".."],
    ]


def test_periods_are_listed_the_newest_first(home: Path) -> None:
    assert run(home, "periods").stdout.splitlines() == [
        "months: 2026-09, 2026-08",
        "quarters: none",
        "years: none",
    ]
    told = json.loads(run(home, "periods", "--for", "outside", "--json").stdout)
    assert told == {"for": "outside", "months": [], "quarters": ["2026-Q3"], "years": []}


def test_what_was_published_is_a_table_a_figure_with_its_sentence(home: Path) -> None:
    first = run(home, "show", "2026-09", "--version", "first", "--language", "en").stdout
    assert "INVENTED" not in first
    assert "How many persons a responder met" in first
    assert "district Nyarugenge" in first
    assert ".. is kept back: fewer than 5" in first
    newest = run(home, "show", "2026-09", "--language", "fr")
    assert newest.stdout.startswith("INVENTED")
    assert "are a draft" in newest.stdout
    assert "fewer than 11" in run(home, "show", "2026-Q3", "--for", "outside").stdout


def test_a_program_reads_one_figure_and_its_hidden_numbers(home: Path) -> None:
    told = json.loads(run(home, "show", "2026-08", "--figure", "tip", "--json").stdout)
    assert {one["figure"] for one in told["cells"]} == {"tip"}
    assert {one["number"] for one in told["cells"] if not isinstance(one["number"], int)} == {".."}
    assert (told["period"], told["for"], told["version"]) == ("2026-08", "inside", "first")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("2026-08", "--figure", "nothing"), "nothing is published of the figure nothing"),
        (("2006-08", "--version", "revised"), "(inside, revised) were due on 2006-11-15"),
        (("2126", "--for", "outside"), "(outside, revised) are made on 2127-04-01"),
    ],
)
def test_what_is_not_published_says_when(home: Path, arguments: list[str], says: str) -> None:
    told = run(home, "show", *arguments)
    assert isinstance(told.exception, NotFound)
    assert says in str(told.exception)
    assert run(home, "show", "2026-13").exit_code == 2


@pytest.mark.row("E5")
def test_e5_the_report_is_one_command_and_says_whose_draft_it_is(
    home: Path, tmp_path: Path
) -> None:
    made = tmp_path / "month.pdf"
    told = run(home, "report", "--month", "2026-08", "--language", "fr", "--out", str(made))
    assert told.exit_code == 0
    assert made.read_bytes().startswith(b"%PDF-1.7")
    assert "in fr are a draft" in told.stderr
    first = made.read_bytes()
    run(home, "report", "--month", "2026-08", "--language", "fr", "--out", str(made))
    assert made.read_bytes() == first
    later = run(home, "report", "--month", "2126-08", "--for", "outside")
    assert "are made on 2126-09-06" in str(later.exception)


def test_e6_the_results_are_a_page_for_any_site_and_an_sms_a_language(
    home: Path, tmp_path: Path
) -> None:
    made = tmp_path / "results.html"
    assert run(home, "results", "--out", str(made)).exit_code == 0
    assert made.read_text(encoding="utf-8") == run(home, "results").stdout
    sms = run(home, "results", "--sms").stdout.splitlines()
    assert [one.split(":")[0] for one in sms] == ["rw (draft)", "en", "fr (draft)"]
    # The line began in the quarter: its months are said in its place, and beside it on the page.
    assert "August and September 2026. Of 100 tips, somebody acted on" in sms[1]
    assert "Quarter 3 of 2026 (August and September only)" in made.read_text(encoding="utf-8")
