"""One connection to Redis for each thread: a hop asks once, and does not wait to hear that its run was kept.

redis-py's client costs a hop as much as the whole engine: it draws a connection from a pool, looks whether it is stale,
retries and counts. A thread of the web process talks to one server, one word after the other.
"""

import threading
from typing import Any

from redis.exceptions import ConnectionError as Broken

from hotline.adapters.circuit import connect


class Wire(threading.local):
    """Raises what redis-py raises. Whatever was raised, the next word begins on a new connection."""

    def __init__(self, url: str) -> None:
        self._connection: Any = connect(url).connection_pool.make_connection()
        self._owed = 0
        """Answers to `tell` that nobody has read yet."""

    def ask(self, *words: str | bytes | int) -> Any:
        """One command, and its answer. A server that closed the connection meanwhile is asked once more."""
        began_before = self._connection.is_connected
        try:
            return self._converse(words)
        except Broken:
            if not began_before:
                raise
        return self._converse(words)

    def tell(self, *words: str | bytes | int) -> None:
        """One command whose answer is read before the next one's: what went wrong then is raised there."""
        self._send(words)
        self._owed += 1

    def _converse(self, words: tuple[str | bytes | int, ...]) -> Any:
        self._send(words)
        try:
            while self._owed:
                self._owed -= 1
                self._connection.read_response()
            return self._connection.read_response()
        except BaseException:
            self._hang_up()
            raise

    def _send(self, words: tuple[str | bytes | int, ...]) -> None:
        try:
            self._connection.send_command(*words)
        except BaseException:
            self._hang_up()
            raise

    def _hang_up(self) -> None:
        self._owed = 0
        self._connection.disconnect()
