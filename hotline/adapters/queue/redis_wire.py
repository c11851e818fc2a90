"""One connection to Redis for each thread: a hop asks once, and does not wait to hear that its run was kept.

redis-py's client costs a hop as much as the whole engine: it draws a connection from a pool, looks whether it is stale,
retries and counts. A thread of the web process talks to one server, one word after the other. redis-py still makes the
connection, with whatever a URL asks for: a password, a number, TLS.
"""

import socket
import struct
import threading
from typing import Any

from redis.exceptions import ConnectionError as Broken
from redis.exceptions import TimeoutError as Late

from hotline.adapters.queue.circuit import SOCKET_SECONDS, connect
from hotline.adapters.queue.redis_replies import Replies, Reply

Word = str | bytes | int


class Wire(threading.local):
    """Raises what redis-py raises. Whatever was raised, the next word begins on a new connection."""

    def __init__(self, url: str) -> None:
        self._connection: Any = connect(url).connection_pool.make_connection()
        self._socket: Any = None
        self._replies = Replies(lambda _most: b"")
        self._owed = 0
        """Answers to `tell` that nobody has read yet."""

    def ask(self, *words: Word) -> Reply:
        """One command, and its answer. A server that closed the connection meanwhile is asked once more."""
        began_before = self._socket is not None
        try:
            return self._converse(words)
        except Broken:
            if not began_before:
                raise
        return self._converse(words)

    def tell(self, *words: Word) -> None:
        """One command whose answer is read before the next one's: what went wrong then is raised there."""
        self._send(words)
        self._owed += 1

    def _converse(self, words: tuple[Word, ...]) -> Reply:
        self._send(words)
        try:
            while self._owed:
                self._owed -= 1
                self._replies.next()
            return self._replies.next()
        except BaseException as broken:
            raise self._hung_up(broken) from None

    def _send(self, words: tuple[Word, ...]) -> None:
        try:
            if self._socket is None:
                self._call_up()
            self._socket.sendall(_packed(words))
        except BaseException as broken:
            raise self._hung_up(broken) from None

    def _call_up(self) -> None:
        self._connection.connect()
        self._socket = _patient(self._connection._sock)
        self._replies = Replies(self._socket.recv)

    def _hung_up(self, broken: BaseException) -> BaseException:
        """What to raise, once the connection is gone."""
        self._owed, self._socket = 0, None
        self._connection.disconnect()
        if isinstance(broken, TimeoutError | BlockingIOError):
            return Late("Redis is late")
        return Broken(type(broken).__name__) if isinstance(broken, OSError) else broken


def _patient(wire: Any) -> Any:
    """The kernel keeps the time, where Python would ask it before each word whether there is anything to wait for.

    A socket that is wrapped, as TLS does, keeps the time as it did.
    """
    if type(wire) is socket.socket:
        seconds = struct.pack("ll", int(SOCKET_SECONDS), int(SOCKET_SECONDS % 1 * 1_000_000))
        wire.settimeout(None)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, seconds)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, seconds)
    return wire


def _packed(words: tuple[Word, ...]) -> bytes:
    """A command as Redis reads it: how many words, then each with its length in front."""
    parts = [b"*%d" % len(words)]
    for word in words:
        written = word if isinstance(word, bytes) else str(word).encode()
        parts += (b"$%d" % len(written), written)
    return b"\r\n".join(parts) + b"\r\n"
