"""Serves the public page of results, the only page for people in this process. It sets no cookie and stores no visitor.

The page is drawn at most once in ten minutes and kept. Many requests cost one look at the database.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from threading import Lock

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from hotline.core.context import DoorKit
from hotline.errors import StoreUnavailable
from hotline.statistics import service_report
from hotline.statistics.service_report import STYLE
from hotline.web import hook_guard
from hotline.web.hook_guard import health, plain, refused, unforeseen
from hotline.web.hooks import delivery, ended, listed, optout, sms, ussd

results = Blueprint("results", __name__)
KEPT = timedelta(minutes=10)
AWAY = timedelta(seconds=30)
"""The time for which a database that did not answer is left alone."""
_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, max-age=600",
}


class KeptPage:
    """The last drawn page and its time. One thread draws. The others do not wait, because callers need them."""

    def __init__(self) -> None:
        self._drawing = Lock()
        self._page = b""
        self._asked_at: datetime | None = None
        self._stays = KEPT

    def of(self, kit: DoorKit) -> bytes:
        """Returns the page, or the old one while a new one is drawn or fails. Raises StoreUnavailable without any."""
        if self._is_due(kit.now()) and self._drawing.acquire(blocking=False):
            try:
                self._draw(kit)
            finally:
                self._drawing.release()
        if not self._page:
            raise StoreUnavailable("the page of results was not drawn yet")
        return self._page

    def _is_due(self, now: datetime) -> bool:
        return self._asked_at is None or not now - self._stays < self._asked_at <= now

    def _draw(self, kit: DoorKit) -> None:
        """Draws a new page. After a failure the next try comes later, since each try blocks a thread."""
        self._asked_at, self._stays = kit.now(), AWAY
        with suppress(StoreUnavailable):
            self._page = service_report.results_page(kit).encode()
            self._stays = KEPT


@results.get("/results")
def told() -> Response:
    kept: KeptPage = current_app.extensions.setdefault("hotline.results", KeptPage())
    try:
        page = kept.of(current_app.extensions[hook_guard.DOOR].kit)
    except StoreUnavailable:
        return plain("", 503)
    return Response(page, content_type="text/html; charset=utf-8", headers=HEADERS)


# Builds the web application: six hooks, the health checks and the public page of results.

HOOKS: Mapping[str, hook_guard.Hook] = {
    "ussd": ussd,
    "ussd/ended": ended,
    "sms": sms,
    "sms/listed": listed,
    "delivery": delivery,
    "optout": optout,
}
"""The hooks under `/hooks/<secret>/`, by the rest of their address."""


def create_app(
    kit: DoorKit,
    secrets: hook_guard.Secrets,
    used: hook_guard.Used = hook_guard.forget,
    measured: hook_guard.Measured = hook_guard.unmeasured,
) -> Flask:
    """Builds the whole application from one context and the valid secrets of the hooks' paths."""
    app = Flask(__name__, static_folder=None)
    door = app.extensions[hook_guard.DOOR] = hook_guard.Door(kit, secrets, used, measured)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, unforeseen)

    app.register_blueprint(health)
    app.register_blueprint(results)
    for name, hook in HOOKS.items():
        app.add_url_rule(
            f"/hooks/<secret>/{name}", name, _view(hook, door), methods=hook_guard.METHODS
        )
    return app


def _view(hook: hook_guard.Hook, door: hook_guard.Door) -> Callable[[str], Response]:
    def view(secret: str) -> Response:
        reply = hook(door, request.environ, secret)
        return plain(reply.body, reply.status)

    return view
