"""The short way in: a hook is asked before Flask is, and it is the very function that Flask would ask.

Routing, contexts and a response object cost as much as a whole hop, and no hook has a use for them (docs/adr/0022).
"""

from collections.abc import Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from hotline.web.app import HOOKS
from hotline.web.guard import DOOR, Door, Hook, Reply
from hotline.web.problems import PLAIN

ROOM = "/hooks/"
STATUS = {status: f"{status.value} {status.phrase}" for status in HTTPStatus}


def hooks_first(app: Flask) -> WSGIApplication:
    """The application with its hooks in front of it: whatever is none of them goes on to Flask."""
    door: Door = app.extensions[DOOR]

    def front(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        hook, secret = _knocked(environ["PATH_INFO"])
        if hook is None:
            return app(environ, start_response)
        return _say(hook(door, environ, secret), start_response)

    return front


def _knocked(path: str) -> tuple[Hook | None, str]:
    """The hook, and the secret of its path."""
    if not path.startswith(ROOM):
        return None, ""
    secret, _, name = path.removeprefix(ROOM).partition("/")
    return (HOOKS.get(name), secret) if secret else (None, "")


def _say(reply: Reply, start_response: StartResponse) -> Iterable[bytes]:
    body = reply.body.encode()
    headers = [("Content-Type", PLAIN), ("Content-Length", str(len(body)))]
    start_response(STATUS[HTTPStatus(reply.status)], headers)
    # A list: the server sends it in one piece, where it would ask anything else for the next one.
    return [body]
