"""`hotline keys rotate-desks`: a new key for every desk, or for one that somebody left."""

import os
import time
from pathlib import Path

import click

from hotline.cli.keys.backup import FILE, say
from hotline.cli.kit import ask_passphrase, console_kit, passphrase_in
from hotline.cli.line.init import PASSPHRASE_FILE
from hotline.cli.people.desks import named
from hotline.cli.signing import recovering, signed
from hotline.config import Settings
from hotline.ports import LookingKit
from hotline.services.desk.keys import rotation
from hotline.services.desk.keys.by_passphrase import TwoPeople
from hotline.services.desk.keys.moving import SETTLES


@click.command("rotate-desks")
@click.option("--passphrase-file", type=FILE, help="The passphrase that desks open with today.")
@click.option("--new-passphrase-file", type=FILE, help="The one that they open with from now on.")
@click.option("--desk", help="This one alone; it keeps the passphrase of today.")
@signed
@recovering
def rotate_desks(
    passphrase_file: Path | None,
    new_passphrase_file: Path | None,
    desk: str | None,
    by: str,
    reason: str,
    second: str,
) -> None:
    """Give every desk a new key under a new passphrase, before two people. Safe to repeat.

    What a desk may read is sealed anew. Tips come in and are read meanwhile, by the new passphrase from the first
    moment on, and by each member's own key. Interrupted, it is said again with the same two.
    """
    if desk and new_passphrase_file:
        raise click.UsageError("one desk alone keeps its passphrase")
    people = TwoPeople(by, second)
    with console_kit() as kit:
        old = ask_passphrase(passphrase_file, "of today")
        if desk:
            _rotate_one(kit, named(desk), old, people, reason)
            return
        new = passphrase_in(new_passphrase_file) if new_passphrase_file else _typed_twice()
        done = rotation.rotate(
            kit,
            old=old,
            new=new,
            by=people,
            reason=reason,
            settle=_settle,
            say=say,
        )
    click.echo(f"{done.desks} desks have new keys, and {done.grants} grants were sealed anew")
    own = Settings.read(os.environ).home / PASSPHRASE_FILE
    if own.exists():
        click.echo(f"{own} holds an old passphrase: remove it", err=True)


def _rotate_one(
    kit: LookingKit, desk: str, passphrase: str, people: TwoPeople, reason: str
) -> None:
    done = rotation.rotate_one(
        kit,
        desk,
        passphrase=passphrase,
        by=people,
        reason=reason,
        settle=_settle,
        say=say,
    )
    click.echo(f"desk {desk} has a new key, and {done.grants} grants were sealed anew")


def _settle() -> None:
    time.sleep(SETTLES.total_seconds())


def _typed_twice() -> str:
    typed: str = click.prompt(
        "The new passphrase of every desk", hide_input=True, confirmation_prompt=True, err=True
    )
    return typed.strip()
