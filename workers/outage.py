"""Says in the log that a part does not answer: at once, then once a minute, and once more when it is back."""

import logging
import time
from collections.abc import Callable

EACH_SECONDS = 60.0


class Outage:
    """One part that a process asks again and again."""

    def __init__(
        self,
        logger: logging.Logger,
        *,
        down: str,
        back: str,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """Takes what the log says: `down` before the cause, and `back`."""
        self._logger, self._down, self._back = logger, down, back
        self._elapsed = elapsed
        self._said: float | None = None

    def goes_on(self, broken: Exception) -> None:
        """Says that the part does not answer, unless that was said within the last minute."""
        now = self._elapsed()
        if self._said is None or now - self._said >= EACH_SECONDS:
            self._said = now
            cause = str(broken) or type(broken).__name__
            self._logger.error("%s: %s", self._down, cause)

    def is_over(self) -> None:
        """Says that the part answers again, where an outage was said."""
        if self._said is not None:
            self._said = None
            self._logger.warning("%s", self._back)
