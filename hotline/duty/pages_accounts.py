"""Shows an account to its own user, and all accounts to admins: roles, new links, suspensions and ends."""

from collections.abc import Collection

from flask import Response

from hotline.console.visit import Visit, not_taken, page, posted, see, see_address, why
from hotline.core.actors import ROLES, AccountRole, Refused, excluded
from hotline.duty import service_accounts, service_invitations, service_leaving, service_new_links
from hotline.duty.service_invitations import Invited
from hotline.errors import AccountRefused, FormRefused, PersonnelRefused
from hotline.people import pages_sign_in, service_own_account, service_sessions
from hotline.people.service_own_account import NewFactor
from hotline.text import qr_code
from hotline.text.languages import CODES, FIRST


def listed(visit: Visit) -> Response:
    return page(visit, "accounts.html", accounts=service_accounts.listed(visit.kit), roles=ROLES)


def one(visit: Visit, account_id: int) -> Response:
    return page(
        visit,
        "one_account.html",
        account=service_accounts.one(visit.kit, account_id),
        resting=service_new_links.resting(visit.kit, account_id),
        ending=service_accounts.waiting(visit.kit, account_id),
        now=visit.kit.now(),
        roles=ROLES,
    )


def ask_link(visit: Visit, account_id: int) -> Response:
    return _confirm(visit, account_id, "link")


def ask_suspend(visit: Visit, account_id: int) -> Response:
    return _confirm(visit, account_id, "suspend")


def ask_end(visit: Visit, account_id: int) -> Response:
    return _confirm(visit, account_id, "end")


def _confirm(
    visit: Visit,
    account_id: int,
    act: str,
    *,
    kept: Collection[AccountRole] = (),
    lost: Collection[AccountRole] = (),
) -> Response:
    """Shows a page that asks for a reason and confirmation before an account is changed."""
    return page(
        visit,
        "account_act.html",
        account=service_accounts.one(visit.kit, account_id),
        resting=service_new_links.resting(visit.kit, account_id),
        by_two=service_accounts.needs_second(visit.kit, visit.by.actor, account_id),
        now=visit.kit.now(),
        act=act,
        kept=kept,
        lost=lost,
        reason=_reason(visit),
    )


def _reason(visit: Visit) -> str:
    return visit.form.text("reason", most=200)


def _roles(visit: Visit) -> frozenset[AccountRole]:
    return frozenset(AccountRole(one) for one in visit.form.many("roles") if one in {*AccountRole})


@posted(listed, "name", AccountRefused)
def invite(visit: Visit) -> Response:
    """Creates an account and shows its link once. The admin hands the link over, and its user sets the account up."""
    name, language = visit.form.text("name"), visit.form.text("language")
    spoken = language if language in CODES else FIRST
    invited = service_invitations.invite(visit.kit, visit.by.actor, name, _roles(visit), spoken)
    return _invited(visit, name, invited)


@posted(one, "roles", AccountRefused)
def set_roles(visit: Visit, account_id: int) -> Response | None:
    """Adds roles at once. Asks for confirmation and a reason before it removes a role."""
    wanted = _roles(visit)
    lost, is_sure = (
        service_accounts.one(visit.kit, account_id).roles - wanted,
        visit.form.ticked("sure"),
    )
    if lost and wanted and not excluded(wanted) and not is_sure:
        return _confirm(visit, account_id, "roles", kept=wanted, lost=lost)
    try:
        service_invitations.set_roles(visit.kit, visit.by.actor, account_id, wanted, _reason(visit))
    except AccountRefused as refused:
        if not lost or not is_sure:
            raise
        wrong = visit.with_faults({"reason": why(visit, refused)})
        return _confirm(wrong, account_id, "roles", kept=wanted, lost=lost)
    return None


@posted(ask_link, "reason", AccountRefused)
def link(visit: Visit, account_id: int) -> Response:
    """Requests a new link, or shows it after its waiting time. Then the old password and code stop working."""
    account = service_accounts.one(visit.kit, account_id)
    invited = service_new_links.again(visit.kit, visit.by.actor, account_id, _reason(visit))
    if not invited.link:
        return see("accounts.one", account_id=account_id)
    return _invited(visit, account.name, invited)


def _invited(visit: Visit, name: str, invited: Invited) -> Response:
    address = f"{visit.kit.console_url}/welcome/{invited.link}"
    return page(visit, "invited.html", name=name, address=address, waiting=invited.waiting)


@posted(ask_suspend, "reason", AccountRefused)
def suspend(visit: Visit, account_id: int) -> Response:
    service_invitations.suspend(visit.kit, visit.by.actor, account_id, _reason(visit))
    return see("accounts.one", account_id=account_id)


@posted(one, "roles", AccountRefused)
def lift(visit: Visit, account_id: int) -> None:
    service_invitations.lift_suspension(visit.kit, visit.by.actor, account_id)


@posted(ask_end, "reason", AccountRefused, PersonnelRefused)
def end(visit: Visit, account_id: int) -> Response:
    if service_leaving.end_account(visit.kit, visit.by.actor, account_id, _reason(visit)):
        return see("accounts.listed")
    return see("accounts.one", account_id=account_id)


def show(visit: Visit) -> Response:
    return page(
        visit,
        "account.html",
        sessions=service_sessions.listed(visit.kit, visit.token),
        done=visit.asked("done"),
        resting=service_new_links.resting(visit.kit, visit.by.account_id),
        renewed=service_own_account.renewed(visit.kit, visit.by),
        fingerprint=service_own_account.fingerprint(visit.kit, visit.by),
    )


def speak(visit: Visit) -> Response:
    """Sets the language of every page, and returns to the page where it was chosen."""
    language = visit.form.text("language")
    if language in CODES:
        service_own_account.set_language(visit.kit, visit.by, language)
    return see_address(pages_sign_in.local(visit.form.text("to")))


@posted(show, "secret_new", AccountRefused)
def change_password(visit: Visit) -> Response:
    """Changes the password after a check of the old one. Ends every other session."""
    old = visit.form.secret("old") or visit.form.secret("password")
    refused = service_own_account.change_password(
        visit.kit, visit.token, old, visit.form.secret("new")
    )
    if refused:
        raise FormRefused({"secret_old": not_taken(visit, refused)})
    return see("accounts.show", done="password")


def end_others(visit: Visit) -> Response:
    service_sessions.end_others(visit.kit, visit.token)
    return see("accounts.show", done="sessions")


def factor(visit: Visit) -> Response:
    """Shows a new authenticator secret on every visit. Nothing is stored before the user types a code of it.

    A form with a wrong code shows the same secret again, unless the field was altered.
    """
    sealed = visit.form.text("sealed")
    try:
        new = service_own_account.new_factor(visit.kit, visit.by, sealed) if sealed else None
    except AccountRefused:
        new = None
    shown: NewFactor = new or service_own_account.new_factor(visit.kit, visit.by)
    return page(visit, "factor.html", new=shown, drawn=qr_code.svg(shown.uri))


@posted(factor, "secret_new_code", AccountRefused)
def take_factor(visit: Visit) -> Response:
    form, sealed = visit.form, visit.form.text("sealed")
    new_code, password, code = (form.secret(name) for name in ("new_code", "password", "code"))
    refused = service_own_account.take_factor(
        visit.kit, visit.token, sealed, new_code, password, code
    )
    if refused:
        raise FormRefused({"secret_password": not_taken(visit, refused)})
    return see("accounts.show", done="factor")


@posted(show)
def know(visit: Visit) -> None:
    """Removes the lines about a new sheet and a new authenticator."""
    service_own_account.know(visit.kit, visit.by)


def refuse_link(visit: Visit) -> Response:
    """Refuses a new link for the user's own account, which another person requested."""
    service_new_links.refuse_own(visit.kit, visit.by)
    return see("accounts.show", done="link")


@posted(show, "paper", AccountRefused)
def paper(visit: Visit) -> Response:
    """Creates a new recovery sheet and shows it once. The old sheet stops working."""
    password, code = visit.form.secret("password"), visit.form.secret("code")
    sheet = service_own_account.new_paper(visit.kit, visit.token, password, code)
    if isinstance(sheet, Refused):
        raise FormRefused({"paper-password": not_taken(visit, sheet)})
    return page(visit, "paper.html", sheet=sheet)
