"""`hotline keys pepper`: the reader's pepper on paper, and back from there. No backup and no export holds it."""

import os

import click

from hotline.cli.keys.backup import say
from hotline.cli.kit import console_kit
from hotline.cli.signing import signed
from hotline.config import Settings
from hotline.errors import NotReady, Occupied
from hotline.sealing.copies import paper
from hotline.sealing.keys.keyfolder import KeyFolder
from hotline.sealing.keys.keymaking import PEPPER_KEY
from hotline.sealing.keys.livekeys import older
from hotline.services.copies import rekeying
from hotline.services.watch import key_checks

PEPPER = "pepper"


@click.group()
def pepper() -> None:
    """Show the reader's pepper for paper, or enter it from there."""


@pepper.command()
@signed
def show(name: str, reason: str) -> None:
    """Print what goes on paper: by hand, kept apart from every backup. Without it no PIN opens anything."""
    folder = reader_folder()
    with console_kit() as kit:
        rekeying.record(kit, "pepper_shown", PEPPER, by=name, reason=reason)
    click.echo(paper.written(folder.read(PEPPER_KEY)))
    say("write it down, and check it with `hotline keys pepper enter --check`")


@pepper.command()
@signed
@click.option("--check", is_flag=True, help="Only say whether the paper is right.")
def enter(name: str, reason: str, *, check: bool) -> None:
    """Type in what stands on paper, after a restore. What `hotline init` made meanwhile stays beside it."""
    folder = reader_folder()
    typed = paper.read(click.prompt("The pepper", hide_input=True, err=True))
    held = folder.read(PEPPER_KEY) if folder.holds(PEPPER_KEY) else None
    with console_kit() as kit:
        if not key_checks.is_ours(kit.database, PEPPER_KEY, (typed,)):
            raise NotReady("it is another pepper than that of this line")
    if held == typed:
        click.echo("it is the pepper of this line")
        return
    if check:
        raise NotReady("it is another pepper than that of this line")
    if held is not None and not folder.make(older(PEPPER_KEY), held):
        raise Occupied("a pepper is being rotated: `hotline keys end-old` first")
    folder.replace(PEPPER_KEY, typed)
    with console_kit() as kit:
        rekeying.record(kit, "pepper_entered", PEPPER, by=name, reason=reason)
    click.echo("the pepper is put back: PINs open again")


def reader_folder() -> KeyFolder:
    """Raises NotReady where this machine has none."""
    path = Settings.read(os.environ).home / "keys" / "reader"
    if not path.is_dir():
        raise NotReady(f"{path} is not there: say it where the reader's keys are")
    return KeyFolder(path)
