"""The `hotline` command. A subcommand's module is imported when it is asked for: no command pays for another."""

from importlib import import_module
from typing import Any

import click

from hotline.errors import HotlineError

COMMANDS: dict[str, str] = {
    "audit": "hotline.cli.audit:audit",
    "bench": "hotline.cli.bench:bench",
    "clock": "hotline.cli.processes:clock",
    "demo": "hotline.cli.demo:demo",
    "dial": "hotline.cli.dial:dial",
    "doctor": "hotline.cli.doctor:doctor",
    "emulator": "hotline.cli.emulator:emulator",
    "flows": "hotline.cli.flows:flows",
    "hooks": "hotline.cli.hooks:hooks",
    "init": "hotline.cli.init:init",
    "reach": "hotline.cli.reach:reach",
    "release": "hotline.cli.init:release",
    "responders": "hotline.cli.responders:responders",
    "run": "hotline.cli.run:run",
    "tips": "hotline.cli.tips:tips",
    "words": "hotline.cli.words:words",
    "worker": "hotline.cli.processes:worker",
}
"""Command name -> "module:attribute" of a click command."""


class LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command = getattr(import_module(module), attribute)
        assert isinstance(command, click.Command)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """What this project raises on purpose is said in one line, or in one list, and never as a traceback."""
        try:
            return super().invoke(ctx)
        except HotlineError as broken:
            raise click.ClickException(str(broken) or type(broken).__name__) from broken


@click.group(cls=LazyGroup)
@click.version_option(package_name="hotline")
def main() -> None:
    """A national line against trafficking in persons, for basic phones."""


if __name__ == "__main__":
    main()
