"""Who may enter: accounts, their roles, a new link, an end. For admins."""

from flask import Response

from hotline.domain.accounts.account import AccountRole
from hotline.errors import AccountRefused, PersonnelRefused
from hotline.services.accounts import directory, invitations
from hotline.services.accounts.invitations import Invited
from hotline.services.people.dossiers import leaving
from hotline.text.languages import CODES, FIRST
from hotline.web.console import who
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.visit import Visit, page, see, why


def listed(visit: Visit) -> Response:
    return _listed(visit)


def invite(visit: Visit) -> Response:
    """A new account, and the link by which its person takes it up: shown once, to be handed over."""
    name, language = visit.form.text("name"), visit.form.text("language")
    spoken = language if language in CODES else FIRST
    try:
        invited = invitations.invite(visit.kit, visit.by.actor, name, _roles(visit), spoken)
    except AccountRefused as refused:
        return _listed(visit, status=422, wrong=faults(name=why(visit, refused)))
    return _invited(visit, name, invited)


def one(visit: Visit, account_id: int) -> Response:
    return _one(visit, account_id)


def set_roles(visit: Visit, account_id: int) -> Response:
    try:
        invitations.set_roles(visit.kit, visit.by.actor, account_id, _roles(visit))
    except AccountRefused as refused:
        return _one(visit, account_id, status=422, wrong=faults(roles=why(visit, refused)))
    return see("accounts.one", account_id=account_id)


def link(visit: Visit, account_id: int) -> Response:
    """What proved its person proves nobody any more: a new link, a new pair of keys."""
    account = directory.one(visit.kit, account_id)
    try:
        invited = invitations.again(visit.kit, visit.by.actor, account_id)
    except AccountRefused as refused:
        return _one(visit, account_id, status=422, wrong=faults(link=why(visit, refused)))
    return _invited(visit, account.name, invited)


def end(visit: Visit, account_id: int) -> Response:
    try:
        leaving.end_account(visit.kit, visit.by.actor, account_id)
    except (AccountRefused, PersonnelRefused) as refused:
        return _one(visit, account_id, status=422, wrong=faults(end=why(visit, refused)))
    return see("accounts.listed")


def _roles(visit: Visit) -> frozenset[AccountRole]:
    return frozenset(AccountRole(one) for one in visit.form.many("roles") if one in {*AccountRole})


def _listed(visit: Visit, *, status: int = 200, wrong: FormFaults | None = None) -> Response:
    accounts = directory.listed(visit.kit)
    return page(
        visit,
        "accounts.html",
        status=status,
        faults=wrong or FormFaults(),
        accounts=accounts,
        typed=visit.form,
        roles=[*AccountRole],
        does=who.DOES,
    )


def _one(
    visit: Visit, account_id: int, *, status: int = 200, wrong: FormFaults | None = None
) -> Response:
    account = directory.one(visit.kit, account_id)
    return page(
        visit,
        "one_account.html",
        status=status,
        faults=wrong or FormFaults(),
        account=account,
        roles=[*AccountRole],
        does=who.DOES,
    )


def _invited(visit: Visit, name: str, invited: Invited) -> Response:
    address = f"{visit.kit.console_url}/welcome/{invited.link}"
    return page(visit, "invited.html", name=name, address=address, waiting=invited.waiting)
