"""`hotline tips show`: a case as it is printed."""

import json
import shutil
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli.main import main
from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.months import counted_at
from hotline.domain.cases.people_codes import PersonCodes
from hotline.domain.tips.retention import WARNING
from hotline.services.reader.cases import month_ends
from hotline.store.cases import case_log
from tests.cli.invented_month import (
    FILED,
    MET,
    MONTH,
    home,
    reader,
    settings,
    thirty_days_on,
    write,
)


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


def count(line: Path, at: datetime) -> None:
    """By the reader."""
    with reader(line, at) as kit:
        month_ends.tidy(kit)


def test_a_case_is_shown_with_how_many_were_met_and_nothing_of_them(line: Path) -> None:
    found = {n: json.loads(run(line, "tips", "show", str(n), "--json").stdout) for n in (1, 2, 3)}
    met = Counter(one.tip_id for one in MET)
    assert {n: one["persons_met"] for n, one in found.items()} == {n: met[n] for n in found}
    states = [one["state"] for one in found.values()]
    assert states == ["arrival said", "arrival said", "screened"]
    clocks = [[one["clock"] for one in case["clocks"]] for case in found.values()]
    assert clocks == [["follow-up"], ["follow-up"], []]

    thirty_days_on(line)
    count(line, counted_at(MONTH))
    count(line, counted_at(MONTH) + WARNING)
    gone = [run(line, "tips", "show", str(n)).stdout for n in (1, 2, 3)]
    assert all("not kept any more" in one for one in gone)
    assert sum("followed" in one for one in gone) == 2


def test_a_correction_is_shown_beside_what_it_corrects_and_no_code_of_either(line: Path) -> None:
    with reader(line, FILED) as kit, kit.database.writing() as session:
        (wrong,) = [row.id for row in case_log.of_tip(session, 3) if row.kind == "screened"]
        codes = {"minor": "no", "act": "no", "purpose": "no", "form": "begging"}
        said = PersonCodes(1, codes)
        right = write(session, kit, 3, EntryKind.SCREENED, said, FILED, corrects=wrong)
    shown = run(line, "tips", "show", "3", "--language", "en").stdout
    said_so = "2025-03-12 11:00  questions were asked on site  console"
    assert shown.splitlines()[-2:] == [
        f"{said_so} #{wrong} corrected by #{right}",
        f"{said_so} #{right} corrects #{wrong}",
    ]
    assert "persons   1" in shown
    assert "clocks    none runs" in shown
    assert "T2 (said)" in run(line, "tips", "show", "T1").stdout
    whole = json.loads(run(line, "tips", "show", "T3", "--json").stdout)
    assert [one["codes"] for one in whole["entries"]] == [{}, {}]
    assert [one["corrected_by"] for one in whole["entries"]] == [right, None]
    run(line, "tips", "show", "K7Q4", code=1)
