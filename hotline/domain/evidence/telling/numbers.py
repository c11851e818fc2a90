"""Numbers as they stand in a sentence or a table of one language: hidden, bounded, grouped, as a time. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.suppression import SIGN

SPACE = "\N{NO-BREAK SPACE}"
"""Between thousands, and between a number and its unit: it reads alike in every language."""
BOUNDS: Mapping[str, Mapping[str, str]] = {
    ">=": {"rw": "nibura", "en": "at least", "fr": "au moins"},
    "<=": {"rw": "kugeza kuri", "en": "at most", "fr": "au plus"},
}
SHORT_BOUNDS = {">=": "\N{GREATER-THAN OR EQUAL TO}", "<=": "\N{LESS-THAN OR EQUAL TO}"}
HOUR = MINUTE = 60
TIME, SECONDS, PERCENT = "time", "seconds", "percent"


def is_one(number: int, language: str) -> bool:
    """Whether a noun beside the number is in the singular. In Kinyarwanda, sentences name what is many."""
    return number == 1 if language == "en" else number in (0, 1) and language == "fr"


def grouped(number: int) -> str:
    """As in 1 240, in every language."""
    return f"{number:,}".replace(",", SPACE)


def minutes_said(minutes: int) -> str:
    """As in 1 h 30 min: signs of units, which have no plural in any language."""
    hours, rest = divmod(minutes, HOUR)
    parts = [f"{grouped(hours)}{SPACE}h"] if hours else []
    parts += [f"{rest}{SPACE}min"] if rest or not hours else []
    return SPACE.join(parts)


def seconds_said(seconds: int) -> str:
    minutes, rest = divmod(seconds, MINUTE)
    parts = [f"{grouped(minutes)}{SPACE}min"] if minutes else []
    parts += [f"{rest}{SPACE}s"] if rest or not minutes else []
    return SPACE.join(parts)


def percent_said(number: int) -> str:
    return f"{number}{SPACE}%"


UNITS = {TIME: minutes_said, SECONDS: seconds_said, PERCENT: percent_said}


def said(cell: FigureCell | None, unit: str = "") -> str:
    """As a table prints it: `..`, `1 240`, `≥ 12`, `1 h 30 min`."""
    if cell is None or cell.number is None:
        return SIGN
    told = UNITS.get(unit, grouped)(cell.number)
    return f"{SHORT_BOUNDS[cell.bound]}{SPACE}{told}" if cell.bound else told


@dataclass(frozen=True, slots=True)
class SaidNumber:
    """A number in a template: `{tip}`, `{tip:tip was|tips were}`, `{opened_median:time}`."""

    number: int
    bound: str
    language: str

    def __format__(self, how: str) -> str:
        one, is_choice, many = how.partition("|")
        if is_choice:
            return one if is_one(self.number, self.language) else many
        told = UNITS.get(how, grouped)(self.number)
        return f"{BOUNDS[self.bound][self.language]} {told}" if self.bound else told
