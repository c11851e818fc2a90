"""Logs that a part does not answer: at once, then once a minute, and once more when it answers again."""

import logging
import time
from collections.abc import Callable

EACH_SECONDS = 60.0


class Outage:
    """One part that a process calls again and again."""

    def __init__(
        self,
        logger: logging.Logger,
        *,
        down: str,
        back: str,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """Takes the log's texts: `down` comes before the cause, `back` is the end."""
        self._logger, self._down, self._back = logger, down, back
        self._elapsed = elapsed
        self._said: float | None = None

    def goes_on(self, broken: Exception) -> None:
        """Logs that the part does not answer, unless that was logged within the last minute."""
        now = self._elapsed()
        if self._said is None or now - self._said >= EACH_SECONDS:
            self._said = now
            cause = str(broken) or type(broken).__name__
            self._logger.error("%s: %s", self._down, cause)

    def is_over(self) -> None:
        """Logs that the part answers again, if an outage was logged."""
        if self._said is not None:
            self._said = None
            self._logger.warning("%s", self._back)
