"""Cases, and what became of a month's persons, as they are printed: each number is reckoned here a second time."""

import csv
import io
import json
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hotline.cli.main import main
from hotline.domain.cases import counting
from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.months import MonthVersion, due_at
from hotline.domain.cases.people_codes import PersonCodes
from hotline.domain.evidence.edition import Edition
from hotline.domain.tips.retention import WARNING
from hotline.services.evidence import editions, making
from hotline.services.reader.cases import month_ends
from hotline.store.cases import case_log
from hotline.store.evidence import origin
from tests.cli.invented_month import (
    FILED,
    MET,
    MONTH,
    Invented,
    home,
    reader,
    settings,
    thirty_days_on,
    write,
)

STEPS = ("identified", "wanted_help", "offered", "accepted", "arrived", "known_at_30_days")
REPORT = ("service-referrals", "report", "--month")


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home(tmp_path_factory.mktemp("once"))


@pytest.fixture
def line(made_once: Path, tmp_path: Path) -> Path:
    """Nobody has counted its month yet."""
    return shutil.copytree(made_once, tmp_path / "home")


def run(line: Path, *words: str, code: int = 0, keys: str = "") -> Result:
    more = {"HOTLINE_KEYS": str(line / "keys" / keys)} if keys else {}
    said = CliRunner().invoke(main, words, env={**settings(line), **more})
    assert said.exit_code == code, said.output
    return said


def told(line: Path) -> Any:
    return json.loads(run(line, *REPORT, MONTH, "--json").stdout)


def rows(document: Any, by: str) -> dict[str, list[Any]]:
    found = (row for row in document["persons"] if row["by"] == by)
    return {row["value"]: [row[step] for step in STEPS] for row in found}


def shown(cells: Sequence[Any], which: Callable[[Invented], bool]) -> int:
    """How many of the steps are shown: each is what a plain reckoning comes to."""
    plain = [sum(one.steps >= step for one in MET if which(one)) for step in range(len(STEPS))]
    assert all(cell in ("..", number) for cell, number in zip(cells, plain, strict=True))
    return sum(cell != ".." for cell in cells)


def count(line: Path, version: MonthVersion) -> None:
    """By the reader, and then it is published."""
    with reader(line, due_at(MONTH, version)) as kit:
        month_ends.tidy(kit)
        making.make_due(kit, kit.now(), {})


@pytest.mark.row("R9")
def test_r9_before_it_is_published_a_month_has_no_table(line: Path) -> None:
    """Two of them a day apart would say what one person did in between."""
    told_when = run(line, *REPORT, MONTH, code=1).output
    assert "2025-03: its figures (inside, first) were due on 2025-04-06" in told_when
    assert "made on 2100-01-06" in run(line, *REPORT, "2099-12", code=1).output
    run(line, *REPORT, "2025-13", code=2)
    assert "counted" not in run(line, "audit", "list").stdout


@pytest.mark.row("R9")
def test_r9_a_month_is_told_from_identified_to_thirty_days_on(line: Path) -> None:
    count(line, MonthVersion.FIRST)
    first = told(line)
    assert (first["count"], first["made_at"]) == ("first", "2025-04-05T22:00:00+00:00")
    assert shown(rows(first, "all")["everybody"], lambda _: True) == 2
    thirty_days_on(line)
    assert told(line) == first, "what is made is not counted again"

    count(line, MonthVersion.REVISED)
    made = told(line)
    assert made["count"] == "revised"
    # Whoever came to the second step came to all others: more of them would say that nobody stayed behind.
    assert shown(rows(made, "all")["everybody"], lambda _: True) == 2
    forms, who = rows(made, "form"), rows(made, "sex and age")
    assert shown(forms["labour"], lambda one: one.form == "labour") == 1
    assert shown(forms["organs"], lambda one: one.form == "organs") < 2
    assert {*forms["begging"]} == {".."}
    assert shown(who["woman"], lambda one: one.sex == "woman") > 0
    assert {*who["man"], *who["boy"]} == {".."}
    assert (made["identified"]["province"]["West"], made["met"], made["offers"]) == (10, 18, "..")
    assert made["identified"]["district"]["told nationally"] == ".."
    assert {*made["thirty"].values(), *made["refused"].values()} == {".."}
    assert (made["tips_with_identified"], made["situations_with_identified"]) == ("..", "..")
    assert {*STEPS, "refused", "offers", "days_to_accepted"} <= {*made["columns"]}
    assert_edition_says_the_same(line, made)

    sheet = list(csv.DictReader(io.StringIO(run(line, *REPORT, MONTH, "--csv").stdout)))
    people = [row for row in sheet if row["by"] == "form" and row["value"] == "labour"]
    assert [row["number"] for row in people] == [str(one) for one in forms["labour"]]
    text = run(line, *REPORT, MONTH).stdout
    assert "2025-03: revised count, made 15 Jun 2025 00:00" in text
    assert "arrived  known at 30 days\n" in text
    assert ".. is hidden: fewer than 5, zero included" in text
    assert "identified by province: West 10, all others .." in text
    run(line, *REPORT, MONTH, "--json", "--csv", code=2)
    with reader(line, FILED) as kit, kit.database.writing() as session:
        origin.mark_invented(session, FILED)
    marked = csv.DictReader(io.StringIO(run(line, *REPORT, MONTH, "--csv").stdout))
    assert {row["origin"] for row in marked} == {"INVENTED"}


def assert_edition_says_the_same(line: Path, told: Any) -> None:
    """What is printed is what is published, number by number."""
    with reader(line, FILED) as kit:
        published = editions.read(kit, MONTH, Edition.INSIDE)
    steps = [published.said(step) for step in counting.STEPS]
    assert [str(one) for one in rows(told, "all")["everybody"]] == steps
    for value, cells in rows(told, "form").items():
        column = f"form:{value.replace(' ', '_')}"
        assert [str(one) for one in cells] == [
            published.said(step, column=column) for step in counting.STEPS
        ]


def test_cases_are_listed_with_how_many_were_met_and_nothing_of_them(line: Path) -> None:
    found = json.loads(run(line, "cases", "list", "--open", "--json").stdout)
    met = Counter(one.tip_id for one in MET)
    assert [(one["tip"], one["persons_met"]) for one in found] == [(n, met[n]) for n in (3, 2, 1)]
    assert [one["state"] for one in found] == ["screened", "arrival said", "arrival said"]
    clocks = [[one["clock"] for one in case["clocks"]] for case in found]
    assert clocks == [[], ["follow-up"], ["follow-up"]]
    page = run(line, "cases", "list", "--limit", "2")
    assert [row.split()[0] for row in page.stdout.splitlines()] == ["T3", "T2"]
    assert "--before 2" in page.stderr
    assert run(line, "cases", "list", "--district", "Gasabo").stderr == "no such cases\n"

    count(line, MonthVersion.FIRST)
    thirty_days_on(line)
    count(line, MonthVersion.REVISED)
    with reader(line, due_at(MONTH, MonthVersion.REVISED) + WARNING) as kit:
        month_ends.tidy(kit)
    gone = run(line, "cases", "list").stdout
    assert gone.count("persons: not kept any more") == 3
    assert gone.count("followed") == 2


def test_a_correction_is_shown_beside_what_it_corrects_and_no_code_of_either(line: Path) -> None:
    with reader(line, FILED) as kit, kit.database.writing() as session:
        (wrong,) = [row.id for row in case_log.of_tip(session, 3) if row.kind == "screened"]
        codes = {"minor": "no", "act": "no", "purpose": "no", "form": "begging"}
        said = PersonCodes(1, codes)
        right = write(session, kit, 3, EntryKind.SCREENED, said, FILED, corrects=wrong)
    lines = run(line, "cases", "log", "T3", "--language", "en").stdout.splitlines()[1:]
    said_so = "2025-03-12 11:00  questions were asked on site  console"
    assert lines == [
        f"{said_so} #{wrong} corrected by #{right}",
        f"{said_so} #{right} corrects #{wrong}",
    ]
    shown = run(line, "cases", "show", "3", "--language", "en").stdout
    assert shown.splitlines()[-2:] == lines
    assert "persons   1" in shown
    assert "clocks    none runs" in shown
    assert "T2 (said)" in run(line, "cases", "show", "T1").stdout
    whole = json.loads(run(line, "cases", "show", "T3", "--json").stdout)
    assert [one["codes"] for one in whole["entries"]] == [{}, {}]
    assert [one["corrected_by"] for one in whole["entries"]] == [right, None]
    run(line, "cases", "show", "K7Q4", code=1)
