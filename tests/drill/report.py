"""What a drill came to: each step with its seconds, and every sentence that should not be there."""

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
    """Tips that were promised before the backup began: each must be in it."""
    restored: int = 0
    """Tips that came back: those, and some that were told while it was taken."""
    rows: int = 0
    kilobytes: int = 0
    waiting: int = 0
    """Messages that the restored line kept to itself."""
    steps: list[DrillStep] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.breaches

    def document(self) -> str:
        return json.dumps(asdict(self) | {"clean": self.clean})

    @contextmanager
    def step(self, name: str, say: Say) -> Iterator[None]:
        """Its seconds are kept, also where it fails."""
        say(name)
        began = time.monotonic()
        try:
            yield
        finally:
            self.steps.append(DrillStep(name, round(time.monotonic() - began, 2)))
