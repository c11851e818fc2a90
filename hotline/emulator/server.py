"""Serves the gateway's API, the control API, and the page of two handsets.

Each connection has its own thread. A page that waits or a fault that stalls blocks no other request.
"""

import re
import socket
import struct
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, Response, abort, render_template, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from hotline.emulator.api import build_api
from hotline.emulator.control import BUDGET, build_control, only_loopback
from hotline.emulator.emulator import Emulator
from hotline.emulator.settings import CITIZEN

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
KEYS = (
    ("1", ""),
    ("2", "abc"),
    ("3", "def"),
    ("4", "ghi"),
    ("5", "jkl"),
    ("6", "mno"),
    ("7", "pqrs"),
    ("8", "tuv"),
    ("9", "wxyz"),
    ("*", ""),
    ("0", "␣"),
    ("#", ""),
)
TERMINAL_PORT = 8001
"""Port where `hotline dial` looks for the emulator by default."""


CHOICE = re.compile(r"(?:^|\s)([1-8]) (\S.*?)(?=(?: [1-8] \S)|$)", re.MULTILINE)
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with a timeout of zero. Closing the socket then resets the connection."""


@dataclass(frozen=True, slots=True)
class About:
    """The links and texts that the page shows besides the phones."""

    console: str = ""
    """Address of the console. Empty where there is none."""
    readme: str = ""
    """Text of the README. Empty where there is none."""


NOTHING_ABOUT = About()


def build_page(emulator: Emulator, about: About) -> Blueprint:
    blueprint = Blueprint("page", __name__)
    blueprint.before_request(only_loopback)

    @blueprint.get("/")
    def handsets() -> str:
        settings = emulator.state.settings
        return render_template(
            "handsets.html",
            citizen=CITIZEN,
            service_code=settings.service_code,
            shortcode=settings.shortcode,
            budget=BUDGET,
            keys=KEYS,
            console=about.console,
            has_readme=bool(about.readme),
            elsewhere=None if request.host.endswith(f":{TERMINAL_PORT}") else request.host_url,
        )

    @blueprint.get("/readme")
    def readme() -> Response:
        if not about.readme:
            abort(404)
        return Response(about.readme, mimetype="text/plain")

    @blueprint.get("/favicon.ico")
    def icon() -> Response:
        return Response(status=204)

    return blueprint


def harden(response: Response) -> Response:
    """Sets headers that block foreign content, framing and caching."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def create_app(emulator: Emulator, about: About = NOTHING_ABOUT) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = 4 * 1024 * 1024
    app.register_blueprint(build_api(emulator))
    app.register_blueprint(build_control(emulator))
    app.register_blueprint(build_page(emulator, about))
    app.after_request(harden)
    return app


class Handler(WSGIRequestHandler):
    """A request handler that logs nothing, because addresses hold phone numbers.

    It resets the TCP connection where an answer breaks.
    """

    def log(self, type: str, message: str, *args: Any) -> None:
        pass

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:  # noqa: ARG002
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def listen(emulator: Emulator, port: int, *, about: About = NOTHING_ABOUT) -> BaseWSGIServer:
    """Returns a server that is bound to loopback and does not serve yet. Port 0 picks any free port."""
    app = create_app(emulator, about)
    return make_server("127.0.0.1", port, app, threaded=True, request_handler=Handler)


def choices(screen: str) -> dict[str, str]:
    """Returns the labels that a screen offers, each with its digit."""
    return {label.strip(): digit for digit, label in CHOICE.findall(screen)}
