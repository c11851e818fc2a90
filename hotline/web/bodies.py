"""Makes sure that a slow or broken request does not block the requests after it.

The server gives each request a thread, and waits for its body without a time limit. So there are many threads, but only
a few of them, each with a place, work at the same time. A thread asks for a place when the body of its request is
complete. The thread gives its place back while another thread writes to the database for it (docs/decisions/12).
Threads get places in the order in which they ask, and wait without a time limit."""

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
"""The number of requests that the process works on at the same time. If there were more, they would only wait for each
other at the database."""
OF_ONE = 8
"""The largest number of incomplete forms from one network that the console waits for at the same time. It must be
smaller than the number of threads in a process."""


class RequestBodies:
    """The request bodies that this process waits for, and the places of the requests that it works on.

    Several threads may use it at the same time.
    """

    def __init__(self, at_work: int = AT_WORK) -> None:
        self.places: SimpleQueue[None] = SimpleQueue()
        for _ in range(at_work):
            self.places.put(None)
        self._since: dict[int, float] = {}
        self._with_place: set[int] = set()
        """The ids of the threads that have a place."""

    def waiting(self) -> int:
        """Returns the number of bodies that are not complete yet."""
        return len(self._since)

    def longest(self) -> float:
        """Returns for how many seconds the slowest body has blocked a thread. 0 if no thread waits."""
        began = min(list(self._since.values()), default=None)
        return 0.0 if began is None else monotonic() - began

    def read(self, stream: Any, size: int) -> bytes:
        """Reads the whole body while this thread has no place, then takes a place."""
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
        """Gives back the place of this thread, if it has one."""
        thread = threading.get_ident()
        if thread in self._with_place:
            self._with_place.remove(thread)
            self.places.put(None)


def bodies_for(database: Database) -> RequestBodies:
    """Returns the request bodies of a web process.

    A thread gives its place back while another thread writes to the database for it.
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
    """Wraps the application, so that it works on only a few requests at the same time.

    No request waits for the body of another request.
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
    """Counts for each network the forms that the process still waits for. Several threads may use it at the same
    time.
    """

    def __init__(self, of_one: int = OF_ONE) -> None:
        self._of_one = of_one
        self._lock = threading.Lock()
        self._waits: Counter[str] = Counter()

    def begin(self, network: str) -> bool:
        """Counts another form of this network. Returns False if the network already sends as many forms as it may."""
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
    """Wraps the application, so that it gets only complete bodies. A request whose body ends too early gets the status
    400.

    Otherwise the code that reads forms would mistake part of a body for the whole body. Then half of a text would be
    saved. A body of more than `most` bytes is not read, and the application refuses it. If a network sends many
    incomplete bodies, this does not delay other networks. Such a network gets the status 429, and its next body is not
    read.
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
    """Returns the length of the body.

    A body without a length counts as empty, because no browser sends a form in this way.
    """
    length = environ.get("CONTENT_LENGTH", "")
    return int(length) if length.isascii() and length.isdecimal() else 0
