"""`hotline tips let-go` and `send-down`: what the national desk decides of a case that was corrected."""

from collections.abc import Sequence
from pathlib import Path

import click

from hotline.cli.kit import ask_passphrase, console_kit
from hotline.cli.row_ids import TIP_ID
from hotline.cli.signing import recovering, signed
from hotline.domain.places.places import place_name
from hotline.domain.tip import NATIONAL
from hotline.services.desk import sending_down
from hotline.services.desk.keys.by_passphrase import TwoPeople

EARLIER = {
    "rw": "Ahantu hari havuzwe mbere",
    "en": "Told of before the place was corrected",
    "fr": "Lieu dit avant la correction",
}
TIP = click.argument("tip_id", metavar="ID", type=TIP_ID)


@click.command("let-go")
@TIP
@signed
def let_go(tip_id: int, by: str, reason: str) -> None:
    """Let the people of a tip's first place go, once somebody of the corrected one has it."""
    with console_kit() as kit:
        sending_down.let_go(kit, tip_id, by=by, reason=reason)
    click.echo(f"tip {tip_id}: the people of the first place are let go, and learn it now")


@click.command("send-down")
@TIP
@signed
@recovering
@click.option(
    "--passphrase-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file whose first line is the national desk's passphrase; asked for otherwise.",
)
def send_down(tip_id: int, by: str, reason: str, second: str, passphrase_file: Path | None) -> None:
    """Let the district know of a tip that names an official: for the national desk, when none is involved after all."""
    people = TwoPeople(by, second)
    with console_kit() as kit:
        passphrase = ask_passphrase(passphrase_file, NATIONAL)
        sending_down.send_down(kit, tip_id, passphrase=passphrase, by=people, reason=reason)
    click.echo(f"tip {tip_id}: its district may read it, and is told now")


def earlier_line(places: Sequence[str], language: str) -> str:
    """The places that a tip was told of before, for whoever reads it."""
    return f"{EARLIER[language]}: {', '.join(place_name(place, language) for place in places)}"
