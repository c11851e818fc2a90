"""Runs `hotline dial`, which shows a phone of the emulator in a terminal."""

from typing import Any

import click
import requests

from hotline.cli.demo_home import HANDSETS, demo_gateway
from hotline.emulator.state import CITIZEN
from hotline.flows.screen import wrapped
from hotline.text.errors import HandsetRefused, NumberInvalid
from hotline.text.identifiers import parse_caller

WIDTH = 24
SECONDS = 60.0
REFUSED = 409


def _ask(url: str, what: str, **fields: str) -> dict[str, Any]:
    """Sends one request to the emulator, and returns the state of the phone's USSD session. Raises HandsetRefused."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"{url.rstrip('/')}/control/{what}", json=fields, timeout=SECONDS)
    if answer.status_code == REFUSED:
        raise HandsetRefused(answer.json()["error"])
    answer.raise_for_status()
    dialogue: dict[str, Any] = answer.json()
    return dialogue


def draw(dialogue: dict[str, Any], columns: int) -> str:
    """Returns the phone's screen in a frame, with its length in septets (the space of one letter) below the frame. If
    the session has ended, the frame shows the status of the session instead."""
    lines = [f"| {piece:<{columns}} |" for piece in wrapped(dialogue["screen"], columns)]
    edge = f"+{'-' * (columns + 2)}+"
    foot = f"{dialogue['septets']}/156" if dialogue["open"] else (dialogue["status"] or "")
    return "\n".join([edge, *lines, edge, f"{foot:>{columns + 4}}"])


def _caller(_context: click.Context, _option: click.Parameter, number: str) -> str:
    try:
        return parse_caller(number)
    except NumberInvalid:
        raise click.BadParameter(f"enter a phone number like {CITIZEN}") from None


@click.command()
@click.argument("code")
@click.option(
    "--as", "msisdn", default=CITIZEN, show_default=True, callback=_caller, help="Your number."
)
@click.option(
    "--emulator",
    "url",
    default=demo_gateway,
    help=f"URL of the emulator. Default: the URL of the demo in the current folder. Without such a demo: {HANDSETS}.",
)
@click.option(
    "--network",
    help="Code of the mobile network, for example 63510 for MTN. Default: the network of the phone number in --as.",
)
@click.option(
    "--columns",
    type=click.IntRange(12, 40),
    default=WIDTH,
    show_default=True,
    help="Number of letters that the handset shows in one line. Many basic phones show 16 letters.",
)
def dial(code: str, msisdn: str, url: str, network: str | None, columns: int) -> None:
    """Dial CODE on a handset of the emulator. To hang up, enter an empty line or end the input.

    Example: hotline dial "*384#"
    """
    whose = {"from": msisdn, "code": code, "network": network or ""}
    try:
        dialogue = _ask(url, "dial", **whose)
    except HandsetRefused as refused:
        raise click.ClickException(str(refused)) from None
    except requests.RequestException:
        raise click.ClickException(f"no emulator answers at {url}: start `hotline demo`") from None
    click.echo(draw(dialogue, columns))
    while dialogue["open"]:
        try:
            text = click.prompt("", prompt_suffix="> ", default="", show_default=False)
        except click.Abort:
            click.echo()
            text = ""
        if not text:
            _ask(url, "hangup", session=dialogue["session"])
            return
        try:
            dialogue = _ask(url, "reply", session=dialogue["session"], text=text)
        except HandsetRefused:
            click.echo("The network has ended this dialogue.")
            return
        click.echo(draw(dialogue, columns))
