"""The pages that say that something is not there, or broke. They tell what to do next, and never what broke.

A log line holds the kind of the error and a reference, which the page shows too: never an address, since that of
`/welcome/` is a secret, and never a message, which may quote what was typed.
"""

import logging
import secrets
from contextlib import suppress
from functools import partial

from flask import Response, make_response, request
from werkzeug.exceptions import HTTPException

from hotline.errors import HotlineError, NotFound, Unavailable
from hotline.services.accounts import sessions
from hotline.text.languages import CODES, FIRST
from hotline.web.console.form import PostedForm
from hotline.web.console.guard import Gatehouse
from hotline.web.console.marks import marks_if_known
from hotline.web.console.pages import entering

LOG = logging.getLogger("hotline.console")


def refused(house: Gatehouse, error: HTTPException) -> Response:
    """An address that is none, or that this account may not see; a request that no page of ours sends."""
    code = error.code or 400
    return _drawn(
        house,
        "missing.html" if code in {404, 405} else "refused.html",
        404 if code == 405 else code,
        language=_of_the_account(house),
    )


def unforeseen(house: Gatehouse, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return refused(house, error)
    if isinstance(error, NotFound):
        return _drawn(house, "missing.html", 404, language=_of_the_account(house))
    reference = secrets.token_hex(4)
    away = isinstance(error, Unavailable)
    LOG.log(
        logging.WARNING if away else logging.ERROR,
        "%s, reference %s",
        type(error).__name__,
        reference,
    )
    return _drawn(house, "broken.html", 503 if away else 500, reference=reference, kept=_kept())


def _kept() -> tuple[tuple[str, str], ...]:
    """What was typed, so that it can be sent again: the form's key with it, as it is still the same session."""
    form = PostedForm(tuple(request.form.items(multi=True)))
    return tuple(form.kept())


def _of_the_account(house: Gatehouse) -> str:
    """Returns the language of whoever is signed in; an empty text where nobody is, or it cannot be asked."""
    token = request.cookies.get(entering.COOKIE, "")
    with suppress(HotlineError):
        by = sessions.look(house.kit, token, automatic=True) if token else None
        return by.language if by is not None and by.language in CODES else ""
    return ""


def _drawn(
    house: Gatehouse, template: str, status: int, *, language: str = "", **values: object
) -> Response:
    """Draws it in a language, or in the browser's where none is given: what broke may be what knows the account."""
    language = language or request.accept_languages.best_match(CODES, default=FIRST) or FIRST
    given = {
        "path": request.path,
        "query": {},
        "sample_marks": partial(marks_if_known, house.kit, house.templates),
    }
    drawn = house.templates.draw(language, template, by=None, **given, **values)
    return make_response(drawn, status)
