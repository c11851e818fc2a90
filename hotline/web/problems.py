"""Answers for hooks that failed, and logs the error.

A log line has the hook's name and the error's class. It has no path, field, message or traceback, since each may
quote a secret, a number or typed text.

Also answers the health checks: the process runs, and the hotline is ready for callers.
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
    """Answers a failed hop with `END` and status 200. The caller would see any other answer as an error."""
    write_down(hook, error)
    return Reply(failure(kit))


def broken_hook(_kit: DoorKit, hook: str, error: Exception) -> Reply:
    """Answers 503, so that the gateway sends the request again.

    An invalid form gets 200, and its error is logged. With 503 it would come again for twelve hours.
    """
    write_down(hook, error)
    return Reply("") if isinstance(error, CallbackInvalid) else Reply("", 503)


def refused(error: HTTPException) -> Response:
    """Answers with a status and an empty body, so that no page shows which software runs here."""
    return plain("", error.code or 500)


def unforeseen(error: Exception) -> Response:
    """Answers 500 for an error outside the hooks. Flask's own handler would log the path, which contains a secret."""
    write_down("web", error)
    return plain("", 500)


def write_down(hook: str, error: Exception) -> None:
    level = logging.WARNING if isinstance(error, CallbackInvalid | Unavailable) else logging.ERROR
    LOG.log(level, "%s: %s", hook, type(error).__name__)


health = Blueprint("health", __name__)


@health.get("/healthz")
def healthz() -> Response:
    """Answers that the process runs. Checks nothing else."""
    return plain("ok")


@health.get("/readyz")
def readyz() -> Response:
    reasons = reasons_not_ready(current_app.extensions[DOOR].kit)
    answer = jsonify(ready=not reasons, reasons=list(reasons))
    answer.status_code = 503 if reasons else 200
    return answer
