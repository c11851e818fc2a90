"""`docs/deployment.md` names what is shipped: commands with their options, files, settings, accounts and folders."""

import re
from pathlib import Path

import click
import pytest

from hotline.cli.main import main
from hotline.config import Settings
from tests.floorplan.tree import ROOT

PAGE = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, re.S)
LINES = [line.strip() for block in BLOCKS for line in block.splitlines()]
HOTLINE = re.compile(r"(?:deploy/as \S+|[.]venv/bin/hotline) (?P<words>[^>&|]+)")
ELSEWHERE = {"HOTLINE_WEB_HOST", "HOTLINE_WEB_WORKERS"}


def typed() -> list[str]:
    found = [match["words"].strip() for line in LINES if (match := HOTLINE.match(line))]
    return list(dict.fromkeys(found))


def command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that is meant, and the words behind its name."""
    command: click.Command = main
    rest = list(words)
    while isinstance(command, click.Group) and rest:
        context = click.Context(command)
        found = command.get_command(context, rest[0])
        if found is None:
            assert command.name == "backup" or command.params, f"no command: {words}"
            break
        command, rest = found, rest[1:]
    return command, rest


def test_the_page_has_the_commands_of_all_three_machines() -> None:
    assert len(typed()) > 15
    assert len(BLOCKS) > 12


@pytest.mark.parametrize("words", typed())
def test_every_command_that_is_named_has_the_options_that_are_typed(words: str) -> None:
    command, rest = command_of(words.split())
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in rest if word.startswith("--")} <= known


def test_every_shipped_file_that_is_named_is_there() -> None:
    named = set(re.findall(r"deploy/[\w@.-]*\w", "\n".join(LINES)))
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_setting_that_is_named_is_one_of_ours() -> None:
    known = {f"HOTLINE_{name.upper()}" for name in Settings.helps()} | ELSEWHERE
    assert set(re.findall(r"HOTLINE_[A-Z_]+[A-Z]", PAGE)) <= known


UNITS = sorted((ROOT / "deploy").glob("*.service"))


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_the_account_and_the_folders_of_each_unit_are_made(file: Path) -> None:
    unit, name = file.read_text(encoding="utf-8"), file.name
    (account,) = re.findall("^User=(.*)$", unit, re.M)
    assert re.search(rf"useradd .*\b{account}$|for account in .*\b{account}\b", PAGE, re.M), name
    for folder in re.findall("^ReadWritePaths=/etc/hotline/keys/(.*)$", unit, re.M):
        assert f"chown -R {account}: /etc/hotline/keys/{folder}" in LINES
    assert re.search(rf"^cp .*{re.escape(name)}", "\n".join(LINES), re.M)


def test_a_command_for_an_account_sees_the_keys_of_its_unit() -> None:
    words = (ROOT / "deploy" / "as").read_text(encoding="utf-8")
    given = dict(re.findall(r"^(hotline-\w+)\) keys=(\S+) ;;$", words, re.M))
    for file in UNITS:
        unit = file.read_text(encoding="utf-8")
        (account,) = re.findall("^User=(.*)$", unit, re.M)
        (environment,) = re.findall("^Environment=(.*)$", unit, re.M)
        keys = re.search(r"HOTLINE_KEYS=(\S+)", environment)
        assert given.get(account) == (keys[1] if keys else None)
        assert f"HOTLINE_HOME=/var/lib/{account}" in environment
    assert '--setenv=HOTLINE_HOME="/var/lib/$account"' in words
