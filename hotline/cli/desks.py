"""Runs `hotline desks` and `hotline keys rotate-desks`. Adds and retires desks, and grants access by the passphrase."""

import os
import time
from pathlib import Path
from typing import Any

import click

from hotline.cli.kit import console_kit
from hotline.cli.options import (
    by_option,
    passphrase_of,
    passphrase_option,
    progress,
    recovering,
    signed,
)
from hotline.core.environment import did_you_mean
from hotline.core.settings import Settings
from hotline.duty import service_accounts, service_leaves
from hotline.errors import NotFound
from hotline.operations import decrypt_rotation
from hotline.people import decrypt_grants, service_desks
from hotline.people.decrypt_passphrase import TwoPeople
from hotline.people.rules_desks import ADDED, DeskKind, is_code, of_account, of_responder
from hotline.people.service_desks import NewDesk
from hotline.text.codes import NATIONAL, is_camp
from hotline.text.places import camp_named, camps, district_named, districts

PASSPHRASE_FILE = "enrolment-passphrase"
"""File in which `hotline init` keeps the passphrase of every desk, until the admin has written it on paper."""
enrolment_option = passphrase_option("the enrolment passphrase; otherwise it is asked for")


def desk_code(name: str, *, added: bool = False) -> str:
    """Returns the code of a desk by its name, a district or `national`. The name of an `added` desk is its code.

    Raises NotFound, and suggests a similar name.
    """
    code = NATIONAL if name.casefold() == NATIONAL else district_named(name)
    if code is None and added and is_code(name):
        return name
    if code is None:
        near = did_you_mean(name.capitalize(), [NATIONAL, *(one.name for one in districts())])
        raise NotFound(f"no desk of that name: a district, or {NATIONAL}{near}")
    return code


def passphrase_of_desk(file: Path | None, desk: str) -> str:
    return passphrase_of(file, f"Passphrase of desk {desk}")


def _place(context: click.Context, option: click.Parameter, name: str | None) -> None:
    """Puts the code of the desk's place among the command's parameters. Raises NotFound."""
    if name is None:
        return
    if "place" in context.params:
        raise click.UsageError("a desk is of a camp or of a district")
    is_of_camp = option.name == "camp"
    place = camp_named(name) if is_of_camp else district_named(name)
    if place is None and is_of_camp:
        names = ", ".join(one.name for one in camps())
        raise NotFound(f"no camp {name!r}: it is one of {names}")
    if place is None:
        raise NotFound(f"no district {name!r}: write its name, as in `Gasabo`")
    context.params["place"] = place


@click.command()
@click.argument("code")
@click.option("--kind", type=click.Choice([one.value for one in ADDED]), required=True)
@click.option("--called", required=True, help="Its name, as people read it.")
@click.option("--district", expose_value=False, callback=_place, help="The district that it is in.")
@click.option(
    "--camp",
    expose_value=False,
    callback=_place,
    help="The refugee camp that a protection desk is for: its name.",
)
@enrolment_option
@signed
@recovering
def add(
    code: str,
    kind: str,
    called: str,
    passphrase_file: Path | None,
    by: str,
    reason: str,
    second: str,
    place: str | None = None,
) -> None:
    """Makes the desk CODE of a border post, a camp, an oversight body or a service. Needs two people.

    The enrolment passphrase protects its key, like every desk's. A service takes referrals and never a tip. A
    protection desk is notified of cases in its camp, together with the district's police.
    """
    if (kind == DeskKind.PROTECTION) != is_camp(place):
        raise click.UsageError("a protection desk is of a camp: --camp; any other of a district")
    people, new = TwoPeople(by, second), NewDesk(code, DeskKind(kind), called, place)
    with console_kit() as kit:
        passphrase = passphrase_of_desk(passphrase_file, code)
        service_desks.add(kit, new, passphrase=passphrase, by=people, reason=reason)
    click.echo(f"{code}: made")


@click.command()
@click.argument("desk")
@signed
def retire(desk: str, by: str, reason: str) -> None:
    """Retires DESK. New members and new seals for it are refused. Its old seals still decrypt."""
    with console_kit() as kit:
        service_desks.retire(kit, desk_code(desk, added=True), by=by, reason=reason)
    click.echo(f"{desk}: retired")


@click.command()
@enrolment_option
@by_option
@recovering
def recover(passphrase_file: Path | None, by: str, second: str) -> None:
    """Grants access to all who wait for it, by the passphrase and with two people. Safe to repeat.

    A person cannot grant access that they asked for. The passphrase still opens the desks.
    """
    people = TwoPeople(by, second)
    with console_kit() as kit:
        names = {
            of_account(one.id): f"{one.name} (account)" for one in service_accounts.listed(kit)
        }
        names |= {of_responder(who): name for who, name in service_leaves.names(kit).items()}
        passphrase = passphrase_of_desk(passphrase_file, "of all, at enrolment")
        done = decrypt_grants.admit_by_passphrase(kit, people, passphrase)
        left = len(decrypt_grants.waiting(kit))
    for desk, member in done:
        click.echo(f"{names.get(member, member)} opens desk {desk}")
    if left:
        click.echo(f"{left} still wait: for another person than {by}, or for a new key", err=True)
    elif not done:
        click.echo("nobody waits", err=True)


@click.command("rotate-desks")
@passphrase_option("the passphrase that desks open with today")
@passphrase_option("the one that they open with from now on", "--new-passphrase-file")
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
    """Gives every desk a new key under a new passphrase. Needs two people. Safe to repeat.

    Seals again all that a desk may read. Tips arrive and are read meanwhile, by each member's own key. The new
    passphrase works from the first moment on. After an interruption, give the command again with the same two people.
    """
    if desk and new_passphrase_file:
        raise click.UsageError("one desk alone keeps its passphrase")
    how: dict[str, Any] = {"by": TwoPeople(by, second), "reason": reason}
    how |= {"settle": lambda: time.sleep(decrypt_rotation.SETTLES.total_seconds()), "say": progress}
    with console_kit() as kit:
        old = passphrase_of_desk(passphrase_file, "of today")
        if desk:
            code = desk_code(desk, added=True)
            done = decrypt_rotation.rotate_one(kit, code, passphrase=old, **how)
            click.echo(f"desk {code} has a new key, and {done.grants} grants were sealed anew")
            return
        new = passphrase_of(new_passphrase_file, "The new passphrase of every desk", twice=True)
        done = decrypt_rotation.rotate(kit, old=old, new=new, **how)
    click.echo(f"{done.desks} desks have new keys, and {done.grants} grants were sealed anew")
    own = Settings.read(os.environ).home / PASSPHRASE_FILE
    if own.exists():
        click.echo(f"{own} holds an old passphrase: remove it", err=True)
