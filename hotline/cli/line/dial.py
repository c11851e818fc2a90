"""`hotline dial`: the emulator's handset in a terminal."""

import click
import requests

from hotline.cli.line.demo_home import HANDSETS, gateway_here
from hotline.domain.msisdn import caller
from hotline.emulator.client import ClientSession, EmulatorClient
from hotline.emulator.settings import CITIZEN
from hotline.engine.screen import wrapped
from hotline.errors import HandsetRefused, NumberInvalid

WIDTH = 24


def draw(session: ClientSession, columns: int) -> str:
    """The screen in a frame, with what it costs."""
    lines = [f"| {piece:<{columns}} |" for piece in wrapped(session.screen, columns)]
    edge = f"+{'-' * (columns + 2)}+"
    foot = f"{session.septets}/156" if session.open else (session.status or "")
    return "\n".join([edge, *lines, edge, f"{foot:>{columns + 4}}"])


def _whose(_context: click.Context, _option: click.Parameter, given: str) -> str:
    try:
        return caller(given)
    except NumberInvalid:
        raise click.BadParameter(f"must be a number like {CITIZEN}") from None


@click.command()
@click.argument("code")
@click.option(
    "--as",
    "msisdn",
    default=CITIZEN,
    show_default=True,
    callback=_whose,
    help="Whose handset.",
)
@click.option(
    "--emulator",
    "url",
    default=gateway_here,
    help=f"Where the handsets are: the demo's of this folder, or {HANDSETS}.",
)
@click.option("--network", help="A network code, instead of the prefix's.")
@click.option(
    "--columns",
    type=click.IntRange(12, 40),
    default=WIDTH,
    show_default=True,
    help="How many letters a line of the handset holds: many hold 16.",
)
def dial(code: str, msisdn: str, url: str, network: str | None, columns: int) -> None:
    """Dial CODE on one of the emulator's handsets. An empty line hangs up, and so does the end of what is typed."""
    try:
        session = EmulatorClient(url).dial(code, msisdn=msisdn, network=network)
    except HandsetRefused as refused:
        raise click.ClickException(str(refused)) from None
    except requests.RequestException:
        raise click.ClickException(f"no emulator answers at {url}: start `hotline demo`") from None
    click.echo(draw(session, columns))
    while session.open:
        try:
            text = click.prompt("", prompt_suffix="> ", default="", show_default=False)
        except click.Abort:
            click.echo()
            text = ""
        if not text:
            session.hang_up()
            return
        try:
            session.reply(text)
        except HandsetRefused:
            click.echo("The network has ended this dialogue.")
            return
        click.echo(draw(session, columns))
