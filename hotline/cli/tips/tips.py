"""`hotline tips`: how every tip stands, and reading one with a desk's passphrase."""

from pathlib import Path

import click

from hotline.cli.kit import ask_passphrase, console_kit
from hotline.cli.signing import recovering, signed
from hotline.cli.tips import coming, correcting, excluding, linking
from hotline.cli.tips.closing import COMMANDS, TIP
from hotline.cli.tips.desk import desk_code
from hotline.cli.tips.erasing import erasure
from hotline.cli.tips.reader import language_option
from hotline.cli.tips.tip_list import list_
from hotline.services.desk import access, ask_back, reading
from hotline.services.desk.keys.by_passphrase import TwoPeople

DESK = click.option("--desk", required=True, metavar="DESK", help="A district's name, or national.")
PASSPHRASE = click.option(
    "--passphrase-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file whose first line is the passphrase; asked for on the terminal otherwise.",
)
ERASE_WANTED = {
    "rw": "Hari uwasabye ko bisibwa. Ashobora kuba atari we wabivuze.",
    "en": "Somebody asked to erase this, and need not be who told it.",
    "fr": "Quelqu'un a demandé de l'effacer; ce n'est pas forcément qui l'a dit.",
}
WIDEST = 60


@click.group()
def tips() -> None:
    """See how tips stand; read, ask, close and judge one."""


for command in (
    list_,
    *COMMANDS,
    *correcting.COMMANDS,
    *excluding.COMMANDS,
    *linking.COMMANDS,
    coming.manner,
    erasure,
):
    tips.add_command(command)


@tips.command()
@TIP
@DESK
@signed
@recovering
@PASSPHRASE
@language_option
def read(
    tip_id: int,
    desk: str,
    name: str,
    reason: str,
    second: str,
    passphrase_file: Path | None,
    language: str,
) -> None:
    """Print what a tip says. Leaves a row in the audit log before anything is shown, also where it is refused."""
    code, people = desk_code(desk), TwoPeople(name, second)
    with console_kit() as kit:
        access.check_grant(kit, tip_id, desk=code, by=people, reason=reason)
        passphrase = ask_passphrase(passphrase_file, code)
        tip = access.read_tip(
            kit, tip_id, desk=code, passphrase=passphrase, by=people, reason=reason
        )
        told = reading.worded(kit, tip, language)

    if (first := coming.first_line(tip.coming, tip.matter, language)) is not None:
        click.secho(first, fg="red")
    if tip.erase_wanted_at is not None:
        click.secho(ERASE_WANTED[language], fg="red", err=True)
    if tip.earlier:
        click.echo(correcting.earlier_line(tip.earlier, language))
    width = min(WIDEST, max((len(question) for question, _ in told), default=0))
    for question, answer in told:
        click.echo(f"{question:{width}}  {_harmless(answer)}")


@tips.command()
@TIP
@click.argument("question")
@DESK
@signed
@recovering
@PASSPHRASE
def ask(
    tip_id: int,
    question: str,
    desk: str,
    name: str,
    reason: str,
    second: str,
    passphrase_file: Path | None,
) -> None:
    """Ask one question back, out of `hotline questions`. Whoever holds the receipt finds it there; nothing is sent.

    One of a tip, and no second. Her answer is read where the tip is: `hotline tips read`.
    """
    code, people = desk_code(desk), TwoPeople(name, second)
    with console_kit() as kit:
        ask_back.check(kit, tip_id, question, desk=code, by=people, reason=reason)
        passphrase = ask_passphrase(passphrase_file, code)
        asked = ask_back.ask(
            kit, tip_id, question, desk=code, passphrase=passphrase, by=people, reason=reason
        )
    click.echo(f"tip {tip_id}: asked, behind its receipt: {asked.node.text['en']}")


def _harmless(words: str) -> str:
    """Nothing that a terminal would obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in words)
