"""Serves the stand-in. A thread for each connection: a page that waits, or a fault that stalls, blocks nobody else."""

import socket
import struct
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from hotline.emulator.app import CITIZEN, create_app
from hotline.emulator.emulator import Emulator
from hotline.emulator.page import NOTHING_ABOUT, About

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
