"""The `hotline` command. A subcommand's module is imported when it is asked for: neither another nor the help pays."""

import os
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from hotline.cli.importing import uncollected
from hotline.cli.line.demo_home import HOME, demo_settings
from hotline.environment import OWNER_ALONE
from hotline.errors import HotlineError, StoreUnavailable


@dataclass(frozen=True, slots=True)
class CommandEntry:
    target: str
    """`module:attribute` of a click command."""
    line: str
    """The first sentence of its own help, said here so that `hotline --help` imports no command."""


COMMANDS: dict[str, CommandEntry] = {
    "accounts": CommandEntry(
        "hotline.cli.people.accounts:accounts", "Invite people to the console."
    ),
    "audit": CommandEntry("hotline.cli.tips.audit:audit", "The log of what was done and read."),
    "backup": CommandEntry(
        "hotline.cli.keys.backup:backup",
        "Copy the database into a sealed file while the line runs: `hotline backup TO`.",
    ),
    "callbacks": CommandEntry(
        "hotline.cli.tips.callbacks:callbacks", "List the calls that callers asked for."
    ),
    "clock": CommandEntry(
        "hotline.cli.line.processes:clock",
        "Own time: refer, remind, repeat, and deliver what no worker did, until told to stop.",
    ),
    "demo": CommandEntry(
        "hotline.cli.line.demo:demo",
        "Run the line with a pretended gateway: two handsets in a page.",
    ),
    "desks": CommandEntry(
        "hotline.cli.people.desks:desks",
        "Add and retire desks; grant access by the recovery passphrase.",
    ),
    "dial": CommandEntry(
        "hotline.cli.line.dial:dial", "Dial CODE on one of the emulator's handsets."
    ),
    "doctor": CommandEntry(
        "hotline.cli.line.doctor:doctor",
        "Check every part of the line; end with 1 where something is wrong.",
    ),
    "emulator": CommandEntry(
        "hotline.cli.line.emulator:emulator",
        "The gateway's stand-in: its API, its callbacks, and a page with two handsets.",
    ),
    "flows": CommandEntry(
        "hotline.cli.words.flows:flows", "Check, publish, export and import the flows."
    ),
    "guide": CommandEntry(
        "hotline.cli.people.guide:guide",
        "Write a PAPER for responders, to print: `responder` is the guide, `first-ten-minutes` one card.",
    ),
    "hooks": CommandEntry(
        "hotline.cli.line.hooks:hooks",
        "Print the secret addresses that the gateway calls: whoever has them can forge a caller.",
    ),
    "init": CommandEntry("hotline.cli.line.init:init", "Make keys, tables, desks and flows."),
    "keys": CommandEntry(
        "hotline.cli.keys.keys:keys", "List and rotate the keys; export and import them."
    ),
    "law": CommandEntry(
        "hotline.cli.law:law",
        "The record of processing by law 058/2021, and what the controller still owes.",
    ),
    "listen": CommandEntry(
        "hotline.cli.line.alone:listen",
        "Become COMMAND, with `--host` and `--port`, unless another program listens on that port.",
    ),
    "oncall": CommandEntry("hotline.cli.people.oncall:oncall", "Add and test on-call contacts."),
    "outgoing": CommandEntry(
        "hotline.cli.outgoing:outgoing", "Show, pause and resume the outgoing queue."
    ),
    "people": CommandEntry(
        "hotline.cli.people.people:people", "List, import, invite and remove responders."
    ),
    "reader": CommandEntry(
        "hotline.cli.line.processes:reader",
        "Open cases for responders' phones, behind their PINs, until told to stop.",
    ),
    "release": CommandEntry(
        "hotline.cli.line.init:release",
        "Bring tables and flows up to this version, before its processes start.",
    ),
    "restore": CommandEntry(
        "hotline.cli.keys.restore:restore",
        "Bring a backup back into an empty database: proved, migrated, and held.",
    ),
    "run": CommandEntry(
        "hotline.cli.line.run:run",
        "Run the line: what the Procfile names, and the embedded Redis where no URL is given.",
    ),
    "tips": CommandEntry(
        "hotline.cli.tips.tips:tips", "List, show and read tips; request a closure."
    ),
    "watch": CommandEntry(
        "hotline.cli.people.watch:watch", "Watch the line, and notify on-call contacts."
    ),
    "words": CommandEntry(
        "hotline.cli.words.words:words", "The words the code itself says, in every language."
    ),
    "worker": CommandEntry(
        "hotline.cli.line.processes:worker", "Work on one queue, until told to stop."
    ),
}


class PlainErrors(click.Group):
    """A group whose commands say what this project raises on purpose in one line, or in one list: no traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except StoreUnavailable as broken:
            sentence = import_module("hotline.cli.dead_database").sentence
            click.ClickException(sentence(broken)).show()
            ctx.exit(broken.exit_code)
        except HotlineError as broken:
            click.ClickException(str(broken) or type(broken).__doc__ or "").show()
            ctx.exit(broken.exit_code)


class LazyGroup(PlainErrors):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].target.partition(":")
        with uncollected():
            command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Click offers what is like a wrong word out of the commands that it holds; these are in a table."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as unknown:
            raise click.NoSuchCommand(
                unknown.command_name, possibilities=COMMANDS, ctx=ctx
            ) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What click would say, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].line) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="hotline")
@click.pass_context
def main(context: click.Context) -> None:
    """A national line against trafficking in persons, for basic phones."""
    found = demo_settings(os.environ, context.invoked_subcommand)
    if found:
        another = "" if os.environ.get(HOME) else "; HOTLINE_HOME names another"
        click.echo(f"hotline: the demo's line, in {found[HOME]}{another}", err=True)
        os.environ.update(found)


def start() -> None:
    """What runs as `hotline`: whatever it writes is its owner's alone."""
    os.umask(OWNER_ALONE)
    main()


if __name__ == "__main__":
    start()
