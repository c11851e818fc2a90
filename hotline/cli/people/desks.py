"""`hotline desks`: which there are, who opens each with a key of her own, and letting somebody in."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from hotline.cli.kit import ask_passphrase, console_kit
from hotline.cli.people.console import by_option
from hotline.cli.signing import agreed, recovering, signed_by
from hotline.cli.tips.desk import desk_code
from hotline.domain.accounts.account import Actor
from hotline.domain.desk.desks import ADDED, DeskKind, is_code
from hotline.domain.desk.members import of_account, of_responder
from hotline.domain.places.places import camp_named, camps, district_named, place_name
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import is_camp, is_district
from hotline.errors import NotFound
from hotline.ports import LookingKit
from hotline.services.accounts import at_the_server, directory
from hotline.services.desk import admissions, desk_register
from hotline.services.desk.desk_register import DeskLine, NewDesk
from hotline.services.desk.keys.by_passphrase import TwoPeople
from hotline.services.people import personnel, removals
from hotline.services.people.personnel import shown

LEVELS = [one.value for one in Level if one is not Level.NATIONAL]
FILE = click.option(
    "--passphrase-file",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose first line is the enrolment passphrase; otherwise it is asked for.",
)


@click.group()
def desks() -> None:
    """Who opens a desk with a key of her own: list, add, place, leave, ask, admit, retire."""


@desks.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def list_(as_json: bool) -> None:
    """Every desk: who opens it beside the enrolment passphrase, and who waits to be let in."""
    with console_kit() as kit:
        names = _names(kit)
        rows = [_row(line, kit, names) for line in desk_register.listed(kit)]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        who = ", ".join(row["members"]) or "the enrolment passphrase alone"
        where = f" ({row['place']})" if row["place"] else ""
        click.echo(f"{row['code']:16} {row['kind']:10} {row['name']}{where}: {who}")
        if row["waiting"]:
            click.echo(f"{'':16} waits to be let in: {', '.join(row['waiting'])}")
        if row["copied_since"]:
            click.secho(
                f"{'':16} somebody who left may hold a copy of its key since {row['copied_since']}:"
                " a member presses New key on its page, or `hotline keys rotate-desks --desk NAME`",
                fg="red",
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


@desks.command()
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
@signed_by
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


@desks.command()
@click.argument("desk")
@signed_by
def retire(desk: str, by: str, reason: str) -> None:
    """Let nobody join DESK any more, and seal nothing to it. What was sealed to it still opens."""
    with console_kit() as kit:
        desk_register.retire(kit, named(desk), by=by, reason=reason)
    click.echo(f"{desk}: retired")


@desks.command()
@click.argument("desk")
@click.option("--responder", help="By her exact name, or an id of `hotline responders list`.")
@click.option("--account", help="By its name.")
@signed_by
def ask(desk: str, responder: str | None, account: str | None, by: str, reason: str) -> None:
    """Ask that somebody may open DESK.

    A member of it lets her in, or `hotline desks admit`: another person than you.
    """
    if bool(responder) == bool(account):
        raise click.UsageError("say who: --responder or --account")
    with console_kit() as kit:
        member = _member(kit, responder, account)
        admissions.ask(kit, Actor(by), named(desk), member, reason)
    click.echo(f"{responder or account} waits to be let in")


@desks.command()
@click.argument("desk")
@click.argument("responder")
@click.option("--level", type=click.Choice(LEVELS), default=LEVELS[0], show_default=True)
@agreed
@signed_by
def place(desk: str, responder: str, level: str, second: str | None, by: str, reason: str) -> None:
    """Let RESPONDER act at DESK as well, which was added: a border post's, a camp's. Two people say so.

    Where she has a key of her own she waits to be let in: `hotline desks admit`.
    """
    with console_kit() as kit:
        removals.place_at(
            kit, responder, named(desk), Level(level), second=second, by=by, reason=reason
        )
    click.echo(f"{responder}: {level} of {desk}")


@desks.command()
@click.argument("desk")
@click.argument("responder")
@signed_by
def leave(desk: str, responder: str, by: str, reason: str) -> None:
    """Let RESPONDER act at DESK no more. Her open cases go on to others."""
    with console_kit() as kit:
        removals.leave_desk(kit, responder, named(desk), by=by, reason=reason)
    click.echo(f"{responder}: no more at {desk}")


@desks.command()
@FILE
@by_option
@recovering
def admit(file: Path | None, by: str, second: str) -> None:
    """Let in everybody who waits, by the enrolment passphrase and before two people. Safe to repeat.

    Nobody lets in whom she asked for. Desks go on to open by the passphrase.
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


def _member(kit: LookingKit, responder: str | None, account: str | None) -> str:
    if responder:
        return of_responder(personnel.show(kit, responder).person.id)
    found = at_the_server.find(kit, account or "")
    if found is None:
        raise NotFound(f"no account of that name: {account}")
    return of_account(found.id)


def _names(kit: LookingKit) -> Mapping[str, str]:
    """Of every member, as people read it."""
    accounts = {of_account(one.id): f"{one.name} (account)" for one in directory.listed(kit)}
    people = personnel.names(kit)
    return accounts | {of_responder(who): name for who, name in people.items()}


def _row(line: DeskLine, kit: LookingKit, names: Mapping[str, str]) -> Mapping[str, Any]:
    waiting = [one.member for one in admissions.waiting(kit, line.code)]
    return {
        "code": line.code,
        "kind": line.kind,
        "place": line.place and place_name(line.place, "en"),
        "name": line.name or (place_name(line.code, "en") if is_district(line.code) else line.code),
        "members": [names.get(member, member) for member in line.members],
        "waiting": [names.get(member, member) for member in waiting],
        "copied_since": line.copied_since and shown(line.copied_since),
        "rotating": line.is_moving,
        "retired": line.retired_at and shown(line.retired_at),
    }
