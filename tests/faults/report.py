"""Reports what a fault test did and found, in one line of JSON without personal data."""

import json
import platform
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from hotline.core.environment import CHECKOUT
from tests.faults.ledger import Breach, Invariant

SHOWN = 20
"""The maximum number of broken rules that the report shows as sentences."""


@dataclass
class RunReport:
    tips: int
    seed: int
    pair: str
    promised: int = 0
    unheard: int = 0
    """The number of callers who stopped dialling before the hotline accepted their tip."""
    alerts: int = 0
    """The number of different case references in the alerts that the gateway accepted."""
    sends: int = 0
    repeats: int = 0
    """The number of accepted alerts with a case reference that an earlier accepted alert already had."""
    deaths: dict[str, int] = field(default_factory=dict)
    """The number of kills by kind of process. The name "everything" means that all processes were killed at once. A
    name with "frozen" counts processes that the test froze and did not kill."""
    lies: dict[str, int] = field(default_factory=dict)
    """The faults of the network and the gateway, by kind."""
    faults: int = 0
    breaches: dict[str, int] = field(default_factory=dict)
    found: list[str] = field(default_factory=list)
    told: dict[str, float] = field(default_factory=dict)
    """Statistics (median and more) of the seconds between the filing of a tip about danger and its first accepted
    alert."""
    dialogues_broken: dict[str, int] = field(default_factory=dict)
    most_dials: int = 0
    longest_wait: float = 0.0
    """The longest time in seconds from a caller's first call until the hotline said that the tip is stored."""
    violations: dict[str, int] = field(default_factory=dict)
    load: float = 0.0
    """The machine's highest load average for each processor. If this load is above three, other programs also used the
    machine."""
    seconds: float = 0.0
    python: str = field(default_factory=platform.python_version)
    source: str | None = None

    def judged(self, breaches: Sequence[Breach]) -> None:
        counts = Counter(breach.invariant for breach in breaches)
        self.breaches = {invariant: counts[invariant] for invariant in Invariant}
        self.found = [f"{one.invariant}: {one.sentence}" for one in breaches[:SHOWN]]

    @property
    def clean(self) -> bool:
        return not any(self.breaches.values()) and self.unheard == 0

    def line(self) -> str:
        return json.dumps(asdict(self))


def failure(kind: type[BaseException], *, tips: int, seed: int, pair: str) -> str:
    """Returns the line of JSON for a run that did not finish. The line names the kind of error, but gives no
    details."""
    return json.dumps({"failed": kind.__name__, "tips": tips, "seed": seed, "pair": pair})


def source() -> str | None:
    """Returns the version of this code, or None if git does not know it."""
    asked = ["git", "-C", str(CHECKOUT), "describe", "--always", "--dirty"]
    try:
        told = subprocess.run(asked, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return told.stdout.strip() or None
