"""How far what is told of some counts bounds what is not told of others, and what is kept back for that. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, inf

from hotline.domain.evidence.circulation import Key
from hotline.domain.evidence.publishing.cells import Place, place_of
from hotline.domain.evidence.publishing.made import PublishedCount
from hotline.domain.evidence.publishing.related import (
    MATTERS,
    MORE_OFTEN,
    NEARLY,
    Related,
    apart,
    related,
)
from hotline.domain.evidence.tables import numbers

ROUNDS = 9
"""No number bounds another one over more relations than so many."""


@dataclass(slots=True)
class ToldNumbers:
    """What is told, and the range that this leaves of each other number."""

    at: dict[Place, tuple[str, Key]] = field(default_factory=dict)
    """Where a number stands: in which count, and its name there."""
    told: dict[Place, int] = field(default_factory=dict)
    true: dict[Place, int] = field(default_factory=dict)
    """Raw."""
    least: dict[Place, float] = field(default_factory=dict)
    most: dict[Place, float] = field(default_factory=dict)
    because: dict[Place, set[Place]] = field(default_factory=dict)
    """The told numbers that give a number its range."""
    relations: Sequence[Related] = ()

    @classmethod
    def of(cls, counts: Iterable[PublishedCount]) -> "ToldNumbers":
        found = cls.plain(counts)
        found.relations = [*related(found.at)]
        found.least, found.most = dict(found.told), dict(found.told)
        for _ in range(ROUNDS):
            if not sum(found._learns(one) for one in found.relations):
                break
        return found

    @classmethod
    def plain(cls, counts: Iterable[PublishedCount]) -> "ToldNumbers":
        """What is told, and nothing that follows from it."""
        found = cls()
        for count in counts:
            for published in count.tables.values():
                counted = numbers(published.table)
                for key, number in published.numbers.items():
                    place = place_of(count, key)
                    if place is None or place in found.at:
                        continue
                    found.at[place] = count.name, key
                    found.true[place] = counted[key]
                    if number is not None:
                        found.told[place] = number
        return found

    def _learns(self, one: Related) -> bool:
        """Whether a range became narrower. What does not hold of the true numbers teaches nothing."""
        if sum(self.true[p] for p in one.less) > one.times * sum(self.true[p] for p in one.more):
            return False
        news = False
        least = sum(self.least.get(p, 0) for p in one.less)
        most = one.times * sum(self.most.get(p, inf) for p in one.more)
        for place in {*one.less} - self.told.keys():
            times = [*one.less].count(place)
            room = most - least + times * self.least.get(place, 0)
            end = floor(room / times) if room < inf else inf
            if end < self.most.get(place, inf):
                self.most[place], news = end, True
                self._owes(place, one)
        for place in {*one.more} - self.told.keys():
            others = sum(self.most.get(p, inf) for p in one.more if p != place)
            end = ceil(least / one.times - others) if others < inf else 0
            if end > self.least.get(place, 0):
                self.least[place], news = end, True
                self._owes(place, one)
        return news

    def _owes(self, place: Place, to: Related) -> None:
        because = self.because.setdefault(place, set())
        for one in (*to.less, *to.more):
            because |= {one} if one in self.told else self.because.get(one, set())

    def bounds(self) -> Mapping[str, Mapping[Key, tuple[float, float]]]:
        """By count, of each number that is not told and that others bound."""
        found: dict[str, dict[Key, tuple[float, float]]] = {}
        for place in {*self.least, *self.most} - self.told.keys():
            name, key = self.at[place]
            ends = self.least.get(place, 0), self.most.get(place, inf)
            found.setdefault(name, {})[key] = ends
        return found

    def to_hide(self, k: int) -> set[Place]:
        """Of what is told, what differs by a few from something, or bounds what is hidden too narrowly.

        Of all that bounds one number, the one that matters least: the others may do without.
        """
        found = {hides for hides, other in NEARLY.items() if not self._apart([hides], [other], k)}
        for often, once in MORE_OFTEN.items():
            if often in self.told and once in self.true and self.told[often] - self.true[once] < k:
                found.add(often)
        for one in self.relations:
            if one.hides is not None and not self._apart(one.less, one.more, k):
                found.add(one.hides)
        for place in self.at.keys() - self.told.keys():
            if self.most.get(place, inf) - self.least.get(place, 0) < k:
                told = self.because.get(place, set()) & self.told.keys()
                found |= {min(told, key=lambda one: (one[0] in MATTERS, one))} if told else set()
        return found & self.told.keys()

    def _apart(self, less: Sequence[Place], more: Sequence[Place], k: int) -> bool:
        if not self.told.keys() >= {*less, *more}:
            return True
        return apart(sum(self.told[p] for p in less), sum(self.told[p] for p in more), k)
