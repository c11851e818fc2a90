"""Keeps a request that does not arrive whole from stopping the callers behind it.

The server gives every request a thread, and waits for its body without any limit of time. So there are many threads,
of which a few work at once: a thread has a place from the moment that its body is whole, and gives it to another while
another writes for it (docs/adr/0049, docs/adr/0075). Who waits for a place waits as long as it takes, and in order.
"""

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from queue import SimpleQueue
from time import monotonic
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from hotline.store.database import Database
from hotline.text.networks import network_of
from hotline.web.peer import peer_of

AT_WORK = 4
"""Requests that work at once: more of them would wait for one another at the database."""
OF_ONE = 8
"""Forms of one network that the console waits for at once: fewer than a process has threads."""


class Bodies:
    """The bodies that this process waits for, and the places of the requests that work. Safe among threads."""

    def __init__(self, at_work: int = AT_WORK) -> None:
        self.places: SimpleQueue[None] = SimpleQueue()
        for _ in range(at_work):
            self.places.put(None)
        self._since: dict[int, float] = {}
        self._with_place: set[int] = set()
        """Threads that have one."""

    def waiting(self) -> int:
        """Returns how many bodies are waited for."""
        return len(self._since)

    def longest(self) -> float:
        """Seconds for which the slowest body has kept a thread waiting; 0 where none does."""
        began = min(list(self._since.values()), default=None)
        return 0.0 if began is None else monotonic() - began

    def read(self, stream: Any, size: int) -> bytes:
        """Read a body without a place, and have one behind it."""
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
        """Wait for a place, unless this thread has one."""
        thread = threading.get_ident()
        if thread not in self._with_place:
            self.places.get()
            self._with_place.add(thread)

    def give_back(self) -> None:
        """Give this thread's place to another, if it has one."""
        thread = threading.get_ident()
        if thread in self._with_place:
            self._with_place.remove(thread)
            self.places.put(None)


def bodies_for(database: Database) -> Bodies:
    """Those of a web process, which share their places with whom others write for."""
    bodies = Bodies()
    database.share(bodies)
    return bodies


@dataclass(slots=True)
class Body:
    """A request's body, for an application that reads it as WSGI says."""

    stream: Any = field(repr=False)
    bodies: Bodies

    def read(self, size: int = -1) -> bytes:
        return self.bodies.read(self.stream, size)


def in_turn(application: WSGIApplication, bodies: Bodies) -> WSGIApplication:
    """The application, of which a few requests work at once and none waits for another's body."""

    def admitted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"] = Body(environ["wsgi.input"], bodies)
        if not environ.get("CONTENT_LENGTH"):
            bodies.take()
        try:
            return application(environ, start_response)
        finally:
            bodies.give_back()

    return admitted


class Waits:
    """How many forms of each network are waited for. Safe among threads."""

    def __init__(self, of_one: int = OF_ONE) -> None:
        self._of_one = of_one
        self._lock = threading.Lock()
        self._waits: Counter[str] = Counter()

    def begin(self, network: str) -> bool:
        """Returns False where as many are waited for as one network may send at once."""
        with self._lock:
            if self._waits[network] >= self._of_one:
                return False
            self._waits[network] += 1
            return True

    def end(self, network: str) -> None:
        with self._lock:
            self._waits[network] -= 1
            self._waits += Counter()


def whole_first(
    application: WSGIApplication, bodies: Bodies, most: int, proxies: Sequence[str] = ()
) -> WSGIApplication:
    """The application, asked once a body is whole. One that broke off in the middle never reaches it.

    A form library takes what came of such a body for all of it, and half a text would be saved. The application
    refuses what says that it is longer than `most` bytes by its length: nothing of it is read. A network that sends
    many halves keeps no other network waiting: it is refused before its next body is read.
    """
    waits = Waits()

    def admitted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        size = _size(environ)
        try:
            body = b""
            if 0 < size <= most:
                network = network_of(peer_of(environ, proxies))
                if not waits.begin(network):
                    start_response(
                        "429 Too Many Requests", [("Content-Length", "0"), ("Retry-After", "5")]
                    )
                    return [b""]
                try:
                    body = bodies.read(environ["wsgi.input"], size)
                finally:
                    waits.end(network)
                if len(body) < size:
                    start_response("400 Bad Request", [("Content-Length", "0")])
                    return [b""]
            bodies.take()
            environ["wsgi.input"] = BytesIO(body)
            return application(environ, start_response)
        finally:
            bodies.give_back()

    return admitted


def _size(environ: WSGIEnvironment) -> int:
    """A body without a length is none: no browser sends a form so."""
    length = environ.get("CONTENT_LENGTH", "")
    return int(length) if length.isascii() and length.isdecimal() else 0
