"""Serves the public page of results. It is the only page for people in this process. The page sets no cookie, and
nothing about visitors is stored.

The page is made at most once in ten minutes, and then kept. Many requests therefore need only one query.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from hotline.core.contexts import WebContext
from hotline.errors import StoreUnavailable
from hotline.statistics import service_report
from hotline.web import hook_guard
from hotline.web.hook_guard import health, plain_response, refused, unexpected_error
from hotline.web.hooks import delivery_report, listed_sms, optout, session_end, sms, ussd

results = Blueprint("results", __name__)
KEPT = timedelta(minutes=10)
AWAY = timedelta(seconds=30)
"""The time for which the page does not ask the database again after it failed to answer."""
_HASH = b64encode(hashlib.sha256(service_report.STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, max-age=600",
}


class PageCache:
    """The last page that was made, with the time of making it.

    One thread makes a new page. The other threads do not wait for it, because callers need them.
    """

    def __init__(self) -> None:
        self._drawing = Lock()
        self._page = b""
        self._asked_at: datetime | None = None
        self._stays = KEPT

    def of(self, context: WebContext) -> bytes:
        """Returns the page. Returns the old page while a new page is being made or cannot be made.

        Raises StoreUnavailable if there is no page yet.
        """
        if self._is_due(context.now()) and self._drawing.acquire(blocking=False):
            try:
                self._draw(context)
            finally:
                self._drawing.release()
        if not self._page:
            raise StoreUnavailable("the public page of results is not ready yet")
        return self._page

    def _is_due(self, now: datetime) -> bool:
        return self._asked_at is None or not now - self._stays < self._asked_at <= now

    def _draw(self, context: WebContext) -> None:
        """Makes a new page. After a failure, the next attempt follows later, because each attempt blocks a thread."""
        self._asked_at, self._stays = context.now(), AWAY
        with suppress(StoreUnavailable):
            self._page = service_report.results_page(context).encode()
            self._stays = KEPT


@results.get("/results")
def results_page() -> Response:
    kept: PageCache = current_app.extensions.setdefault("hotline.results", PageCache())
    try:
        page = kept.of(current_app.extensions[hook_guard.HOOK_CONTEXT_KEY].context)
    except StoreUnavailable:
        return plain_response("", 503)
    return Response(page, content_type="text/html; charset=utf-8", headers=HEADERS)


# Builds the web application: six hooks, the health checks and the public page of results.

HOOKS: Mapping[str, hook_guard.Hook] = {
    "ussd": ussd,
    "ussd/ended": session_end,
    "sms": sms,
    "sms/listed": listed_sms,
    "delivery": delivery_report,
    "optout": optout,
}
"""The hooks under `/hooks/<secret>/`, by the last part of their address."""


def create_app(
    context: WebContext,
    secrets: hook_guard.Secrets,
    used: hook_guard.Used = hook_guard.ignore_use,
    measured: hook_guard.Measured = hook_guard.unmeasured,
) -> Flask:
    """Builds the whole application from a context and the valid secrets in the paths of the hooks."""
    app = Flask(__name__, static_folder=None)
    door = app.extensions[hook_guard.HOOK_CONTEXT_KEY] = hook_guard.HookContext(
        context, secrets, used, measured
    )
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, unexpected_error)

    app.register_blueprint(health)
    app.register_blueprint(results)
    for name, hook in HOOKS.items():
        app.add_url_rule(
            f"/hooks/<secret>/{name}", name, _view(hook, door), methods=hook_guard.METHODS
        )
    return app


def _view(hook: hook_guard.Hook, door: hook_guard.HookContext) -> Callable[[str], Response]:
    def view(secret: str) -> Response:
        reply = hook(door, request.environ, secret)
        return plain_response(reply.body, reply.status)

    return view
