"""The way in and the way out: name, password and code on one page."""

from collections.abc import Sequence

from flask import Response, current_app

from hotline.domain.accounts.account import Refused
from hotline.services.accounts import demo_accounts, known_browsers, sessions, signing_in
from hotline.web.console.form import Fields, faults
from hotline.web.console.visit import (
    GuestVisit,
    Visit,
    moment,
    not_taken,
    page,
    see,
    see_address,
    signed,
)

COOKIE = "__Host-hotline"
KNOWN = "__Host-hotline-known"
"""The cookie of a browser by which somebody entered before: strangers' tries keep it from nothing."""
ONE_CLICK = "demo_entering.enter"
"""An address that only the demo's process has."""
KNOWN_SECONDS = known_browsers.LIVES_DAYS * 24 * 3600
KEPT = "kept."
"""How the name begins of a hidden field that waits to be sent again."""


def ask(visit: GuestVisit) -> Response:
    to = local(visit.query.get("to", ""))
    if visit.is_from_elsewhere:
        return moment(visit, to)
    return _form(visit, to, (), name="")


def enter(visit: GuestVisit) -> Response:
    """A session, and the page that was wanted; or what was typed before, to be sent again with one press."""
    form = visit.form
    to = local(form.text("to"))
    kept = tuple(
        (name.removeprefix(KEPT), value) for name, value in form.fields if name.startswith(KEPT)
    )
    found = signing_in.enter(
        visit.kit,
        form.text("name"),
        form.secret("password"),
        form.secret("code"),
        visit.known,
        network=visit.network,
    )
    if isinstance(found, Refused):
        return _form(visit, to, kept, status=422, name=form.text("name"), refused=found)
    if kept:
        here = signed(visit, found.signed_in, found.token)
        answer = page(here, "again.html", to=to, kept=kept)
    else:
        answer = see_address(to)
    return carrying(answer, found)


def carrying(answer: Response, found: sessions.Entered) -> Response:
    """The answer with the cookies of a session that was opened."""
    answer.set_cookie(COOKIE, found.token, secure=True, httponly=True, samesite="Strict")
    answer.set_cookie(
        KNOWN, found.known, KNOWN_SECONDS, secure=True, httponly=True, samesite="Strict"
    )
    return answer


def ended(visit: GuestVisit) -> Response:
    """The session ended before this was posted: it is carried along, and stored nowhere."""
    return _form(visit, local(visit.path), visit.form.kept(), status=401, name="")


def leave(visit: Visit) -> Response:
    sessions.leave(visit.kit, visit.token)
    answer = see("entering.ask")
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="Strict")
    return answer


def local(address: str) -> str:
    """An address of the console itself; Today where it is any other."""
    plain = address.isprintable() and "\\" not in address
    return address if plain and address.startswith("/") and not address.startswith("//") else "/"


def _form(
    visit: GuestVisit,
    to: str,
    kept: Fields,
    *,
    name: str,
    status: int = 200,
    refused: Refused | None = None,
) -> Response:
    wrong = faults(name=not_taken(visit, refused) if refused else "")
    return page(
        visit,
        "enter.html",
        status=status,
        to=to,
        kept=kept,
        faults=wrong,
        name=name,
        demo=_demo(visit),
        one_click=ONE_CLICK in current_app.view_functions,
    )


def _demo(visit: GuestVisit) -> Sequence[demo_accounts.DemoEntry]:
    return demo_accounts.shown(visit.kit)
