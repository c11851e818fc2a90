"""Describes the result of one check of the installation: its state, and the operator's next step."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hotline.text.time import KIGALI


class CheckState(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """There is no harm now and no alarm, but the operator should look at it in daytime."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class CheckResult:
    name: str
    ok: bool
    """True if the result raises no alarm. It is also True for a warning."""
    message: str
    todo: str = ""
    """The operator's next step. It is empty if nothing is wrong."""
    level: int = 1
    """The severity, for checks that have levels."""
    names: tuple[str, ...] = ()
    """All items that `message` counts, for programs. The message itself names only a few of them."""
    is_warning: bool = False

    @property
    def state(self) -> CheckState:
        if not self.ok:
            return CheckState.WRONG
        return CheckState.WARNING if self.is_warning else CheckState.OK


def in_kigali(at: datetime) -> str:
    """Formats a time in the Kigali time zone, as the console's pages do."""
    return f"{at.astimezone(KIGALI):%Y-%m-%d %H:%M}, Kigali time"


def warning(name: str, message: str, todo: str) -> CheckResult:
    """Returns the result of a check that found something missing, which is harmless for now."""
    return CheckResult(name, True, message, todo, is_warning=True)


def check_result(name: str, wrong: str | None, well: str, todo: str, level: int = 1) -> CheckResult:
    """Returns the result of a check. If `wrong` is empty, the result is fine and its message is `well`."""
    if wrong is None:
        return CheckResult(name, True, well)
    return CheckResult(name, False, wrong, todo, level)
