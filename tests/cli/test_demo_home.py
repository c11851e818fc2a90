"""Tests that, in the folder in which `bin/demo` ran, the command `hotline` uses the hotline of the demo, but never
instead of another hotline.
"""

from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline.cli.demo import environ_of
from hotline.cli.demo_home import (
    HANDSETS,
    LINE_COMMANDS,
    LINE_SETTINGS,
    demo_gateway,
    demo_settings,
    keep,
)
from hotline.cli.main import COMMANDS, main

NOT_ASKING = (
    *("demo", "dial", "init", "process", "restore", "run", "settings", "texts", "upgrade"),
)
"""Commands that create or run a hotline, and commands that need no hotline. These commands ignore the demo's home
unless the operator names it.
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Returns a folder in which a demo ran."""
    (tmp_path / "var" / "demo").mkdir(parents=True)
    keep(tmp_path / "var" / "demo", environ_of({}, 8123))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.row("P1")
def test_a_command_finds_the_demo_with_its_clock_and_its_settings(checkout: Path) -> None:
    found = demo_settings({"PATH": "/bin"}, "tips")
    assert (checkout / found["HOTLINE_HOME"]) == checkout / "var" / "demo"
    assert found["HOTLINE_GATEWAY_URL"] == demo_gateway() == "http://127.0.0.1:8123"
    assert found["HOTLINE_CLOCK"].endswith("demo-clock")
    assert found["HOTLINE_INBOUND_SMS"] == "yes"


def test_a_line_that_is_named_or_in_the_plain_home_is_the_one_meant(checkout: Path) -> None:
    assert demo_settings({"HOTLINE_INBOUND_SMS": "no"}, "tips")["HOTLINE_INBOUND_SMS"] == "no"
    for name in ("HOME", "SETTINGS", "DATABASE_URL", "REDIS_URL", "KEYS", "GATEWAY_URL"):
        assert demo_settings({f"HOTLINE_{name}": "x"}, "tips") == {}, name
    (checkout / "var" / "keys").mkdir()
    assert demo_settings({}, "tips") == {}


@pytest.mark.parametrize("named", [True, False])
def test_a_demo_in_another_home_is_met_with_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    """The demo runs in the default home, or under HOTLINE_HOME, with `--page-port 8124`. The doctor must look for the
    emulator at the port 8124.
    """
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "mine" if named else Path("var")
    (home / "keys").mkdir(parents=True)
    keep(home, environ_of({"HOTLINE_PORT": "8470"}, 8124))
    given = {"HOTLINE_HOME": str(home)} if named else {}
    found = demo_settings(given, "doctor")
    assert (found["HOTLINE_HOME"], found["HOTLINE_PORT"]) == (str(home), "8470")
    assert found["HOTLINE_GATEWAY_URL"] == "http://127.0.0.1:8124"
    assert demo_settings({**given, "HOTLINE_GATEWAY_URL": "http://127.0.0.1:9"}, "doctor") == {}


def test_no_demo_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert demo_settings({}, "tips") == {}
    assert demo_gateway() == HANDSETS


def test_settings_of_a_demo_that_are_cut_short_harm_nothing(checkout: Path) -> None:
    (checkout / "var" / "demo" / "demo-settings.json").write_text('{"HOTLINE', encoding="utf-8")
    assert demo_settings({}, "tips") == {"HOTLINE_HOME": "var/demo"}


def test_what_makes_a_line_needs_a_named_home_and_each_other_asks_the_line(checkout: Path) -> None:
    assert [demo_settings({}, command) for command in (*NOT_ASKING, None)] == [{}] * 10
    assert sorted([*LINE_COMMANDS, *NOT_ASKING]) == sorted(COMMANDS)


def test_the_command_says_whose_line_it_speaks_of(checkout: Path) -> None:
    unset = dict.fromkeys((*LINE_SETTINGS, *demo_settings({}, "tips")))
    told = CliRunner(env=unset).invoke(main, ["tips", "list"])
    assert told.stderr.splitlines()[0] == (
        "hotline: the demo's hotline, in var/demo; HOTLINE_HOME names another"
    )
    assert told.stdout == ""
