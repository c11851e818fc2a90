"""The persons of an invented season, reckoned plainly from what was said of them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from hotline.cli.year.ledger import InventedTip, InventedWord
from tests.plain.numbers import ALL, Numbers

NATION_ALONE = "national"
UNKNOWN_AFTER = timedelta(days=38)
"""From arriving to the day on which nobody is asked any more how somebody is."""
STEPS = ("identified", "consent", "offered", "accepted", "arrived", "thirty_known")
NEIGHBOURS = ("BI", "CD", "KE", "TZ", "UG")


def places(tip: InventedTip) -> Sequence[str]:
    """Of a tip about an official the nation alone is told."""
    if tip.is_official:
        return f"district:{NATION_ALONE}", f"province:{NATION_ALONE}"
    return f"district:{tip.place}", f"province:{tip.place[:1]}"


@dataclass
class MetOnce:
    """One person, by everything that was said of her up to a count."""

    tip: InventedTip
    words: Sequence[InventedWord]
    counted_at: datetime

    def said(self, what: str, code: str) -> list[str]:
        return [one.codes[code] for one in self.words if one.what == what and code in one.codes]

    @property
    def result(self) -> str:
        act, force, child = (self.last("screened", one) for one in ("act", "force", "minor"))
        if "no" in (act, self.last("screened", "purpose")) or (child == "no" and force == "no"):
            return "not_indicated"
        return "possible" if "yes" in (act, force) else "unclear"

    def last(self, what: str, code: str) -> str:
        return (self.said(what, code) or [""])[-1]

    @property
    def is_identified(self) -> bool:
        return self.result == "possible" or self.last("determination", "determination") == "actual"

    def steps(self) -> Iterator[str]:
        yield "identified"
        if "yes" in self.said("consent", "consent") or "yes" in self.said("consent", "interest"):
            yield "consent"
        if self.said("offered", "service"):
            yield "offered"
        if "accepted" in self.said("answered", "answer"):
            yield "accepted"
        if "yes" in self.said("arrived", "arrived"):
            yield "arrived"
        state = self.last("thirty", "thirty")
        arrived = [one.at for one in self.words if one.codes.get("arrived") == "yes"]
        if state:
            yield from (f"thirty_{state}", "thirty_known")
        elif arrived and self.counted_at > arrived[-1] + UNKNOWN_AFTER:
            yield "thirty_unknown"

    def columns(self) -> Iterator[str]:
        yield from (ALL, f"form:{self.last('screened', 'form') or 'not_said'}")
        yield f"who:{self.last('screened', 'sex')}"

    def rows(self) -> Iterator[str]:
        yield from (row for row in places(self.tip) if row != f"province:{NATION_ALONE}")
        state = self.last("arrived", "state") or self.last("screened", "nationality")
        yield f"from:{state if state in (*NEIGHBOURS, 'rwanda') else 'other'}"


def persons(
    tips: Mapping[int, InventedTip],
    said: Sequence[InventedWord],
    counted_at: datetime,
    situations: Mapping[int, int],
) -> Numbers:
    """What was said of persons up to a count comes to. `situations` names that of each tip."""
    found: Numbers = Counter()
    waited: list[float] = []
    by_person: dict[tuple[int, int], list[InventedWord]] = {}
    for one in said:
        by_person.setdefault((one.tip_id, one.n), []).append(one)
    met = [MetOnce(tips[tip_id], words, counted_at) for (tip_id, _), words in by_person.items()]
    found.update(_judged(met, situations))
    for person in (one for one in met if one.is_identified):
        for step in person.steps():
            told = person.columns() if step in STEPS else (ALL,)
            found.update((step, ALL, column) for column in told)
        found.update(("identified", row, ALL) for row in person.rows())
        found["offers", ALL, ALL] += len(person.said("offered", "service"))
        waited += _waited(person.words)
        for answer in person.said("answered", "answer"):
            found[f"refused_{answer}", ALL, ALL] += answer != "accepted"
    if waited:
        found["days_to_accepted", ALL, ALL] = round(median(waited))
    return found


def _judged(met: Iterable[MetOnce], situations: Mapping[int, int]) -> Numbers:
    found: Numbers = Counter()
    screened, identified = set(), set()
    for one in met:
        found["met", ALL, ALL] += 1
        found["screened", ALL, ALL] += 1
        found[f"screened_{one.result}", ALL, ALL] += 1
        said = one.last("determination", "determination")
        if said:
            found[f"determined_{said}", ALL, ALL] += 1
        screened.add(one.tip.tip_id)
        if one.is_identified:
            identified.add(one.tip.tip_id)
    found["tips_screened", ALL, ALL] = len(screened)
    found["tips_with_identified", ALL, ALL] = len(identified)
    found["situations_with_identified", ALL, ALL] = len({situations[one] for one in identified})
    return found


def _waited(words: Sequence[InventedWord]) -> Iterator[float]:
    offered = [one.at for one in words if one.what == "offered"]
    for one in words:
        if one.what == "answered" and one.codes["answer"] == "accepted" and one.offer is not None:
            yield (one.at - offered[one.offer]) / timedelta(days=1)
