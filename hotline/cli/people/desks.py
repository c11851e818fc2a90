"""`hotline desks`: adds and retires desks, and grants access by the recovery passphrase."""

from collections.abc import Mapping
from pathlib import Path

import click

from hotline.cli.kit import ask_passphrase, console_kit
from hotline.cli.signing import by_option, recovering, signed
from hotline.cli.tips.desk import desk_code
from hotline.domain.desk.desks import ADDED, DeskKind, is_code, of_account, of_responder
from hotline.domain.places.places import camp_named, camps, district_named
from hotline.domain.tip import is_camp
from hotline.errors import NotFound
from hotline.ports import LookingKit
from hotline.services.accounts import directory
from hotline.services.desk import admissions, desk_register
from hotline.services.desk.desk_register import NewDesk
from hotline.services.desk.keys.by_passphrase import TwoPeople
from hotline.services.people import leaves

FILE = click.option(
    "--passphrase-file",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose first line is the enrolment passphrase; otherwise it is asked for.",
)


def _place(context: click.Context, option: click.Parameter, name: str | None) -> None:
    """Puts where a desk is among what was typed, as its code. Raises NotFound."""
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
@FILE
@signed
@recovering
def add(
    code: str,
    kind: str,
    called: str,
    file: Path | None,
    by: str,
    reason: str,
    second: str,
    place: str | None = None,
) -> None:
    """Make the desk CODE of a border post, a camp, an oversight body or a service, before two people.

    Its key is under the enrolment passphrase, as every desk's. A service takes referrals and never a tip. A protection
    desk is told of what happens in its camp, beside the district's police.
    """
    if (kind == DeskKind.PROTECTION) != is_camp(place):
        raise click.UsageError("a protection desk is of a camp: --camp; any other of a district")
    people = TwoPeople(by, second)
    with console_kit() as kit:
        passphrase = ask_passphrase(file, code)
        new = NewDesk(code, next(one for one in ADDED if one.value == kind), called, place)
        desk_register.add(kit, new, passphrase=passphrase, by=people, reason=reason)
    click.echo(f"{code}: made")


@click.command()
@click.argument("desk")
@signed
def retire(desk: str, by: str, reason: str) -> None:
    """Let nobody join DESK any more, and seal nothing to it. What was sealed to it still opens."""
    with console_kit() as kit:
        desk_register.retire(kit, named(desk), by=by, reason=reason)
    click.echo(f"{desk}: retired")


@click.command()
@FILE
@by_option
@recovering
def recover(file: Path | None, by: str, second: str) -> None:
    """Grant access to everyone who waits for it, by the passphrase and before two people. Safe to repeat.

    No one grants access that they asked for. Desks still open by the passphrase.
    """
    people = TwoPeople(by, second)
    with console_kit() as kit:
        names = _names(kit)
        passphrase = ask_passphrase(file, "of all, at enrolment")
        done = admissions.admit_by_passphrase(kit, people, passphrase)
        left = len(admissions.waiting(kit))
    for desk, member in done:
        click.echo(f"{names.get(member, member)} opens desk {desk}")
    if left:
        click.echo(f"{left} still wait: for another person than {by}, or for a new key", err=True)
    elif not done:
        click.echo("nobody waits", err=True)


def named(desk: str) -> str:
    """The code of a desk as a person names it: a district, `national`, or the code itself. Raises NotFound."""
    try:
        return desk_code(desk)
    except NotFound:
        if is_code(desk):
            return desk
        raise


def _names(kit: LookingKit) -> Mapping[str, str]:
    """Of every member, as people read it."""
    accounts = {of_account(one.id): f"{one.name} (account)" for one in directory.listed(kit)}
    people = leaves.names(kit)
    return accounts | {of_responder(who): name for who, name in people.items()}
