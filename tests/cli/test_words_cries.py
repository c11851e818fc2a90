"""`hotline words cries`: both figures, for people and for programs, and a failure where they are too bad."""

import json
import shutil
from pathlib import Path

from click.testing import CliRunner

from hotline.cli.words.cries import TABLES
from hotline.cli.words.words import words
from hotline.text.languages import CODES


def run(*options: str) -> tuple[int, str]:
    done = CliRunner().invoke(words, ["cries", *options])
    return done.exit_code, done.output


def test_it_says_both_figures_of_each_language_and_of_what_is_kept_aside() -> None:
    code, said = run()
    assert code == 0
    lines = said.splitlines()
    assert [line.split()[:2] for line in lines] == [
        [table, language] for table in ("seen", "aside", "forms") for language in (*CODES, "all")
    ]
    assert all("0 dropped" in line and "harmless called urgent" in line for line in lines)


def test_a_program_reads_the_same() -> None:
    code, said = run("--json")
    found = json.loads(said)
    whole = found["aside"][-1]
    assert code == 0
    assert whole["language"] == "all"
    assert whole["right"] <= whole["cries"]
    assert {"cries", "right", "dropped", "harmless", "alarms"} < set(whole)


def test_it_fails_where_a_cry_is_dropped(tmp_path: Path) -> None:
    for kind in ("", "_aside", "_forms"):
        for name in ("cries", "harmless"):
            shutil.copy(TABLES / f"{name}{kind}.csv", tmp_path)
    with (tmp_path / "cries.csv").open("a", encoding="utf-8") as table:
        table.write("en,hello,danger\n")
    code, said = run("--tables", str(tmp_path))
    assert code == 1
    assert "1 dropped" in said
