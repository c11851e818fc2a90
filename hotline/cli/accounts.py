"""Runs `hotline accounts`, which invites people to the console. An invited person completes the account in the console,
through a link that this command prints."""

import os
from collections.abc import Sequence
from contextlib import closing

import click

from hotline.cli.contexts import build_cli
from hotline.cli.options import by_option
from hotline.core.actors import AccountRole, Actor
from hotline.core.settings import Settings
from hotline.duty import service_invitations
from hotline.people.rules_sign_in import LINK_VALIDITY
from hotline.text.languages import CODES

MINUTES = int(LINK_VALIDITY.total_seconds()) // 60


@click.command()
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([role.value for role in AccountRole]),
    help="Role that the invited person gets. To give several roles, repeat --role for each role.",
)
@click.option("--language", type=click.Choice(CODES), default="en", show_default=True)
@click.option(
    "--reason",
    default="",
    help="Reason why this person needs a new sign-in link. The audit log records this reason.",
)
@by_option
def invite(name: str, roles: Sequence[str], language: str, reason: str, by: str) -> None:
    """Create an account for NAME and print a link, or give more roles to an existing account.

    Without --role, an existing account gets a new link, and its old password and old authenticator stop working. If
    two admins are active, the link is ready after 24 hours. An admin can approve the link earlier on the page
    /approvals. When the link is ready, run the command again: it then prints the link.

    Example: hotline accounts invite "Desk 2" --role desk --by "Admin 1"
    """
    settings = Settings.read(os.environ)
    context = build_cli(settings)
    with closing(context.database):
        account_roles = [*map(AccountRole, roles)]
        invited = service_invitations.invite_at_the_server(
            context, Actor(by), name, account_roles, language, reason
        )
    if invited.link:
        click.echo(link_line(settings, invited.link))
    elif not roles:
        text = "requested: wait 24 hours if the hotline knows the phone, or until an admin approves it on /approvals"
        click.echo(text, err=True)
    for role in sorted(invited.waiting):
        click.echo(
            f"{role}: a second admin must approve this role on the page /approvals", err=True
        )


def link_line(settings: Settings, link: str) -> str:
    """Returns the line of output with an invitation link. The line warns that any person who can read the link can take
    over the account."""
    return f"{settings.console_url}/welcome/{link}  (once, within {MINUTES} minutes)"
