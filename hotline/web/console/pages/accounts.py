"""Shows an account to its own person, and all accounts to admins: roles, new links, suspensions and ends."""

from collections.abc import Collection

from flask import Response

from hotline.adapters import qr_code
from hotline.domain.accounts.account import ROLES, AccountRole, Refused, excluded
from hotline.errors import AccountRefused, PersonnelRefused
from hotline.services.accounts import directory, invitations, new_links, own_account, sessions
from hotline.services.accounts.invitations import Invited
from hotline.services.accounts.own_account import NewFactor
from hotline.services.people.dossiers import leaving
from hotline.text.languages import CODES, FIRST
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.pages import entering
from hotline.web.console.visit import Visit, not_taken, page, see, see_address, why

TAKE_ROLES, LINK, SUSPEND, END = "roles", "link", "suspend", "end"
"""What `account_act.html` asks about."""


def invite(visit: Visit) -> Response:
    """A new account, and the link by which its person takes it up: shown once, to be handed over."""
    name, language = visit.form.text("name"), visit.form.text("language")
    spoken = language if language in CODES else FIRST
    try:
        invited = invitations.invite(visit.kit, visit.by.actor, name, _roles(visit), spoken)
    except AccountRefused as refused:
        return listed(visit, faults(name=why(visit, refused)))
    return _invited(visit, name, invited)


def set_roles(visit: Visit, account_id: int) -> Response:
    """Gives roles at once; taking one is confirmed first, with a reason."""
    account, wanted = directory.one(visit.kit, account_id), _roles(visit)
    lost = account.roles - wanted
    if lost and wanted and not excluded(wanted) and not visit.form.ticked("sure"):
        return _confirm(visit, account_id, TAKE_ROLES, kept=wanted, lost=lost)
    try:
        invitations.set_roles(visit.kit, visit.by.actor, account_id, wanted, _reason(visit))
    except AccountRefused as refused:
        wrong = why(visit, refused)
        if lost and visit.form.ticked("sure"):
            return _confirm(visit, account_id, TAKE_ROLES, wrong, kept=wanted, lost=lost)
        return one(visit, account_id, faults(roles=wrong))
    return see("accounts.one", account_id=account_id)


def ask_link(visit: Visit, account_id: int) -> Response:
    return _confirm(visit, account_id, LINK)


def link(visit: Visit, account_id: int) -> Response:
    """Asks for a new link, or shows it where it has rested: then its person's old proofs prove nobody."""
    account = directory.one(visit.kit, account_id)
    try:
        invited = new_links.again(visit.kit, visit.by.actor, account_id, _reason(visit))
    except AccountRefused as refused:
        return _confirm(visit, account_id, LINK, why(visit, refused))
    if not invited.link:
        return see("accounts.one", account_id=account_id)
    return _invited(visit, account.name, invited)


def ask_suspend(visit: Visit, account_id: int) -> Response:
    return _confirm(visit, account_id, SUSPEND)


def suspend(visit: Visit, account_id: int) -> Response:
    try:
        invitations.suspend(visit.kit, visit.by.actor, account_id, _reason(visit))
    except AccountRefused as refused:
        return _confirm(visit, account_id, SUSPEND, why(visit, refused))
    return see("accounts.one", account_id=account_id)


def lift(visit: Visit, account_id: int) -> Response:
    try:
        invitations.lift_suspension(visit.kit, visit.by.actor, account_id)
    except AccountRefused as refused:
        return one(visit, account_id, faults(roles=why(visit, refused)))
    return see("accounts.one", account_id=account_id)


def ask_end(visit: Visit, account_id: int) -> Response:
    return _confirm(visit, account_id, END)


def end(visit: Visit, account_id: int) -> Response:
    try:
        ended = leaving.end_account(visit.kit, visit.by.actor, account_id, _reason(visit))
    except (AccountRefused, PersonnelRefused) as refused:
        return _confirm(visit, account_id, END, why(visit, refused))
    if ended.is_asked:
        return see("accounts.one", account_id=account_id)
    return see("accounts.listed")


def _reason(visit: Visit) -> str:
    return visit.form.text("reason", most=200)


def _confirm(
    visit: Visit,
    account_id: int,
    act: str,
    wrong: str = "",
    *,
    kept: Collection[AccountRole] = (),
    lost: Collection[AccountRole] = (),
) -> Response:
    """One question a page: what is to be done, to whom, and why."""
    return page(
        visit,
        "account_act.html",
        wrong=faults(reason=wrong),
        account=directory.one(visit.kit, account_id),
        resting=new_links.resting(visit.kit, account_id),
        by_two=directory.needs_second_now(visit.kit, visit.by.actor, account_id),
        now=visit.kit.now(),
        act=act,
        kept=kept,
        lost=lost,
        reason=_reason(visit),
    )


def _roles(visit: Visit) -> frozenset[AccountRole]:
    return frozenset(AccountRole(one) for one in visit.form.many("roles") if one in {*AccountRole})


def listed(visit: Visit, wrong: FormFaults | None = None) -> Response:
    accounts = directory.listed(visit.kit)
    return page(
        visit,
        "accounts.html",
        wrong=wrong,
        accounts=accounts,
        typed=visit.form,
        roles=ROLES,
    )


def one(visit: Visit, account_id: int, wrong: FormFaults | None = None) -> Response:
    account = directory.one(visit.kit, account_id)
    return page(
        visit,
        "one_account.html",
        wrong=wrong,
        account=account,
        resting=new_links.resting(visit.kit, account_id),
        ending=directory.waiting(visit.kit, account_id),
        now=visit.kit.now(),
        roles=ROLES,
    )


def _invited(visit: Visit, name: str, invited: Invited) -> Response:
    address = f"{visit.kit.console_url}/welcome/{invited.link}"
    return page(visit, "invited.html", name=name, address=address, waiting=invited.waiting)


def speak(visit: Visit) -> Response:
    """The language of every page from now on, at the page where it was chosen."""
    language = visit.form.text("language")
    if language in CODES:
        own_account.set_language(visit.kit, visit.by, language)
    return see_address(entering.local(visit.form.text("to")))


def change_password(visit: Visit) -> Response:
    """The old one proves the person once more. Every other session ends."""
    old = visit.form.secret("old") or visit.form.secret("password")
    try:
        refused = own_account.change_password(visit.kit, visit.token, old, visit.form.secret("new"))
    except AccountRefused as fault:
        return show(visit, faults(secret_new=why(visit, fault)))
    if refused:
        return show(visit, faults(secret_old=not_taken(visit, refused)))
    return see("accounts.show", done="password")


def end_others(visit: Visit) -> Response:
    sessions.end_others(visit.kit, visit.token)
    return see("accounts.show", done="sessions")


def factor(visit: Visit) -> Response:
    """A new secret on every look: nothing is stored before a code of it was typed."""
    return _factor(visit, own_account.new_factor(visit.kit, visit.by))


def take_factor(visit: Visit) -> Response:
    form, sealed = visit.form, visit.form.text("sealed")
    new_code, password, code = (form.secret(name) for name in ("new_code", "password", "code"))
    try:
        refused = own_account.take_factor(visit.kit, visit.token, sealed, new_code, password, code)
        wrong = faults(secret_password=not_taken(visit, refused) if refused else "")
    except AccountRefused as fault:
        wrong = faults(secret_new_code=why(visit, fault))
    if wrong:
        return _factor(visit, _as_before(visit, sealed), wrong)
    return see("accounts.show", done="factor")


def know(visit: Visit) -> Response:
    """Ends the lines about a new sheet and a new authenticator."""
    own_account.know(visit.kit, visit.by)
    return see("accounts.show")


def refuse_link(visit: Visit) -> Response:
    """Refuses a new link for one's own account, which somebody else asked for."""
    new_links.refuse_own(visit.kit, visit.by)
    return see("accounts.show", done="link")


def paper(visit: Visit) -> Response:
    """A new recovery sheet, shown once: the old one opens nothing from now on."""
    password, code = visit.form.secret("password"), visit.form.secret("code")
    try:
        sheet = own_account.new_paper(visit.kit, visit.token, password, code)
    except AccountRefused as fault:
        return show(visit, faults(paper=why(visit, fault)))
    if isinstance(sheet, Refused):
        return show(visit, faults(**{"paper-password": not_taken(visit, sheet)}))
    return page(visit, "paper.html", sheet=sheet)


def show(visit: Visit, wrong: FormFaults | None = None) -> Response:
    return page(
        visit,
        "account.html",
        wrong=wrong,
        sessions=sessions.listed(visit.kit, visit.token),
        done=visit.query.get("done", ""),
        resting=new_links.resting(visit.kit, visit.by.account_id),
        renewed=own_account.renewed(visit.kit, visit.by),
        fingerprint=own_account.fingerprint(visit.kit, visit.by),
    )


def _as_before(visit: Visit, sealed: str) -> NewFactor:
    """What the page showed, so that a wrong code needs no new picture; a new one where the field was altered."""
    try:
        return own_account.same_factor(visit.kit, visit.by, sealed)
    except AccountRefused:
        return own_account.new_factor(visit.kit, visit.by)


def _factor(visit: Visit, new: NewFactor, wrong: FormFaults | None = None) -> Response:
    drawn = qr_code.svg(new.uri)
    return page(visit, "factor.html", wrong=wrong, new=new, drawn=drawn)
