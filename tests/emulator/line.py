"""Runs a very small hotline on a free port. The hotline answers hops from a table, and stores all requests."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, request
from werkzeug.serving import make_server

from hotline.emulator.server import Handler
from tests.support.serving import running

MENU = "CON Welcome\n1 Read\n2 Say"


@dataclass
class FakeLine:
    answers: dict[str, str] = field(default_factory=dict)
    """Maps the `text` of a hop to the body of the answer. For any other text, the answer is the menu."""
    status: int = 200
    statuses: list[int] = field(default_factory=list)
    """The status codes of the answers to callbacks other than hops, in order. When the list is empty, the status is
    200."""
    content_type: str = "text/plain; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] | None = None
    told: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    asked_with: list[dict[str, str]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, hook: str, count: int = 1, seconds: float = 10.0) -> list[dict[str, str]]:
        """Waits until `count` requests to one hook have arrived, and returns these requests."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.heard(hook)) >= count, seconds), hook
            return self.heard(hook)

    def heard(self, hook: str) -> list[dict[str, str]]:
        return [fields for told, fields in self.told if told == hook]

    def hook(self, name: str) -> Response:
        body = request.get_data(as_text=True, cache=True)
        with self.changed:
            self.bodies.append(body)
            self.asked_with.append(dict(request.headers))
            self.told.append((name, dict(request.form)))
            status = self.statuses.pop(0) if name != "ussd" and self.statuses else 200
            self.changed.notify_all()
        if name != "ussd":
            return Response("", status, content_type="text/plain")
        if self.before is not None:
            self.before()
        answer = self.answers.get(request.form["text"], MENU)
        return Response(answer, self.status, headers=self.headers, content_type=self.content_type)


@contextmanager
def listening(line: FakeLine) -> Iterator[dict[str, str]]:
    """Yields the addresses of the hotline's hooks."""
    app = Flask(__name__)

    @app.post("/<name>")
    def hook(name: str) -> Any:
        return line.hook(name)

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Handler)
    with running(server) as port:
        yield {
            name: f"http://127.0.0.1:{port}/{name}"
            for name in ("ussd", "ended", "sms", "delivery", "optout")
        }
