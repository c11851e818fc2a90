"""Accounts at the command line: the first one, and what helps where nobody can enter."""

from collections.abc import Iterable

from hotline.domain.accounts.account import AccountRole, AccountState, Actor
from hotline.ports import Kit
from hotline.services.accounts import directory, invitations, new_links
from hotline.services.accounts.invitations import Invited

FIRST = "Admin 1"
FIRST_BY = Actor("init")


def first(kit: Kit) -> Invited | None:
    """A link for the first admin; None where an account is active, or was made by somebody."""
    lines = [one for one in directory.listed(kit) if one.state is not AccountState.DEMO]
    if not lines:
        return invitations.invite(kit, FIRST_BY, FIRST, [AccountRole.ADMIN])
    if any(one.seen_at or one.state is not AccountState.INVITED for one in lines):
        return None
    return new_links.again(kit, FIRST_BY, lines[0].id)


def invite(
    kit: Kit,
    by: Actor,
    name: str,
    roles: Iterable[AccountRole],
    language: str,
    reason: str = "",
) -> Invited:
    """A new account; more roles for one that is there; without roles, a new link for it. Raises AccountRefused.

    `link` is empty where roles were given to an account that was taken up: its person enters as before.
    """
    found, wanted = directory.find(kit, name), frozenset(roles)
    if found is None:
        return invitations.invite(kit, by, name, wanted, language)
    waiting: frozenset[AccountRole] = frozenset()
    if wanted:
        waiting = invitations.set_roles(kit, by, found.id, found.roles | found.waiting | wanted)
    if wanted and found.state is not AccountState.INVITED:
        return Invited(found.id, "", waiting)
    return new_links.again(kit, by, found.id, reason)
