"""The control API's part that turns the line's clock. Loopback only, JSON only."""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from hotline.emulator.control import only_loopback
from hotline.emulator.emulator import Emulator
from hotline.errors import SettingsInvalid


def build_turning(emulator: Emulator) -> Blueprint:
    blueprint = Blueprint("turning", __name__, url_prefix="/control/line-clock")
    blueprint.before_request(only_loopback)
    clock = emulator.line_clock

    @blueprint.get("")
    def look() -> dict[str, Any]:
        """Whether it can be turned, and by how many seconds it is."""
        return {"turns": clock.file is not None, "offset": clock.offset()}

    @blueprint.post("")
    def turn() -> dict[str, Any]:
        """On, or back, `by` so many seconds."""
        body = request.get_json()
        by = body.get("by") if isinstance(body, dict) else None
        if not isinstance(by, int) or isinstance(by, bool):
            raise SettingsInvalid(["by: not a whole number of seconds"])
        emulator.turn_line(by)
        return look()

    @blueprint.delete("")
    def right() -> dict[str, Any]:
        """To the true time."""
        clock.back()
        return look()

    @blueprint.errorhandler(SettingsInvalid)
    def refused(error: SettingsInvalid) -> tuple[Response, int]:
        return jsonify(error=str(error)), 400

    return blueprint
