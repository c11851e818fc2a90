"""One HTTP call with one deadline, and whether it ever reached the other side.

A read timeout bounds each read: a server that sends a byte a second is never late. Here a timer shuts the socket, so
that whatever waits on it ends at once, and the call ends in an error of `requests`.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from typing import Any

from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

MOST_BYTES = 64 * 1024
"""More than the answer to any send; what comes after is not read. Whoever asks for a list says how much it may be."""


class Call:
    """One call's sockets and what is known of it."""

    def __init__(self) -> None:
        self.connected = False
        """Connected, and TLS agreed: before that, surely nothing was sent."""
        self._sockets: list[socket.socket] = []
        self._over = False
        self._lock = Lock()

    def watch(self, connection: socket.socket) -> None:
        """Keep a second handle: TLS takes the first one's descriptor away."""
        handle = socket.socket(fileno=os.dup(connection.fileno()))
        with self._lock:
            self._sockets.append(handle)
            over = self._over
        if over:
            _shut(handle)

    def end(self) -> None:
        """Whatever waits on a socket of this call waits no longer."""
        with self._lock:
            self._over = True
            handles = tuple(self._sockets)
        for handle in handles:
            _shut(handle)

    def close(self) -> None:
        for handle in self._sockets:
            handle.close()


def post(url: str, *, call: Call, seconds: float, **options: Any) -> tuple[Response, str]:
    """POST without proxies, netrc or redirects. Returns the response and its text; raises what `requests` raises."""
    return _ask("POST", url, call=call, seconds=seconds, **options)


def get(url: str, *, call: Call, seconds: float, **options: Any) -> tuple[Response, str]:
    """The same, asking only."""
    return _ask("GET", url, call=call, seconds=seconds, **options)


def _ask(
    method: str, url: str, *, call: Call, seconds: float, most: int = MOST_BYTES, **options: Any
) -> tuple[Response, str]:
    with _timer(call, seconds), Session() as session:
        session.trust_env = False
        session.mount("http://", _WatchedAdapter(call))
        session.mount("https://", _WatchedAdapter(call))
        response = session.request(method, url, allow_redirects=False, stream=True, **options)
        return response, _text(response, most)


@contextmanager
def _timer(call: Call, seconds: float) -> Iterator[None]:
    timer = Timer(seconds, call.end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        call.close()


def _text(response: Response, most: int) -> str:
    read = bytearray()
    for piece in response.iter_content(4096):
        read += piece
        if len(read) > most:
            break
    return read.decode("utf-8", "replace")


def _shut(handle: socket.socket) -> None:
    try:
        handle.shutdown(socket.SHUT_RDWR)
    except OSError:
        # It ended by itself: just as well.
        return


class _WatchedAdapter(HTTPAdapter):
    """Gives each connection to its call. No retries: the protocol above decides about those."""

    def __init__(self, call: Call) -> None:
        self._call = call
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _watched_pool(HTTPConnectionPool, HTTPConnection, self._call),
            "https": _watched_pool(HTTPSConnectionPool, HTTPSConnection, self._call),
        }


def _watched_pool(pool: type[Any], connection: type[Any], call: Call) -> type[Any]:
    def new_socket(self: Any) -> socket.socket:
        made: socket.socket = connection._new_conn(self)
        call.watch(made)
        return made

    def connect(self: Any) -> None:
        connection.connect(self)
        call.connected = True

    watched = type("Watched", (connection,), {"_new_conn": new_socket, "connect": connect})
    return type("WatchedPool", (pool,), {"ConnectionCls": watched})
