"""Logs the outage of a service when it begins, then once a minute, and once more when it ends."""

import logging
import time
from collections.abc import Callable

EACH_SECONDS = 60.0


class Outage:
    """Logs the outages of one service that a process calls again and again."""

    def __init__(
        self,
        logger: logging.Logger,
        *,
        down: str,
        back: str,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """Stores the texts for the log. The text `down` comes before the cause of an outage, and the text `back`
        reports the end of the outage."""
        self._logger, self._down, self._back = logger, down, back
        self._elapsed = elapsed
        self._said: float | None = None

    def goes_on(self, broken: Exception) -> None:
        """Logs that the service does not answer, at most once a minute."""
        now = self._elapsed()
        if self._said is None or now - self._said >= EACH_SECONDS:
            self._said = now
            cause = str(broken) or type(broken).__name__
            self._logger.error("%s: %s", self._down, cause)

    def is_over(self) -> None:
        """Logs that the service answers again, if its outage was logged."""
        if self._said is not None:
            self._said = None
            self._logger.warning("%s", self._back)
