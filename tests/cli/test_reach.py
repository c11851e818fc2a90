"""`hotline reach` on a line of its own: three ways to read the same figures."""

import csv
import io
import json
import shutil
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli.reach import BY, reach
from hotline.config import Settings
from hotline.domain.reach.answers import measure_of
from hotline.domain.reach.counters import By
from hotline.domain.reach.screens import ScreenCounter, ScreenMeasure, week_of
from hotline.errors import NotFound
from hotline.services.evidence import making
from hotline.services.flows import publishing
from hotline.services.flows.publishing import PublicationNote
from hotline.store.database import open_database
from hotline.store.evidence import origin
from hotline.store.flows import flows
from hotline.store.flows.publications import Publishing
from hotline.store.reach import outreach, screen_counts
from hotline.store.reach.outreach import Cell
from hotline.text.csv_sheet import as_sheet
from tests.builders import NOON
from tests.kits import make_kit
from tests.made_once import lay_line

PAIRS = (
    ("fee", "quiz_knew", 12),
    ("fee", "quiz_learned", 18),
    ("fee", "quiz_missed", 10),
    ("passport", "quiz_learned", 20),
    ("passport", "quiz_missed", 2),
    ("secret", "quiz_learned", 9),
)
WALKED = (
    (ScreenMeasure.SHOWN, "report/danger", 40),
    (ScreenMeasure.ANSWERED, "report/danger", 31),
    (ScreenMeasure.SHOWN, "report/last", 20),
    (ScreenMeasure.BEGUN, "report", 40),
    (ScreenMeasure.FLOW_LEFT, "report", 22),
    (ScreenMeasure.SESSION, "63510", 60),
    (ScreenMeasure.LEFT, "63510", 44),
    (ScreenMeasure.SESSION, "63514", 16),
    (ScreenMeasure.LEFT, "63514", 6),
    (ScreenMeasure.ENTERED, "", 40),
    (ScreenMeasure.FILED, "", 20),
)
IN_PARTS = (
    (1, "rw", 1, 60, 30),
    (8, "rw", 1, 40, 22),
    (8, "rw", 2, 20, 14),
    (15, "fr", 2, 30, 24),
    (22, "rw", 2, 3, 2),
)
"""Of one screen: the first day of a week, language and revision; how many were shown it and answered it."""
LIVE = {
    "screen": ["apart/ask", "learn/fee", "report/danger", "report/last"],
    "question": ["apart/ask", "learn/fee", "report/danger"],
    "flow": ["report"],
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A line whose November is over and counted; every test reads alone."""
    tmp_path = tmp_path_factory.mktemp("reach")
    lay_line(tmp_path, NOON)
    database = open_database(Settings.read({"HOTLINE_HOME": str(tmp_path)}).database_url)
    day = NOON.date()
    with database.writing() as session:
        for district, tips in (("11", 12), ("12", 3), ("13", 7), ("24", 9)):
            outreach.count(session, Cell(day, "tip", "rw", "ussd", "", district), tips)
        for district, answers in (("13", 8), ("12", 3), ("11", 6)):
            heard = measure_of("heard_of", "radio")
            outreach.count(session, Cell(day, heard, "", "ussd", "", district), answers)
        for entry, sessions in (("=", 9), ("", 4), ("7", 5)):
            outreach.count(session, Cell(day, "session", "rw", "ussd", entry), sessions)
        for topic, read in (("wages", 7), ("law", 6)):
            outreach.count(session, Cell(day, "topic", "rw", "ussd", "", topic=topic), read)
        for thing, measure, times in PAIRS:
            outreach.count(session, Cell(day, measure, "rw", "ussd", "", topic=thing), times)
        week = week_of(day)
        for measure, name, number in WALKED:
            screen_counts.add(session, {(week, ScreenCounter(measure, name)): number})
        for first, language, revision, shown, answered in IN_PARTS:
            for what, number in (("screen_shown", shown), ("screen_answered", answered)):
                of = ScreenCounter(what, "learn/fee", language, revision)
                screen_counts.add(session, {(NOON.date().replace(day=first), of): number})
        named = {"flows": {}, "entries": {"=": "learn"}, "entry_names": {"=": "radio"}}
        flows.add(session, digest="named", document=named, at=NOON).live_from = NOON
        flows.add(session, digest="later", document=named, at=NOON).live_from = NOON
        for revision, since in ((1, NOON.replace(month=9)), (2, NOON.replace(day=10))):
            said = PublicationNote("line", Publishing.VERSION, "a test")
            publishing.record(session, revision, said, since)
    kit = make_kit(database=database, now=lambda: NOON)
    making.make_due(kit, NOON + timedelta(days=40), {By.ENTRY: {"", "="}, **LIVE})
    database.close()
    return tmp_path


def run(home: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(reach, arguments, env={"HOTLINE_HOME": str(home)})
    assert result.exit_code == 0, result.output
    return result


def test_json_names_the_districts_and_hides_the_small_with_one_that_is_not(home: Path) -> None:
    document = json.loads(run(home, "--by", "district", "--json").stdout)
    assert document["month"] == "2026-11"
    cells = {row["district"]: row["tips"] for row in document["rows"]}
    assert len(cells) == 33
    assert cells["Nyarugenge"] == 12
    assert cells["Gasabo"] == cells["Kicukiro"] == cells["Rubavu"] == ".."
    assert cells["Huye"] == "..", "the other districts of its province are none: it would say so"
    assert document["total"]["tips"] == 31
    assert document["rows"][0]["sessions"] is None


def test_an_answer_that_is_counted_by_district_is_a_column_there(home: Path) -> None:
    rows = json.loads(run(home, "--by", "district", "--json").stdout)["rows"]
    counted = {row["district"]: row["heard_of: radio"] for row in rows}
    assert (counted["Kicukiro"], counted["Gasabo"]) == (8, "..")
    heading, first, *_ = run(home, "--by", "district").stdout.splitlines()
    assert heading.endswith("  heard_of: radio")
    assert len(heading) == len(first)


def test_a_sheet_and_a_table_say_the_same_and_name_the_posters(home: Path) -> None:
    """Entries that are not live any more are one row, whether anybody dialled one or not."""
    rows = list(csv.DictReader(io.StringIO(run(home, "--by", "entry", "--csv").stdout)))
    assert {row["entry"]: (row["sessions"], row["name"]) for row in rows} == {
        "": ("..", ""),
        "'=": ("9", "radio"),
        "other": ("..", ""),
        "total": ("18", ""),
    }
    assert "radio" in run(home, "--by", "entry").stdout
    assert "name" not in run(home, "--by", "day").stdout


def test_the_quiz_tells_shares_before_and_after_and_bounds_where_few_would_show(home: Path) -> None:
    document = json.loads(run(home, "--by", "quiz", "--json").stdout)

    names = ("quiz", "asked", "right_before", "right_after", "gain")
    assert [tuple(row[name] for name in names) for row in document["rows"]] == [
        ("fee", 40, 30, 75, 45),
        ("passport", 22, "<=23", ">=77", ">=54"),
        ("secret", "..", None, None, None),
        ("other", "..", None, None, None),
    ]
    assert tuple(document["total"][name] for name in names) == ("total", 71, "<=28", ">=75", ">=47")


@pytest.mark.row("E1")
@pytest.mark.parametrize("by", BY)
def test_each_way_to_count_prints_the_names_that_it_counts_by(home: Path, by: str) -> None:
    known = {
        "topic": "wages",
        "language": "rw",
        "channel": "ussd",
        "entry": "=",
        "day": f"{NOON:%Y-%m-%d}",
        "week": "2026-11-22",
        "month": f"{NOON:%Y-%m}",
        "quiz": "passport",
        "screen": "report/danger",
        "flow": "report",
        "network": "MTN",
    }.get(by, "Gasabo")
    heading, *lines = run(home, "--by", by).stdout.splitlines()
    names = [line.split()[0] if line.strip("- ") else "" for line in lines]
    assert known in names
    assert names[-1] == ({"month": known, "screen": "report/last", "flow": known}.get(by, "total"))
    columns = heading.split()
    assert len(columns) == len(set(columns))


@pytest.mark.row("E1")
def test_e1_completion_by_screen_and_drop_by_network_and_flow(home: Path) -> None:
    told = {
        by: [[*row.values()] for row in json.loads(run(home, "--by", by, "--json").stdout)["rows"]]
        for by in ("screen", "flow", "network")
    }
    assert told["screen"][0] == ["apart/ask", "..", ".."]
    assert told["screen"][2:] == [["report/danger", 40, 31], ["report/last", 20, None]]
    assert told["flow"] == [["report", 40, 22]]
    assert told["network"][0] == ["MTN 63510", 60, 44]
    summary = {
        row["figure"]: row["count"] for row in json.loads(run(home, "--json").stdout)["rows"]
    }
    assert [summary[f"reports {one}"] for one in ("begun", "filed", "saved")] == [40, 20, ".."]


@pytest.mark.row("E1", "E2")
def test_e1_a_screen_by_language_by_revision_and_by_week(home: Path) -> None:
    """Who published revision 2 on the 10th asks whether more go on now: 75 of 100, in place of 52."""

    def told(by: str) -> list[list[object]]:
        asked = ("--by", "screen", "--and", by, "--flow", "learn", "--json")
        return [[*row.values()][1:] for row in json.loads(run(home, *asked).stdout)["rows"]]

    assert told("revision") == [["1", 100, 52, 52], ["2", 53, 40, 75]]
    assert told("language") == [
        ["rw", 123, 68, 55],
        ["en", "..", "..", ".."],
        ["fr", "..", "..", ".."],
    ]
    assert told("week") == [
        ["2026-11-01", 60, 30, 50],
        ["2026-11-08/1", 40, 22, 55],
        ["2026-11-08/2", "..", "..", ".."],
        ["2026-11-15", 30, 24, 80],
        ["2026-11-22", "..", "..", ".."],
    ]
    danger = run(home, "--by", "screen", "--and", "week", "--flow", "report", "--csv").stdout
    assert danger.splitlines()[0] == '"screen","week","shown","answered","of_100"'
    assert "report/last" in danger
    assert "learn" not in danger
    assert CliRunner().invoke(reach, ["--by", "flow", "--and", "week"]).exit_code == 2


def test_a_flow_of_which_all_is_hidden_says_so_and_an_unknown_one_is_refused(home: Path) -> None:
    asked = ("--by", "screen", "--flow", "apart", "--and", "language")
    told = run(home, *asked)
    assert told.stdout.split() == ["screen", "language", "shown", "answered", "of_100"]
    assert told.stderr == "too few to show\n"
    assert json.loads(run(home, *asked, "--json").stdout)["rows"] == []
    for more in ((), ("--and", "week"), ("--json",)):
        words = ["--by", "screen", "--flow", "nope", *more]
        refused = CliRunner().invoke(reach, words, env={"HOTLINE_HOME": str(home)})
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "apart, learn, report" in refused.stderr


@pytest.mark.parametrize(("by", "rows"), [("leader-sessions", 30 + 5), ("training", 30 + 1)])
def test_every_district_has_a_row_of_what_is_held_there(home: Path, by: str, rows: int) -> None:
    document = json.loads(run(home, "--by", by, "--json").stdout)
    assert len(document["rows"]) == rows
    told = {value for row in document["rows"] for value in row.values()}
    assert {value for value in told if not isinstance(value, str)} <= {None}
    assert ".." in document["total"].values()


def test_without_a_word_it_sums_a_month_up(home: Path) -> None:
    document = json.loads(run(home, "--json").stdout)
    figures = {row["figure"]: row["count"] for row in document["rows"]}
    assert (figures["tips"], figures["sessions"], figures["topics"]) == (31, 18, 13)
    assert figures["people"] == figures["complaints"] == ".."
    assert (figures["quiz: right before"], figures["quiz: right after"]) == ("<=28", ">=75")

    told = run(home, "--month", "2026-11")
    assert ["tips", "31"] in [line.split() for line in told.stdout.splitlines()]
    assert "hotline reach --by district, language" in told.stderr


@pytest.mark.parametrize("month", ["2026-12", "2026-10", "2126-11"])
def test_of_a_month_that_is_not_made_nothing_is_told(home: Path, month: str) -> None:
    told = CliRunner().invoke(reach, ["--month", month], env={"HOTLINE_HOME": str(home)})
    assert isinstance(told.exception, NotFound)
    assert told.stdout == ""


def test_of_an_invented_line_each_row_of_a_sheet_says_so(home: Path, tmp_path: Path) -> None:
    made = shutil.copytree(home, tmp_path / "invented")
    assert "origin" not in run(made, "--by", "day", "--csv").stdout
    database = open_database(Settings.read({"HOTLINE_HOME": str(made)}).database_url)
    with closing(database), database.writing() as session:
        origin.mark_invented(session, NOON)
    rows = [*csv.DictReader(io.StringIO(run(made, "--by", "day", "--csv").stdout))]
    assert {row["origin"] for row in rows} == {"INVENTED"}
    assert json.loads(run(made, "--json").stdout)["is_invented"]


def test_a_loss_in_a_sheet_is_a_number(home: Path) -> None:
    sheet = as_sheet([{"quiz": "fee", "gain": -5}, {"quiz": "total", "gain": "-5"}])
    assert list(csv.reader(io.StringIO(sheet)))[1:] == [["fee", "-5"], ["total", "'-5"]]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--by", "day", "--json", "--csv"),
        ("--by", "month", "--month", "2026-11"),
        ("--month", "11"),
    ],
)
def test_what_does_not_fit_together_is_refused(home: Path, arguments: tuple[str, ...]) -> None:
    told = CliRunner().invoke(reach, arguments, env={"HOTLINE_HOME": str(home)})
    assert told.exit_code == 2
