"""Likely duplicates: which earlier tip a new one is probably about, and which tips are one situation. Pure.

A link merges nothing: each tip stays a case with clocks of its own. A cluster (`clusters.py`) is another question: how
often the same people are rung within a day. Who joins a cluster is linked as well, and most that are linked join none.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.domain.tip import is_district

CONTACT_WITHIN = timedelta(days=30)
"""So long the same phone is looked for; its pseudonym is another one each week, which ends it sooner."""
WITHIN = timedelta(hours=24)
"""So long the same place and kind, and the same typed words, are."""


class LinkReason(StrEnum):
    """Why two tips are linked, the surest first."""

    SAID = "said"
    """A person of a desk says so."""
    CONTACT = "contact"
    WORDS = "words"
    PLACE_TIME = "place_time"


@dataclass(frozen=True, slots=True)
class TipTraits:
    """By what a tip is compared. Keys are digests."""

    tip_id: int
    at: datetime
    place: str
    sector: str | None
    category: str | None
    contact_key: str
    words_key: str | None = None


@dataclass(frozen=True, slots=True)
class LikelyPair:
    """An earlier tip and a later one."""

    a: int
    b: int
    why: LinkReason


def likely(new: TipTraits, earlier: Iterable[TipTraits]) -> Sequence[LikelyPair]:
    """For each reason the newest earlier tip that it holds for; one pair for each earlier tip, by its surest reason."""
    before = sorted(
        (one for one in earlier if one.tip_id < new.tip_id), key=lambda one: -one.tip_id
    )
    found: dict[int, LikelyPair] = {}
    for why in (LinkReason.CONTACT, LinkReason.WORDS, LinkReason.PLACE_TIME):
        one = next((one for one in before if _holds(why, new, one)), None)
        if one is not None:
            found.setdefault(one.tip_id, LikelyPair(one.tip_id, new.tip_id, why))
    return [*found.values()]


def situations(links: Iterable[tuple[int, int]]) -> Mapping[int, int]:
    """Of each linked tip, the first tip of its situation: those that are linked, however far."""
    first: dict[int, int] = {}

    def of(tip_id: int) -> int:
        while (other := first.get(tip_id, tip_id)) != tip_id:
            tip_id = other
        return tip_id

    for a, b in links:
        lower, higher = sorted((of(a), of(b)))
        first[higher] = lower
        first.setdefault(lower, lower)
    return {tip_id: of(tip_id) for tip_id in first}


def _holds(why: LinkReason, new: TipTraits, one: TipTraits) -> bool:
    apart = new.at - one.at
    if why is LinkReason.CONTACT:
        return new.contact_key == one.contact_key != "" and apart <= CONTACT_WITHIN
    if apart > WITHIN:
        return False
    if why is LinkReason.WORDS:
        return new.words_key is not None and new.words_key == one.words_key
    return _same_place(new, one) and new.category is not None and new.category == one.category


def _same_place(new: TipTraits, one: TipTraits) -> bool:
    """The same district; where both told a sector, the same one."""
    if not is_district(new.place) or new.place != one.place:
        return False
    return None in (new.sector, one.sector) or new.sector == one.sector
