"""Prevents a slow or broken request from blocking the requests behind it.

The server gives each request a thread, and waits for its body without a time limit. So there are many threads, of
which a few work at once. A thread takes a place when its body is complete. It gives the place back while another
thread writes for it (docs/decisions/12). Threads wait for a place in order, without a time limit.
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

from hotline.core.addresses import network_of, peer_of
from hotline.core.database import Database

AT_WORK = 4
"""The requests that work at once. More would only wait for one another at the database."""
OF_ONE = 8
"""The forms of one network that the console waits for at once. They must be fewer than a process's threads."""


class RequestBodies:
    """The bodies that this process waits for, and the places of its working requests. Safe among threads."""

    def __init__(self, at_work: int = AT_WORK) -> None:
        self.places: SimpleQueue[None] = SimpleQueue()
        for _ in range(at_work):
            self.places.put(None)
        self._since: dict[int, float] = {}
        self._with_place: set[int] = set()
        """The threads that have a place."""

    def waiting(self) -> int:
        """Returns the number of bodies that are not complete yet."""
        return len(self._since)

    def longest(self) -> float:
        """Returns the seconds for which the slowest body has blocked a thread. 0 if no thread waits."""
        began = min(list(self._since.values()), default=None)
        return 0.0 if began is None else monotonic() - began

    def read(self, stream: Any, size: int) -> bytes:
        """Reads a body without a place, then takes a place."""
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
        """Waits for a place, unless this thread has one."""
        thread = threading.get_ident()
        if thread not in self._with_place:
            self.places.get()
            self._with_place.add(thread)

    def give_back(self) -> None:
        """Gives back this thread's place, if it has one."""
        thread = threading.get_ident()
        if thread in self._with_place:
            self._with_place.remove(thread)
            self.places.put(None)


def bodies_for(database: Database) -> RequestBodies:
    """Returns the bodies of a web process. A thread gives its place back while another thread writes for it."""
    bodies = RequestBodies()
    database.share(bodies)
    return bodies


@dataclass(slots=True)
class Body:
    """One request's body, as WSGI's `wsgi.input`."""

    stream: Any = field(repr=False)
    bodies: RequestBodies

    def read(self, size: int = -1) -> bytes:
        return self.bodies.read(self.stream, size)


def in_turn(application: WSGIApplication, bodies: RequestBodies) -> WSGIApplication:
    """Wraps the application. A few requests work at once, and none waits for another's body."""

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
    """The number of forms that the process waits for, by network. Safe among threads."""

    def __init__(self, of_one: int = OF_ONE) -> None:
        self._of_one = of_one
        self._lock = threading.Lock()
        self._waits: Counter[str] = Counter()

    def begin(self, network: str) -> bool:
        """Counts one more form. Returns False if the network already sends as many as it may."""
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
    """Wraps the application, so that it gets only complete bodies. A request that breaks off gets status 400.

    A form library would accept a part of a body as all of it. Half a text would be saved. A body longer than `most`
    bytes
    is not read, and the application refuses it. A network that sends many incomplete bodies does not delay others. It
    gets
    status 429 before its next body is read.
    """
    waits = WaitingForms()

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
    """Returns the body's length. A body without a length counts as empty, since no browser sends a form that way."""
    length = environ.get("CONTENT_LENGTH", "")
    return int(length) if length.isascii() and length.isdecimal() else 0
