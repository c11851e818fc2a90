"""Shows an account to its own user, and all accounts to admins: roles, new links, suspensions and ends."""

from collections.abc import Collection

from flask import Response

from hotline.adapters import qr_code
from hotline.domain.accounts.account import ROLES, AccountRole, Refused, excluded
from hotline.errors import AccountRefused, FormRefused, PersonnelRefused
from hotline.services.accounts import directory, invitations, new_links, own_account, sessions
from hotline.services.accounts.invitations import Invited
from hotline.services.accounts.own_account import NewFactor
from hotline.services.people.dossiers import leaving
from hotline.text.languages import CODES, FIRST
from hotline.web.console.pages import entering
from hotline.web.console.visit import Visit, not_taken, page, posted, see, see_address, why


def listed(visit: Visit) -> Response:
    return page(visit, "accounts.html", accounts=directory.listed(visit.kit), roles=ROLES)


def one(visit: Visit, account_id: int) -> Response:
    return page(
        visit,
        "one_account.html",
        account=directory.one(visit.kit, account_id),
        resting=new_links.resting(visit.kit, account_id),
        ending=directory.waiting(visit.kit, account_id),
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
        account=directory.one(visit.kit, account_id),
        resting=new_links.resting(visit.kit, account_id),
        by_two=directory.needs_second(visit.kit, visit.by.actor, account_id),
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
    invited = invitations.invite(visit.kit, visit.by.actor, name, _roles(visit), spoken)
    return _invited(visit, name, invited)


@posted(one, "roles", AccountRefused)
def set_roles(visit: Visit, account_id: int) -> Response | None:
    """Adds roles at once. Asks for confirmation and a reason before it removes a role."""
    wanted = _roles(visit)
    lost, is_sure = directory.one(visit.kit, account_id).roles - wanted, visit.form.ticked("sure")
    if lost and wanted and not excluded(wanted) and not is_sure:
        return _confirm(visit, account_id, "roles", kept=wanted, lost=lost)
    try:
        invitations.set_roles(visit.kit, visit.by.actor, account_id, wanted, _reason(visit))
    except AccountRefused as refused:
        if not lost or not is_sure:
            raise
        wrong = visit.with_faults({"reason": why(visit, refused)})
        return _confirm(wrong, account_id, "roles", kept=wanted, lost=lost)
    return None


@posted(ask_link, "reason", AccountRefused)
def link(visit: Visit, account_id: int) -> Response:
    """Requests a new link, or shows it after its waiting time. Then the old password and code stop working."""
    account = directory.one(visit.kit, account_id)
    invited = new_links.again(visit.kit, visit.by.actor, account_id, _reason(visit))
    if not invited.link:
        return see("accounts.one", account_id=account_id)
    return _invited(visit, account.name, invited)


def _invited(visit: Visit, name: str, invited: Invited) -> Response:
    address = f"{visit.kit.console_url}/welcome/{invited.link}"
    return page(visit, "invited.html", name=name, address=address, waiting=invited.waiting)


@posted(ask_suspend, "reason", AccountRefused)
def suspend(visit: Visit, account_id: int) -> Response:
    invitations.suspend(visit.kit, visit.by.actor, account_id, _reason(visit))
    return see("accounts.one", account_id=account_id)


@posted(one, "roles", AccountRefused)
def lift(visit: Visit, account_id: int) -> None:
    invitations.lift_suspension(visit.kit, visit.by.actor, account_id)


@posted(ask_end, "reason", AccountRefused, PersonnelRefused)
def end(visit: Visit, account_id: int) -> Response:
    if leaving.end_account(visit.kit, visit.by.actor, account_id, _reason(visit)):
        return see("accounts.listed")
    return see("accounts.one", account_id=account_id)


def show(visit: Visit) -> Response:
    return page(
        visit,
        "account.html",
        sessions=sessions.listed(visit.kit, visit.token),
        done=visit.asked("done"),
        resting=new_links.resting(visit.kit, visit.by.account_id),
        renewed=own_account.renewed(visit.kit, visit.by),
        fingerprint=own_account.fingerprint(visit.kit, visit.by),
    )


def speak(visit: Visit) -> Response:
    """Sets the language of every page, and returns to the page where it was chosen."""
    language = visit.form.text("language")
    if language in CODES:
        own_account.set_language(visit.kit, visit.by, language)
    return see_address(entering.local(visit.form.text("to")))


@posted(show, "secret_new", AccountRefused)
def change_password(visit: Visit) -> Response:
    """Changes the password after a check of the old one. Ends every other session."""
    old = visit.form.secret("old") or visit.form.secret("password")
    refused = own_account.change_password(visit.kit, visit.token, old, visit.form.secret("new"))
    if refused:
        raise FormRefused({"secret_old": not_taken(visit, refused)})
    return see("accounts.show", done="password")


def end_others(visit: Visit) -> Response:
    sessions.end_others(visit.kit, visit.token)
    return see("accounts.show", done="sessions")


def factor(visit: Visit) -> Response:
    """Shows a new authenticator secret on every visit. Nothing is stored before the user types a code of it.

    A form with a wrong code shows the same secret again, unless the field was altered.
    """
    sealed = visit.form.text("sealed")
    try:
        new = own_account.new_factor(visit.kit, visit.by, sealed) if sealed else None
    except AccountRefused:
        new = None
    shown: NewFactor = new or own_account.new_factor(visit.kit, visit.by)
    return page(visit, "factor.html", new=shown, drawn=qr_code.svg(shown.uri))


@posted(factor, "secret_new_code", AccountRefused)
def take_factor(visit: Visit) -> Response:
    form, sealed = visit.form, visit.form.text("sealed")
    new_code, password, code = (form.secret(name) for name in ("new_code", "password", "code"))
    refused = own_account.take_factor(visit.kit, visit.token, sealed, new_code, password, code)
    if refused:
        raise FormRefused({"secret_password": not_taken(visit, refused)})
    return see("accounts.show", done="factor")


@posted(show)
def know(visit: Visit) -> None:
    """Removes the lines about a new sheet and a new authenticator."""
    own_account.know(visit.kit, visit.by)


def refuse_link(visit: Visit) -> Response:
    """Refuses a new link for the user's own account, which another person requested."""
    new_links.refuse_own(visit.kit, visit.by)
    return see("accounts.show", done="link")


@posted(show, "paper", AccountRefused)
def paper(visit: Visit) -> Response:
    """Creates a new recovery sheet and shows it once. The old sheet stops working."""
    password, code = visit.form.secret("password"), visit.form.secret("code")
    sheet = own_account.new_paper(visit.kit, visit.token, password, code)
    if isinstance(sheet, Refused):
        raise FormRefused({"paper-password": not_taken(visit, sheet)})
    return page(visit, "paper.html", sheet=sheet)
