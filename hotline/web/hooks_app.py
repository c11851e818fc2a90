"""Builds the web application of the hooks, with the health checks and the public page of statistics (the results page).

The application answers hooks without Flask, because Flask would need as much time for a request as the hotline needs
for a whole hop (docs/decisions/12).

The results page is the only page for people in this process. The page sets no cookie, and the hotline stores nothing
about the visitors of the page. The process makes a new results page at most once in ten minutes, so visitors cause few
queries to the database.

The module also counts the calls of hooks in memory, and stores the counts four times a minute. So a hop does not write
its count to the database.
"""

import hashlib
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from http import HTTPStatus
from threading import Lock
from time import perf_counter
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from hotline.core.contexts import Context, WebContext
from hotline.counters.rules import bound_of
from hotline.counters.tables import HookCount
from hotline.dialogue.service_session import failure
from hotline.statistics import service_report
from hotline.text.errors import StoreUnavailable
from hotline.text.languages import CODES
from hotline.web import hooks

KEPT = timedelta(minutes=10)
AWAY = timedelta(seconds=30)
"""If the database does not answer, the process waits for this time before it tries again to make the results page."""
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
    """The newest results page, and the time of the last attempt to make one.

    Only one thread at a time makes a new page. The other threads return the old page without waiting, because callers
    need these threads.
    """

    def __init__(self) -> None:
        self._drawing = Lock()
        self._page = b""
        self._asked_at: datetime | None = None
        self._stays = KEPT

    def of(self, context: WebContext) -> bytes:
        """Returns the results page. Returns the old page while another thread makes a new one, or if the database does
        not answer.

        Raises StoreUnavailable if this process has not made a results page yet.
        """
        now, last = context.now(), self._asked_at
        is_due = last is None or not now - self._stays < last <= now
        if is_due and self._drawing.acquire(blocking=False):
            # If the database does not answer, the next attempt follows only after the time `AWAY`,
            # because each attempt blocks a thread.
            self._asked_at, self._stays = now, AWAY
            try:
                with suppress(StoreUnavailable):
                    self._page = service_report.results_page(context).encode()
                    self._stays = KEPT
            finally:
                self._drawing.release()
        if not self._page:
            raise StoreUnavailable("the public statistics page is not ready yet: try again later")
        return self._page


def results_page(context: WebContext, cache: PageCache) -> Response:
    try:
        page = cache.of(context)
    except StoreUnavailable:
        return hooks.plain_response("", 503)
    return Response(page, content_type="text/html; charset=utf-8", headers=HEADERS)


HOOKS: Mapping[str, hooks.Hook] = {
    "ussd": hooks.ussd,
    "ussd/ended": hooks.session_end,
    "sms": hooks.sms,
    "sms/listed": hooks.listed_sms,
    "delivery": hooks.delivery_report,
    "optout": hooks.optout,
}
"""Maps the part of an address after `/hooks/<secret>/` to the hook that answers at this address."""


def create_app(scope: hooks.HookContext) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.register_error_handler(HTTPException, hooks.refused)
    app.register_error_handler(Exception, hooks.unexpected_error)
    app.add_url_rule("/healthz", "healthz", hooks.healthz)
    app.add_url_rule("/readyz", "readyz", partial(hooks.readyz, scope.context))
    app.add_url_rule("/results", "results", partial(results_page, scope.context, PageCache()))
    app.wsgi_app = hooks_first(scope, app.wsgi_app)  # type: ignore[assignment, method-assign]
    return app


ROOM = "/hooks/"
STATUS = {status: f"{status.value} {status.phrase}" for status in HTTPStatus}


def hooks_first(scope: hooks.HookContext, other: WSGIApplication) -> WSGIApplication:
    """Returns an application that answers the hooks itself, and passes every other request to `other`."""

    def front(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ["PATH_INFO"]
        secret, _, name = path.removeprefix(ROOM).partition("/")
        hook = HOOKS.get(name) if secret and path.startswith(ROOM) else None
        if hook is None:
            return other(environ, start_response)
        reply = hook(scope, environ, secret)
        body = reply.body.encode()
        headers = [("Content-Type", hooks.PLAIN), ("Content-Length", str(len(body)))]
        start_response(STATUS[HTTPStatus(reply.status)], headers)
        # The web server sends a reply in one piece only if it gets the reply as a list.
        return [body]

    return front


OUTCOMES = {"CON ": "con", "END ": "end"}
Counted = dict[HookCount, tuple[int, float]]
Noted = tuple[str, str, int]
"""The fields of `HookCount`: the hook, the outcome, and the index of the duration in `BOUNDS`. A tuple is faster to
make than an object.
"""


class Meter:
    """Counts the calls of hooks in one web process. Several threads may use this object at the same time."""

    def __init__(self, context: Context) -> None:
        self._failures = frozenset(failure(context, language) for language in CODES)
        self._counted: dict[Noted, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def note(self, hook: str, reply: hooks.Reply, began: float) -> None:
        """Counts a reply of a hook. `began` is the value of `perf_counter` when the hook began."""
        took = perf_counter() - began
        key = (hook, self._outcome(reply), bound_of(took))
        self._add(key, 1, took)

    def hand_on(self, add: Callable[[Counted], None]) -> None:
        """Passes the counts of calls to the function `add`, and sets the counts to zero.

        If the database is unavailable, keeps the counts for the next call.
        """
        with self._lock:
            counts, self._counted = self._counted, {}
        if not counts:
            return
        try:
            add({HookCount(*noted): counted for noted, counted in counts.items()})
        except StoreUnavailable:
            for key, (number, seconds) in counts.items():
                self._add(key, number, seconds)

    def _outcome(self, reply: hooks.Reply) -> str:
        if reply.status != 200 or reply.body in self._failures:
            return "failed"
        return OUTCOMES.get(reply.body[:4], "ok")

    def _add(self, key: Noted, more: int, longer: float) -> None:
        with self._lock:
            number, seconds = self._counted.get(key, (0, 0.0))
            self._counted[key] = (number + more, seconds + longer)
