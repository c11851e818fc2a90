"""What Redis answers on the wire, taken apart. A hop asks for a line or for so many bytes, and for nothing else.

redis-py's own reader is made for every answer there is, and costs a hop more calls than the engine.
"""

from collections.abc import Callable

from redis.exceptions import ConnectionError as Broken
from redis.exceptions import InvalidResponse, ResponseError

END = b"\r\n"
PIECE = 4096
"""Several runs."""

Reply = bytes | int | None


class Replies:
    """`receive` brings what came, at most so many bytes; nothing means that the server hung up."""

    def __init__(self, receive: Callable[[int], bytes]) -> None:
        self._receive = receive
        self._held = b""

    def next(self) -> Reply:
        """The next answer. Raises what redis-py raises; an error's own words may quote the command, and stay here."""
        line = self._until(END)
        kind, said = line[:1], line[1:]
        if kind == b"+":
            return said
        if kind == b"-":
            raise ResponseError("Redis refused a command")
        try:
            number = int(said)
        except ValueError:
            raise InvalidResponse("no answer of Redis") from None
        if kind == b":":
            return number
        if kind != b"$":
            raise InvalidResponse("an answer that nobody asked for")
        return None if number < 0 else self._bytes(number)

    def _until(self, end: bytes) -> bytes:
        while (at := self._held.find(end)) < 0:
            self._more()
        found, self._held = self._held[:at], self._held[at + len(end) :]
        return found

    def _bytes(self, number: int) -> bytes:
        whole = number + len(END)
        while len(self._held) < whole:
            self._more()
        found, self._held = self._held[:number], self._held[whole:]
        return found

    def _more(self) -> None:
        received = self._receive(PIECE)
        if not received:
            raise Broken("the server hung up")
        self._held += received
