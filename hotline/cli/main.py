"""Runs the `hotline` command. The module imports the code of a command only when that command runs, so that all other
commands stay fast."""

import ast
import os
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from importlib.metadata import version
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from typing import Any

import click

from hotline.cli.demo_home import HOME, demo_settings
from hotline.core.environment import OWNER_ONLY, commit
from hotline.core.importing import OptionsLoader, uncollected
from hotline.text.errors import HotlineError, StoreUnavailable

HERE = "hotline.cli"
ANY_LENGTH = 1000
HELP = frozenset({"-h", "--help"})
Table = Mapping[str, "str | tuple[str, Table]"]
"""Commands by name. For a command, the value is its `module:function` below `hotline.cli`. For a group of commands, the
value is the group's purpose and a table of the group's commands."""


def group(line: str, modules: Mapping[str, str]) -> "tuple[str, Table]":
    """Returns the value of a group in the table: the group's purpose, and its commands by module."""
    table = {}
    for module, names in modules.items():
        for name in names.split():
            # Python itself uses the words `list` and `import`, so the functions of these commands have a `_` at the
            # end.
            ending = "_" if name in ("list", "import") else ""
            table[name] = f"{module}:{name.replace('-', '_')}{ending}"
    return line, table


COMMANDS: Table = {
    "accounts": group("Invite people to the console.", {"accounts": "invite"}),
    "audit": group("Read the log of what was done and read.", {"audit": "list verify"}),
    "backup": "backup:backup",
    "callbacks": group("List the calls that callers asked for.", {"callbacks": "list"}),
    "demo": "demo:demo",
    "desks": group(
        "Add and retire desks; grant access and sign keys by the recovery passphrase.",
        {"desks": "add recover retire serve sign signers"},
    ),
    "dial": "dial:dial",
    "doctor": "doctor:doctor",
    "flows": group(
        "Check, publish, export and import the flows.", {"flows": "check export import publish"}
    ),
    "guide": "people:guide",
    "init": "init:init",
    "keys": group(
        "List, rotate, export and import the keys.",
        {
            "keys": "check-erased end-old export forget gateway import list pepper rotate",
            "hooks": "hooks",
            "desks": "rotate-desks",
        },
    ),
    "law": group(
        "Print the record of processing by law 058/2021, and what the controller still owes.",
        {"doctor": "facts record"},
    ),
    "oncall": group("Add and test on-call contacts.", {"outgoing": "add test"}),
    "outgoing": group(
        "Show, pause and resume the outgoing queue.", {"outgoing": "pause resume status"}
    ),
    "people": group(
        "List, import, invite and remove responders.", {"people": "back import invite list remove"}
    ),
    "process": group(
        "Run one process of the hotline until a signal stops it.",
        {
            "processes": "reader watch worker",
            "emulator": "emulator",
            "keeper": "listen",
            "key_gate": "prepare",
        },
    ),
    "restore": "backup:restore",
    "roster": group("Show and import who is on duty; list gaps.", {"roster": "gaps import show"}),
    "run": "run:run",
    "settings": "settings:settings",
    "texts": group("Check the texts of the code, in every language.", {"texts": "check"}),
    "tips": group(
        "List, show and read tips; request a closure.",
        {"tips": "close let-go list read retention send-down show"},
    ),
    "upgrade": "init:upgrade",
}


class PlainErrors(click.Group):
    """A command group that prints this project's own errors as one line or one list, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except HotlineError as broken:
            text = str(broken) or type(broken).__doc__ or ""
            if isinstance(broken, StoreUnavailable):
                text = import_module("hotline.cli.command_context").database_error(broken)
            click.ClickException(text).show()
            ctx.exit(broken.exit_code)


class LazyGroup(PlainErrors):
    """A command group whose commands are listed in a table. The class imports the module of a command only when that
    command runs."""

    def __init__(self, *args: Any, table: Table, **options: Any) -> None:
        """Takes the arguments of a click group, and the table of its commands."""
        super().__init__(*args, **options)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        match self._table.get(cmd_name):
            case None:
                return None
            case str(target):
                return whole(target)
            case (line, table):
                return LazyGroup(cmd_name, help=line, table=table)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Finds a command in the table. For an unknown name, the method suggests similar names. If a person only asks
        for the command's help, the method imports only the command's options."""
        target = self._table.get(args[0])
        if isinstance(target, str) and not HELP.isdisjoint(args[1:]):
            return args[0], with_help_alone(target), args[1:]
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as unknown:
            raise click.NoSuchCommand(
                unknown.command_name, possibilities=self._table, ctx=ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Writes the list of commands from the table and the docstrings. The method imports none of the commands'
        modules."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, short_help(entry)) for name, entry in sorted(self._table.items())]
            )


def whole(target: str) -> click.Command:
    """Returns a command of the table after importing its module."""
    module, _, attribute = target.partition(":")
    with uncollected():
        command = getattr(import_module(f"{HERE}.{module}"), attribute)
    assert isinstance(command, click.Command)
    return command


def with_help_alone(target: str) -> click.Command:
    """Returns a command that can show its help without importing its module.

    If the command runs, the function imports the module, because `-h` may have been the value of an option.
    """
    module, _, attribute = target.partition(":")
    loader = OptionsLoader(source_of(module), attribute)
    spec = spec_from_loader(f"{HERE}.{module}", loader)
    assert spec is not None
    options = module_from_spec(spec)
    with uncollected():
        loader.exec_module(options)
    for name, value in vars(options).items():
        if isinstance(value, click.Command):
            value.callback = partial(_run_whole, f"{module}:{name}")
    command = getattr(options, attribute)
    assert isinstance(command, click.Command)
    return command


def _run_whole(target: str, **typed: Any) -> Any:
    callback = whole(target).callback
    assert callback is not None
    return callback(**typed)


def short_help(entry: "str | tuple[str, Table]") -> str:
    """Returns the first sentence of a command's help text, without importing its module."""
    if not isinstance(entry, str):
        return entry[0]
    module, _, attribute = entry.partition(":")
    docs = (
        ast.get_docstring(node)
        for node in ast.parse(source_of(module).read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name == attribute
    )
    return click.Command(attribute, help=next(docs)).get_short_help_str(ANY_LENGTH)


def source_of(module: str) -> Path:
    """Returns the source file of a module below `hotline.cli`."""
    return Path(__file__).parent.joinpath(*module.split(".")).with_suffix(".py")


def _version(context: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"hotline {version('hotline')}, commit {commit()}")
        context.exit()


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": sorted(HELP)})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_version,
    help="Show the version and the commit of this hotline, and exit.",
)
@click.pass_context
def main(click_context: click.Context) -> None:
    """Run a national hotline against trafficking in persons, for basic phones."""
    found = demo_settings(os.environ, click_context.invoked_subcommand)
    if found:
        another = "" if os.environ.get(HOME) else "; HOTLINE_HOME names another"
        click.echo(f"hotline: the demo's hotline, in {found[HOME]}{another}", err=True)
        os.environ.update(found)


def start() -> None:
    """Runs the `hotline` command. Only the account that runs the command can read the files that the command writes."""
    os.umask(OWNER_ONLY)
    main()


if __name__ == "__main__":
    start()
