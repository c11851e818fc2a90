"""Makes an HTTP call with one time limit for the whole call. Records if the call reached the server.

A usual read timeout limits only each single read. So a server that sends one byte every second would never exceed it.
Here a timer closes the socket when the time limit is reached. Every read and write on the socket then ends at once, and
the call fails with an error of `requests`.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from threading import Lock, Timer
from typing import Any

from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

IDLE_SECONDS = 5.0
"""An unused connection is closed after this number of seconds, and not used again. Networks may drop such connections
without notice. A message on a dropped connection would never arrive."""
MAX_BYTES = 64 * 1024
"""The largest size of an answer in bytes. Every answer to a sent SMS is smaller. The rest of a longer answer is not
read. A request for a list sets its own limit."""


class WireCall:
    """An HTTP call, with its sockets and the state of its connection."""

    def __init__(self) -> None:
        self.connected = False
        """True after the connection and its TLS handshake succeeded. Before that, the call has sent nothing."""
        self._sockets: list[socket.socket] = []
        self._over = False
        self._lock = Lock()

    def watch(self, connection: socket.socket) -> None:
        """Stores a second handle of the socket, because TLS takes over the first one.

        If the call has already ended, closes this handle at once.
        """
        handle = socket.socket(fileno=os.dup(connection.fileno()))
        with self._lock:
            self._sockets.append(handle)
            over = self._over
        if over:
            _shut(handle)

    def end(self) -> None:
        """Closes the sockets of this call, so that every read and write on them ends."""
        with self._lock:
            self._over = True
            handles = tuple(self._sockets)
        for handle in handles:
            _shut(handle)

    def close(self) -> None:
        for handle in self._sockets:
            handle.close()


_CALL: ContextVar[WireCall] = ContextVar("call")
"""The call that this thread is making. A connection from the pool serves many calls, one after the other."""


class Connections:
    """The HTTP connections of an adapter. Several threads share them. An unused connection can be used again for `kept`
    seconds.

    It uses no proxies, no netrc, no cookies, no redirects and no retries.
    """

    def __init__(
        self,
        most: int = 1,
        *,
        kept: float = IDLE_SECONDS,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = Session()
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        adapter = _WatchedAdapter(most, kept, elapsed)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)

    def ask(
        self,
        method: str,
        url: str,
        *,
        call: WireCall,
        seconds: float,
        most: int = MAX_BYTES,
        **options: Any,
    ) -> tuple[Response, str]:
        """Makes a call, limited to `seconds` and to `most` bytes.

        Returns the response and its text. Raises the errors of `requests`.
        """
        held = _CALL.set(call)
        try:
            with (
                _timer(call, seconds),
                self._session.request(
                    method, url, allow_redirects=False, stream=True, **options
                ) as response,
            ):
                return response, _text(response, most)
        finally:
            _CALL.reset(held)

    def close(self) -> None:
        self._session.close()


def post(url: str, *, call: WireCall, seconds: float, **options: Any) -> tuple[Response, str]:
    """Sends a POST on a new connection. Returns the response and its text. Raises the errors of `requests`."""
    with closing(Connections()) as connections:
        return connections.ask("POST", url, call=call, seconds=seconds, **options)


def get(url: str, *, call: WireCall, seconds: float, **options: Any) -> tuple[Response, str]:
    """Sends a GET on a new connection. Returns and raises the same as `post`."""
    with closing(Connections()) as connections:
        return connections.ask("GET", url, call=call, seconds=seconds, **options)


@contextmanager
def _timer(call: WireCall, seconds: float) -> Iterator[None]:
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
        # The socket was already closed.
        return


class _WatchedAdapter(HTTPAdapter):
    """An adapter for `requests` that tells each call which connection it uses."""

    def __init__(self, most: int, kept: float, elapsed: Callable[[], float]) -> None:
        self._watched = {
            "http": _watched_pool(HTTPConnectionPool, HTTPConnection, kept, elapsed),
            "https": _watched_pool(HTTPSConnectionPool, HTTPSConnection, kept, elapsed),
        }
        super().__init__(pool_maxsize=most, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._watched


def _watched_pool(
    pool: type[Any], connection: type[Any], kept: float, elapsed: Callable[[], float]
) -> type[Any]:
    def take(self: Any, timeout: float | None = None) -> Any:
        taken = pool._get_conn(self, timeout)
        if elapsed() - getattr(taken, "rests_since", elapsed()) > kept:
            taken.close()
        return taken

    def put(self: Any, used: Any) -> None:
        if used is not None:
            used.rests_since = elapsed()
        pool._put_conn(self, used)

    made = {"ConnectionCls": _watched(connection), "_get_conn": take, "_put_conn": put}
    return type("WatchedPool", (pool,), made)


def _watched(connection: type[Any]) -> type[Any]:
    def new_socket(self: Any) -> socket.socket:
        made: socket.socket = connection._new_conn(self)
        _CALL.get().watch(made)
        return made

    def connect(self: Any) -> None:
        connection.connect(self)
        _CALL.get().connected = True

    def request(self: Any, *args: Any, **kwargs: Any) -> None:
        call = _CALL.get()
        if self.sock is not None and not call.connected:
            # A reused connection may send the first byte from here on, so the call now counts as connected.
            call.watch(self.sock)
            call.connected = True
        connection.request(self, *args, **kwargs)

    made = {"_new_conn": new_socket, "connect": connect, "request": request}
    return type("Watched", (connection,), made)
