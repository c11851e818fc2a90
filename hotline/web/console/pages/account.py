"""One's own account: language, password, second factor, recovery sheet, sessions."""

from flask import Response

from hotline.adapters import qr_code
from hotline.domain.accounts.account import Refused
from hotline.errors import AccountRefused
from hotline.services.accounts import new_links, own_account, sessions
from hotline.services.accounts.own_account import NewFactor
from hotline.text.languages import CODES
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.pages import entering
from hotline.web.console.visit import Visit, not_taken, page, see, see_address, why


def show(visit: Visit) -> Response:
    return _shown(visit)


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
        return _shown(visit, status=422, wrong=faults(secret_new=why(visit, fault)))
    if refused:
        return _shown(visit, status=422, wrong=faults(secret_old=not_taken(visit, refused)))
    return see("account.show", done="password")


def end_others(visit: Visit) -> Response:
    sessions.end_others(visit.kit, visit.token)
    return see("account.show", done="sessions")


def factor(visit: Visit) -> Response:
    """A new secret on every look: nothing is stored before a code of it was typed."""
    return _factor(visit, own_account.new_factor(visit.kit, visit.by))


def take_factor(visit: Visit) -> Response:
    form, sealed = visit.form, visit.form.text("sealed")
    new_code, password, code = (form.secret(name) for name in ("new_code", "password", "code"))
    try:
        refused = own_account.take_factor(visit.kit, visit.token, sealed, new_code, password, code)
    except AccountRefused as fault:
        same = _as_before(visit, sealed)
        wrong = faults(secret_new_code=why(visit, fault))
        return _factor(visit, same, status=422, wrong=wrong)
    if refused:
        wrong = faults(secret_password=not_taken(visit, refused))
        return _factor(visit, _as_before(visit, sealed), status=422, wrong=wrong)
    return see("account.show", done="factor")


def know(visit: Visit) -> Response:
    """Ends the lines about a new sheet and a new authenticator."""
    own_account.know(visit.kit, visit.by)
    return see("account.show")


def refuse_link(visit: Visit) -> Response:
    """Refuses a new link for one's own account, which somebody else asked for."""
    new_links.refuse_own(visit.kit, visit.by)
    return see("account.show", done="link")


def paper(visit: Visit) -> Response:
    """A new recovery sheet, shown once: the old one opens nothing from now on."""
    password, code = visit.form.secret("password"), visit.form.secret("code")
    try:
        sheet = own_account.new_paper(visit.kit, visit.token, password, code)
    except AccountRefused as fault:
        return _shown(visit, status=422, wrong=faults(paper=why(visit, fault)))
    if isinstance(sheet, Refused):
        wrong = faults(**{"paper-password": not_taken(visit, sheet)})
        return _shown(visit, status=422, wrong=wrong)
    return page(visit, "paper.html", sheet=sheet)


def _shown(visit: Visit, *, status: int = 200, wrong: FormFaults | None = None) -> Response:
    return page(
        visit,
        "account.html",
        status=status,
        faults=wrong or FormFaults(),
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


def _factor(
    visit: Visit, new: NewFactor, *, status: int = 200, wrong: FormFaults | None = None
) -> Response:
    drawn = qr_code.svg(new.uri)
    return page(
        visit, "factor.html", status=status, faults=wrong or FormFaults(), new=new, drawn=drawn
    )
