"""Defines the service levels of the hotline: how fast it must be, and how often. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """One promise about time, and the share of cases in which it must hold in a month."""

    name: str
    promise: str
    seconds: float
    target: float

    def kept(self, total: int, late: int) -> bool:
        return late <= total * (1 - self.target)

    def state(self, total: int, late: int) -> str:
        share = f"{(1 - late / total):.2%}" if total else "nothing to measure"
        return f"{self.name} within {self.seconds:g} s: {share} (target {self.target:.1%})"


DANGER = ServiceLevel(
    "danger", "The gateway accepts the first alert about a danger", seconds=15.0, target=0.999
)
HOP = ServiceLevel("hop", "The hotline answers a hop", seconds=0.3, target=0.995)
LEVELS = (DANGER, HOP)
