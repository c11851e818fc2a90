"""`hotline keys recovery`: the pair by which the passphrase opens desks also after a member gave one a new key."""

from pathlib import Path

import click

from hotline.cli.keys.backup import FILE
from hotline.cli.kit import ask_passphrase, console_kit
from hotline.cli.signing import recovering, signed
from hotline.services.desk.keys import recovery as recovery_pair
from hotline.services.desk.keys.by_passphrase import TwoPeople


@click.command()
@click.option("--passphrase-file", type=FILE, help="The enrolment passphrase; otherwise asked for.")
@signed
@recovering
def recovery(passphrase_file: Path | None, name: str, reason: str, second: str) -> None:
    """Make the recovery pair where there is none, and seal each desk's key to it, before two people. Safe to repeat.

    From then on a member gives her desk a new key in the console, and the passphrase opens that one too.
    """
    people = TwoPeople(name, second)
    with console_kit() as kit:
        passphrase = ask_passphrase(passphrase_file, "of all, at enrolment")
        made = recovery_pair.make(kit, passphrase, by=people, reason=reason)
    if made.is_new:
        click.echo("the recovery pair is made")
    click.echo(f"{made.sealed} desks are sealed to it now")
    if made.left:
        click.secho(
            f"{len(made.left)} open with another passphrase ({', '.join(made.left)}): a change of it was broken off;"
            " `hotline keys rotate-desks` again, with the same two, ends it",
            fg="red",
            err=True,
        )
