"""`hotline reach` on a line of its own: three ways to read the same figures."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli.reach import BY, as_sheet, reach
from hotline.config import Settings
from hotline.domain.reach.answers import measure_of
from hotline.sealing.keys.keymaking import make_keys
from hotline.store.database import open_database
from hotline.store.flows import flows
from hotline.store.reach import outreach
from hotline.store.reach.outreach import Cell
from hotline.store.schema import create_all
from tests.builders import NOON

PAIRS = (
    ("fee", "quiz_knew", 12),
    ("fee", "quiz_learned", 18),
    ("fee", "quiz_missed", 10),
    ("passport", "quiz_learned", 20),
    ("passport", "quiz_missed", 2),
    ("secret", "quiz_learned", 9),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A line that has counted; every test reads alone."""
    tmp_path = tmp_path_factory.mktemp("reach")
    make_keys(tmp_path / "keys", NOON)
    database = open_database(Settings.read({"HOTLINE_HOME": str(tmp_path)}).database_url)
    create_all(database)
    with database.writing() as session:
        for district, tips in (("11", 12), ("12", 3), ("13", 7)):
            cell = Cell(NOON.date(), "tip", "rw", "ussd", "", district=district)
            outreach.count(session, cell, tips)
        for district, answers in (("13", 8), ("12", 3)):
            heard = measure_of("heard_of", "radio")
            cell = Cell(NOON.date(), heard, "", "ussd", "", district=district)
            outreach.count(session, cell, answers)
        outreach.count(session, Cell(NOON.date(), "session", "rw", "ussd", "="), 9)
        outreach.count(session, Cell(NOON.date(), "topic", "rw", "ussd", "", topic="wages"), 7)
        for thing, measure, times in PAIRS:
            cell = Cell(NOON.date(), measure, "rw", "ussd", "", topic=thing)
            outreach.count(session, cell, times)
        named = {"flows": {}, "entries": {"=": "learn"}, "entry_names": {"=": "radio"}}
        flows.add(session, digest="named", document=named, at=NOON).live_from = NOON
    database.close()
    return tmp_path


def run(home: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(reach, arguments, env={"HOTLINE_HOME": str(home)})
    assert result.exit_code == 0, result.output
    return result


def test_json_names_the_districts_and_hides_the_small(home: Path) -> None:
    document = json.loads(run(home, "--by", "district", "--json").output)
    cells = {row["district"]: row["tips"] for row in document["rows"]}
    assert len(cells) == 33
    assert (cells["Nyarugenge"], cells["Gasabo"]) == (12, "<5")
    assert document["rows"][0]["sessions"] is None


def test_an_answer_that_is_counted_by_district_is_a_column_there(home: Path) -> None:
    rows = json.loads(run(home, "--by", "district", "--json").output)["rows"]
    counted = {row["district"]: row["heard_of: radio"] for row in rows}
    assert (counted["Kicukiro"], counted["Gasabo"]) == (8, "<5")
    heading, first, *_ = run(home, "--by", "district").output.splitlines()
    assert heading.endswith("  heard_of: radio")
    assert len(heading) == len(first)


def test_a_sheet_and_a_table_say_the_same(home: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(home, "--by", "entry", "--csv").output)))
    assert {row["entry"]: row["sessions"] for row in rows} == {
        "": "<5",
        "'=": "hidden",
        "total": "9",
    }
    assert "hidden" in run(home, "--by", "entry").output


def test_an_entry_is_told_with_the_name_of_its_poster(home: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(home, "--by", "entry", "--csv").output)))
    assert {row["entry"]: row["name"] for row in rows} == {"": "", "'=": "radio", "total": ""}
    assert "radio" in run(home, "--by", "entry").output
    assert "name" not in run(home, "--by", "day").output


def test_the_quiz_tells_shares_before_and_after_and_bounds_where_few_would_show(home: Path) -> None:
    document = json.loads(run(home, "--by", "quiz", "--json").output)

    names = ("quiz", "asked", "right_before", "right_after", "gain")
    assert [tuple(row[name] for name in names) for row in document["rows"]] == [
        ("fee", 40, 30, 75, 45),
        ("passport", 22, "<=19", ">=81", ">=62"),
        ("secret", 9, None, None, None),
    ]
    assert tuple(document["total"][name] for name in names) == ("total", 71, "<=26", ">=77", ">=51")


@pytest.mark.parametrize("by", BY)
def test_each_way_to_count_prints_the_names_that_it_counts_by(home: Path, by: str) -> None:
    known = {
        "topic": "wages",
        "language": "rw",
        "channel": "ussd",
        "entry": "=",
        "day": f"{NOON:%Y-%m-%d}",
        "week": f"{NOON:%G-W%V}",
        "month": f"{NOON:%Y-%m}",
        "quiz": "passport",
    }.get(by, "Gasabo")
    heading, *lines = run(home, "--by", by).output.splitlines()
    names = [line.split()[0] if line.strip("- ") else "" for line in lines]
    assert known in names
    assert names[-1] == "total"
    columns = heading.split()
    assert len(columns) == len(set(columns))


def test_without_a_word_it_sums_everything_up(home: Path) -> None:
    document = json.loads(run(home, "--json").stdout)
    figures = {row["figure"]: row["count"] for row in document["rows"]}
    assert (figures["tips"], figures["sessions"], figures["topics"]) == (22, 9, 7)
    assert figures["people this month"] == figures["complaints"] == "<5"
    assert (figures["quiz: right before"], figures["quiz: right after"]) == ("<=26", ">=77")

    told = run(home)
    assert ["tips", "22"] in [line.split() for line in told.stdout.splitlines()]
    assert "hotline reach --by district, language" in told.stderr


def test_a_loss_in_a_sheet_is_a_number(home: Path) -> None:
    sheet = as_sheet([{"quiz": "fee", "gain": -5}, {"quiz": "total", "gain": "-5"}])
    assert list(csv.reader(io.StringIO(sheet)))[1:] == [["fee", "-5"], ["total", "'-5"]]


def test_one_shape_at_a_time(home: Path) -> None:
    arguments = ["--by", "day", "--json", "--csv"]
    assert CliRunner().invoke(reach, arguments, env={"HOTLINE_HOME": str(home)}).exit_code == 2
