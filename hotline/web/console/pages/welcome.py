"""Taking up an account by its link: a password, an authenticator, a sheet on paper."""

from dataclasses import replace

from flask import Response

from hotline.adapters import qr_code
from hotline.domain.accounts.account import Refused
from hotline.errors import AccountRefused
from hotline.services.accounts import welcome
from hotline.services.accounts.welcome import Welcome, WelcomeStep
from hotline.text.languages import CODES
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.visit import GuestVisit, moment, not_taken, page, see, why

COOKIE = "__Host-hotline-link"
"""The cookie of the browser that chose the password: the later steps are its own."""
ASKED = {
    "password": "secret_password",
    "continue": "secret_password",
    "code": "secret_code",
    "finish": "have",
}
"""By what is done: the field that a refusal belongs to."""


def step(visit: GuestVisit, token: str) -> Response:
    here = welcome.begin(visit.kit, token, visit.began)
    if here is not None and here.step is WelcomeStep.ELSEWHERE and visit.is_from_elsewhere:
        return moment(visit, visit.path)
    return _shown(visit, here)


def take(visit: GuestVisit, token: str) -> Response:
    """One step of the three."""
    here = welcome.begin(visit.kit, token, visit.began)
    if here is None:
        return _shown(visit, None)
    spoken, does = _in_its_language(visit, here), visit.form.text("do")
    try:
        return _taken(spoken, token, does)
    except AccountRefused as refused:
        wrong = faults(**{ASKED.get(does, "do"): why(spoken, refused)})
        now = welcome.begin(visit.kit, token, visit.began)
        return _shown(spoken, now, status=422, wrong=wrong)


def _taken(visit: GuestVisit, token: str, does: str) -> Response:
    """Raises AccountRefused."""
    match does:
        case "password":
            password = visit.form.secret("password")
            chosen = welcome.choose_password(visit.kit, token, password, visit.began)
            return _carrying(see("welcome.step", token=token), chosen.browser)
        case "continue":
            return _continued(visit, token)
        case "code":
            welcome.prove_code(visit.kit, token, visit.form.secret("code"), visit.began)
        case "paper":
            return _sheet(visit, token, FormFaults())
        case "finish" if not visit.form.ticked("have"):
            says = visit.say("Tick that you have the sheet on paper.")
            return _sheet(visit, token, faults(have=says))
        case "finish":
            welcome.finish(visit.kit, token, visit.began)
            return _carrying(see("entering.ask"), "")
    return see("welcome.step", token=token)


def _continued(visit: GuestVisit, token: str) -> Response:
    """Goes on in this browser by the password. Raises AccountRefused."""
    found = welcome.go_on(visit.kit, token, visit.form.secret("password"))
    if isinstance(found, Refused):
        wrong = faults(secret_password=not_taken(visit, found))
        now = welcome.begin(visit.kit, token, visit.began)
        return _shown(visit, now, status=422, wrong=wrong)
    return _carrying(see("welcome.step", token=token), found.browser)


def _carrying(answer: Response, browser: str) -> Response:
    """Returns the answer with the token of this browser; without one, it forgets the token."""
    if browser:
        answer.set_cookie(COOKIE, browser, secure=True, httponly=True, samesite="Strict")
    else:
        answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict")
    return answer


def _shown(
    visit: GuestVisit, here: Welcome | None, *, status: int = 200, wrong: FormFaults | None = None
) -> Response:
    if here is None:
        return page(visit, "link_over.html", status=404)
    drawn = qr_code.svg(here.uri) if here.uri else ""
    given = {"here": here, "drawn": drawn, "faults": wrong or FormFaults()}
    return page(_in_its_language(visit, here), "welcome.html", status=status, **given)


def _sheet(visit: GuestVisit, token: str, wrong: FormFaults) -> Response:
    """An answer to a POST, since it is shown once: a new sheet takes the place of the one before."""
    here = welcome.begin(visit.kit, token, visit.began)
    if here is None:
        return _shown(visit, None)
    sheet = welcome.paper(visit.kit, token, visit.began)
    status = 422 if wrong else 200
    drawn = {"sheet": sheet, "name": here.name, "faults": wrong}
    return page(visit, "welcome_paper.html", status=status, **drawn)


def _in_its_language(visit: GuestVisit, here: Welcome) -> GuestVisit:
    """The account's, unless another one was chosen on the page."""
    if visit.query.get("language") in CODES or here.language not in CODES:
        return visit
    return replace(visit, language=here.language)
