"""What somebody's places at desks come to, in one level and one list of districts, and back. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from hotline.domain.places.places import districts
from hotline.domain.referrals.referral import LADDER, Level
from hotline.domain.tip import NATIONAL


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
