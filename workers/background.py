"""A step that asks other machines: it runs in the background, so that no deadline waits for a gateway."""

from collections.abc import Callable
from threading import Thread


class BackgroundRun:
    """Never twice at once: while the last run is on its way, nothing begins."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._thread: Thread | None = None

    def go(self, work: Callable[[], None]) -> None:
        """Whatever `work` raises is its own to name."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = Thread(target=work, name=self._name, daemon=True)
            self._thread.start()

    def rest(self, seconds: float) -> None:
        """Wait for what is on its way, so long at the most: whatever it leaves undone is done again."""
        if self._thread is not None:
            self._thread.join(seconds)
