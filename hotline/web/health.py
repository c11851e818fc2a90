"""Whether the process lives, and whether the line may be offered to callers."""

from flask import Blueprint, Response, current_app, jsonify

from hotline.services.people.readiness import reasons_not_ready
from hotline.web.guard import DOOR
from hotline.web.problems import plain

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
