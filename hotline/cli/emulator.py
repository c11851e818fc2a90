"""Runs `hotline process emulator`: the emulator of the gateway, with its page of two emulated phones."""

import json
from pathlib import Path
from typing import Any, TextIO

import click

from hotline.cli.options import FILE
from hotline.emulator.emulator import build_emulator
from hotline.emulator.server import About, listen
from hotline.emulator.state import EmulatorSettings


def _people(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> list[dict[str, str]]:
    pairs = (value.partition(":") for value in values)
    return [{"msisdn": msisdn, "label": label or msisdn} for msisdn, _colon, label in pairs]


@click.command()
@click.option("--port", default=8001, show_default=True, help="Port of the emulator's page.")
@click.option(
    "--hooks",
    type=click.File(),
    help="File with the output of `hotline keys hooks --json`: the secret addresses that the gateway calls.",
)
@click.option("--service-code", default="*384*777#", show_default=True)
@click.option("--shortcode", default="3847", show_default=True)
@click.option(
    "--responder",
    multiple=True,
    callback=_people,
    metavar="NUMBER:LABEL",
    help="Phone number of a responder, and the name that the emulator's page shows for this phone.",
)
@click.option(
    "--clock",
    type=click.Path(path_type=Path),
    help="File with the number of seconds by which the hotline's clock is ahead of real time.",
)
@click.option(
    "--ca",
    type=FILE,
    help="Certificate of the authority that signed the hotline's certificate. Use --ca only for a private authority.",
)
@click.option(
    "--console",
    default="",
    help="Address of the console. The emulator's page shows a link to the console.",
)
@click.option(
    "--readme",
    type=FILE,
    help="Path of the hotline's README file. The emulator's page shows a link to this file.",
)
def emulator(
    port: int,
    hooks: TextIO | None,
    responder: list[dict[str, str]],
    clock: Path | None,
    ca: Path | None,
    console: str,
    readme: Path | None,
    **settings: Any,
) -> None:
    """Run the emulator of the gateway: its API, its callbacks, and a page with two handsets.

    Example: hotline process emulator --port 8001
    """
    about = About(console, readme.read_text(encoding="utf-8") if readme is not None else "")
    stand_in = build_emulator(
        EmulatorSettings(**settings),
        hooks=None if hooks is None else json.load(hooks),
        people=responder,
        line_clock=clock,
        ca=ca,
    )
    server = listen(stand_in, port, about=about)
    code = stand_in.state.settings.service_code
    click.echo(f"Two handsets: http://127.0.0.1:{server.server_port}/   Dial {code}")
    try:
        server.serve_forever()
    finally:
        server.server_close()
        stand_in.close()
