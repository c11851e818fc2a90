"""The console's application: the route table behind its guard, and what every answer carries."""

from functools import cache, partial

from flask import Flask, Response
from werkzeug.routing import Map, Rule

from hotline.ports import ConsoleKit
from hotline.web.console.guard import (
    Gatehouse,
    guarded_view,
    only_our_host,
    only_so_many_fields,
    open_view,
    unforeseen,
)
from hotline.web.console.routes import ROUTES, PageRoute, Route
from hotline.web.console.templating import Templates

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
"""Of every answer. `Referrer-Policy: no-referrer` would make a browser write `Origin: null` into each form."""
LINE = "X-Line"
"""Says which line's console this is, so that the doctor takes no other program for it."""
MOST_BYTES = 3 * 1024 * 1024
"""Of a request: a sheet of 2 MB, and what stands around it."""
AT_WORK = 16
"""Requests that work at once. A request that waits for a dear stretch lends its place to another."""
PATIENCE = 30.0
"""Seconds for a body, and the longest that a page may take: the web servers in front give up then, too."""


def create_console(kit: ConsoleKit, templates: Templates, more: tuple[Route, ...] = ()) -> Flask:
    """The whole application, for one kit. It answers to the address in the kit alone.

    `more`: addresses that only the demo has.
    """
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MOST_BYTES
    house = Gatehouse(kit, templates)
    app.before_request(partial(only_our_host, house))
    app.before_request(only_so_many_fields)
    app.after_request(partial(_harden, kit))
    app.register_error_handler(Exception, partial(unforeseen, house))
    app.url_map = addresses(more)
    for route in (*ROUTES, *more):
        app.view_functions[route.endpoint] = (
            guarded_view(house, route) if isinstance(route, PageRoute) else open_view(house, route)
        )
    return app


@cache
def addresses(more: tuple[Route, ...] = ()) -> Map:
    """The addresses of the route table. They are the same for every kit, and take longer to compile than all else."""
    return Map(
        [Rule(one.rule, endpoint=one.endpoint, methods=[one.method]) for one in (*ROUTES, *more)]
    )


def _harden(kit: ConsoleKit, response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers[LINE] = kit.sealer.line_mark()
    return response
