"""`hotline --help` shows every command's own words without importing one of them."""

import subprocess
import sys

import click
import pytest

from hotline.cli.main import COMMANDS, main

SEEN_AFTER_HELP = """
import sys
from hotline.cli.main import COMMANDS, main
main(["--help"], standalone_mode=False)
modules = {entry.target.partition(":")[0] for entry in COMMANDS.values()}
print("imported:", *sorted(modules & set(sys.modules)))
"""
ANY_LENGTH = 1000


@pytest.mark.parametrize("name", COMMANDS)
def test_the_table_says_what_the_command_says_of_itself(name: str) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    assert COMMANDS[name].line == command.get_short_help_str(ANY_LENGTH)


def test_the_help_imports_no_command() -> None:
    told = subprocess.run(
        [sys.executable, "-c", SEEN_AFTER_HELP], capture_output=True, text=True, check=True
    ).stdout
    *screen, imported = told.splitlines()
    assert imported == "imported:"
    words = " ".join(" ".join(screen).split())
    for name, entry in COMMANDS.items():
        assert f" {name} " in words
        assert entry.line in words
