"""Collects the result of a practised restore: the seconds of each step, and every breach."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DrillStep:
    name: str
    seconds: float


@dataclass
class DrillReport:
    pair: str
    promised: int = 0
    """The tips that were promised before the backup began. Each of them must be in the backup."""
    restored: int = 0
    """The tips that were restored: the promised ones, and some that were reported during the backup."""
    rows: int = 0
    kilobytes: int = 0
    waiting: int = 0
    """The messages that the restored hotline did not send."""
    steps: list[DrillStep] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.breaches

    def document(self) -> str:
        return json.dumps(asdict(self) | {"clean": self.clean})

    @contextmanager
    def step(self, name: str, say: Say) -> Iterator[None]:
        """Measures the seconds of a step, even if the step fails."""
        say(name)
        began = time.monotonic()
        try:
            yield
        finally:
            self.steps.append(DrillStep(name, round(time.monotonic() - began, 2)))
