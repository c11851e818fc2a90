"""Protects all counts together: what is told of one bounds the others, and may tell of a few beside them. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.edition import Edition, Span
from hotline.domain.evidence.linked import OTHERS
from hotline.domain.evidence.publishing.known import ToldNumbers
from hotline.domain.evidence.publishing.made import PublishedCount
from hotline.domain.evidence.publishing.near import AlongFlows, KeptBack
from hotline.domain.evidence.publishing.protecting import (
    Places,
    PublishedBefore,
    hidden_margins,
    protected_count,
    shown_tables,
)
from hotline.domain.evidence.publishing.rules import K
from hotline.domain.evidence.raw import RawTable

Bounds = Mapping[Key, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class KeptOfCount:
    """What of one count is kept back whatever it counts, and what others tell of it."""

    also: frozenset[Key] = frozenset()
    bounds: Bounds = field(default_factory=dict)


def protected(
    counts: Sequence[RawTable],
    edition: Edition,
    before: PublishedBefore,
    also: Mapping[str, Collection[Key]],
) -> list[PublishedCount]:
    """Each count of a month that may be shown in such an edition. `also` is kept back, by the count's name.

    They are judged again until no count tells of another what that one hides. What was hidden once stays hidden: so it
    ends, and no count is told more than it was judged by.
    """
    shown = {one.name: (one, shown_tables(one, edition, Span.MONTH)) for one in counts}
    kept = {
        name: KeptOfCount(frozenset(also.get(name, ())))
        for name, (_, places) in shown.items()
        if places
    }
    found: dict[str, PublishedCount] = {}
    waiting = [*kept]
    while waiting:
        for name in waiting:
            one, places = shown[name]
            found[name] = _kept(one, places, edition, before, kept[name])
        now = _judged(found, K[edition])
        waiting = [
            name
            for name in kept
            if now[name].bounds != kept[name].bounds
            or now[name].also - kept[name].also - _hidden(found[name])
        ]
        kept = {
            name: KeptOfCount(kept[name].also | now[name].also, now[name].bounds) for name in kept
        }
    return [found[name] for name in kept]


def walked(
    counts: Sequence[RawTable],
    edition: Edition,
    before: PublishedBefore,
    kept: KeptBack,
    along: AlongFlows,
    also: Mapping[str, Collection[Key]],
) -> list[PublishedCount]:
    """Each screen of a month, in the order of its flow: beside what tables keep back, and the screens before it."""
    found: list[PublishedCount] = []
    for one in counts:
        places = shown_tables(one, edition, Span.MONTH)
        if places:
            hidden = {*also.get(one.name, ()), *kept.repeated_in(one), *along.near_in(one)}
            bounded = {place: along.bounded(table) for place, table in places.items()}
            found.append(protected_count(one, bounded, edition, before, hidden))
            along.tells(found[-1])
    return found


def _kept(
    one: RawTable, places: Places, edition: Edition, before: PublishedBefore, kept: KeptOfCount
) -> PublishedCount:
    bounded = {place: replace(table, bounds=kept.bounds) for place, table in places.items()}
    return protected_count(one, bounded, edition, before, kept.also)


def _judged(found: Mapping[str, PublishedCount], k: int) -> dict[str, KeptOfCount]:
    """What is hidden, what speaks of the same, and what would tell of it; and what each is bounded by."""
    known = ToldNumbers.of(found.values())
    also = {name: {*_hidden(count)} for name, count in found.items()}
    for name, count in found.items():
        for other in found.values():
            if count.alike and count.alike == other.alike:
                also[name] |= hidden_margins(other)
    hides = known.to_hide(k)
    for place in hides:
        name, key = known.at[place]
        also[name].add(key)
    # What is to be hidden bounds nothing.
    bounds: Mapping[str, Bounds] = {} if hides else known.bounds()
    return {name: KeptOfCount(frozenset(also[name]), bounds.get(name, {})) for name in found}


def _hidden(count: PublishedCount) -> set[Key]:
    """Not of rows that were put together: these are judged again."""
    return {
        key
        for published in count.tables.values()
        for key in published.hidden
        if not any(name.startswith(OTHERS) for name in key)
    }
