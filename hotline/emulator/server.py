"""Serves the emulated API of Africa's Talking, the control API, and the page with two handsets.

Status codes, content types and error texts are the same as in recordings of the real gateway. A fault can change or
delay an answer.
"""

import json
import re
import socket
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, Response, abort, render_template, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from hotline.emulator.emulator import BUDGET, Emulator, build_control, only_loopback
from hotline.emulator.line import FaultKind, GatewayFault, Point
from hotline.emulator.messages import SendRequest
from hotline.emulator.state import CITIZEN, Sent

API_KEY = "emulator"
BALANCE = "RWF 250000.0000"
PRICE = 10.0
INVALID = "The supplied authentication is invalid"
MISSING = "The resource requires authentication, which was not supplied with the request"
PAGE = "<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>"


def misbehave(fault: GatewayFault, record: Callable[[], Response]) -> Response:
    """Answers a request while a fault is active.

    `record` stores the messages and builds the correct answer. If the fault means that the gateway loses the request,
    the function does not call `record`.
    """
    status = fault.status or 500
    match fault.kind:
        case FaultKind.SLOW:
            time.sleep(fault.seconds or 2.0)
            return record()
        case FaultKind.SILENT:
            time.sleep(fault.seconds or 12.0)
            return _reset()
        case FaultKind.RESET_BEFORE:
            return _reset()
        case FaultKind.ERROR_BEFORE:
            return _page(status)
    return _spoilt(fault, record(), status)


def _spoilt(fault: GatewayFault, honest: Response, status: int) -> Response:
    """Returns the answer `honest` with the fault. The emulator has already recorded the messages of the request."""
    match fault.kind:
        case FaultKind.TIMEOUT:
            time.sleep(fault.seconds or 12.0)
        case FaultKind.RESET_AFTER:
            return _reset()
        case FaultKind.ERROR_AFTER:
            return _page(status)
        case FaultKind.HTML:
            return _page(201)
        case FaultKind.CHARSET:
            honest.headers["Content-Type"] = "application/json; charset=utf-8"
        case FaultKind.TRUNCATED:
            honest.set_data(honest.get_data()[:-20])
        case FaultKind.DRIP:
            return _drip(honest, fault.seconds or 1.0)
    return honest


def _page(status: int) -> Response:
    return Response(PAGE.format(status=status), status, content_type="text/html; charset=utf-8")


def _reset() -> Response:
    """Returns a response that breaks the connection before the first byte of its body."""

    def broken() -> Iterator[bytes]:
        raise ConnectionResetError
        yield b""

    return Response(broken())


def _drip(honest: Response, seconds: float) -> Response:
    body = honest.get_data()

    def drops() -> Iterator[bytes]:
        for byte in body:
            time.sleep(seconds)
            yield bytes([byte])

    return Response(drops(), honest.status_code, content_type="application/json")


def as_json(document: dict[str, Any], status: int = 200) -> Response:
    """Returns a response with the content type `application/json`, without a charset. If the header had a charset,
    the SDK would return the answer as text, not as parsed JSON."""
    return Response(json.dumps(document), status, content_type="application/json")


def refusal(status: int, sentence: str) -> Response:
    return Response(sentence, status, content_type="text/plain; charset=UTF-8")


def unauthorized(sentence: str = INVALID) -> Response:
    response = refusal(401, sentence)
    response.headers["WWW-Authenticate"] = 'Basic realm="api",charset=UTF-8'
    return response


def build_api(emulator: Emulator) -> Blueprint:
    blueprint = Blueprint("api", __name__)
    blueprint.before_request(require_key)
    api = _Api(emulator)
    for rule, view, method in (
        ("/version1/messaging", api.send, "POST"),
        ("/version1/messaging", api.inbox, "GET"),
        ("/version1/user", api.user, "GET"),
    ):
        blueprint.add_url_rule(rule, f"{method}{rule}", view, methods=[method])
    return blueprint


def require_key() -> Response | None:
    """Refuses a request without the correct `apiKey` header."""
    key = request.headers.get("apiKey")
    if key is None:
        return unauthorized(MISSING)
    return None if key == API_KEY else unauthorized()


class _Api:
    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def send(self) -> Response:
        form = request.form
        missing = [name for name in ("username", "to", "message") if not form.get(name)]
        if missing:
            return refusal(400, f"Request is missing required form field '{missing[0]}'")
        to = list(dict.fromkeys(form["to"].split(",")))
        message = SendRequest(to, form["message"], form.get("from", ""))
        if not self._emulator.messages.sender_known(message.sender):
            return self._accepted([], "InvalidSenderId")
        faults = self._emulator.faults.draw(Point.SEND, message.to[0] if message.to else "")
        fault = next(iter(faults.values()), None)

        def recorded() -> Response:
            return self._accepted(self._emulator.messages.record(message, fault))

        if fault is None:
            return recorded()
        if fault.kind is FaultKind.UNAUTHORIZED:
            return unauthorized()
        return misbehave(fault, recorded)

    def inbox(self) -> Response:
        after = request.args.get("lastReceivedId", default=0, type=int)
        with self._emulator.state.lock:
            incoming = [sms for sms in self._emulator.state.incoming if sms.number > after]
        messages = [
            {
                "linkId": "",
                "text": sms.text,
                "to": sms.to,
                "id": sms.number,
                "date": datetime.fromtimestamp(sms.at, UTC).isoformat(timespec="milliseconds")[:-6]
                + "Z",
                "from": sms.msisdn,
            }
            for sms in incoming[:100]
        ]
        return as_json({"SMSMessageData": {"Messages": messages}})

    def user(self) -> Response:
        return as_json({"UserData": {"balance": BALANCE}})

    def _accepted(self, entries: list[Sent], message: str = "") -> Response:
        good = [entry for entry in entries if entry.accepted]
        parts = sum(entry.parts for entry in good)
        total = f"RWF {PRICE * parts:.4f}" if good else "0"
        summary = message or f"Sent to {len(good)}/{len(entries)} Total Cost: {total}"
        if good and not message:
            summary += f" Message parts: {parts}"
        recipients = [self._recipient(entry) for entry in entries]
        return as_json({"SMSMessageData": {"Message": summary, "Recipients": recipients}}, 201)

    def _recipient(self, entry: Sent) -> dict[str, Any]:
        return {
            "statusCode": entry.status_code,
            "number": entry.to,
            "status": entry.status,
            "cost": f"RWF {PRICE * entry.parts:.4f}" if entry.accepted else "0",
            "messageId": entry.id,
            "messageParts": entry.parts,
        }


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
"""The port on which `hotline dial` looks for the emulator by default."""


CHOICE = re.compile(r"(?:^|\s)([1-8]) (\S.*?)(?=(?: [1-8] \S)|$)", re.MULTILINE)
RESET = struct.pack("ii", 1, 0)
"""The socket option SO_LINGER with a timeout of zero. With this option, closing the socket resets the connection."""


@dataclass(frozen=True, slots=True)
class About:
    """The links and texts that the page with two handsets shows in addition to the phones."""

    console: str = ""
    """The address of the console. The address is empty if the page links to no console."""
    readme: str = ""
    """The text of the README. The text is empty if the page shows no README."""


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
    """A request handler that logs nothing, because addresses can contain phone numbers.

    If an answer breaks off, the handler resets the TCP connection.
    """

    def log(self, type: str, message: str, *args: Any) -> None:
        pass

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:  # noqa: ARG002
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def listen(emulator: Emulator, port: int, *, about: About = NOTHING_ABOUT) -> BaseWSGIServer:
    """Returns a server that is bound to this machine and does not serve yet. Port 0 means any free port."""
    app = create_app(emulator, about)
    return make_server("127.0.0.1", port, app, threaded=True, request_handler=Handler)


def choices(screen: str) -> dict[str, str]:
    """Returns the choices of a screen: the digit of each choice, and its label."""
    return {label.strip(): digit for digit, label in CHOICE.findall(screen)}
