"""One connection to Redis for each thread: a hop asks once, and does not wait to hear that its run was kept.

redis-py's client costs a hop as much as the whole engine: it draws a connection from a pool, looks whether it is stale,
retries and counts. A thread of the web process talks to one server, one word after the other.
"""

import threading
from typing import Any

from redis.exceptions import ConnectionError as Broken

from hotline.adapters.circuit import connect

Word = str | bytes | int


class Wire(threading.local):
    """Raises what redis-py raises. Whatever was raised, the next word begins on a new connection."""

    def __init__(self, url: str) -> None:
        self._connection: Any = connect(url).connection_pool.make_connection()
        self._owed = 0
        """Answers to `tell` that nobody has read yet."""

    def ask(self, *words: Word) -> Any:
        """One command, and its answer. A server that closed the connection meanwhile is asked once more."""
        began_before = self._connection.is_connected
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

    def _converse(self, words: tuple[Word, ...]) -> Any:
        self._send(words)
        try:
            while self._owed:
                self._owed -= 1
                self._connection.read_response()
            return self._connection.read_response()
        except BaseException:
            self._hang_up()
            raise

    def _send(self, words: tuple[Word, ...]) -> None:
        try:
            self._connection.send_packed_command((_packed(words),), check_health=False)
        except BaseException:
            self._hang_up()
            raise

    def _hang_up(self) -> None:
        self._owed = 0
        self._connection.disconnect()


def _packed(words: tuple[Word, ...]) -> bytes:
    """A command as Redis reads it: how many words, then each with its length in front."""
    written = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    parts = [b"$%d\r\n%b\r\n" % (len(word), word) for word in written]
    return b"*%d\r\n%b" % (len(parts), b"".join(parts))
