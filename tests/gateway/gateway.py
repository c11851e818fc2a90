"""Runs a simulated SMS gateway on a free port. The simulated gateway sends plain bytes, so that a test can make it
answer incorrectly."""

import json
import socket
import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

from tests.support.serving import running


@dataclass
class Gateway:
    url: str
    requests: list[bytes] = field(default_factory=list)
    over: Event = field(default_factory=Event)
    """The event is set when the test is done. After that, the gateway stops each answer that it still delays or sends
    slowly."""


def http(status: int, body: str, content_type: str = "application/json") -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n{body}".encode()


def sent(**recipient: Any) -> str:
    """Returns the body of the gateway's answer to an accepted SMS. The arguments change fields about the SMS's
    recipient in this body. If an argument is None, the body does not contain this field."""
    fields = {
        "statusCode": 102,
        "number": "+250788000002",
        "status": "Success",
        "cost": "KES 0.8000",
        "messageId": "ATXid_" + "1" * 32,
    } | recipient
    kept = {name: value for name, value in fields.items() if value is not None}
    return json.dumps({"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": [kept]}})


def refused(message: str) -> str:
    return json.dumps({"SMSMessageData": {"Message": message, "Recipients": []}})


@contextmanager
def serving(answer: Callable[[Gateway, socket.socket], None]) -> Iterator[Gateway]:
    gateway = Gateway("")

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            gateway.requests.append(read_request(self.request))
            try:
                answer(gateway, self.request)
            except OSError:
                return

    class Server(socketserver.ThreadingTCPServer):
        request_queue_size = 128
        """With the default of 5, the kernel drops the sixth connection if six arrive at the same time. The client then
        tries again after 1, 3, 7, 15 and 31 seconds."""

    with running(Server(("127.0.0.1", 0), Handler)) as port:
        gateway.url = f"http://127.0.0.1:{port}"
        try:
            yield gateway
        finally:
            gateway.over.set()


def read_request(connection: socket.socket) -> bytes:
    """Reads one request from a connection. The result is empty if the client closed the connection first."""
    read = b""
    while b"\r\n\r\n" not in read:
        piece = connection.recv(65536)
        if not piece:
            return read
        read += piece
    head, _, body = read.partition(b"\r\n\r\n")
    lengths = (
        int(line.split(b":")[1])
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"content-length")
    )
    wanted = next(lengths, 0)
    while len(body) < wanted:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
