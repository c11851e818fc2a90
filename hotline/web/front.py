"""Handles the hooks before Flask, with the same functions that Flask would call.

Flask's routing, contexts and response objects cost as much as a whole hop. No hook needs them (docs/decisions/12).
"""

from collections.abc import Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from hotline.web.hook_guard import DOOR, Door, Hook, Reply
from hotline.web.hooks_app import HOOKS
from hotline.web.problems import PLAIN

ROOM = "/hooks/"
STATUS = {status: f"{status.value} {status.phrase}" for status in HTTPStatus}


def hooks_first(app: Flask) -> WSGIApplication:
    """Returns an application that handles the hooks itself and passes every other request to Flask."""
    door: Door = app.extensions[DOOR]

    def front(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        hook, secret = _knocked(environ["PATH_INFO"])
        if hook is None:
            return app(environ, start_response)
        return _say(hook(door, environ, secret), start_response)

    return front


def _knocked(path: str) -> tuple[Hook | None, str]:
    """Returns the hook of a path and the secret in it. None for any other path."""
    if not path.startswith(ROOM):
        return None, ""
    secret, _, name = path.removeprefix(ROOM).partition("/")
    return (HOOKS.get(name), secret) if secret else (None, "")


def _say(reply: Reply, start_response: StartResponse) -> Iterable[bytes]:
    body = reply.body.encode()
    headers = [("Content-Type", PLAIN), ("Content-Length", str(len(body)))]
    start_response(STATUS[HTTPStatus(reply.status)], headers)
    # A list lets the server send the body in one piece. For any other iterable it would ask for a next piece.
    return [body]
