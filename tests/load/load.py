"""What a bench's client is given to send, and what it brings back. Plain values: they travel between processes."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

SERVICE_CODE = "*384*777#"
CALLER = "+250788000001"
GAP = b"\r\n\r\n"
"""Between an answer's head and its body."""
BUSY = 0.8
"""The share of a client's time above which the client itself, and not the server, may be what is measured."""


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
    again: bool = False
    """Sends a hop again whose connection broke, as the gateway may; else that hop is one that hung."""
    begins: float | None = None
    """The time of the clock at which several clients begin together; None: at once."""


@dataclass(frozen=True, slots=True)
class LoadResult:
    """`seconds` of the whole; `waits` of each hop, from the moment that it was due."""

    seconds: float
    waits: Sequence[float] = field(repr=False)
    wrong: Sequence[str]
    """Answers that should have been others."""
    hung: int
    right: Sequence[int] = field(default=(), repr=False)
    """Of each dialogue, how many of its answers came and were right, from the first on."""
    repeats: int = 0
    """Hops that were sent again because their connection broke."""
    spent: float = 0.0
    """Seconds of the processor that the client took."""
    queued: float = 0.0
    """Seconds for which the client was ready to run and had no processor. Zero where the machine does not say."""

    @property
    def busy(self) -> float:
        """The share of its time in which the client ran, or wanted to."""
        return (self.spent + self.queued) / self.seconds if self.seconds else 0.0


def form(session: str, text: str, caller: str = CALLER) -> dict[str, str]:
    """The fields of a hop. Numbers are invented."""
    return {
        "phoneNumber": caller,
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


def percentile(waits: Sequence[float], hundredth: int) -> float:
    """Nothing where nothing was answered."""
    if len(waits) < 2:
        return waits[0] if waits else 0.0
    return statistics.quantiles(waits, n=100, method="inclusive")[hundredth - 1]
