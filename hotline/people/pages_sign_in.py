"""Shows the pages for sign-in, sign-out and lost passwords. Also shows the pages on which an invited person sets up a
new account.

Also sends the static files of all pages, such as style sheets.
"""

from dataclasses import replace
from typing import Any

from flask import Response, abort, current_app, make_response

from hotline.console.templating import Fields
from hotline.console.visit import (
    COOKIE,
    KNOWN,
    LINK_COOKIE,
    GuestVisit,
    Visit,
    form_view,
    page,
    redirect_to,
    redirect_to_address,
    refusal_sentence,
    reload_page,
    sign_in_refusal,
    signed_visit,
)
from hotline.core.actors import SignInRefused
from hotline.people import service_demo, service_own_account, service_sessions
from hotline.people.service_own_account import Welcome, WelcomeStep
from hotline.text import qr_code
from hotline.text.errors import AccountRefused, FormRefused
from hotline.text.languages import CODES

ONE_CLICK = "demo_entering.enter"
"""The name of the demo's route for a sign-in with one click."""
SAFE: Any = {"secure": True, "httponly": True, "samesite": "Strict"}
KNOWN_SECONDS = service_sessions.MARK_DAYS * 24 * 3600
KEPT = "kept."
"""If the user was filling in a form, the sign-in page keeps the typed text in hidden fields. The names of these fields
begin with this text. After the sign-in, the user can send the form again.
"""


def sign_in_page(visit: GuestVisit) -> Response:
    to = local_address(visit.asked("to"))
    if visit.is_from_elsewhere:
        return reload_page(visit, to)
    return _form(visit, to, ())


def sign_in(visit: GuestVisit) -> Response:
    """Signs the account in, and shows the page that the user requested before the sign-in.

    If the user sent a form without a valid session, shows a button that sends this form again.
    """
    form = visit.form
    to = local_address(form.text("to"))
    kept = tuple(
        (name.removeprefix(KEPT), value) for name, value in form.fields if name.startswith(KEPT)
    )
    found = service_sessions.sign_in(
        visit.context,
        form.text("name"),
        form.secret("password"),
        form.secret("code"),
        visit.known,
        network=visit.network,
    )
    if isinstance(found, SignInRefused):
        wrong = visit.with_faults({"name": sign_in_refusal(visit, found)})
        return _form(wrong, to, kept, name=form.text("name"))
    if kept:
        here = signed_visit(visit, found.signed_in, found.token)
        answer = page(here, "again.html", to=to, kept=kept)
    else:
        answer = redirect_to_address(to)
    return with_session_cookies(answer, found)


def with_session_cookies(answer: Response, found: service_sessions.NewSession) -> Response:
    """Adds the cookies of a new session to a response."""
    answer.set_cookie(COOKIE, found.token, **SAFE)
    answer.set_cookie(KNOWN, found.known, KNOWN_SECONDS, **SAFE)
    return answer


def session_ended(visit: GuestVisit) -> Response:
    """Returns the sign-in page for a user who sent a form without a valid session. The page contains the fields of the
    form, which the console stores nowhere else.
    """
    return _form(visit, local_address(visit.path), visit.form.kept(), status=401)


def sign_out(visit: Visit) -> Response:
    service_sessions.sign_out(visit.context, visit.token)
    answer = redirect_to("entering.ask")
    answer.delete_cookie(COOKIE, **SAFE)
    return answer


def local_address(address: str) -> str:
    """Returns `address` if it is an address of the console. Otherwise returns the address of the console's
    first page.
    """
    plain = address.isprintable() and "\\" not in address
    return address if plain and address.startswith("/") and not address.startswith("//") else "/"


def _form(visit: GuestVisit, to: str, kept: Fields, *, name: str = "", status: int = 0) -> Response:
    return page(
        visit,
        "enter.html",
        status=status,
        to=to,
        kept=kept,
        name=name,
        demo=service_demo.entries(visit.context),
        one_click=ONE_CLICK in current_app.view_functions,
    )


def ask_recovery(visit: GuestVisit) -> Response:
    return page(visit, "recover.html", name=visit.form.text("name"))


@form_view(ask_recovery, "secret_new", AccountRefused)
def recover(visit: GuestVisit) -> Response:
    form = visit.form
    key, code, password = (form.secret(name) for name in ("recovery", "code", "new"))
    refused = service_own_account.reset_password(
        visit.context, form.text("name"), key, code, password, visit.known, network=visit.network
    )
    if refused:
        raise FormRefused({"name": sign_in_refusal(visit, refused)})
    return redirect_to("entering.ask")


ASKED = {
    "password": "secret_password",
    "continue": "secret_password",
    "code": "secret_code",
    "finish": "have",
}
"""For each button of the setup page, the field next to which the page shows an error."""


def step(visit: GuestVisit, token: str) -> Response:
    """Shows the next of the three steps in which a person sets up a new account after opening the account's link.

    The page is in the account's language, unless the person chose another language.
    """
    here = service_own_account.current_step(visit.context, token, visit.began)
    if here is None:
        return page(visit, "link_over.html", status=404)
    if here.step is WelcomeStep.ELSEWHERE and visit.is_from_elsewhere:
        return reload_page(visit, visit.path)
    drawn = qr_code.svg(here.uri) if here.uri else ""
    return page(_in_its_language(visit, here), "welcome.html", here=here, drawn=drawn)


def take_step(visit: GuestVisit, token: str) -> Response:
    """Carries out one of the three steps in which a person sets up a new account."""
    here = service_own_account.current_step(visit.context, token, visit.began)
    if here is None:
        return step(visit, token)
    spoken, does = _in_its_language(visit, here), visit.form.text("do")
    try:
        return _taken(spoken, token, does, here.name)
    except AccountRefused as refused:
        return step(
            spoken.with_faults({ASKED.get(does, "do"): refusal_sentence(spoken, refused)}), token
        )


def _taken(visit: GuestVisit, token: str, does: str, name: str) -> Response:
    """Carries out the action of the button `does`, which the person pressed. `name` is the name of the account. Raises
    AccountRefused."""
    match does:
        case "password":
            password = visit.form.secret("password")
            chosen = service_own_account.choose_password(
                visit.context, token, password, visit.began
            )
            return _carrying(redirect_to("entering.step", token=token), chosen.browser)
        case "continue":
            found = service_own_account.continue_in_this_browser(
                visit.context, token, visit.form.secret("password")
            )
            if isinstance(found, SignInRefused):
                wrong = {"secret_password": sign_in_refusal(visit, found)}
                return step(visit.with_faults(wrong), token)
            return _carrying(redirect_to("entering.step", token=token), found.browser)
        case "code":
            service_own_account.prove_code(
                visit.context, token, visit.form.secret("code"), visit.began
            )
        case "paper":
            return _sheet(visit, token, name)
        case "finish" if not visit.form.ticked("have"):
            says = visit.say("Confirm that you have the recovery sheet on paper.")
            return _sheet(visit.with_faults({"have": says}), token, name)
        case "finish":
            service_own_account.finish(visit.context, token, visit.began)
            return _carrying(redirect_to("entering.ask"), "")
    return redirect_to("entering.step", token=token)


def _carrying(answer: Response, browser: str) -> Response:
    """Adds the cookie for the account's setup to the response, or deletes this cookie if `browser` is empty. The cookie
    contains the token `browser`, which the browser needs for the next steps of the setup.
    """
    if browser:
        answer.set_cookie(LINK_COOKIE, browser, **SAFE)
    else:
        answer.delete_cookie(LINK_COOKIE, **SAFE)
    return answer


def _sheet(visit: GuestVisit, token: str, name: str) -> Response:
    """Makes a new recovery sheet and shows it once. After that, the earlier recovery sheet is invalid."""
    sheet = service_own_account.new_sheet(visit.context, token, visit.began)
    return page(visit, "welcome_paper.html", sheet=sheet, name=name)


def _in_its_language(visit: GuestVisit, here: Welcome) -> GuestVisit:
    if visit.query.get("language") in CODES or here.language not in CODES:
        return visit
    return replace(visit, language=here.language)


A_YEAR = "public, max-age=31536000, immutable"


def static(visit: GuestVisit, name: str) -> Response:
    """Sends the static file with this name. The name contains a digest of the file's content, so a page never gets a
    file of another release.
    """
    file = next((one for one in visit.templates.files.values() if one.name == name), None)
    if file is None:
        abort(404)
    answer = make_response(file.body)
    answer.headers["Content-Type"] = f"{file.kind}; charset=utf-8"
    answer.headers["Cache-Control"] = A_YEAR
    return answer
