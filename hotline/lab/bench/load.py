"""Callers by the hundred: HTTP over kept connections, from a process of its own, every answer compared.

A client of a web framework would be slower than what it measures. This one sends prepared bytes.
"""

import selectors
import socket
import statistics
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

PATIENCE = 10.0
"""Seconds after which a hop counts as hung: the gateway's own limit."""
SERVICE_CODE = "*384*777#"


@dataclass(frozen=True, slots=True)
class TimedRequest:
    """One request, and the body that must come back."""

    sent: bytes
    awaited: bytes


@dataclass(frozen=True, slots=True)
class Load:
    """Dialogues, each a row of hops of which one waits for the other."""

    port: int
    dialogues: Sequence[Sequence[TimedRequest]]
    at_once: int
    """Dialogues in the middle, each on a connection of its own."""
    rate: float | None = None
    """Hops a second, sent when they are due; None: as fast as answers come."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """`seconds` of the whole; `waits` of each hop, from the moment that it was due."""

    seconds: float
    waits: Sequence[float] = field(repr=False)
    wrong: Sequence[str]
    """Answers that should have been others."""
    hung: int


def form(session: str, text: str) -> dict[str, str]:
    """The fields of a hop. The number is invented, and the same for all."""
    return {
        "phoneNumber": "+250788000001",
        "serviceCode": SERVICE_CODE,
        "text": text,
        "sessionId": session,
        "networkCode": "63510",
    }


def hop(path: str, fields: dict[str, str]) -> bytes:
    """What the gateway sends, on the wire."""
    body = urlencode(fields)
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: at-ussd-api/1.0\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def drive(load: Load) -> LoadResult:
    """Play every dialogue to its end."""
    return _Driver(load).run()


def percentile(waits: Sequence[float], hundredth: int) -> float:
    """Nothing where nothing was answered."""
    if len(waits) < 2:
        return waits[0] if waits else 0.0
    return statistics.quantiles(waits, n=100, method="inclusive")[hundredth - 1]


@dataclass(eq=False, slots=True)
class _Seat:
    """One connection, and the dialogue that goes over it now."""

    wire: socket.socket
    left: Iterator[TimedRequest] = field(default_factory=lambda: iter(()))
    awaited: bytes = b""
    due: float = 0.0
    heard: bytes = b""


class _Driver:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._waiting = deque(load.dialogues)
        self._hops = sum(map(len, load.dialogues))
        self._waits: list[float] = []
        self._wrong: list[str] = []
        self._sent = 0
        self._ready: deque[_Seat] = deque()
        self._selector = selectors.DefaultSelector()

    def run(self) -> LoadResult:
        seats = [_Seat(_connect(self._load.port)) for _ in range(self._load.at_once)]
        for seat in seats:
            self._selector.register(seat.wire, selectors.EVENT_READ, seat)
        self._ready.extend(seats)

        began = time.perf_counter()
        last = self._play(began)
        hung = self._sent - len(self._waits)
        for seat in seats:
            seat.wire.close()
        self._selector.close()
        return LoadResult(last - began, self._waits, self._wrong, hung)

    def _play(self, began: float) -> float:
        """When the last answer came."""
        last = began
        while len(self._waits) < self._hops:
            self._send_what_is_due(began)
            heard = self._selector.select(self._pause(began))
            now = time.perf_counter()
            for key, _ in heard:
                if self._hear(key.data, now):
                    last = now
            if now - last > PATIENCE:
                break
        return last

    def _due(self, began: float) -> float:
        rate = self._load.rate
        return began + self._sent / rate if rate else 0.0

    def _pause(self, began: float) -> float:
        if not self._ready or self._sent == self._hops or self._load.rate is None:
            return 1.0
        return max(0.0, self._due(began) - time.perf_counter())

    def _send_what_is_due(self, began: float) -> None:
        now = time.perf_counter()
        while self._ready and (due := self._due(began)) <= now:
            seat = self._ready.popleft()
            ask = next(seat.left, None)
            while ask is None and self._waiting:
                seat.left = iter(self._waiting.popleft())
                ask = next(seat.left, None)
            if ask is None:
                continue
            seat.due, seat.awaited, seat.heard = due or now, ask.awaited, b""
            seat.wire.sendall(ask.sent)
            self._sent += 1

    def _hear(self, seat: _Seat, now: float) -> bool:
        """Whether the answer is whole now."""
        seat.heard += seat.wire.recv(65536)
        head, gap, body = seat.heard.partition(b"\r\n\r\n")
        if not gap or len(body) < _length(head):
            return False
        self._waits.append(now - seat.due)
        if not head.startswith(b"HTTP/1.1 200") or body != seat.awaited:
            self._wrong.append(body.decode(errors="replace"))
        self._ready.append(seat)
        return True


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


def _connect(port: int) -> socket.socket:
    wire = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return wire
