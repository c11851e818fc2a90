"""Runs under one key made of two: the hooks' own, which may be rotated, and the week's, which never goes back.

Redis' log keeps what was overwritten. Whoever finds it needs both keys, and after two weeks nobody has the week's.

    version 3 | week 8, as in 2026-W48 | nonce 24, the run, tag 16
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from hotline.errors import KeyMissing, SealBroken
from hotline.sealing.keys.weekly_lock import WEEK_BYTES, WeeklyLock
from hotline.sealing.runs import RunCipher, opened, under

JOINED = b"\x03"
HEAD_BYTES = 1 + WEEK_BYTES


class WeeklyRuns:
    """What another release left opens too: under the hooks' key alone, with or without the week's lock around it."""

    def __init__(
        self, cipher: RunCipher, weekly_lock: WeeklyLock, now: Callable[[], datetime]
    ) -> None:
        self._cipher = cipher
        self._weekly_lock = weekly_lock
        self._now = now

    def seal(self, session_key: str, plain: bytes) -> bytes:
        week = self._weekly_lock.week(self._now())
        if not week:
            return self._cipher.seal(session_key, plain)
        head = JOINED + week.encode()
        key = self._weekly_lock.joined(week, self._cipher.keys()[0])
        return head + under(key, head + session_key.encode(), plain)

    def open(self, session_key: str, sealed: bytes) -> bytes:
        """Raises SealBroken."""
        bound = session_key.encode()
        try:
            if sealed[:1] != JOINED:
                return self._cipher.open(session_key, self._weekly_lock.unlock(sealed, bound))
            plain = self._opened(self._cipher.keys(), bound, sealed)
            if plain is None:
                plain = self._opened(self._cipher.keys_again(), bound, sealed)
        except KeyMissing:
            raise SealBroken("a run of a week that was forgotten") from None
        except ValueError:
            raise SealBroken("a run of no week") from None
        if plain is None:
            raise SealBroken("a run that was altered, or is another session's")
        return plain

    def _opened(self, keys: Iterable[bytes], bound: bytes, sealed: bytes) -> bytes | None:
        """Raises KeyMissing, or ValueError for what is no week."""
        head, rest = sealed[:HEAD_BYTES], sealed[HEAD_BYTES:]
        week = head[1:].decode()
        for key in keys:
            plain = opened(self._weekly_lock.joined(week, key), head + bound, rest)
            if plain is not None:
                return plain
        return None
