"""Guards every page of the console, and shows the error pages.

For each request, the guard checks in order: host name, form's origin, session, account's role, form's secret key,
recent sign-in. If an account may not see a page, the guard answers as if the page did not exist.

An error page says what the user can do next, and does not describe the error. The log line about an error contains only
the error's class and a reference number. The line contains no address and no message, because they may contain secrets
or text that a user typed.
"""

import hmac
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Response, abort, make_response, request
from werkzeug.exceptions import HTTPException

from hotline.console.routes import Needs, PageRoute, Route
from hotline.console.templating import FORM_KEY, PostedForm, Templates
from hotline.console.visit import (
    COOKIE,
    KNOWN,
    LINK_COOKIE,
    GuestVisit,
    Visit,
    page,
    redirect_to,
    sample_marks_if_known,
    sign_in_refusal,
    signed_visit,
)
from hotline.core.actors import SignInRefused
from hotline.core.addresses import network_of, peer_of
from hotline.core.contexts import ConsoleContext
from hotline.people import service_sessions
from hotline.text.errors import HotlineError, NotFound, Unavailable
from hotline.text.languages import CODES, FIRST

PART = "X-Part"
"""The header with which the console's script requests only the parts of a page that can change."""
URLENCODED = "application/x-www-form-urlencoded"
AUTOMATIC = "auto"
"""The query parameter of requests that a page sends automatically to reload itself. A request with this parameter does
not extend the session.
"""
MAX_ROW_ID = 2**31 - 1
"""The highest possible id of a row."""
MAX_FIELDS = 2000
"""The largest number of fields that a form may contain. The largest form of the console has a few hundred fields.
Without the limit, a form with a million empty fields would use a gigabyte of memory.
"""
Answer = Callable[..., Response]


class GuardContext(NamedTuple):
    """The data that the guard needs."""

    context: ConsoleContext
    templates: Templates


def check_host(context: GuardContext) -> Response | None:
    """Refuses a request whose host name is not the console's host name."""
    if request.host != urlsplit(context.context.console_url).netloc:
        return make_response("", 421)
    return None


def check_field_count() -> None:
    """Refuses a form with too many fields, before the form is parsed.

    Flask itself limits the number of fields in a form that uploads a file.
    """
    if request.mimetype == URLENCODED and request.get_data().count(b"&") >= MAX_FIELDS:
        abort(413)


def open_view(context: GuardContext, route: Route) -> Answer:
    def answer(**values: object) -> Response:
        _refuse_wrong(context, values)
        return route.view()(_guest(context), **values)

    return answer


def guarded_view(context: GuardContext, route: PageRoute) -> Answer:
    def answer(**values: object) -> Response:
        _refuse_wrong(context, values)
        guest = _guest(context)
        token = request.cookies.get(COOKIE, "")
        is_shift, is_read = route.needs is Needs.SHIFT, request.method == "GET"
        automatic = is_read and (AUTOMATIC in request.args or is_shift)
        by = service_sessions.find_session(context.context, token, automatic=automatic)
        if by is None and (is_shift or (is_read and PART not in request.headers)):
            by = service_sessions.find_locked(context.context, token)
            if by is not None and not is_shift:
                to = request.path if automatic else guest.path
                return redirect_to("board.locked", to=to)
        if by is None:
            return _outside(guest)
        if not route.admits(by.roles):
            abort(404)
        visit = signed_visit(guest, by, token)
        if request.method == "POST":
            # The code below compares bytes, because `compare_digest` accepts no strings with
            # non-ASCII letters.
            posted = visit.form.text(FORM_KEY).encode("utf-8", "replace")
            if not hmac.compare_digest(posted, by.session_key.encode()):
                if by.is_locked:
                    return redirect_to("board.locked")
                return page(visit, "again.html", status=422, to=visit.path, kept=visit.form.kept())
            proof = (visit.form.secret("password"), visit.form.secret("code"))
            if route.needs is Needs.FRESH_FACTOR and not all(proof):
                return _ask_password(visit)
            if route.needs in (Needs.FRESH, Needs.KEY) and not by.is_fresh:
                return _fresh(visit, route, values, *proof)
        return route.view()(visit, **values)

    return answer


def _refuse_wrong(context: GuardContext, values: dict[str, object]) -> None:
    """Refuses a form that a page of another site sent, and an address with an impossible value.

    A browser sends the origin of the form with each POST request. An address is refused if it contains an id above
    `MAX_ROW_ID` or a NUL character, because the database would raise an error.
    """
    if request.method == "POST" and request.headers.get("Origin") != context.context.console_url:
        abort(403)
    if any(
        value > MAX_ROW_ID if isinstance(value, int) else "\0" in str(value)
        for value in values.values()
    ):
        abort(404)


def _outside(guest: GuestVisit) -> Response:
    """Returns the answer to a request without a session: usually the sign-in page. After a POST request, the sign-in
    page contains the sent fields, which the console stores nowhere else.
    """
    if PART in request.headers:
        return make_response("", 401)
    if request.method == "GET":
        return redirect_to("entering.ask", to=guest.path)
    from hotline.people import pages_sign_in

    return pages_sign_in.session_ended(guest)


def _fresh(
    visit: Visit, route: PageRoute, values: dict[str, object], password: str, code: str
) -> Response:
    """Handles a form for which the account must have signed in a short time ago. If the request contains a password and
    a code, signs the account in again, and shows the requested page. Without a password and a code, returns a page that
    asks for both.
    """
    if not password and not code:
        return _ask_password(visit)
    found = service_sessions.step_up(visit.context, visit.token, password, code)
    if found is None:
        return _outside(visit)
    if isinstance(found, SignInRefused):
        return _ask_password(visit.with_faults({"secret_password": sign_in_refusal(visit, found)}))
    return route.view()(replace(visit, by=found), **values)


def _ask_password(visit: Visit) -> Response:
    """Returns a page that asks for password and code, and that then sends the original form again."""
    return page(visit, "fresh.html", status=422, kept=visit.form.kept())


def _guest(context: GuardContext) -> GuestVisit:
    """Returns the request's data as a visit of a user who is not signed in. The language comes from the address, the
    form or the browser.
    """
    asked = (request.args.get("language"), request.form.get("speaks"))
    preferred = request.accept_languages.best_match(CODES, default=FIRST)
    language = next((code for code in (*asked, preferred) if code in CODES), FIRST)
    path = request.full_path if request.query_string else request.path
    return GuestVisit(
        context=context.context,
        templates=context.templates,
        language=language,
        path=path,
        query={name: value.replace("\0", "") for name, value in request.args.items()},
        form=PostedForm(
            tuple((name, value.replace("\0", "")) for name, value in request.form.items(multi=True))
        ),
        is_from_elsewhere=request.headers.get("Sec-Fetch-Site") == "cross-site",
        network=network_of(peer_of(request.environ, context.context.proxies)),
        known=request.cookies.get(KNOWN, ""),
        began=request.cookies.get(LINK_COOKIE, ""),
    )


LOG = logging.getLogger("hotline.console")


def error_page(context: GuardContext, error: Exception) -> Response:
    """Returns the page that a user sees after an error. The error may be a fault of the console, an invalid request, or
    an address that does not exist for this account.
    """
    if isinstance(error, HTTPException | NotFound):
        code = 404 if isinstance(error, NotFound) else error.code or 400
        language = _of_the_account(context)
        if code in {404, 405}:
            return _drawn(context, "missing.html", 404, language=language)
        return _drawn(context, "refused.html", code, language=language)
    reference, away = secrets.token_hex(4), isinstance(error, Unavailable)
    level = logging.WARNING if away else logging.ERROR
    LOG.log(level, "%s, reference %s", type(error).__name__, reference)
    # The error page contains the text that the user typed, so that the user can send the text again.
    kept = PostedForm(tuple(request.form.items(multi=True))).kept()
    return _drawn(context, "broken.html", 503 if away else 500, reference=reference, kept=kept)


def _of_the_account(context: GuardContext) -> str:
    """Returns the language of the signed-in account.

    Returns an empty text if no account is signed in, or if the database does not answer.
    """
    token = request.cookies.get(COOKIE, "")
    with suppress(HotlineError):
        by = service_sessions.find_session(context.context, token, automatic=True)
        if by is not None and by.language in CODES:
            return by.language
    return ""


def _drawn(
    context: GuardContext, template: str, status: int, *, language: str = "", **values: object
) -> Response:
    """Shows an error page in the language `language`. If `language` is empty, uses the browser's language.

    Does not read the account from the database, because a fault of the database may have caused the error.
    """
    language = language or request.accept_languages.best_match(CODES, default=FIRST) or FIRST
    drawn = context.templates.draw(
        language,
        template,
        by=None,
        path=request.path,
        query={},
        sample_marks=partial(sample_marks_if_known, context.context, context.templates),
        **values,
    )
    return make_response(drawn, status)
