"""Counts whether enough responders are active, so that every tip reaches one. Pure.

The line needs two people of the national desk at every hour, and one responder in each district. It needs three phones
before it opens. In a district without responders the national desk is alerted at once, so a caller notices no gap. An
admin must still see it.

It also converts a responder's levels at desks into one level and one list of districts, and back.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.domain.places.places import districts
from hotline.domain.referrals.referral import LADDER, Level
from hotline.domain.tip import NATIONAL

NATIONAL_LEAST = 2
PHONES_LEAST = 3


@dataclass(frozen=True, slots=True)
class Absence:
    """A responder's leave, from its first moment to the moment of return."""

    starts_at: datetime
    ends_at: datetime

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Member:
    """An enrolled responder who was not removed. It says also if a message can reach them."""

    id: int
    level: Level
    """The highest level at any desk."""
    desks: frozenset[str]
    reachable: bool
    absences: tuple[Absence, ...] = ()

    def lives(self, at: datetime) -> bool:
        return self.reachable and not any(absence.holds(at) for absence in self.absences)

    def covers(self, desk: str) -> bool:
        return desk in self.desks


def national_living(people: Iterable[Member], at: datetime) -> int:
    return sum(one.level is Level.NATIONAL and one.lives(at) for one in people)


def fewest_national(people: Sequence[Member], starts_at: datetime, ends_at: datetime) -> int:
    """Returns the lowest number of active people of the national desk at any moment of that time."""
    begins = {
        absence.starts_at
        for one in people
        for absence in one.absences
        if starts_at <= absence.starts_at < ends_at
    }
    return min(national_living(people, at) for at in {starts_at, *begins})


def nobody_enrolled(people: Sequence[Member], districts: Sequence[str]) -> list[str]:
    """Returns the districts for which no responder is enrolled."""
    return [code for code in districts if not any(one.covers(code) for one in people)]


def all_away(people: Sequence[Member], districts: Sequence[str], at: datetime) -> list[str]:
    """Returns the desks that have responders but no active one: each is unreachable or on leave."""
    codes = (*districts, NATIONAL)
    desks = {code: [one for one in people if one.covers(code)] for code in codes}
    return [code for code, hers in desks.items() if hers and not any(one.lives(at) for one in hers)]


def desks_of(level: Level, codes: Sequence[str]) -> Mapping[str, Level]:
    """Returns the desks of a responder with one level in these districts, with that level. No district means all."""
    if level is Level.NATIONAL:
        return {NATIONAL: level}
    return dict.fromkeys(codes or every_district(), level)


def highest(levels: Iterable[Level]) -> Level:
    """Returns the highest of a responder's levels. There must be at least one."""
    return max(levels, key=LADDER.index)


def districts_of(desks: Collection[str]) -> list[str]:
    """Returns the districts among these desks. An empty list means all districts, or none."""
    every = every_district()
    mine = [code for code in every if code in desks]
    return [] if len(mine) == len(every) else mine


def every_district() -> list[str]:
    return sorted(district.code for district in districts())
