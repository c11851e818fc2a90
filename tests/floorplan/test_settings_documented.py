"""Every setting that the code reads stands in the README's table, and the other way round."""

import re
from pathlib import Path

from hotline.config import Settings
from tests.floorplan.tree import ROOT, python_files

NAME = re.compile(r"HOTLINE_[A-Z]+(?:_[A-Z]+)*")
README_ROW = re.compile(r"^\| `(HOTLINE_[A-Z_]+)`", re.M)
FOR_TESTS = {"HOTLINE_TESTING", "HOTLINE_TEST_LONG", "HOTLINE_TEST_SEED"}


def _documented() -> set[str]:
    return set(README_ROW.findall((ROOT / "README.md").read_text(encoding="utf-8")))


def _named(*files: Path) -> set[str]:
    return {name for file in files for name in NAME.findall(file.read_text(encoding="utf-8"))}


def test_every_setting_has_a_row() -> None:
    code = _named(*python_files("hotline", "workers"), *ROOT.glob("*.py"), ROOT / "Procfile")
    assert code - FOR_TESTS - _documented() == set()


def test_every_row_is_a_setting() -> None:
    helped = {name for help_text in Settings.helps().values() for name in NAME.findall(help_text)}
    assert _documented() <= helped | _named(ROOT / "Procfile")
