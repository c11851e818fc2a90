"""Keeps a request that does not arrive whole from stopping the callers behind it.

The server gives every request a thread, and waits for its body without any limit of time. So there are many threads,
of which a few work at once: a thread that waits for a body lets another one work (docs/adr/0049).
"""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from queue import SimpleQueue
from time import monotonic
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

AT_WORK = 4
"""Requests that work at once: more of them would wait for one another at the database."""


class Bodies:
    """The bodies that this process waits for, and the places of the requests that work. Safe among threads."""

    def __init__(self, at_work: int = AT_WORK) -> None:
        self.places: SimpleQueue[None] = SimpleQueue()
        for _ in range(at_work):
            self.places.put(None)
        self._since: dict[int, float] = {}

    def longest(self) -> float:
        """Seconds for which the slowest body has kept a thread waiting; 0 where none does."""
        began = min(list(self._since.values()), default=None)
        return 0.0 if began is None else monotonic() - began

    def read(self, stream: Any, size: int) -> bytes:
        """Read a body, and lend the reader's place to another request meanwhile."""
        thread = threading.get_ident()
        self._since[thread] = monotonic()
        self.places.put(None)
        try:
            found: bytes = stream.read(size)
        finally:
            del self._since[thread]
            self.places.get()
        return found


@dataclass(slots=True)
class Body:
    """A request's body, for an application that reads it as WSGI says."""

    stream: Any = field(repr=False)
    bodies: Bodies

    def read(self, size: int = -1) -> bytes:
        return self.bodies.read(self.stream, size)


def in_turn(application: WSGIApplication, bodies: Bodies) -> WSGIApplication:
    """The application, of which a few requests work at once and none waits for another's body."""
    places = bodies.places

    def admitted(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["wsgi.input"] = Body(environ["wsgi.input"], bodies)
        places.get()
        try:
            return application(environ, start_response)
        finally:
            places.put(None)

    return admitted
