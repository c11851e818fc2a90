"""Messages to responders, reckoned plainly from what the gateway was asked and what it said."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.plain.numbers import ALL, Numbers
from tests.plain.seen import BroughtReport, InTime, Seen, TriedSms

TRIES = 8
"""So often an SMS is tried."""
SOON = timedelta(minutes=5)
"""From what files a tip to the end of its call, and to the first SMS."""
MORE_TOLD = ("ibindi byavuzwe", "more was told", "il y a du nouveau")
OF_EXERCISES = ("imyitozo", "exercise", "exercice")
"""What stands in an SMS about one that names no case: to those who answer for a desk."""
KNOWN_NETWORKS = ("63510", "63513", "63514")


@dataclass
class PlainMessage:
    """The same words to the same phone, tried until the gateway took them, or too often."""

    tries: list[TriedSms]
    report: BroughtReport | None = None

    @property
    def is_over(self) -> bool:
        return bool(self.tries[-1].name) or len(self.tries) == TRIES

    @property
    def has_failed(self) -> bool:
        if self.report is not None:
            return not self.report.has_arrived
        return not self.tries[-1].name and len(self.tries) == TRIES

    @property
    def network(self) -> str:
        if self.report is None:
            return "not_said"
        return self.report.network if self.report.network in KNOWN_NETWORKS else "other"


def messages(seen: Seen, until: datetime) -> Iterator[PlainMessage]:
    """Those to responders, in the order in which they were tried first."""
    open_ones: dict[tuple[str, str], PlainMessage] = {}
    found: list[PlainMessage] = []
    for one in seen.gateway.tries:
        if one.at > until or one.phone not in seen.phones:
            continue
        known = open_ones.get((one.phone, one.words))
        if known is None or known.is_over:
            known = open_ones[one.phone, one.words] = PlainMessage([])
            found.append(known)
        known.tries.append(one)
        report = seen.gateway.brought.get(one.name)
        known.report = report if report is not None and report.at <= until else None
    return iter(found)


def tips_named(seen: Seen, words: str) -> set[int]:
    """The cases whose names stand in an SMS."""
    names = set(re.findall(r"[A-Z0-9]+", words)) & seen.references.keys()
    return {seen.references[name] for name in names}


def sent(seen: Seen, in_time: InTime, until: datetime) -> Numbers:
    """What names an exercise is no message of the line's."""
    found: Numbers = Counter()
    for one in messages(seen, until):
        first = one.tries[0]
        of_exercise = any(words in first.words for words in OF_EXERCISES)
        named = tips_named(seen, first.words)
        if not in_time(first.at) or of_exercise or named - seen.tips.keys():
            continue
        arrived = one.report is not None and one.report.has_arrived
        for row in (ALL, f"network:{one.network}"):
            found["sms_sent", row, ALL] += 1
            found["sms_delivered", row, ALL] += arrived
            found["sms_failed", row, ALL] += one.has_failed
    return found


def arrivals(seen: Seen, until: datetime) -> Mapping[int, datetime]:
    """By tip, when an SMS about it was first on a responder's phone."""
    found: dict[int, datetime] = {}
    for one in messages(seen, until):
        if one.report is not None and one.report.has_arrived:
            for tip_id in tips_told(seen, one.tries[0]):
                found[tip_id] = min(one.report.at, found.get(tip_id, one.report.at))
    return found


def rung(seen: Seen) -> set[int]:
    """Tips of which an SMS was tried as soon as they were told."""
    return {
        tip_id
        for one in seen.gateway.tries
        for tip_id in (tips_told(seen, one) if one.phone in seen.phones else ())
        if tip_id in seen.tips and one.at - seen.tips[tip_id].filed_at <= SOON
    }


def tips_told(seen: Seen, one: TriedSms) -> set[int]:
    """The cases that an SMS is about. "More was told" names the case that was there before the one it tells of."""
    named = tips_named(seen, one.words)
    if not any(words in one.words for words in MORE_TOLD):
        return named
    phones = {seen.phone_of(tip_id) for tip_id in named}
    before = [
        tip.tip_id
        for tip in seen.tips.values()
        if tip.filed_at <= one.at and seen.phone_of(tip.tip_id) in phones
    ]
    return {max(before)}
