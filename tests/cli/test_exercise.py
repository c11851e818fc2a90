"""R12: an exercise is begun, looked at and called off at the server, by a named person, with a reason."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline.bootstrap import build_console
from hotline.cli.main import main
from hotline.config import Settings
from tests.builders import make_responder
from tests.cli.invented_month import home, settings

WHO = ("--name", "Aline", "--reason", "the week of drills")


@pytest.fixture
def line(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = shutil.copytree(home(tmp_path_factory.mktemp("once")), tmp_path / "home")
    kit = build_console(Settings.read(settings(folder)))
    with kit.database.writing() as session:
        session.add(make_responder())
    kit.database.close()
    return folder


def said(line: Path, words: Sequence[str], code: int = 0) -> str:
    found = CliRunner().invoke(main, ["exercise", *words], env=settings(line))
    assert found.exit_code == code, found.output
    return found.output


def test_r12_it_is_begun_looked_at_and_called_off(line: Path) -> None:
    """At whatever hour this test runs."""
    assert "never to the national desk" in said(line, ["start", "national", *WHO], 1)
    begins = ["start", "Gasabo", *WHO, "--at-night", "--climb", "--urgency", "2"]
    assert "told Gasabo 1" in said(line, begins)
    (row,) = json.loads(said(line, ["list", "--json"]))
    assert (row["district"], row["urgency"], row["started_by"]) == ("Gasabo", 2, "Aline")
    assert [one["answered_at"] for one in row["told"]] == [None]
    shown = said(line, ["show", "1"])
    assert "RUNS" in shown
    assert "answered   nobody of 1" in shown
    assert "EXERCISE" in CliRunner().invoke(main, ["tips", "list"], env=settings(line)).output
    told_of = CliRunner().invoke(main, ["cases", "show", f"T{row['tip']}"], env=settings(line))
    assert "exercise  nobody told it" in told_of.output
    said(line, ["end", "1", *WHO])
    assert json.loads(said(line, ["show", "1", "--json"]))["why_ended"] == "called_off"
    assert "is over" in said(line, ["end", "1", *WHO], 1)
