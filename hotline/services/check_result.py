"""What a look at the line finds: how one part stands, and what a person does next."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckResult:
    name: str
    ok: bool
    says: str
    todo: str = ""
    """What a person does next; empty where nothing is wrong."""
    level: int = 1
    """How wrong, where that is counted."""
    names: tuple[str, ...] = ()
    """All that `says` counts, for a program: a line holds a few."""
