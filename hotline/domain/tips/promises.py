"""How long a tip waited for somebody to take it, beside what was promised. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.domain.referrals.clocks import acknowledge_due

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNITS = (("min", timedelta(minutes=1), HOUR), ("h", HOUR, 2 * DAY), ("days", DAY, timedelta.max))
"""Each with its length, and from where on the next one is used."""


@dataclass(frozen=True, slots=True)
class Wait:
    spent: timedelta
    promised: timedelta
    """Within so long of its filing somebody takes it."""

    @property
    def is_late(self) -> bool:
        return self.spent > self.promised

    @property
    def counted(self) -> tuple[tuple[int, str], tuple[int, str]]:
        """Returns what was spent and what was promised: a number and a unit of `UNITS` each.

        A late wait never shows the promised number: what is begun counts then.
        """
        (spent, unit), promised = in_units(self.spent), in_units(self.promised)
        is_same = self.is_late and (spent, unit) == promised
        return (spent + is_same, unit), promised

    @property
    def minutes(self) -> tuple[int, int]:
        """Returns the same in minutes."""
        spent, promised = self.spent // MINUTE, self.promised // MINUTE
        return spent + (self.is_late and spent == promised), promised

    def __str__(self) -> str:
        """`9 of 3 min`; each with its own unit where these differ."""
        spent, promised = self.counted
        if spent[1] == promised[1]:
            return f"{spent[0]} of {promised[0]} {promised[1]}"
        return f"{spent[0]} {spent[1]} of {promised[0]} {promised[1]}"


def wait_of(urgency: int, filed_at: datetime, *, ended_at: datetime | None, now: datetime) -> Wait:
    """`ended_at`: when it was taken, or closed by somebody who never took it."""
    promised = acknowledge_due(urgency, filed_at, step=0) - filed_at
    spent = max((ended_at or now) - filed_at, timedelta())
    return Wait(spent, promised)


def in_units(span: timedelta) -> tuple[int, str]:
    """Whole units, what is begun not counted."""
    for unit, length, up_to in UNITS:
        if span < up_to:
            return span // length, unit
    return span // DAY, UNITS[-1][0]
