"""Tests that every help text belongs to its command, and imports no module that only the command needs."""

import json
import shlex
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from copy import copy
from inspect import cleandoc
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from hotline.cli.main import COMMANDS, Table, main, short_help, whole, with_help_alone
from tests.cli.test_main import commands

GROUPS = [(), *((name,) for name, entry in COMMANDS.items() if not isinstance(entry, str))]
ANY_LENGTH = 1000
NEEDED = (
    "hotline.people.demo_sign_in",
    "hotline.core.importing",
    "hotline.cli.demo_home",
    "hotline.cli.main",
    "hotline.core.settings",
    "hotline.core.actors",
    "hotline.core.importing",
    "hotline.people.rules_accounts",
    "hotline.tips.rules",
    "hotline.core.wording",
    "hotline.core.environment",
    "hotline.text.errors",
    "hotline.text",
)
"""The only modules that a help text may import: they find the home of a demo and print errors on one line. Any other
import would make every command slower."""
FILES = {"file", "folder", "key", "key_file", "to", "out"}
"""Arguments and options that name a file. The file does not exist in these tests."""
DEAR = {"babel", "flask", "nacl", "pydantic", "redis", "requests", "rq", "sqlalchemy", "yaml"}


def entries(table: Table, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yields every command and group of a table, with its help text from the table, without importing the command."""
    for name, entry in table.items():
        yield (*words, name), short_help(entry)
        if not isinstance(entry, str):
            yield from entries(entry[1], (*words, name))


def test_a_help_says_what_each_command_says_of_itself() -> None:
    found = dict(commands(main))
    for words, line in entries(COMMANDS):
        assert line == found[words].get_short_help_str(ANY_LENGTH), words


def test_every_command_has_an_example_that_it_reads() -> None:
    """The test uses no default value and asks no question, so it reads only the options and values of the example."""
    for words, command in commands(main):
        if isinstance(command, click.Group):
            continue
        _, found, example = cleandoc(command.help or "").partition("\n\nExample: hotline ")
        assert found, words
        typed = shlex.split(" ".join(example.split()))
        assert tuple(typed[: len(words)]) == words
        context = click.Context(command, info_name=words[-1])
        given, rest, _ = command.make_parser(context).parse_args(typed[len(words) :])
        assert rest == [], words
        for one in command.params:
            if one.name in given and one.name not in FILES:
                assert given[one.name] is None or one.type_cast_value(context, given[one.name])


def after_help(words: Collection[tuple[str, ...]]) -> tuple[str, Sequence[str]]:
    """Returns the help texts of these commands, and the modules that a process has imported after it showed them."""
    told = subprocess.run(
        [sys.executable, "-c", SEEN_AFTER_HELP, json.dumps([*words])],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    screens, _, modules = told.partition("imported:")
    return " ".join(screens.split()), modules.split()


def test_the_help_of_a_group_imports_no_command_and_nothing_dear() -> None:
    shown, modules = after_help(GROUPS)
    ours = {one for one in modules if one.startswith("hotline.")}
    packages = {name.rpartition(".")[0] for name in ours}
    assert {one for one in ours - packages if not one.startswith(NEEDED)} == set()
    assert not DEAR & set(modules)
    assert all(f" {name} " in f"{shown} " for (*_, name), _ in entries(COMMANDS))


DEAR_FOR_ALL = DEAR - {"nacl"} | {"alembic", "jinja2", "openpyxl", "psycopg", "zxcvbn"}
"""Modules that no help text may import. libsodium (`nacl`) is not among them: the help of `keys rotate` and of `init`
lists names of keys from a module that imports libsodium.
"""
FAR = (
    *("alerts", "cases", "console", "dialogue", "duty", "editing", "gateway", "monitoring"),
    *("operations", "programmes", "statistics", "web"),
)
SEEN_AFTER_HELP = """
import json, sys
from hotline.cli.main import main
for words in json.loads(sys.argv[1]):
    main([*words, "--help"], standalone_mode=False)
print("imported:", *sorted(sys.modules))
"""


def targets() -> dict[tuple[str, ...], str]:
    """Returns every command of the table by its words, with the module and the function that the table names."""
    found: dict[tuple[str, ...], str] = {}
    tables: list[tuple[tuple[str, ...], Table]] = [((), COMMANDS)]
    for words, table in tables:
        for name, entry in table.items():
            if isinstance(entry, str):
                found[*words, name] = entry
            else:
                tables.append(((*words, name), entry[1]))
    return found


def test_no_command_s_help_imports_what_the_command_does() -> None:
    modules = after_help(targets())[1]
    far = tuple(f"hotline.{one}." for one in FAR)
    assert not DEAR_FOR_ALL & set(modules)
    assert {one for one in modules if one.startswith(far) and ".rules" not in one} == set()


@pytest.mark.parametrize("target", targets().values())
def test_a_help_that_is_loaded_alone_is_the_command_s_own(target: str) -> None:
    alone, own = copy(with_help_alone(target)), copy(whole(target))
    alone._help_option = own._help_option = (
        None  # The value is reset because Click keeps a command's help option after its first use.
    )
    helps = [
        one.get_help(click.Context(one, help_option_names=["-h", "--help"])) for one in (alone, own)
    ]
    assert helps[0] == helps[1]
    if isinstance(own, click.Group):
        assert isinstance(alone, click.Group)
        assert sorted(alone.commands) == sorted(own.commands)


def test_a_request_that_is_no_help_runs_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(main, ["guide", "responder", "--language", "en", "--out", "-h"])
    assert (told.exit_code, told.output) == (0, "")
    assert "*384*" in (tmp_path / "-h").read_text(encoding="utf-8")
