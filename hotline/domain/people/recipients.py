"""Who must be there, so that a tip always has somebody to hear of it. Pure.

Two people of the national desk at every hour, three phones in all before a line counts as open, and somebody in each
district. A district without anybody is no gap for a caller, since the national desk hears at once, but a person has to
know of it.

What somebody's places at desks come to, in one level and one list of districts, and back. Pure.
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
    """A leave, from its first moment until the one at which the person is back."""

    starts_at: datetime
    ends_at: datetime

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Member:
    """An enrolled responder who has not left, and whether a message may reach her."""

    id: int
    level: Level
    """The highest that she has at any desk."""
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
    """The smallest number of the national desk's people who can be told at any moment of that time."""
    begins = {
        absence.starts_at
        for one in people
        for absence in one.absences
        if starts_at <= absence.starts_at < ends_at
    }
    return min(national_living(people, at) for at in {starts_at, *begins})


def nobody_enrolled(people: Sequence[Member], districts: Sequence[str]) -> list[str]:
    """Districts that nobody is enrolled for."""
    return [code for code in districts if not any(one.covers(code) for one in people)]


def all_away(people: Sequence[Member], districts: Sequence[str], at: datetime) -> list[str]:
    """Desks that have people, none of whom can be told: unreachable, or on leave."""
    codes = (*districts, NATIONAL)
    desks = {code: [one for one in people if one.covers(code)] for code in codes}
    return [code for code, hers in desks.items() if hers and not any(one.lives(at) for one in hers)]


def desks_of(level: Level, codes: Sequence[str]) -> Mapping[str, Level]:
    """The desks of whoever has one level in these districts, and the level in each. No district means all."""
    if level is Level.NATIONAL:
        return {NATIONAL: level}
    return dict.fromkeys(codes or every_district(), level)


def highest(levels: Iterable[Level]) -> Level:
    """Of somebody with a place at one desk or more."""
    return max(levels, key=LADDER.index)


def districts_of(desks: Collection[str]) -> list[str]:
    """The districts among these desks; none stands for all of them, and for none of them."""
    every = every_district()
    mine = [code for code in every if code in desks]
    return [] if len(mine) == len(every) else mine


def every_district() -> list[str]:
    return sorted(district.code for district in districts())
