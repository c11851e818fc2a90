"""Shows the rights of all people and accounts on one page that an auditor prints.

The page reads the table of roles and the table of routes, which also decide about every request. It shows no phone
numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from flask import Response

from hotline.console.role_groups import table
from hotline.console.routes import PAGES, Method
from hotline.console.visit import Visit, page, part_of_list
from hotline.core.actors import ACCOUNT_ROLES, ROLES, AccountRole
from hotline.duty import service_people_list
from hotline.duty.pages import named
from hotline.people.rules_audit import action_sentence

PROOFS = table("proofs")
COMMANDS = table("commands")
"""The sentences of commands for which the log has no sentence of its own, by endpoint."""


class CommandLine(NamedTuple):
    """One command of the console that needs a proof or that the log records."""

    does: str
    roles: Sequence[AccountRole]
    needs: str


def rights(visit: Visit) -> Response:
    people = service_people_list.list_rights(visit.context)
    return page(
        visit,
        "rights.html",
        part=part_of_list(people, visit.asked("part")),
        roles=ROLES,
        opened=_menus(),
        commands=[*_commands(visit)],
        placed=partial(named, visit),
        at=visit.context.now(),
    )


def _menus() -> Mapping[str, Sequence[str]]:
    """Returns the pages of the menu that each role of an account opens, by role."""
    return {
        role: [one.menu for one in PAGES if one.menu and one.admits(frozenset({role}))]
        for role in ACCOUNT_ROLES
    }


def _commands(visit: Visit) -> Iterator[CommandLine]:
    for route in PAGES:
        if route.method is Method.GET or not (route.audit or route.needs):
            continue
        says = action_sentence(route.audit)[0] if route.audit else COMMANDS[route.endpoint]
        does = visit.say(says, subject="...", outcome="...")
        roles = [role for role in ACCOUNT_ROLES if route.admits(frozenset({role}))]
        yield CommandLine(does, roles, visit.say(PROOFS[route.needs]))
