"""Runs `hotline desks` and `hotline keys rotate-desks`. These commands add and retire desks, and give people access to
desks with the recovery passphrase."""

import os
import time
from pathlib import Path
from typing import Any

import click

from hotline.cli.command_context import cli_context
from hotline.cli.options import (
    by_and_reason,
    by_option,
    passphrase_of,
    passphrase_option,
    progress,
    second_person_option,
    yes_option,
)
from hotline.core.environment import did_you_mean
from hotline.core.settings import Settings
from hotline.duty.service_leaves import format_time
from hotline.operations import decrypt_rotation
from hotline.people import decrypt_grants, decrypt_signing, service_desks
from hotline.people.decrypt_passphrase import PassphraseDecrypter, TwoPeople
from hotline.people.rules import ADDED_KINDS, DeskKind, account_of, is_code
from hotline.people.rules_sign_in import fingerprint_words
from hotline.text.errors import NotFound
from hotline.text.places import NATIONAL, camp_named, camps, district_named, districts, is_camp

PASSPHRASE_FILE = "enrolment-passphrase"
"""The file in which `hotline init` stores the recovery passphrase, until the admin has copied it to paper."""
COMPARED = "Did each person read you these words on their account page?"
enrolment_option = passphrase_option("the recovery passphrase")


def desk_code(name: str, *, added: bool = False) -> str:
    """Returns the code of the desk that `name` means: a district, `national`, or the code of an added desk.

    Raises NotFound, with a suggestion of a similar name.
    """
    code = NATIONAL if name.casefold() == NATIONAL else district_named(name)
    if code is None and added and is_code(name):
        return name
    if code is None:
        suggestion = did_you_mean(name.capitalize(), [NATIONAL, *(one.name for one in districts())])
        raise NotFound(
            f"there is no desk with that name: enter the name of a district, or `national`{suggestion}"
        )
    return code


def passphrase_of_desk(file: Path | None, desk: str) -> str:
    return passphrase_of(file, f"Passphrase of desk {desk}")


def _place(click_context: click.Context, option: click.Parameter, name: str | None) -> None:
    """Finds the code of the camp or district in which the desk is, and adds this code to the command's parameters.
    Raises NotFound."""
    if name is None:
        return
    if "place" in click_context.params:
        raise click.UsageError("give --camp or --district, not both")
    is_of_camp = option.name == "camp"
    place = camp_named(name) if is_of_camp else district_named(name)
    if place is None and is_of_camp:
        names = ", ".join(camp.name for camp in camps())
        raise NotFound(f"there is no camp {name!r}: enter one of {names}")
    if place is None:
        raise NotFound(f"there is no district {name!r}: enter a name like `Gasabo`")
    click_context.params["place"] = place


@click.command()
@click.argument("code")
@click.option("--kind", type=click.Choice([kind.value for kind in ADDED_KINDS]), required=True)
@click.option("--called", required=True, help="Name of the desk in pages and SMS.")
@click.option("--district", expose_value=False, callback=_place, help="District where the desk is.")
@click.option(
    "--camp",
    expose_value=False,
    callback=_place,
    help="Refugee camp for which a protection desk works.",
)
@enrolment_option
@by_and_reason
@second_person_option
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
    """Add the desk CODE of a border post, a camp, an oversight body or a service. Two people are needed for this
    command.

    The recovery passphrase protects the key of the new desk, like the keys of all desks. A desk of a service gets
    requests for help, but never a tip. A protection desk is notified of cases in its camp, together with the district's
    police.

    Example: hotline desks add rusumo --kind border --called "Rusumo border" --district Kirehe
    """
    if (kind == DeskKind.PROTECTION) != is_camp(place):
        raise click.UsageError("use --camp only with --kind protection")
    people, new = TwoPeople(by, second), service_desks.NewDesk(code, DeskKind(kind), called, place)
    with cli_context() as context:
        passphrase = passphrase_of_desk(passphrase_file, code)
        service_desks.add_desk(context, new, passphrase=passphrase, by=people, reason=reason)
    click.echo(f"{code}: made")
    if kind == DeskKind.OVERSIGHT:
        click.echo(
            "Now two people must join it, each with a phone and the desk's key. One requests the closure of a"
            " complaint, another confirms it. The page Desks shows what is missing"
        )


KNOWN_SERVICES = ("isange", "child_officer", "health", "legal")
"""The kinds of services that can have a desk. A shelter has no desk. An Isange centre or the national desk asks the
shelter for a place."""


@click.command()
@click.argument("desk")
@click.argument("service", type=click.Choice(KNOWN_SERVICES))
@click.option(
    "--number",
    help="Phone number of the service. The hotline shows only numbers that were confirmed in the last year.",
)
@by_and_reason
def serve(desk: str, service: str, number: str | None, by: str, reason: str) -> None:
    """Set the SERVICE that DESK provides. When a case needs this service, the hotline asks the desk's person on duty by
    SMS.

    Example: hotline desks serve isange-gasabo isange --by "Admin 1" --reason "agreed with RIB"
    """
    with cli_context() as context:
        code = desk_code(desk, added=True)
        service_desks.set_service(context, code, service, number, by=by, reason=reason)
    click.echo(f"{desk}: {service}")


@click.command()
@click.argument("desk")
@by_and_reason
def retire(desk: str, by: str, reason: str) -> None:
    """Retire DESK: from then on, the desk gets no new members and no new tips.

    Its members can still decrypt its old tips. People of an oversight desk also handle its open complaints to the end.

    Example: hotline desks retire rusumo --by "Admin 1" --reason "post closed"
    """
    with cli_context() as context:
        service_desks.retire_desk(context, desk_code(desk, added=True), by=by, reason=reason)
    click.echo(f"{desk}: retired")


@click.command()
@enrolment_option
@by_option
@second_person_option
@yes_option
def recover(passphrase_file: Path | None, by: str, second: str, yes: bool) -> None:
    """Grant pending access to desks with the recovery passphrase. Two people are needed for this command.

    You can repeat this command without harm. A person cannot grant access that the same person requested. The
    recovery passphrase still decrypts the tips of the desks after this command.

    Example: hotline desks recover --by "Admin 1" --second "Admin 2"
    """
    people = TwoPeople(by, second)
    with cli_context() as context:
        waiting = decrypt_grants.pending_access(context)
        for entry in waiting:
            words = fingerprint_words(entry.public_key) if account_of(entry.member) else "by phone"
            click.echo(f"desk {entry.desk}, {entry.name}: {words}")
        if waiting and not yes:
            click.confirm(COMPARED, abort=True, err=True)
        passphrase = passphrase_of_desk(passphrase_file, "of all, at enrolment")
        grants = decrypt_grants.grant_by_passphrase(context, people, passphrase, waiting)
        left = len(decrypt_grants.pending_access(context))
    for desk, name in grants:
        click.echo(f"{name} can now decrypt the tips of desk {desk}")
    if left:
        click.echo(f"{left} wait for a person other than {by}, or for a new key", err=True)
    elif not grants:
        click.echo("no request is pending", err=True)


@click.command()
@click.option(
    "--desk",
    help="Sign only the key of this desk. Without --desk, the command signs the unsigned keys of all desks.",
)
@enrolment_option
@by_and_reason
@second_person_option
@yes_option
def sign(
    desk: str | None, passphrase_file: Path | None, by: str, reason: str, second: str, yes: bool
) -> None:
    """Show the new keys of desks, ask for confirmation, and sign these keys. Two people are needed for this command.

    If a person changed the key, the kind or the place of a desk directly in the database, the command also signs the
    new value. A desk that the hotline never signed stays unsigned.

    Example: hotline desks sign --by "Admin 1" --second "Admin 2" --reason "new key of Gasabo"
    """
    people = TwoPeople(by, second)
    with cli_context() as context:
        codes = [desk_code(desk, added=True)] if desk else []
        keys = decrypt_signing.keys_to_sign(context, codes)
        for key in keys:
            origin = f", made by {key.by} at {format_time(key.made_at)}" if key.by else ""
            follows = f"from the key signed at {format_time(key.signed_at)}"
            click.echo(f"{key.desk}: {key.words}{origin}, {follows}")
        if not keys:
            click.echo("no key waits for a signature", err=True)
            return
        if not yes:
            click.confirm("Sign these keys?", abort=True, err=True)
        opener = PassphraseDecrypter(people, passphrase_of_desk(passphrase_file, "of all"))
        for code in decrypt_signing.sign_desks(context, keys, opener, reason):
            click.echo(f"{code}: signed")


@click.command()
@enrolment_option
@by_option
@second_person_option
@yes_option
def signers(passphrase_file: Path | None, by: str, second: str, yes: bool) -> None:
    """Let any two of today's admins together sign keys of desks in the console. Two people are needed for this command.

    Run this command again when an admin joins, leaves, or has a new key. For each admin, the command shows four words.
    Compare them with the words on that admin's account page before you confirm.

    Example: hotline desks signers --by "Admin 1" --second "Admin 2"
    """
    people = TwoPeople(by, second)
    with cli_context() as context:
        admins = decrypt_signing.possible_signers(context)
        for admin in admins:
            never = "" if admin.seen_at else ", has not signed in yet"
            click.echo(f"{admin.shown}: {fingerprint_words(admin.public_key or b'')}{never}")
        if not yes:
            click.confirm(COMPARED, abort=True, err=True)
        opener = PassphraseDecrypter(people, passphrase_of_desk(passphrase_file, "of all"))
        decrypt_signing.share_line_key(context, opener, admins)


@click.command("rotate-desks")
@passphrase_option("today's recovery passphrase")
@passphrase_option("the new recovery passphrase", "--new-passphrase-file")
@click.option("--desk", help="Replace only this desk's key, not the recovery passphrase.")
@by_and_reason
@second_person_option
def rotate_desks(
    passphrase_file: Path | None,
    new_passphrase_file: Path | None,
    desk: str | None,
    by: str,
    reason: str,
    second: str,
) -> None:
    """Give every desk a new key under a new passphrase. Two people are needed for this command.

    You can repeat this command without harm. The command encrypts again everything that a desk may read, with the
    desk's new key. While the command runs, tips still arrive, and each member can read them with their own key. The new
    passphrase works as soon as the command starts. After an interruption, run the command again with the same two
    people.

    Example: hotline keys rotate-desks --desk Gasabo --by "Admin 1" --second "Admin 2" --reason "lost phone"
    """
    if desk and new_passphrase_file:
        raise click.UsageError(
            "with --desk, the passphrase does not change: leave out --new-passphrase-file"
        )
    how: dict[str, Any] = {"by": TwoPeople(by, second), "reason": reason}
    how |= {"settle": lambda: time.sleep(decrypt_rotation.SETTLES.total_seconds()), "say": progress}
    with cli_context() as context:
        old = passphrase_of_desk(passphrase_file, "of today")
        if desk:
            code = desk_code(desk, added=True)
            sums = decrypt_rotation.rotate_one(context, code, passphrase=old, **how)
            click.echo(f"desk {code} has a new key, and {sums.grants} grants were encrypted again")
            return
        new = passphrase_of(new_passphrase_file, "The new passphrase of every desk", twice=True)
        sums = decrypt_rotation.rotate_all(context, old=old, new=new, **how)
    click.echo(f"{sums.desks} desks have new keys, and {sums.grants} grants were encrypted again")
    own = Settings.read(os.environ).home / PASSPHRASE_FILE
    if own.exists():
        click.echo(f"{own} contains the old passphrase: delete this file", err=True)
