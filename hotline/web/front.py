"""Handles the hooks before Flask, with the same functions that Flask would call.

Flask's routing, contexts and response objects take as much time as a whole hop. No hook needs them (docs/decisions/12).

The module also counts the calls of hooks in memory, and stores the counts four times a minute. So each hop only
increases a counter in memory.
"""

import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from time import perf_counter
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from hotline.core.contexts import Context
from hotline.counters.rules import bound_of
from hotline.counters.tables import HookCount
from hotline.dialogue.service_session import failure
from hotline.errors import StoreUnavailable
from hotline.text.languages import CODES
from hotline.web.hook_guard import HOOK_CONTEXT_KEY, PLAIN, Hook, HookContext, Reply
from hotline.web.hooks_app import HOOKS

ROOM = "/hooks/"
STATUS = {status: f"{status.value} {status.phrase}" for status in HTTPStatus}


def hooks_first(app: Flask) -> WSGIApplication:
    """Returns an application that handles the hooks itself, and gives every other request to Flask."""
    door: HookContext = app.extensions[HOOK_CONTEXT_KEY]

    def front(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        hook, secret = _knocked(environ["PATH_INFO"])
        if hook is None:
            return app(environ, start_response)
        return _say(hook(door, environ, secret), start_response)

    return front


def _knocked(path: str) -> tuple[Hook | None, str]:
    """Returns the hook that a path names, and the secret in the path. Returns None for every other path."""
    if not path.startswith(ROOM):
        return None, ""
    secret, _, name = path.removeprefix(ROOM).partition("/")
    return (HOOKS.get(name), secret) if secret else (None, "")


def _say(reply: Reply, start_response: StartResponse) -> Iterable[bytes]:
    body = reply.body.encode()
    headers = [("Content-Type", PLAIN), ("Content-Length", str(len(body)))]
    start_response(STATUS[HTTPStatus(reply.status)], headers)
    # The server can send a list in one piece. For any other iterable, it would ask for another piece.
    return [body]


OUTCOMES = {"CON ": "con", "END ": "end"}
Counted = dict[HookCount, tuple[int, float]]
Noted = tuple[str, str, int]
"""The fields of an `Answered` object, as a plain tuple. So a hop spends no time on creating an object."""


class Meter:
    """Counts the calls of hooks in one web process. Several threads may use it at the same time."""

    def __init__(self, context: Context) -> None:
        self._failures = frozenset(failure(context, language) for language in CODES)
        self._counted: dict[Noted, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def note(self, hook: str, reply: Reply, began: float) -> None:
        """Counts a reply. `began` is the value of `perf_counter` when the hook began."""
        took = perf_counter() - began
        key = (hook, self._outcome(reply), bound_of(took))
        self._add(key, 1, took)

    def hand_on(self, add: Callable[[Counted], None]) -> None:
        """Gives the counts to `add`, and sets them to zero.

        If the store is unavailable, keeps them for the next time.
        """
        with self._lock:
            taken, self._counted = self._counted, {}
        if not taken:
            return
        try:
            add({HookCount(*noted): counted for noted, counted in taken.items()})
        except StoreUnavailable:
            for key, (number, seconds) in taken.items():
                self._add(key, number, seconds)

    def _outcome(self, reply: Reply) -> str:
        if reply.status != 200 or reply.body in self._failures:
            return "failed"
        return OUTCOMES.get(reply.body[:4], "ok")

    def _add(self, key: Noted, more: int, longer: float) -> None:
        with self._lock:
            number, seconds = self._counted.get(key, (0, 0.0))
            self._counted[key] = (number + more, seconds + longer)
