"""Describes the result of one check of the installation: its state, and the operator's next step."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.text.time import KIGALI


class CheckState(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """No harm exists now and no alarm is raised. The operator should look at it in daytime."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class CheckResult:
    name: str
    ok: bool
    """True if it raises no alarm. A warning raises none either."""
    message: str
    todo: str = ""
    """The operator's next step. Empty if nothing is wrong."""
    level: int = 1
    """The severity, for checks that count it."""
    names: tuple[str, ...] = ()
    """All items that `message` counts, for programs. The text itself lists only a few."""
    is_warning: bool = False

    @property
    def state(self) -> CheckState:
        if not self.ok:
            return CheckState.WRONG
        return CheckState.WARNING if self.is_warning else CheckState.OK


def in_kigali(at: datetime) -> str:
    """Formats a time in the time zone of Kigali, like the console's pages."""
    return f"{at.astimezone(KIGALI):%Y-%m-%d %H:%M}, Kigali time"


def warning(name: str, message: str, todo: str) -> CheckResult:
    """Builds the result of a check that found something missing but harmless for now."""
    return CheckResult(name, True, message, todo, is_warning=True)


def check_result(name: str, wrong: str | None, well: str, todo: str, level: int = 1) -> CheckResult:
    """Builds the result of a check. Without `wrong`, the result is fine and shows `well`."""
    if wrong is None:
        return CheckResult(name, True, well)
    return CheckResult(name, False, wrong, todo, level)
