"""The `hotline` command. Each subcommand's module is imported when it is asked for, so that `--help` stays quick."""

from importlib import import_module

import click

COMMANDS: dict[str, str] = {}
"""Command name -> "module:attribute" of a click command."""


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=LazyGroup)
@click.version_option(package_name="hotline")
def main() -> None:
    """A national line against trafficking in persons, for basic phones."""
