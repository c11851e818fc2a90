"""Logs the outage of a service: at once when the service does not answer, then once a minute, and once more when the
service answers again.
"""

import logging
import time
from collections.abc import Callable

EACH_SECONDS = 60.0


class Outage:
    """The outage of a service that a process calls again and again."""

    def __init__(
        self,
        logger: logging.Logger,
        *,
        down: str,
        back: str,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """Stores the texts to log: `down` before the cause of an outage, and `back` at its end."""
        self._logger, self._down, self._back = logger, down, back
        self._elapsed = elapsed
        self._said: float | None = None

    def goes_on(self, broken: Exception) -> None:
        """Logs that the service does not answer, unless this was logged within the last minute."""
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
