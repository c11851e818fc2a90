"""Shows users their own account. Also lists all accounts, changes their roles and links, and suspends or ends
accounts.

Also shows the rights of all people and accounts on one page that an auditor prints. That page reads the table of roles
and the table of routes, which also decide about every request. It shows no phone numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from flask import Response

from hotline.console.role_groups import table
from hotline.console.routes import PAGES, Method
from hotline.console.visit import (
    Visit,
    form_view,
    page,
    part_of_list,
    redirect_to,
    redirect_to_address,
    sign_in_refusal,
)
from hotline.core.actors import ACCOUNT_ROLES, ROLES, AccountRole, SignInRefused
from hotline.duty import service_accounts, service_invitations, service_people_list, service_removal
from hotline.duty.pages import account, known_person, named
from hotline.errors import AccountRefused, FormRefused, PersonnelRefused
from hotline.people import pages_sign_in, service_own_account, service_sessions
from hotline.people.rules_audit import action_sentence
from hotline.text import qr_code
from hotline.text.languages import CODES, FIRST


def accounts(visit: Visit) -> Response:
    return page(
        visit,
        "accounts.html",
        accounts=service_accounts.list_accounts(visit.context),
        roles=ACCOUNT_ROLES,
        person=known_person(visit),
    )


def _reason(visit: Visit) -> str:
    return visit.form.text("reason", most=200)


def _roles(visit: Visit) -> frozenset[AccountRole]:
    return frozenset(AccountRole(one) for one in visit.form.many("roles") if one in {*AccountRole})


@form_view(accounts, "name", AccountRefused)
def invite(visit: Visit) -> Response:
    """Creates an account, and shows its link once. The admin gives the link to the owner, who sets up the account."""
    name, language = visit.form.text("name"), visit.form.text("language")
    spoken, known = language if language in CODES else FIRST, known_person(visit)
    invited = service_invitations.invite(
        visit.context,
        visit.by.actor,
        name,
        _roles(visit),
        spoken,
        person_id=known.id if known else None,
    )
    return _invited(visit, name, invited)


@form_view(account, "roles", AccountRefused)
def set_roles(visit: Visit, account_id: int) -> None:
    """Adds and removes roles of an account. To remove a role, the admin must enter a reason."""
    service_invitations.set_roles(
        visit.context, visit.by.actor, account_id, _roles(visit), _reason(visit)
    )


@form_view(account, "link", AccountRefused)
def link(visit: Visit, account_id: int) -> Response | None:
    """Requests a new link, or shows the link after its waiting time.

    When the link is made, the old password and code stop working.
    """
    invited = service_invitations.request_link(
        visit.context, visit.by.actor, account_id, _reason(visit)
    )
    return _invited(visit, visit.form.text("name"), invited) if invited.link else None


def _invited(visit: Visit, name: str, invited: service_invitations.Invited) -> Response:
    address = f"{visit.context.console_url}/welcome/{invited.link}"
    return page(visit, "invited.html", name=name, address=address, waiting=invited.waiting)


@form_view(account, "suspend", AccountRefused)
def suspend(visit: Visit, account_id: int) -> None:
    service_invitations.suspend(visit.context, visit.by.actor, account_id, _reason(visit))


@form_view(account, "lift", AccountRefused)
def lift(visit: Visit, account_id: int) -> None:
    service_invitations.lift_suspension(visit.context, visit.by.actor, account_id)


@form_view(account, "end", AccountRefused, PersonnelRefused)
def end(visit: Visit, account_id: int) -> None:
    """Ends an account, or requests the approval of a second admin. The page then shows the person's other accounts."""
    service_removal.end_account(visit.context, visit.by.actor, account_id, _reason(visit))


def show(visit: Visit) -> Response:
    return page(
        visit,
        "account.html",
        sessions=service_sessions.list_sessions(visit.context, visit.token),
        done=visit.asked("done"),
        resting=service_invitations.waiting_link(visit.context, visit.by.account_id),
        renewed=service_own_account.unconfirmed_renewals(visit.context, visit.by),
        fingerprint=service_own_account.fingerprint(visit.context, visit.token),
    )


def set_language(visit: Visit) -> Response:
    """Sets the language of all pages, and returns to the page where it was chosen."""
    language = visit.form.text("language")
    if language in CODES:
        service_own_account.set_language(visit.context, visit.by, language)
    return redirect_to_address(pages_sign_in.local_address(visit.form.text("to")))


@form_view(show, "secret_new", AccountRefused)
def change_password(visit: Visit) -> Response:
    """Changes the password after the old password was checked. Ends every other session."""
    old = visit.form.secret("old") or visit.form.secret("password")
    refused = service_own_account.change_password(
        visit.context, visit.token, old, visit.form.secret("new")
    )
    if refused:
        raise FormRefused({"secret_old": sign_in_refusal(visit, refused)})
    return redirect_to("accounts.show", done="password")


def end_others(visit: Visit) -> Response:
    service_sessions.end_others(visit.context, visit.token)
    return redirect_to("accounts.show", done="sessions")


def factor(visit: Visit) -> Response:
    """Shows a new authenticator secret each time the page is opened. Stores nothing until the user types a code of the
    new authenticator.

    After a wrong code, shows the same secret again, unless the hidden field with the secret was changed.
    """
    encrypted, new_factor = visit.form.text("sealed"), service_own_account.new_factor
    shown = None
    with suppress(AccountRefused):
        shown = new_factor(visit.context, visit.by, encrypted) if encrypted else None
    shown = shown or new_factor(visit.context, visit.by)
    return page(visit, "factor.html", new=shown, drawn=qr_code.svg(shown.uri))


@form_view(factor, "secret_new_code", AccountRefused)
def take_factor(visit: Visit) -> Response:
    form, encrypted = visit.form, visit.form.text("sealed")
    new_code, password, code = (form.secret(name) for name in ("new_code", "password", "code"))
    refused = service_own_account.replace_factor(
        visit.context, visit.token, encrypted, new_code, password, code
    )
    if refused:
        raise FormRefused({"secret_password": sign_in_refusal(visit, refused)})
    return redirect_to("accounts.show", done="factor")


@form_view(show)
def confirm_renewals(visit: Visit) -> None:
    """Removes the notices that say that the account got a new sheet or a new authenticator."""
    service_own_account.confirm_renewals(visit.context, visit.by)


def refuse_link(visit: Visit) -> Response:
    """Refuses a new link for the user's own account, which another person requested."""
    service_invitations.refuse_own(visit.context, visit.by)
    return redirect_to("accounts.show", done="link")


@form_view(show, "paper", AccountRefused)
def paper(visit: Visit) -> Response:
    """Creates a new recovery sheet, and shows it once. The old sheet does not work any more."""
    password, code = visit.form.secret("password"), visit.form.secret("code")
    sheet = service_own_account.new_paper(visit.context, visit.token, password, code)
    if isinstance(sheet, SignInRefused):
        raise FormRefused({"paper-password": sign_in_refusal(visit, sheet)})
    return page(visit, "paper.html", sheet=sheet)


# Shows the rights of all people and accounts on one page that an auditor prints.


PROOFS = table("proofs")
COMMANDS = table("commands")
"""The sentences of commands for which the log has no sentence of its own, by endpoint."""


class CommandLine(NamedTuple):
    """One command of the console on the page of rights: what it does, who may use it, and the proof that it needs."""

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
