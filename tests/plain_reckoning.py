"""Every figure of a month, reckoned once more and plainly from what the people of an invented year did.

Nothing here asks the product for anything: a ledger goes in, numbers come out. What is not in them is zero.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from math import ceil
from statistics import median

from hotline.cli.year.ledger import InventedSession, InventedTip, InventedWord, YearLedger

Numbers = Counter[tuple[str, str, str]]
ALL = "all"
KIGALI = timezone(timedelta(hours=2))
NATION_ALONE = "national"
NEVER = timedelta.max
UNKNOWN_AFTER = timedelta(days=38)
"""From arriving to the day on which nobody is asked any more how somebody is."""
REPORTED = {
    "report_entered": ("province", "place", "kind", "saved"),
    "report_filed": ("place", "kind", "saved"),
    "report_saved": ("saved",),
}
"""How far a report came, by the last thing of it that was told."""
STEPS = ("identified", "consent", "offered", "accepted", "arrived", "thirty_known")
NEIGHBOURS = ("BI", "CD", "KE", "TZ", "UG")


def month_of(at: datetime) -> str:
    return at.astimezone(KIGALI).strftime("%Y-%m")


def reckoned(ledger: YearLedger, month: str, counted_at: datetime) -> Numbers:
    """`counted_at`: what was said of persons later is in no number."""
    found: Numbers = Counter()
    for part in (_sessions, _tips, _learning, _answers):
        found.update(part(ledger, month))
    found.update(_persons(ledger, month, counted_at))
    return found


def _days(at: datetime) -> Sequence[str]:
    day = at.astimezone(KIGALI).date()
    week = max(first for first in (1, 8, 15, 22) if first <= day.day)
    return f"day:{day.isoformat()}", f"week:{day.replace(day=week).isoformat()}"


def _of_month(ledger: YearLedger, month: str) -> Iterator[InventedSession]:
    return (one for one in ledger.sessions if month_of(one.at) == month)


def _sessions(ledger: YearLedger, month: str) -> Numbers:
    found: Numbers = Counter()
    for one in _of_month(ledger, month):
        where = (f"language:{one.language}", "channel:ussd", f"entry:{one.entry}", *_days(one.at))
        for row in (ALL, *where):
            found["session", row, ALL] += 1
            found["topic", row, ALL] += len(one.topics)
        network = f"network:{one.network}"
        for row in (ALL, network):
            found["ussd_session", row, ALL] += 1
            found["ussd_left", row, ALL] += not one.ends
        for figure, told in REPORTED.items():
            found[figure, ALL, ALL] += one.reported in told
        for topic in one.topics:
            found["topic", f"topic:{topic}", ALL] += 1
        for thing in one.quiz:
            found["quiz_asked", ALL, ALL] += 1
            found["quiz_asked", f"quiz:{thing}", ALL] += 1
    return found


def _filed(ledger: YearLedger, month: str) -> Iterator[InventedTip]:
    return (one for one in ledger.tips if month_of(one.filed_at) == month)


def _tips(ledger: YearLedger, month: str) -> Numbers:
    found: Numbers = Counter()
    for one in _filed(ledger, month):
        if one.is_fragment:
            found["fragment", ALL, ALL] += 1
            continue
        rows = [ALL, f"language:{one.language}", "channel:ussd", f"entry:{one.entry}"]
        rows += [*_places(one), *_days(one.filed_at)]
        found.update(("tip", row, ALL) for row in rows)
    return found


def _places(tip: InventedTip) -> Sequence[str]:
    """Of a tip about an official the nation alone is told."""
    if tip.is_official:
        return f"district:{NATION_ALONE}", f"province:{NATION_ALONE}"
    return f"district:{tip.place}", f"province:{tip.place[:1]}"


def _learning(ledger: YearLedger, month: str) -> Numbers:
    found: Numbers = Counter()
    for held in ledger.gatherings:
        if month_of(held.at) == month:
            place = (f"district:{held.district}", f"province:{held.district[:1]}")
            for row in (ALL, *place, f"topic:{held.occasion}"):
                found["gathering", row, ALL] += 1
                found["gathered", row, ALL] += held.came
    for one in ledger.lessons:
        if month_of(one.at) == month:
            for row in (ALL, f"district:{one.district}", f"province:{one.district[:1]}"):
                found["lesson", row, ALL] += one.is_whole
                found["lesson_answered", row, ALL] += one.answered
    return found


def _answers(ledger: YearLedger, month: str) -> Numbers:
    """Who answered, and how soon: from what was done with each tip."""
    found: Numbers = Counter()
    times: dict[tuple[str, int], list[timedelta]] = {}
    for tip in _filed(ledger, month):
        if tip.is_fragment:
            continue
        acts = [one for one in ledger.acts if one.tip_id == tip.tip_id]
        words = [one for one in ledger.words if one.tip_id == tip.tip_id]
        for row in (ALL, f"urgency:{tip.urgency}"):
            found["tips_answered", row, ALL] += 1
        firsts = _firsts(ledger, tip)
        for step, moments in firsts.items():
            took = min(moments) - tip.filed_at if moments else NEVER
            if step != "on_site" or moments:
                times.setdefault((step, tip.urgency), []).append(took)
        met = bool(firsts["on_site"] or words)
        helped = any(one.what == "closed" and one.outcome in ("helped", "referred") for one in acts)
        found["tips_acted", ALL, ALL] += met or helped
    for (step, urgency), waits in times.items():
        for row in (ALL, f"urgency:{urgency}"):
            found[f"{step}_of", row, ALL] += len(waits)
        for name, hundredth in (("median", 50), ("ninety", 90)):
            one = sorted(waits)[ceil(len(waits) * hundredth / 100) - 1]
            if one is not NEVER:
                minutes = ceil(one / timedelta(minutes=1))
                found[f"{step}_{name}", f"urgency:{urgency}", ALL] = minutes
    found.update(
        {
            ("delivered_of", row, of): n
            for (step, row, of), n in found.items()
            if step == "outcome_of"
        }
    )
    return found


def _firsts(ledger: YearLedger, tip: InventedTip) -> Mapping[str, Sequence[datetime]]:
    """When each step happened, each time that it did."""
    acts = [one for one in ledger.acts if one.tip_id == tip.tip_id]
    words = [one for one in ledger.words if one.tip_id == tip.tip_id]
    return {
        "acknowledged": [one.at for one in acts if one.what == "taken"],
        "opened": [one.at for one in acts if one.what == "opened"],
        "on_site": [one.at for one in acts if one.what == "on_site"],
        "outcome": [one.at for one in acts if one.what in ("closed", "end_wanted")]
        + [one.at for one in words if one.what == "offered"],
    }


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
        yield from (row for row in _places(self.tip) if row != f"province:{NATION_ALONE}")
        state = self.last("arrived", "state") or self.last("screened", "nationality")
        yield f"from:{state if state in (*NEIGHBOURS, 'rwanda') else 'other'}"


def _persons(ledger: YearLedger, month: str, counted_at: datetime) -> Numbers:
    found: Numbers = Counter()
    waited: list[float] = []
    tips = {one.tip_id: one for one in _filed(ledger, month)}
    said = [one for one in ledger.words if one.tip_id in tips and one.at <= counted_at]
    persons: dict[tuple[int, int], list[InventedWord]] = {}
    for one in said:
        persons.setdefault((one.tip_id, one.n), []).append(one)
    met = [MetOnce(tips[tip_id], words, counted_at) for (tip_id, _), words in persons.items()]
    found.update(_judged(met))
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


def _judged(met: Iterable[MetOnce]) -> Numbers:
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
    return found


def _waited(words: Sequence[InventedWord]) -> Iterator[float]:
    offered = [one.at for one in words if one.what == "offered"]
    for one in words:
        if one.what == "answered" and one.codes["answer"] == "accepted" and one.offer is not None:
            yield (one.at - offered[one.offer]) / timedelta(days=1)
