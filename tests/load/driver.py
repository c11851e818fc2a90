"""The client of the benches: HTTP over kept connections, from a process of its own, every answer compared.

A client of a web framework would be slower than what it measures. This one sends prepared bytes, and an answer that
came whole and right costs it one comparison.
"""

import selectors
import socket
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.load.load import GAP, Load, LoadResult, TimedRequest

PATIENCE = 10.0
"""Seconds after which a hop counts as hung: the gateway's own limit."""
MOST_SELECTED = 500
"""Connections up to which `select` is asked. It alone waits for less than a millisecond, but knows no large numbers."""
RIGHT = b"HTTP/1.1 200"
WAITED = Path("/proc/self/schedstat")
"""Nanoseconds that this process ran, and for which it waited for a processor."""
PAUSE = 0.02
"""Seconds before a connection that was refused is tried again."""


def drive(load: Load) -> LoadResult:
    """Play every dialogue to its end."""
    return _Driver(load).run()


@dataclass(eq=False, slots=True)
class _Seat:
    """One connection, and the dialogue that goes over it now."""

    wire: socket.socket
    dialogue: int = -1
    hops: Sequence[TimedRequest] = ()
    at: int = 0
    """Which hop of the dialogue is the next."""
    ask: TimedRequest | None = None
    """The hop that is not answered yet."""
    due: float = 0.0
    heard: bytes = b""
    astray: bool = False
    """An answer of this dialogue was wrong: what comes behind it counts for nothing."""


class _Driver:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._next = 0
        self._hops = sum(map(len, load.dialogues))
        self._waits: list[float] = []
        self._wrong: list[str] = []
        self._right = [0] * len(load.dialogues)
        self._sent = self._repeats = 0
        self._ready: deque[_Seat] = deque()
        paced = load.rate is not None and load.at_once <= MOST_SELECTED
        self._selector = selectors.SelectSelector() if paced else selectors.DefaultSelector()

    def run(self) -> LoadResult:
        seats = [_Seat(_connect(self._load.port)) for _ in range(self._load.at_once)]
        for seat in seats:
            self._selector.register(seat.wire, selectors.EVENT_READ, seat)
        self._ready.extend(seats)
        if self._load.begins is not None:
            time.sleep(max(0.0, self._load.begins - time.time()))

        spent, queued, began = time.process_time(), _queued(), time.perf_counter()
        last = self._play(began)
        spent, queued = time.process_time() - spent, _queued() - queued
        for seat in seats:
            seat.wire.close()
        self._selector.close()
        return LoadResult(
            seconds=last - began,
            waits=self._waits,
            wrong=self._wrong,
            hung=self._sent - len(self._waits),
            right=self._right,
            repeats=self._repeats,
            spent=spent,
            queued=queued,
        )

    def _play(self, began: float) -> float:
        """When the last answer came."""
        last = began
        while len(self._waits) < self._hops:
            self._send_what_is_due(began)
            for key, _ in self._selector.select(self._pause(began)):
                if self._hear(key.data):
                    last = time.perf_counter()
            if time.perf_counter() - last > PATIENCE:
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
            if seat.at == len(seat.hops) and not self._seated(seat):
                continue
            ask = seat.hops[seat.at]
            seat.at += 1
            seat.ask, seat.due = ask, due or time.perf_counter()
            self._sent += 1
            self._send(seat, ask)

    def _seated(self, seat: _Seat) -> bool:
        """Whether there is another dialogue for this seat."""
        while self._next < len(self._load.dialogues):
            seat.dialogue, seat.hops = self._next, self._load.dialogues[self._next]
            seat.at, seat.astray = 0, False
            self._next += 1
            if seat.hops:
                return True
        return False

    def _send(self, seat: _Seat, ask: TimedRequest) -> None:
        try:
            seat.wire.sendall(ask.sent)
        except OSError:
            self._broken(seat)

    def _hear(self, seat: _Seat) -> bool:
        """Whether the answer is whole now."""
        try:
            heard = seat.wire.recv(65536)
        except OSError:
            heard = b""
        ask = seat.ask
        if not heard:
            self._broken(seat)
            return False
        if seat.heard:
            heard = seat.heard + heard
        if ask is not None and heard.endswith(GAP + ask.awaited) and heard.startswith(RIGHT):
            return self._answered(seat)

        head, gap, body = heard.partition(GAP)
        if ask is None or not gap or len(body) < _length(head):
            seat.heard = heard
            return False
        self._wrong.append(body.decode(errors="replace"))
        seat.astray = True
        return self._answered(seat)

    def _answered(self, seat: _Seat) -> bool:
        self._waits.append(time.perf_counter() - seat.due)
        if not seat.astray:
            self._right[seat.dialogue] += 1
        seat.ask, seat.heard = None, b""
        self._ready.append(seat)
        return True

    def _broken(self, seat: _Seat) -> None:
        """Another connection in its place, and the same hop again where that is wanted."""
        self._selector.unregister(seat.wire)
        seat.wire.close()
        if not self._load.again:
            return
        seat.wire, seat.heard = _connect(self._load.port), b""
        self._selector.register(seat.wire, selectors.EVENT_READ, seat)
        if seat.ask is not None:
            self._repeats += 1
            with suppress(OSError):
                seat.wire.sendall(seat.ask.sent)


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


def _queued() -> float:
    """Seconds for which this process has waited for a processor; zero where the machine does not say."""
    try:
        return int(WAITED.read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


def _connect(port: int) -> socket.socket:
    """Raises OSError where nobody listens for longer than anybody is patient."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            wire = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(PAUSE)
        else:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return wire
