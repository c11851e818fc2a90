"""Sends hops through connections that stay open, and compares each screen with the first screen that the same keys
showed. The client runs in a separate process.

A client that uses a web framework would be slower than the hotline that it measures.
"""

import re
import selectors
import socket
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.compare.line import SERVICE_CODE
from tests.load.callers import Dialogue, Kind, dialogues

PATIENCE = 10.0
"""The seconds after which a hop counts as unanswered. The gateway waits for an answer for the same time."""
PAUSE = 0.02
"""Seconds before the client tries again after a refused connection."""
GAP = b"\r\n\r\n"
LENGTH = re.compile(rb"(?i)content-length: *(\d+)")
RIGHT = b"HTTP/1.1 200"
ENCODED = str.maketrans({"*": "%2A", "#": "%23"})
FIELDS = (
    "phoneNumber=%2B25078{0:07}&networkCode=63510&sessionId=ATUid_{0:032x}&serviceCode="
    + SERVICE_CODE.translate(ENCODED)
)
"""The form fields that each hop of one caller repeats. The phone numbers in them are not real."""


@dataclass(frozen=True, slots=True)
class Load:
    """The conversations of simulated callers with one server. Each conversation consists of hops, and every hop waits
    for the answer to the hop before it."""

    port: int
    path: str
    kind: Kind
    first: int
    """The number of the first simulated caller."""
    callers: int
    at_once: int = 16
    rate: float | None = None
    """The number of hops in a second. The hops are sent at fixed times, even if earlier answers are late. With None, a
    client sends its next hop as soon as it has an answer."""
    again: bool = False
    """If True, sends a hop again after its connection broke, as the gateway may do. If False, a hop with a broken
    connection counts as unanswered."""
    patience: float = PATIENCE


@dataclass(slots=True)
class Outcome:
    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    """For each hop, the seconds from the time at which the hop was due until its answer came."""
    odd: list[str] = field(default_factory=list)
    """The answers that differ from the first answer to the same keys."""
    hung: int = 0
    dials: dict[str, float] = field(default_factory=dict)
    """For each district for which a caller read that the hotline will alert someone: the time at which that caller
    pressed the district's key. The time is that of the monotonic clock."""

    @property
    def rate(self) -> float:
        return len(self.waits) / self.seconds if self.seconds else 0.0


@dataclass(eq=False, slots=True)
class _Seat:
    """One connection, and the caller who uses it now."""

    wire: socket.socket
    head: str = ""
    dialogue: Dialogue | None = None
    text: str = ""
    """The text of the next hop, or of the hop that waits for an answer."""
    due: float = 0.0
    received: bytes = b""


def drive(load: Load) -> Outcome:
    """Runs every conversation of the load to its end."""
    return _Client(load).run()


class _Client:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._outcome = Outcome()
        # The client compares screens, because the same keys must lead every caller to the same screen.
        self._screens: dict[str, str] = {}
        self._callers = dialogues(load.kind, load.first, load.callers, self._outcome.dials)
        self._ready: deque[_Seat] = deque()
        self._asked: set[_Seat] = set()
        self._sent = 0
        # Only `select` can wait for less than a millisecond.
        self._selector = selectors.SelectSelector()

    def run(self) -> Outcome:
        for _ in range(min(self._load.at_once, self._load.callers)):
            seat = _Seat(_connect(self._load))
            self._selector.register(seat.wire, selectors.EVENT_READ, seat)
            self._take(seat)
        began = last = time.perf_counter()
        while self._ready or self._asked:
            self._send_what_is_due(began)
            for key, _ in self._selector.select(self._pause(began)):
                if self._receive(key.data):
                    last = time.perf_counter()
            if self._asked and time.perf_counter() - last > self._load.patience:
                break
        self._outcome.seconds = last - began
        self._outcome.hung += len(self._asked)
        for each in list(self._selector.get_map().values()):
            each.data.wire.close()
        self._selector.close()
        return self._outcome

    def _take(self, seat: _Seat) -> None:
        """Gives the connection to the next caller, if there is one."""
        for number, dialogue in self._callers:
            seat.head = FIELDS.format(number)
            seat.dialogue, seat.text = dialogue, next(dialogue)
            self._ready.append(seat)
            return

    def _due(self, began: float) -> float:
        return began + self._sent / self._load.rate if self._load.rate else 0.0

    def _pause(self, began: float) -> float:
        if self._ready and self._load.rate:
            return max(0.0, self._due(began) - time.perf_counter())
        return 1.0

    def _send_what_is_due(self, began: float) -> None:
        now = time.perf_counter()
        while self._ready and (due := self._due(began)) <= now:
            seat = self._ready.popleft()
            seat.due = due or time.perf_counter()
            self._sent += 1
            self._asked.add(seat)
            self._send(seat)

    def _send(self, seat: _Seat) -> None:
        body = f"{seat.head}&text={seat.text.translate(ENCODED)}"
        hop = (
            f"POST {self._load.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: at-ussd-api/1.0\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        )
        try:
            seat.wire.sendall(hop.encode())
        except OSError:
            self._broken(seat)

    def _receive(self, seat: _Seat) -> bool:
        """Returns True if the answer is complete."""
        try:
            received = seat.wire.recv(65536)
        except OSError:
            received = b""
        if not received:
            self._broken(seat)
            return False
        seat.received += received
        head, gap, body = seat.received.partition(GAP)
        length = LENGTH.search(head) if gap else None
        if length is None or len(body) < int(length[1]):
            return False
        seat.received = b""
        self._answered(seat, body.decode() if head.startswith(RIGHT) else received.decode())
        return True

    def _answered(self, seat: _Seat, screen: str) -> None:
        self._asked.discard(seat)
        self._outcome.waits.append(time.perf_counter() - seat.due)
        if self._screens.setdefault(seat.text, screen) != screen:
            self._outcome.odd.append(screen)
        assert seat.dialogue is not None
        try:
            seat.text = seat.dialogue.send(screen)
        except StopIteration:
            self._take(seat)
        else:
            self._ready.append(seat)

    def _broken(self, seat: _Seat) -> None:
        """Connects again. Repeats the hop that got no answer, or continues with the next caller."""
        self._selector.unregister(seat.wire)
        seat.wire.close()
        asked = seat in self._asked
        self._asked.discard(seat)
        try:
            seat.wire, seat.received = _connect(self._load), b""
        except OSError:
            # The server no longer listens, so the client does not use this connection again.
            self._outcome.hung += asked
            return
        self._selector.register(seat.wire, selectors.EVENT_READ, seat)
        if asked and self._load.again:
            self._asked.add(seat)
            self._send(seat)
        elif asked:
            self._outcome.hung += 1
            self._take(seat)


def _connect(load: Load) -> socket.socket:
    """Connects to the server. Raises OSError if the server does not listen within the time that the load allows."""
    end = time.monotonic() + load.patience
    while True:
        try:
            wire = socket.create_connection(("127.0.0.1", load.port), timeout=load.patience)
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(PAUSE)
        else:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return wire


def percentile(waits: Sequence[float], hundredth: int) -> float:
    """Returns this percentile of the waiting times, or 0 if there are none."""
    ordered = sorted(waits)
    return ordered[min(len(ordered) - 1, len(ordered) * hundredth // 100)] if ordered else 0.0
