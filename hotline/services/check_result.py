"""The result of one check of the line: its state, and what a person does next."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.domain.call_back import KIGALI


class CheckState(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """Nobody is harmed now. Somebody should look at it in daylight; it raises no alarm."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class CheckResult:
    name: str
    ok: bool
    """Whether it raises no alarm: a warning raises none."""
    says: str
    todo: str = ""
    """What a person does next; empty where nothing is wrong."""
    level: int = 1
    """How wrong, where that is counted."""
    names: tuple[str, ...] = ()
    """All that `says` counts, for a program: a line holds a few."""
    is_warning: bool = False

    @property
    def state(self) -> CheckState:
        if not self.ok:
            return CheckState.WRONG
        return CheckState.WARNING if self.is_warning else CheckState.OK


def in_kigali(at: datetime) -> str:
    """Says a time as pages of the console do: of the place where the line is, and of no other."""
    return f"{at.astimezone(KIGALI):%Y-%m-%d %H:%M}, Kigali time"


def warning(name: str, says: str, todo: str) -> CheckResult:
    """Builds the result of a check that found something missing, which harms nobody now."""
    return CheckResult(name, True, says, todo, is_warning=True)


def checked(name: str, wrong: str | None, well: str, todo: str, level: int = 1) -> CheckResult:
    """Builds the result of a check: what is `wrong` and what a person does next, or else how `well` it stands."""
    if wrong is None:
        return CheckResult(name, True, well)
    return CheckResult(name, False, wrong, todo, level)
