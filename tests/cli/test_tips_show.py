"""Tests `hotline tips show`, which prints a case."""

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.alerts import tables_case_events
from hotline.cli.main import main
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_person_codes import PersonCodes
from tests.cli.sample_month import FILED, MET, home, reader, settings, write


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return home(tmp_path_factory.mktemp("once"))


@pytest.fixture
def line(made_once: Path, tmp_path: Path) -> Path:
    """Returns a hotline whose current month is not counted yet."""
    return shutil.copytree(made_once, tmp_path / "home")


def run(line: Path, *words: str, code: int = 0, keys: str = "") -> Result:
    more = {"HOTLINE_KEYS": str(line / "keys" / keys)} if keys else {}
    said = CliRunner().invoke(main, words, env={**settings(line), **more})
    assert said.exit_code == code, said.output
    return said


def test_a_case_is_shown_with_what_happened_and_nothing_of_those_who_were_met(line: Path) -> None:
    found = {n: json.loads(run(line, "tips", "show", str(n), "--json").stdout) for n in (1, 2, 3)}
    screened = {
        n: sum(entry["kind"] == "screened" for entry in one["entries"]) for n, one in found.items()
    }
    met = Counter(one.tip_id for one in MET)
    assert screened == {n: met[n] for n in found}
    assert {
        code for one in found.values() for entry in one["entries"] for code in entry["codes"]
    } == set()


def test_a_correction_is_shown_beside_what_it_corrects_and_no_code_of_either(line: Path) -> None:
    with reader(line, FILED) as context, context.database.writing() as session:
        (wrong,) = [
            row.id for row in tables_case_events.events_of_tip(session, 3) if row.kind == "screened"
        ]
        codes = {"minor": "no", "act": "no", "purpose": "no", "form": "begging"}
        said = PersonCodes(1, codes)
        right = write(session, context, 3, LoggedEvent.SCREENED, said, FILED, corrects=wrong)
    shown = run(line, "tips", "show", "3", "--language", "en").stdout
    said_so = "2025-03-12 11:00  questions asked on site  console"
    assert shown.splitlines()[-2:] == [
        f"{said_so} #{wrong} corrected by #{right}",
        f"{said_so} #{right} corrects #{wrong}",
    ]
    listed = run(line, "tips", "list", "--before", "4", "--limit", "1").stdout
    assert shown.splitlines()[0] == listed.splitlines()[0]
    assert "linked to: T2" in run(line, "tips", "show", "T1").stdout
    whole = json.loads(run(line, "tips", "show", "T3", "--json").stdout)
    assert [one["codes"] for one in whole["entries"]] == [{}, {}]
    assert [one["corrected_by"] for one in whole["entries"]] == [right, None]
    run(line, "tips", "show", "K7Q4", code=1)
