"""Checks whether the installation is ready: whether a promised tip would reach a recipient."""

import logging

from flask import Blueprint, Response, current_app, jsonify
from werkzeug.exceptions import HTTPException

from hotline.core.context import DoorKit
from hotline.dialogue.service_session import failure
from hotline.errors import CallbackInvalid, NotReady, StoreUnavailable, Unavailable
from hotline.gateway import service_alert_path, tables_sessions
from hotline.keys import tables_canaries
from hotline.people import tables
from hotline.web.hook_guard import DOOR, Reply


def reasons_not_ready(kit: DoorKit) -> tuple[str, ...]:
    """Returns every reason why it is not ready. The texts contain no secret."""
    try:
        with kit.database.writing() as session:
            tables_sessions.try_writing(session, kit.now())
        blocked = service_alert_path.why_blocked(kit)
        wrong = wrong_keys(kit)
        offered = tables.anybody_lives(kit.database, kit.now())
    except StoreUnavailable:
        return ("the database cannot commit",)

    reasons = []
    if not offered:
        reasons.append("no living responder anywhere: the report is not offered")
    if blocked:
        reasons.append(f"no alert can leave: {blocked}")
    reasons += wrong
    try:
        kit.books.live()
    except NotReady:
        reasons.append("no flows are live")
    except StoreUnavailable:
        reasons.append("the database does not answer")
    return tuple(reasons)


def wrong_keys(kit: DoorKit) -> list[str]:
    """Returns processes that refuse to start because of a wrong key, or run without it. Raises StoreUnavailable."""
    with kit.database.reading() as session:
        return [
            f"a key of {one.role} is wrong ({one.wrong_keys})"
            for one in tables_canaries.refused(session, kit.now())
        ]


# Answers for hooks that failed, and logs the error.

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
