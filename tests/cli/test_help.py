"""The help of `hotline` and of its groups says every command's own words, and imports none of them."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from hotline.cli.main import COMMANDS, Table, main, short_help
from tests.cli.test_main import commands

GROUPS = [(), *((name,) for name, entry in COMMANDS.items() if not isinstance(entry, str))]
SEEN_AFTER_HELP = """
import sys
from hotline.cli.main import main
main([*sys.argv[1:], "--help"], standalone_mode=False)
print("imported:", *sorted(sys.modules))
"""
ANY_LENGTH = 1000
NEEDED = (
    "hotline.adapters.demo_accounts",
    "hotline.cli.importing",
    "hotline.cli.line.demo_home",
    "hotline.cli.main",
    "hotline.config",
    "hotline.domain.accounts",
    "hotline.domain.tip",
    "hotline.domain.wording",
    "hotline.environment",
    "hotline.errors",
    "hotline.text",
)
"""Finds a demo's home, and says errors in one line. Whatever else is imported costs each command."""
DEAR = {"babel", "flask", "nacl", "pydantic", "redis", "requests", "rq", "sqlalchemy", "yaml"}


def entries(table: Table, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every command and group of a table, with the help that is said of it without an import."""
    for name, entry in table.items():
        yield (*words, name), short_help(entry)
        if not isinstance(entry, str):
            yield from entries(entry[1], (*words, name))


def test_a_help_says_what_each_command_says_of_itself() -> None:
    found = dict(commands(main))
    for words, line in entries(COMMANDS):
        assert line == found[words].get_short_help_str(ANY_LENGTH), words


@pytest.mark.parametrize("words", GROUPS)
def test_a_help_imports_no_command_and_nothing_dear(words: tuple[str, ...]) -> None:
    told = subprocess.run(
        [sys.executable, "-c", SEEN_AFTER_HELP, *words], capture_output=True, text=True, check=True
    ).stdout
    *screen, imported = told.splitlines()
    modules = imported.removeprefix("imported:").split()
    ours = {one for one in modules if one.startswith("hotline.")}
    packages = {name.rpartition(".")[0] for name in ours}
    assert {one for one in ours - packages if not one.startswith(NEEDED)} == set()
    assert not DEAR & set(modules)
    group: click.Group = main
    for name in words:
        found = group.get_command(click.Context(group), name)
        assert isinstance(found, click.Group)
        group = found
    shown = " ".join(" ".join(screen).split())
    assert all(f" {name} " in shown for name in group.list_commands(click.Context(group)))
