"""Serves the stand-in. A thread for each connection: a page that waits, or a fault that stalls, blocks nobody else.

The control API's part that turns the line's clock. Loopback only, JSON only.

The stand-in's application: the gateway's API, the control API, the page.

A caller who reads: she looks for a label on the screen and presses its digit, or `9` until she finds it.

For benchmarks and fault runs, which must not know how the flows are numbered.
"""

import re
import socket
import struct
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from hotline.emulator.control import build_control, only_loopback
from hotline.emulator.emulator import Emulator
from hotline.emulator.gateway.api import build_api
from hotline.emulator.page import NOTHING_ABOUT, About, build_page, harden
from hotline.emulator.settings import CITIZEN
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


def create_app(
    emulator: Emulator, *, citizen: str = CITIZEN, about: About = NOTHING_ABOUT
) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 4 * 1024 * 1024
    app.register_blueprint(build_api(emulator))
    app.register_blueprint(build_control(emulator))
    app.register_blueprint(build_turning(emulator))
    app.register_blueprint(build_page(emulator, citizen, about))
    app.after_request(harden)
    return app


RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no time at all: closing throws the connection away."""


class Handler(WSGIRequestHandler):
    """Silent, since addresses hold numbers; and a broken answer really breaks the connection."""

    def log(self, type: str, message: str, *args: Any) -> None:
        pass

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:  # noqa: ARG002
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def listen(
    emulator: Emulator, port: int, *, citizen: str = CITIZEN, about: About = NOTHING_ABOUT
) -> BaseWSGIServer:
    """A server that is bound to loopback, and not yet serving. Port 0 is any free one."""
    return make_server(
        "127.0.0.1",
        port,
        create_app(emulator, citizen=citizen, about=about),
        threaded=True,
        request_handler=Handler,
    )


CHOICE = re.compile(r"(?:^|\s)([1-8]) (\S.*?)(?=(?: [1-8] \S)|$)", re.MULTILINE)


def choices(screen: str) -> dict[str, str]:
    """The labels a screen offers, and the digit before each."""
    return {label.strip(): digit for digit, label in CHOICE.findall(screen)}
