"""Tests `hotline settings`: the file, the page and the doctor use the same help texts."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

from click.testing import CliRunner

from hotline.cli.main import main
from hotline.cli.settings import helps
from hotline.core.settings import NAMES, Settings
from tests.architecture.tree import ROOT


def printed(*words: str) -> str:
    told = CliRunner().invoke(main, ["settings", *words])
    assert told.exit_code == 0
    return told.output


def test_the_file_as_it_is_printed_sets_nothing() -> None:
    assert tomllib.loads(printed()) == {}


def test_every_setting_of_the_file_can_be_set(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(re.sub("^#(?! )", "", printed(), flags=re.M), encoding="utf-8")
    given = {"HOTLINE_SETTINGS": str(file), "HOTLINE_TESTING": "yes"}

    settings = Settings.read(given)

    plain = Settings.read({})
    for one in fields(Settings):
        same = getattr(settings, one.name) == getattr(plain, one.name)
        assert same is (one.metadata["example"] in (None, "var", "read")), one.name


def test_each_setting_says_what_it_is_its_value_and_what_happens_without_it() -> None:
    assert [one.name for one in helps()] == list(NAMES)
    for one in helps():
        assert one.description.endswith("."), one
        assert one.value, one
        assert one.otherwise not in ("``", "`None`", "`()`", "`PydanticUndefined`", "`0`"), one
        assert one.example not in ("", None, ()), one


def test_the_page_of_settings_is_the_one_that_is_printed() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert page == printed("--markdown")
