"""`hotline console`: who may enter the console. Accounts themselves are made on its pages, by a link."""

import json
import os
from collections.abc import Callable, Sequence
from typing import Any

import click

from hotline.bootstrap import build_console
from hotline.cli.kit import console_kit
from hotline.cli.signing import checked
from hotline.config import Settings
from hotline.domain.accounts.account import AccountRole, Actor
from hotline.domain.accounts.entering import LINK_LIVES
from hotline.domain.accounts.faults import AccountFault, refusal
from hotline.errors import NotFound
from hotline.services.accounts import at_the_server, directory, invitations
from hotline.services.accounts.directory import AccountLine
from hotline.services.people import one_human
from hotline.services.people.dossiers import leaving
from hotline.text.languages import CODES

MINUTES = int(LINK_LIVES.total_seconds()) // 60


def by_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--by",
        prompt="Your name",
        callback=checked,
        help="Who says so: kept in the audit log.",
    )(command)


@click.group()
def console() -> None:
    """Who may enter the console: invite, list, join, end."""


@console.command()
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in AccountRole]),
    help="What the account may do; may be given several times.",
)
@click.option("--language", type=click.Choice(CODES), default="en", show_default=True)
@click.option("--reason", default="", help="Why a new link: kept in the audit log.")
@by_option
def invite(name: str, roles: Sequence[str], language: str, reason: str, by: str) -> None:
    """Make an account for NAME and print a link; give more roles to one that is there.

    Without --role, an account that is there gets a new link, and what it entered by is good no more. While two admins
    are active that link rests for 24 hours, or until one of them agrees to it on the page /approvals: give the command
    again then.
    """
    settings = Settings.read(os.environ)
    kit = build_console(settings)
    try:
        wanted = [*map(AccountRole, roles)]
        invited = at_the_server.invite(kit, Actor(by), name, wanted, language, reason)
    finally:
        kit.database.close()
    if invited.link:
        click.echo(link_line(settings, invited.link))
    elif not roles:
        says = "asked for: it rests for 24 hours where the line knows their phone, or until an admin agrees: /approvals"
        click.echo(says, err=True)
    for role in sorted(invited.waiting):
        click.echo(
            f"{role} waits until a second admin approves it on the page /approvals", err=True
        )


def link_line(settings: Settings, link: str) -> str:
    """What is printed of a link. Whoever reads it takes the account up."""
    return f"{settings.console_url}/welcome/{link}  (once, within {MINUTES} minutes)"


@console.command("list")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def list_(as_json: bool) -> None:
    """Every account: its roles, its state, and when its person was last there."""
    with console_kit() as kit:
        lines = directory.listed(kit)
        alone = not invitations.has_two_admins(kit)
    if as_json:
        rows = [
            {
                "name": one.name,
                "roles": sorted(one.roles),
                "waiting": sorted(one.waiting),
                "state": one.state,
                "seen_at": one.seen_at and one.seen_at.isoformat(timespec="seconds"),
            }
            for one in lines
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for one in lines:
        click.echo(_line(one))
    if alone:
        click.echo(
            "fewer than two admins are active: `hotline console invite NAME --role admin`", err=True
        )


def _line(one: AccountLine) -> str:
    waiting = f", waits for {', '.join(sorted(one.waiting))}" if one.waiting else ""
    seen = f"{one.seen_at:%Y-%m-%d}" if one.seen_at else "never"
    return (
        f"{one.name:24} {one.state:8} last there {seen:10} {', '.join(sorted(one.roles))}{waiting}"
    )


@console.command()
@click.argument("name")
@click.option("--reason", prompt="Why", callback=checked, help="Why: kept in the audit log.")
@by_option
def end(name: str, reason: str, by: str) -> None:
    """Let nobody enter by the account NAME any more, and take the responder who is the same person off the line.

    What it did stays in the audit log.
    """
    with console_kit() as kit:
        found = at_the_server.find(kit, name)
        if found is None:
            raise refusal(AccountFault.NO_ACCOUNT)
        ended = leaving.end_account(kit, Actor(by), found.id, reason)
    if ended.is_asked:
        click.echo(f"asked for: {name} enters as before until a second admin agrees: /approvals")
        return
    click.echo(f"{name} enters no more")
    if ended.waits:
        click.echo(
            "that responder is told of cases until a second person agrees: /approvals", err=True
        )


@console.command()
@click.argument("name")
@click.argument("responder")
@click.option("--reason", prompt="Why", callback=checked, help="Why: kept in the audit log.")
@by_option
def join(name: str, responder: str, reason: str, by: str) -> None:
    """Say that the account NAME and RESPONDER are one human.

    Removing her ends both, and the account opens her desks alone.
    """
    with console_kit() as kit:
        found = at_the_server.find(kit, name)
        if found is None:
            raise NotFound(f"no account of that name: {name}")
        person = one_human.join(kit, Actor(by), found.id, responder, reason)
    click.echo(f"{found.name} and {person.name} are one")
