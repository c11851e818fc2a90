"""What the hooks answer when something is wrong, and all that is written down of it.

A log line holds the hook's name and the kind of the error: never a path, a field, a message or a traceback, since any
of them may quote a secret, a number or what somebody typed.

Whether the process lives, and whether the line may be offered to callers.
"""

import logging

from flask import Blueprint, Response, current_app, jsonify
from werkzeug.exceptions import HTTPException

from hotline.errors import CallbackInvalid, Unavailable
from hotline.ports import DoorKit
from hotline.services.dialogue.conversation import failure
from hotline.services.people.readiness import reasons_not_ready
from hotline.web.guard import DOOR, Reply

LOG = logging.getLogger("hotline.web")
PLAIN = "text/plain; charset=utf-8"


def plain(body: str, status: int = 200) -> Response:
    return Response(body, status=status, content_type=PLAIN)


def broken_hop(kit: DoorKit, hook: str, error: Exception) -> Reply:
    """Whatever failed, the gateway hears `END` and 200: anything else is an error on her screen."""
    write_down(hook, error)
    return Reply(failure(kit))


def broken_hook(_kit: DoorKit, hook: str, error: Exception) -> Reply:
    """503 asks the gateway to send it again.

    What can never be read is answered 200, and written down by its kind: refused, it would come for twelve hours.
    """
    write_down(hook, error)
    return Reply("") if isinstance(error, CallbackInvalid) else Reply("", 503)


def refused(error: HTTPException) -> Response:
    """A bare status: no page says what runs here."""
    return plain("", error.code or 500)


def unforeseen(error: Exception) -> Response:
    """A fault outside the hooks. Flask's own handler would write the path down, and with it a secret."""
    write_down("web", error)
    return plain("", 500)


def write_down(hook: str, error: Exception) -> None:
    level = logging.WARNING if isinstance(error, CallbackInvalid | Unavailable) else logging.ERROR
    LOG.log(level, "%s: %s", hook, type(error).__name__)


health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> Response:
    """The process answers: nothing more is asked of it."""
    return plain("ok")


@health.get("/readyz")
def readyz() -> Response:
    reasons = reasons_not_ready(current_app.extensions[DOOR].kit)
    answer = jsonify(ready=not reasons, reasons=list(reasons))
    answer.status_code = 503 if reasons else 200
    return answer
