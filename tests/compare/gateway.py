"""Simulates the SMS gateway on this machine: accepts the hotline's SMS, and calls the hotline's hooks.

The hotline can send SMS, read the inbox and read the balance, as with the real provider. The gateway uses the hotline's
own clock, and one thread sends the delivery reports in the order of the SMS. So two runs of the same story send the
same callbacks to the hotline.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

from hotline.emulator.messages import NAMES
from hotline.emulator.state import network_of

FAULTS = (
    "reset",
    "http_500",
    "lost_answer",
    "status_403",
    "status_405",
    "status_407",
    "report_failed",
    "no_report",
)
"""The possible faults of one SMS."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One SMS that the hotline sent."""

    to: str
    text: str
    answered: str
    """The gateway's answer to the hotline: "taken" if it accepted the SMS, or the fault that occurred."""
    at: float = 0.0
    """The time at which the gateway accepted the SMS, by the monotonic clock."""


@dataclass
class Gateway:
    """The simulated gateway of one hotline. `now` returns the hotline's own time."""

    now: Callable[[], datetime]
    outbox: list[Sent] = field(default_factory=list)
    hooks: Mapping[str, str] = field(default_factory=dict)
    faults: list[tuple[str, str]] = field(default_factory=list)
    """Pairs of a number and a fault. Each fault affects the next SMS to that number once."""
    inbox: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    """The gateway waits for this number of seconds before it answers a request to send SMS."""
    polls: int = 0
    """The number of times that the hotline read the inbox."""
    last: float = 0.0
    """The time of the newest request from or to the hotline, by the monotonic clock."""
    struck: float = 0.0
    """The time of the last fault, by the monotonic clock."""
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _reports: list[dict[str, str]] = field(default_factory=list)
    """The delivery reports that are not sent yet."""
    _ids: int = 0

    def __post_init__(self) -> None:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                form = {
                    name: values[0]
                    for name, values in parse_qs(body, keep_blank_values=True).items()
                }
                gateway._send(self, form)

            def do_GET(self) -> None:
                gateway._look(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Logs nothing, because the log would contain a phone number."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def call(self, hook: str, fields: Mapping[str, str]) -> tuple[int, str]:
        """Sends one callback to the hotline. Returns the status and the body of the answer. The status is 0 if the
        hotline did not answer."""
        url = urlsplit(self.hooks[hook])
        body = "&".join(f"{name}={quote_plus(value)}" for name, value in fields.items())
        connection = HTTPConnection(str(url.hostname), url.port, timeout=30)
        try:
            headers = {
                "User-Agent": "at-ussd-api/1.0",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            connection.request("POST", url.path, body.encode(), headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        except OSError as broken:
            return 0, type(broken).__name__
        finally:
            self.last = time.monotonic()
            connection.close()

    def text(
        self, msisdn: str, shortcode: str, text: str, *, told: bool = True, twice: bool = False
    ) -> None:
        """Delivers one SMS from a phone to the hotline. With `told=False`, the gateway loses the callback, so the SMS
        is only in the inbox."""
        with self._lock:
            number = len(self.inbox) + 1
            at = self.now()
            entry = {"linkId": "", "text": text, "to": shortcode, "id": number, "from": msisdn}
            self.inbox.append({**entry, "date": at.strftime("%Y-%m-%dT%H:%M:%S.000Z")})
        fields = {
            "linkId": "",
            "text": text,
            "to": shortcode,
            "id": f"in-{id(self):x}-{number}",
            "date": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "from": msisdn,
            "networkCode": network_of(msisdn),
        }
        for _ in range((2 if twice else 1) if told else 0):
            self.call("sms", fields)

    def _send(self, handler: BaseHTTPRequestHandler, form: Mapping[str, str]) -> None:
        to, text = form.get("to", ""), form.get("message", "")
        time.sleep(self.seconds)
        with self._lock:
            fault = next((kind for number, kind in self.faults if number == to), "taken")
            if fault != "taken":
                self.faults.remove((to, fault))
                self.struck = time.monotonic()
            self._ids += 1
            name = f"ATXid_{self._ids:032x}"
            self.last = time.monotonic()
            self.outbox.append(Sent(to, text, fault, self.last))
        if fault == "reset":
            handler.close_connection = True
            handler.connection.close()
            return
        if fault == "http_500":
            _answer(handler, 500, "oops", "text/plain")
            return
        code = int(fault.removeprefix("status_")) if fault.startswith("status_") else 102
        accepted = code == 102
        if accepted:
            self._report(name, to, fault)
        if fault == "lost_answer":
            handler.close_connection = True
            handler.connection.close()
            return
        recipient = {
            "statusCode": code,
            "number": to,
            "status": "Success" if accepted else NAMES[code],
            "cost": "RWF 10.0000" if accepted else "0",
            "messageId": name if accepted else "None",
            "messageParts": 1,
        }
        said = f"Sent to {int(accepted)}/1 Total Cost: RWF 10.0000 Message parts: 1"
        document = {"SMSMessageData": {"Message": said, "Recipients": [recipient]}}
        _answer(handler, 201, json.dumps(document))

    def _report(self, name: str, to: str, fault: str) -> None:
        if fault == "no_report":
            return
        fields = {"id": name, "phoneNumber": to, "networkCode": network_of(to)}
        last = (
            {"status": "Failed", "failureReason": "UserIsInactive"}
            if fault == "report_failed"
            else {"status": "Success"}
        )
        with self._lock:
            self._reports.append(fields | last)

    def report(self) -> bool:
        """Sends the delivery reports that are not sent yet, in the order of the SMS. Returns True if it sent a
        report.
        """
        with self._lock:
            held, self._reports = self._reports, []
        for fields in held:
            self.call("delivery", fields)
        return bool(held)

    def _look(self, handler: BaseHTTPRequestHandler) -> None:
        url = urlsplit(handler.path)
        if url.path == "/version1/user":
            _answer(handler, 200, json.dumps({"UserData": {"balance": "RWF 250000.0000"}}))
            return
        after = int(parse_qs(url.query).get("lastReceivedId", ["0"])[0])
        with self._lock:
            listed = [one for one in self.inbox if one["id"] > after][:100]
            self.polls += 1
        _answer(handler, 200, json.dumps({"SMSMessageData": {"Messages": listed}}))


def _answer(
    handler: BaseHTTPRequestHandler, status: int, text: str, kind: str = "application/json"
) -> None:
    body = text.encode()
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
