"""Tests that `hotline settings` and docs/settings.md document every setting that the code names."""

import re

from hotline.core.settings import FILE, NAMES, variable_of
from tests.architecture.tree import ROOT, python_files

NAME = re.compile(r"HOTLINE_[A-Z]+(?:_[A-Z]+)*")
FOR_TESTS = {"HOTLINE_TESTING", "HOTLINE_TEST_LONG", "HOTLINE_TEST_SEED"}


def test_every_setting_that_the_code_names_is_documented() -> None:
    files = (*python_files("hotline", "workers"), *ROOT.glob("*.py"), ROOT / "Procfile")
    named = {name for file in files for name in NAME.findall(file.read_text(encoding="utf-8"))}
    known = {FILE, *map(variable_of, NAMES), *FOR_TESTS}
    # The hotline refuses this setting, so no document lists it.
    assert named - known <= {"HOTLINE_GATEWAY_API_KEY"}


def test_the_readme_names_no_setting_that_is_none_and_links_to_all() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "](docs/settings.md)" in readme
    assert {*NAME.findall(readme)} <= {FILE, *map(variable_of, NAMES)}
