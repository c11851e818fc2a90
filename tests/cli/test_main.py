"""Tests the table of commands: each command exists and has a purpose. An error that a command raises on purpose fits on
one line."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from hotline.cli.main import LazyGroup, main
from hotline.text.errors import HotlineError, InboxUnavailable, NotFound
from tests.architecture.tree import ROOT
from tests.support.builders import NOON
from tests.support.made_once import lay_keys
from tests.support.stack import free_port


@pytest.mark.row("P1")
def test_wrong_settings_are_told_all_at_once_and_nothing_starts() -> None:
    environ = {"HOTLINE_PORT": "many", "HOTLINE_INBOUND_SMS": "perhaps"}
    told = CliRunner(env=environ).invoke(main, ["run"])
    assert told.exit_code == 1
    assert "HOTLINE_PORT" in told.output
    assert "HOTLINE_INBOUND_SMS" in told.output
    assert "Traceback" not in told.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run"], "hotline init"),
        (["tips", "list"], "hotline init"),
        (["keys", "hooks", "--base", "line.example"], "https://"),
        (["dial", "*384*777#", "--emulator", "http://127.0.0.1:9"], "no emulator answers"),
        (["dial", "*384*777#", "--emulator", "nonsense"], "no emulator answers"),
        (["dial", "*384*777#", "--as", "12"], "enter a phone number like +250788000001"),
        (
            ["dial", "*384*777#", "--as", "0788000001", "--emulator", "http://127.0.0.1:9"],
            "no emulator answers",
        ),
        (["flows", "check", "--limit", "3"], "60<=x<=182"),
        (["flows", "check", "/nowhere"], "does not exist"),
    ],
)
def test_a_refusal_has_no_traceback(words: list[str], said: str, tmp_path: Path) -> None:
    told = CliRunner(env={"HOTLINE_HOME": str(tmp_path / "home")}).invoke(main, words)
    assert told.exit_code in (1, 2)
    assert isinstance(told.exception, SystemExit)
    assert said in told.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["fly"], "No such command 'fly'."),
        (["tisp"], "Did you mean 'tips'?"),
        (["tips", "lst"], "Did you mean 'list'?"),
        (["tips", "show", "1", "--jsn"], "Did you mean '--json'?"),
        (
            ["tips", "read", "1", "--desk", "gasbo", "--by", "A", "--reason", "b", "--second", "C"],
            "Did you mean Gasabo?",
        ),
    ],
)
def test_a_typing_error_names_the_command(words: list[str], said: str, tmp_path: Path) -> None:
    told = CliRunner(env={"HOTLINE_HOME": str(tmp_path / "home")}).invoke(main, words)
    assert told.exit_code != 0
    assert said in told.output
    assert ("mean" in told.output) is ("mean" in said)


def test_what_may_succeed_later_has_its_code() -> None:
    cases: tuple[tuple[HotlineError, str | None, int], ...] = (
        (NotFound("no tip 9"), "no tip 9", 1),
        (InboxUnavailable("no answer"), "no answer", 75),
        (NotFound(), NotFound.__doc__, 1),
    )
    errors = iter([one for one, *_ in cases])

    @click.command()
    def breaks() -> None:
        raise next(errors)

    class Group(LazyGroup):
        def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command:
            return breaks

    for _, says, ends in cases:
        told = CliRunner().invoke(Group(table={}), ["breaks"])
        assert (told.exit_code, told.output.strip()) == (ends, f"Error: {says}")


def test_a_dead_database_is_named_with_its_next_step(tmp_path: Path) -> None:
    lay_keys(tmp_path / "keys", NOON)
    port = free_port()
    url = f"postgresql+psycopg://line:very-secret@127.0.0.1:{port}/line"
    environ = {"HOTLINE_HOME": str(tmp_path), "HOTLINE_DATABASE_URL": url}
    says = f"Error: the database at 127.0.0.1:{port} does not answer: connection refused\n"
    for command in ("tips list", "oncall test", "upgrade", "init"):
        told = CliRunner(env=environ).invoke(main, command.split())
        assert told.exit_code == 75, command
        assert told.output.startswith(says)
        assert "`hotline doctor`" in told.output
        assert "very-secret" not in told.output


def commands(
    group: click.Group, names: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yields every command under `group`, with the words that lead to it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*names, name), command
        if isinstance(command, click.Group):
            yield from commands(command, (*names, name))


def test_every_command_explains_itself_at_h() -> None:
    """The test asks for help in a separate process. In the test's own process, Click may have stored the help option of
    a command that another test ran."""
    ask = "from tests.cli.test_main import ask_each_for_help; ask_each_for_help()"
    asked = subprocess.run(
        [sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert asked.returncode == 0, asked.stderr


def ask_each_for_help() -> None:
    for words, command in commands(main):
        told = CliRunner().invoke(main, [*words, "-h"])
        assert told.exit_code == 0, words
        assert told.output.startswith("Usage: "), words
        assert (command.help or "").split()[0] in told.output, words
