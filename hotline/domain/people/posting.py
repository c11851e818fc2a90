"""Where somebody is to work: her desks with a level in each, and her kinds of cases. Pure.

As text it is `12=deputy,31=coordinator|labour,sex`: so it waits for a second person.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.domain.referrals.referral import LADDER, Level
from hotline.domain.tip import Category


@dataclass(frozen=True, slots=True)
class WantedPosting:
    desks: Mapping[str, Level]
    categories: tuple[Category, ...] = ()
    """Empty means all."""

    def __str__(self) -> str:
        places = ",".join(f"{code}={level}" for code, level in sorted(self.desks.items()))
        return f"{places}|{','.join(self.categories)}"


def read_posting(text: str) -> WantedPosting:
    """What `str` wrote. Raises ValueError."""
    places, _, kinds = text.partition("|")
    pairs = (one.split("=") for one in places.split(",") if one)
    return WantedPosting(
        {code: Level(level) for code, level in pairs},
        tuple(Category(one) for one in kinds.split(",") if one),
    )


def goes_up(before: Mapping[str, Level], after: Mapping[str, Level]) -> bool:
    """Whether it makes her more than she was: a desk that is new to her, or a higher level in one."""
    return any(
        code not in before or LADDER.index(level) > LADDER.index(before[code])
        for code, level in after.items()
    )


def without_more(before: Mapping[str, Level], after: Mapping[str, Level]) -> Mapping[str, Level]:
    """What one person may do of it at once: what is left where nothing is more than it was."""
    return {
        code: min(level, before[code], key=LADDER.index)
        for code, level in after.items()
        if code in before
    }
