"""Builds the web application of the console: the routes with their access checks, and the headers of every response."""

from functools import cache, partial
from importlib import import_module

from flask import Flask, Response
from werkzeug.routing import Map, Rule

from hotline.console.routes import ROUTES, PageRoute, Route
from hotline.console.templating import Templates
from hotline.console.visit import ON_EVERY_PAGE
from hotline.core.actors import SignedIn
from hotline.core.contexts import ConsoleContext
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
"""The headers of every response. `Referrer-Policy` is not `no-referrer`, because browsers would then send forms with
`Origin: null`.
"""
LINE = "X-Line"
"""The header that identifies this hotline. The command `hotline doctor` looks for this header, to check that no other
program answers at the console's address.
"""
MAX_BYTES = 3 * 1024 * 1024
"""The largest size of a request in bytes. The size is enough for a form with a spreadsheet of 2 MB."""
AT_WORK = 16
"""The number of requests on which the console works at the same time. A request that waits for the end of slow work
does not count.
"""
PATIENCE = 30.0
"""The console may wait this number of seconds for a request's body, or work for this time on a page. The web server in
front of the console ends a request after the same time.
"""


def _later(view: str, context: ConsoleContext, by: SignedIn) -> object:
    """Calls the function with the name `view`, and imports its module at the first call."""
    module, _, name = view.rpartition(".")
    return getattr(import_module(f"hotline.{module}"), name)(context, by)


def _titles(context: ConsoleContext, by: SignedIn) -> object:
    from hotline.editing.service_drafts import live_titles

    return live_titles(context, by.language)


ON_EVERY_PAGE.update(
    frame=partial(_later, "web.service_approvals.frame_needs"),
    bars=partial(_later, "web.pages_today.red_bars"),
    counts=partial(_later, "web.pages_today.counts"),
    titles=_titles,
    pending=partial(_later, "web.service_approvals.pending"),
)


def create_console(
    context: ConsoleContext, templates: Templates, more: tuple[Route, ...] = ()
) -> Flask:
    """Builds the whole web application of the console. The application answers only at the address in the context.

    `more` contains routes that only the demo has.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MAX_BYTES
    house = guard.GuardContext(context, templates)
    app.before_request(partial(guard.check_host, house))
    app.before_request(guard.check_field_count)
    app.after_request(partial(_harden, context))
    app.register_error_handler(Exception, partial(guard.error_page, house))
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
    """Returns the map from URLs to the console's pages.

    The function caches the map, because it is slow to compile and always the same.
    """
    return Map(
        [Rule(row.rule, endpoint=row.endpoint, methods=[row.method]) for row in (*ROUTES, *more)]
    )


def _harden(context: ConsoleContext, response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers[LINE] = context.encrypter.line_mark()
    return response
