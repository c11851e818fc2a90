"""Makes sure that a slow or broken request does not block other requests.

The server gives each request a thread, and waits for the body of the request without a time limit. So each process has
many threads, but only a few of them may work at the same time: the threads that have a place. A thread asks for a place
when the body of its request is complete. Threads get places in the order in which they ask, and wait without a time
limit. While thread B writes to the database for thread A, thread A gives its place back (docs/decisions/12).
"""

import logging
import os
import socket
import stat
import struct
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from queue import SimpleQueue
from time import monotonic
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from hotline.core.addresses import network_of, peer_of
from hotline.core.database import Database
from hotline.text.errors import Unavailable

AT_WORK = 4
"""The number of requests on which the process works at the same time. A larger number would not help, because the
requests would then wait for each other at the database.
"""
OF_ONE = 8
"""The largest number of incomplete forms from one network that the console waits for at the same time. This number must
be smaller than the number of threads in a process.
"""


class RequestBodies:
    """The request bodies that have not arrived completely, and the threads that have a place. A thread may work on a
    request only while it has one of the few places.

    Several threads may use one object at the same time.
    """

    def __init__(self, at_work: int = AT_WORK) -> None:
        self.places: SimpleQueue[None] = SimpleQueue()
        for _ in range(at_work):
            self.places.put(None)
        self._since: dict[int, float] = {}
        self._with_place: set[int] = set()
        """The ids of the threads that now have a place and so may work on a request."""

    def waiting(self) -> int:
        """Returns the number of bodies that are not complete yet."""
        return len(self._since)

    def longest(self) -> float:
        """Returns for how many seconds the slowest body has blocked a thread. Returns 0 if no
        thread waits for a body.
        """
        oldest = min(list(self._since.values()), default=None)
        return 0.0 if oldest is None else monotonic() - oldest

    def read(self, stream: Any, size: int) -> bytes:
        """Reads the whole body of a request. Meanwhile, another thread may use this thread's place among the working
        threads. Then waits for a new place.
        """
        thread = threading.get_ident()
        self.give_back()
        self._since[thread] = monotonic()
        try:
            found: bytes = stream.read(size)
        finally:
            del self._since[thread]
            self.take()
        return found

    def take(self) -> None:
        """Waits until this thread gets a place among the working threads. Returns at once if the thread already has a
        place.
        """
        thread = threading.get_ident()
        if thread not in self._with_place:
            self.places.get()
            self._with_place.add(thread)

    def give_back(self) -> None:
        """Gives back this thread's place among the working threads, if the thread has a place."""
        thread = threading.get_ident()
        if thread in self._with_place:
            self._with_place.remove(thread)
            self.places.put(None)


def bodies_for(database: Database) -> RequestBodies:
    """Returns the object that manages the request bodies of a web process.

    The database uses this object too. While thread B writes to the database for thread A, the place of thread A is free
    for another thread.
    """
    bodies = RequestBodies()
    database.share(bodies)
    return bodies


@dataclass(slots=True)
class Body:
    """A request's body, in the form that WSGI expects as `wsgi.input`."""

    stream: Any = field(repr=False)
    bodies: RequestBodies

    def read(self, size: int = -1) -> bytes:
        return self.bodies.read(self.stream, size)


def in_turn(application: WSGIApplication, bodies: RequestBodies) -> WSGIApplication:
    """Wraps an application, so that it works on only a few requests at the same time.

    A request whose body is complete never waits for the body of another request.
    """

    def admitted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"] = Body(environ["wsgi.input"], bodies)
        if not environ.get("CONTENT_LENGTH"):
            bodies.take()
        try:
            return application(environ, start_response)
        finally:
            bodies.give_back()

    return admitted


class WaitingForms:
    """Counts, for each network, the forms whose bodies are not complete yet. Several threads may use this object at
    the same time.
    """

    def __init__(self, of_one: int = OF_ONE) -> None:
        self._of_one = of_one
        self._lock = threading.Lock()
        self._waits: Counter[str] = Counter()

    def begin(self, network: str) -> bool:
        """Counts one more form of this network. Returns False if the network already has the largest number of
        incomplete forms.
        """
        with self._lock:
            if self._waits[network] >= self._of_one:
                return False
            self._waits[network] += 1
            return True

    def end(self, network: str) -> None:
        with self._lock:
            self._waits[network] -= 1
            self._waits += Counter()


def complete_bodies_first(
    application: WSGIApplication, bodies: RequestBodies, most: int, proxies: Sequence[str] = ()
) -> WSGIApplication:
    """Wraps an application, so that it gets only requests with complete bodies. A request whose body ends too early
    gets the status 400.

    Without this check, the console could save half of a text. The code that reads forms does not notice that a part is
    missing. A body of more than `most` bytes is not read, and the given application refuses such a request. If a
    network already has many incomplete bodies, its next request gets the status 429. So slow forms from one network
    cannot delay requests from other networks.
    """
    waiting = WaitingForms()

    def admitted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # A request without a declared length has no form: every browser declares the length of a form.
        length = environ.get("CONTENT_LENGTH", "")
        size = int(length) if length.isascii() and length.isdecimal() else 0
        try:
            body = b""
            if 0 < size <= most:
                network = network_of(peer_of(environ, proxies))
                if not waiting.begin(network):
                    start_response(
                        "429 Too Many Requests", [("Content-Length", "0"), ("Retry-After", "5")]
                    )
                    return [b""]
                try:
                    body = bodies.read(environ["wsgi.input"], size)
                finally:
                    waiting.end(network)
                if len(body) < size:
                    start_response("400 Bad Request", [("Content-Length", "0")])
                    return [b""]
            bodies.take()
            environ["wsgi.input"] = BytesIO(body)
            return application(environ, start_response)
        finally:
            bodies.give_back()

    return admitted


logger = logging.getLogger(__name__)


def repeat(seconds: float, work: Callable[[], object], name: str) -> None:
    """Starts a daemon thread that calls `work` every `seconds` seconds.

    If `work` fails, the thread logs only the class of the error, and tries again later. The thread does not log that
    the database is unavailable, because other code reports this.
    """
    pause = threading.Event()

    def loop() -> None:
        while not pause.wait(seconds):
            try:
                work()
            except Unavailable:
                continue
            except Exception as broken:
                logger.error("the background task %s failed: %s", name, type(broken).__name__)

    threading.Thread(target=loop, name=name, daemon=True).start()


# The code below closes a connection if its thread waits too long for the body of a request.

PATIENCE = 5.0
"""The largest number of seconds for which a connection may block a thread."""
LOOK_EVERY = 1.0
INTERNET = (socket.AF_INET, socket.AF_INET6)
HANDLES = "/proc/self/fd"
INFO_BYTES = 56
SENT_AT, RECEIVED_AT = 44, 52
"""Positions of two values in the Linux structure `tcp_info`: the milliseconds since this process last sent data, and
since it last received data.
"""

Peer = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Silence:
    """The seconds since this process last sent data on a connection, and the seconds since the other end last sent
    data.
    """

    ours: float
    theirs: float


def overdue_connections(
    silences: Mapping[Peer, Silence],
    strikes: Mapping[Peer, int],
    *,
    patience: float = PATIENCE,
    look_every: float = LOOK_EVERY,
) -> tuple[list[Peer], dict[Peer, int]]:
    """Returns the connections that must be closed. Also returns the overdue connections that may stay open, each with
    the number of checks that found it overdue.

    A connection is overdue if this process has sent nothing on it for `patience` seconds. An overdue connection must be
    closed at once if the other end is silent too. If the other end still sends bytes, the connection may stay open for
    some more checks. So the process can answer a request that has just arrived on an old connection.
    """
    close: list[Peer] = []
    remaining: dict[Peer, int] = {}
    for peer, silence in silences.items():
        if silence.ours < patience:
            continue
        number = strikes.get(peer, 0) + 1
        if silence.theirs >= look_every or number * look_every >= patience:
            close.append(peer)
        else:
            remaining[peer] = number
    return close, remaining


def close_slow_ones(
    bodies: RequestBodies,
    strikes: Mapping[Peer, int],
    *,
    patience: float,
    look_every: float = LOOK_EVERY,
) -> dict[Peer, int]:
    """Closes overdue connections, if a thread has already waited for the body of a request for `look_every` seconds.

    Returns the overdue connections that stay open, each with the number of checks that found it overdue. The next call
    gets this result as `strikes`. Raises OSError if the list of open connections cannot be read.
    """
    if bodies.longest() < look_every:
        return {}
    with _accepted() as connections:
        seen = {peer: _silence(connection) for peer, connection in connections.items()}
        close, left = overdue_connections(seen, strikes, patience=patience, look_every=look_every)
        for peer in close:
            with suppress(OSError):
                connections[peer].shutdown(socket.SHUT_RDWR)
    if close:
        logger.warning("the web process closed %d connections with incomplete requests", len(close))
    return left


def close_slow_ones_for_ever(bodies: RequestBodies, *, patience: float = PATIENCE) -> None:
    """Starts a thread that closes overdue connections every second.

    The process must answer each request within `patience` seconds. If an answer takes longer, the thread may close
    the connection of the request, even if the whole body has arrived.
    """
    strikes: dict[Peer, int] = {}

    def look() -> None:
        nonlocal strikes
        strikes = close_slow_ones(bodies, strikes, patience=patience)

    repeat(LOOK_EVERY, look, "closing slow connections")


@contextmanager
def _accepted() -> Iterator[dict[Peer, socket.socket]]:
    """Yields the connections that other programs opened to this process, by the addresses of these programs.

    Each socket is a copy of the server's handle. It still belongs to the same connection after the server has closed
    its own handle.
    """
    copies = [copy for name in os.listdir(HANDLES) if (copy := _copy(int(name))) is not None]
    try:
        ports = {copy.getsockname()[1] for copy in copies if _listens(copy)}
        clients = [copy for copy in copies if copy.getsockname()[1] in ports and not _listens(copy)]
        yield {peer: copy for copy in clients if (peer := _peer(copy)) is not None}
    finally:
        for copy in copies:
            copy.close()


def _copy(handle: int) -> socket.socket | None:
    """Returns a copy of the TCP socket with this handle.

    Returns None if the handle is closed or is not a TCP socket.
    """
    with suppress(OSError):
        if stat.S_ISSOCK(os.fstat(handle).st_mode):
            copy = socket.socket(fileno=os.dup(handle))
            if copy.family in INTERNET and copy.type is socket.SOCK_STREAM:
                return copy
            copy.close()
    return None


def _listens(connection: socket.socket) -> bool:
    return bool(connection.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _peer(connection: socket.socket) -> Peer | None:
    try:
        found: Peer = connection.getpeername()
    except OSError:
        return None
    return found


def _silence(connection: socket.socket) -> Silence:
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, INFO_BYTES)
    (sent,) = struct.unpack_from("I", info, SENT_AT)
    (received,) = struct.unpack_from("I", info, RECEIVED_AT)
    return Silence(sent / 1000, received / 1000)
