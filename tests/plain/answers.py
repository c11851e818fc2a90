"""Who answered the tips of an invented season, and how soon: reckoned plainly from what was done with each."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil

from hotline.cli.year.ledger import InventedAct, InventedTip, InventedWord
from tests.plain.messages import arrivals, rung
from tests.plain.numbers import ALL, HOLDS, Numbers, working_morning
from tests.plain.seen import InTime, Seen

NEVER = timedelta.max
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DANGER, HEARD = 1, 3
DELIVERED = {1: 1.5, 2: 10, 3: 10}
TAKEN = {1: 3, 2: 15, 3: 120}
OPENED = {1: 5, 2: 60}
OUTCOME = {1: 30, 2: 360}
"""Minutes, by urgency, of what is promised; the latter two after the promise to take it. What was only heard has to
be opened by the next working morning, and has its outcome by the third.
"""
STEPS = ("delivered", "acknowledged", "opened", "on_site", "outcome")


def promised(step: str, tip: InventedTip) -> datetime:
    """Nothing is promised of being there."""
    urgency = tip.urgency
    if step == "on_site":
        return datetime.max.replace(tzinfo=tip.filed_at.tzinfo)
    if step == "delivered":
        return tip.filed_at + DELIVERED[urgency] * MINUTE
    taken = tip.filed_at + TAKEN[urgency] * MINUTE
    if step == "acknowledged":
        return taken
    within = OPENED if step == "opened" else OUTCOME
    if urgency in within:
        return taken + within[urgency] * MINUTE
    morning = working_morning(taken)
    return morning if step == "opened" else working_morning(working_morning(morning))


class PlainAnswers:
    """What was done with the tips of some months, up to a moment."""

    def __init__(self, seen: Seen, in_time: InTime, until: datetime) -> None:
        self.seen, self.until = seen, until
        self.tips = [
            one
            for one in seen.tips.values()
            if in_time(one.filed_at) and not one.is_fragment and not one.is_complaint
        ]
        self.arrived, self.rung = arrivals(seen, until), rung(seen)
        self.told = {*seen.references.values()}
        self.firsts = {one.tip_id: self._firsts(one) for one in self.tips}

    def acts(self, tip: InventedTip) -> Sequence[InventedAct]:
        acts = self.seen.ledger.acts
        return [one for one in acts if one.tip_id == tip.tip_id and one.at <= self.until]

    def words(self, tip: InventedTip) -> Sequence[InventedWord]:
        words = self.seen.ledger.words
        return [one for one in words if one.tip_id == tip.tip_id and one.at <= self.until]

    def _firsts(self, tip: InventedTip) -> Mapping[str, datetime]:
        """When each step happened first."""
        done, said = self.acts(tip), self.words(tip)
        moments = {
            "delivered": [*self._delivered(tip)],
            "acknowledged": [one.at for one in done if one.what == "taken"],
            "opened": [one.at for one in done if one.what == "opened"],
            "on_site": [one.at for one in done if one.what == "on_site"],
            "outcome": [one.at for one in done if one.what in ("closed", "end_wanted")]
            + [one.at for one in said if one.what == "offered"],
        }
        return {step: min(some) for step, some in moments.items() if some}

    def _delivered(self, tip: InventedTip) -> Iterator[datetime]:
        """A tip for which nobody was rung is at once with those who were told of the first one like it."""
        if tip.tip_id in self.told - self.rung:
            yield tip.filed_at
        elif tip.tip_id in self.arrived:
            yield self.arrived[tip.tip_id]

    def counts(self) -> Numbers:
        found: Numbers = Counter()
        for tip in self.tips:
            firsts = self.firsts[tip.tip_id]
            for row in (ALL, f"urgency:{tip.urgency}"):
                found["tips_answered", row, ALL] += 1
                for step in STEPS:
                    found[f"{step}_of", row, ALL] += step != "on_site" or step in firsts
            for step in STEPS[:3] + STEPS[4:]:
                on_time = step in firsts and firsts[step] <= promised(step, tip)
                found[f"{step}_within", f"urgency:{tip.urgency}", HOLDS] += on_time
            acted = self.is_acted(tip)
            found.update({("tips_acted", ALL, ALL): acted, ("acted_of_100", ALL, HOLDS): acted})
            found["tips_red", ALL, ALL] += any(True for _ in self.red(tip))
        return found

    def is_acted(self, tip: InventedTip) -> bool:
        ends = [one.outcome for one in self.acts(tip) if one.what == "closed"]
        is_met = "on_site" in self.firsts[tip.tip_id] or bool(self.words(tip))
        return is_met or bool({"helped", "referred"} & {*ends})

    def measures(self) -> Numbers:
        found: Numbers = Counter()
        for step in STEPS:
            for urgency in (1, 2, 3):
                waits = sorted(self._waits(step, urgency))
                for name, hundredth in (("median", 50), ("ninety", 90)):
                    one = waits[ceil(len(waits) * hundredth / 100) - 1] if waits else NEVER
                    if one is not NEVER:
                        place = f"{step}_{name}", f"urgency:{urgency}", ALL
                        found[place] = ceil(max(one, timedelta()) / MINUTE)
        red = sum((took for tip in self.tips for took in self.red(tip)), timedelta())
        found["hours_red", ALL, ALL] = round(red / HOUR)
        return found

    def _waits(self, step: str, urgency: int) -> Iterator[timedelta]:
        """Who is there is told of those alone in which somebody said so."""
        for tip in self.tips:
            first = self.firsts[tip.tip_id].get(step)
            if tip.urgency == urgency and (first is not None or step != "on_site"):
                yield first - tip.filed_at if first is not None else NEVER

    def red(self, tip: InventedTip) -> Iterator[timedelta]:
        """Each stretch of a clock that ran; one that still runs is of no length yet."""
        for one in self.seen.red:
            if one.tip_id == tip.tip_id and one.set_at <= self.until:
                is_over = one.ended_at is not None and one.ended_at <= self.until
                yield one.ended_at - one.set_at if is_over and one.ended_at else timedelta()
