"""Builds the console's application: the route table behind its guard, and the headers of every response."""

from functools import cache, partial

from flask import Flask, Response
from werkzeug.routing import Map, Rule

from hotline.console.routes import ROUTES, PageRoute, Route
from hotline.console.templating import Templates
from hotline.console.visit import ON_EVERY_PAGE
from hotline.core.actors import SignedIn
from hotline.core.context import ConsoleKit
from hotline.people import guard

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""The headers of every response. `Referrer-Policy: no-referrer` would make browsers send `Origin: null` with forms."""
LINE = "X-Line"
"""The header with this hotline's mark, so that the doctor does not mistake another program for the console."""
MOST_BYTES = 3 * 1024 * 1024
"""The largest request: a spreadsheet of 2 MB and the form around it."""
AT_WORK = 16
"""The requests that work at once. A request that waits for long work gives its place to another."""
PATIENCE = 30.0
"""The most seconds for a body or a page. The web servers in front time out then too."""


def _bars(kit: ConsoleKit, by: SignedIn) -> object:
    from hotline.web import pages_today

    return pages_today.bars(kit, by)


def _counts(kit: ConsoleKit, by: SignedIn) -> object:
    from hotline.web import pages_today

    return pages_today.counts(kit, by)


def _titles(kit: ConsoleKit, by: SignedIn) -> object:
    from hotline.editing.service_drafts import live_titles

    return live_titles(kit, by.language)


ON_EVERY_PAGE.update(
    bars=_bars, counts=_counts, titles=_titles
)  # They import what they count when a page asks for it.


def create_console(kit: ConsoleKit, templates: Templates, more: tuple[Route, ...] = ()) -> Flask:
    """Builds the whole application for one context. It answers only to the context's address.

    `more`: routes that only the demo has.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MOST_BYTES
    house = guard.Gatehouse(kit, templates)
    app.before_request(partial(guard.only_our_host, house))
    app.before_request(guard.only_so_many_fields)
    app.after_request(partial(_harden, kit))
    app.register_error_handler(Exception, partial(guard.unforeseen, house))
    app.url_map = addresses(more)
    for route in (*ROUTES, *more):
        app.view_functions[route.endpoint] = (
            guard.guarded_view(house, route)
            if isinstance(route, PageRoute)
            else guard.open_view(house, route)
        )
    return app


@cache
def addresses(more: tuple[Route, ...] = ()) -> Map:
    """Returns the URL map of the route table. It is the same for every context and slow to compile, so it is cached."""
    return Map(
        [Rule(one.rule, endpoint=one.endpoint, methods=[one.method]) for one in (*ROUTES, *more)]
    )


def _harden(kit: ConsoleKit, response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers[LINE] = kit.sealer.line_mark()
    return response
