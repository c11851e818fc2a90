"""Taking up an account by its link: a password, an authenticator, a sheet on paper."""

from dataclasses import replace

from flask import Response

from hotline.adapters import qr_code
from hotline.errors import AccountRefused
from hotline.services.accounts import welcome
from hotline.services.accounts.welcome import Welcome
from hotline.text.languages import CODES
from hotline.web.console.form import FormFaults, faults
from hotline.web.console.visit import GuestVisit, page, see, why

ASKED = {"password": "secret_password", "code": "secret_code", "finish": "have"}
"""By what is done: the field that a refusal belongs to."""


def step(visit: GuestVisit, token: str) -> Response:
    return _shown(visit, welcome.begin(visit.kit, token))


def take(visit: GuestVisit, token: str) -> Response:
    """One step of the three."""
    here = welcome.begin(visit.kit, token)
    if here is None:
        return _shown(visit, None)
    spoken, does = _in_its_language(visit, here), visit.form.text("do")
    try:
        return _taken(spoken, token, does)
    except AccountRefused as refused:
        wrong = faults(**{ASKED.get(does, "do"): why(spoken, refused)})
        return _shown(spoken, welcome.begin(visit.kit, token), status=422, wrong=wrong)


def _taken(visit: GuestVisit, token: str, does: str) -> Response:
    """Raises AccountRefused."""
    match does:
        case "password":
            welcome.choose_password(visit.kit, token, visit.form.secret("password"))
        case "code":
            welcome.prove_code(visit.kit, token, visit.form.secret("code"))
        case "paper":
            return _sheet(visit, token, FormFaults())
        case "finish" if not visit.form.ticked("have"):
            says = visit.say("Tick that you have the sheet on paper.")
            return _sheet(visit, token, faults(have=says))
        case "finish":
            welcome.finish(visit.kit, token)
            return see("entering.ask")
    return see("welcome.step", token=token)


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
    here = welcome.begin(visit.kit, token)
    if here is None:
        return _shown(visit, None)
    sheet = welcome.paper(visit.kit, token)
    status = 422 if wrong else 200
    drawn = {"sheet": sheet, "name": here.name, "faults": wrong}
    return page(visit, "welcome_paper.html", status=status, **drawn)


def _in_its_language(visit: GuestVisit, here: Welcome) -> GuestVisit:
    """The account's, unless another one was chosen on the page."""
    if visit.query.get("language") in CODES or here.language not in CODES:
        return visit
    return replace(visit, language=here.language)
