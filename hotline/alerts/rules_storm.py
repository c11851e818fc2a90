"""Decides which alerts share one SMS, and who is alerted while very many dangers are reported in one district. Pure.

A storm may be an attack that hides a real danger. So the hotline alerts more people in a storm, and never fewer. Each
further danger gets one person, and keeps its own assignment and deadlines. Only SMS are shared: a person gets at most
one a minute for such dangers. A repeat is an alert about a case of which the person was alerted before. Repeats share
one SMS in 15 minutes, with or without a storm. So do alerts without danger above a limit.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from hotline.tips.rules import Urgency
from hotline.tips.rules_events import Purpose

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
STORM_FROM = 8
"""A storm begins with this number of dangers in one district that no responder has taken."""
STORM_WITHIN = timedelta(minutes=10)
"""The dangers must be filed within this time."""
STORM_ENDS_AFTER = timedelta(minutes=30)
"""A storm ends when fewer dangers than `STORM_FROM` are open for this time."""
SEEN_FOR = STORM_WITHIN + STORM_ENDS_AFTER
"""A sector counts as flooded for this time after a danger there."""
MAX_ALONE = 20
"""After this number of SMS in an hour, further dangers with text no longer get an SMS of their own."""
MANY = 25
"""After this number of SMS in an hour, a person gets shared SMS about dangers at longer intervals."""
LONG_INTERVAL = timedelta(minutes=5)
OPEN_INTERVAL = timedelta(minutes=15)
"""The time between two SMS about repeats."""
OTHERS_AN_HOUR = 20
"""The largest number of SMS without danger that a person gets in an hour."""
OTHERS_SHARE = 0.7
"""The part of the day's SMS that alerts without danger may use. The rest is for alerts about danger."""
REPEATED = (Purpose.OPEN, Purpose.OVERDUE, Purpose.LOOK, Purpose.CONFIRM_CLOSURE)
"""The purposes whose repeats share an SMS. All other alerts say something new."""


class SmsShare(StrEnum):
    """The rule by which an alert may share its SMS with others."""

    ALONE = "alone"
    """The alert has an SMS of its own."""
    KEPT = "kept"
    """A danger in a storm with typed text, from a phone that reported no other danger there. It has an SMS of its own
    up to `MAX_ALONE`."""
    STORM = "storm"
    """A further danger in a storm. It shares an SMS if the person got one in the last minute."""
    OPEN = "open"
    """A repeat, or an alert without danger above the limits."""


@dataclass(slots=True)
class SmsPace:
    """The number of SMS that one person got in the last hour, and the time of the last one."""

    last: datetime | None = None
    count: int = 0
    others: int = 0
    """The number of these SMS that are not about danger."""
    open_at: datetime | None = None
    """The time of the last SMS about repeats."""

    def add(self, at: datetime, urgency: int = Urgency.DANGER) -> None:
        self.last = at if self.last is None else max(at, self.last)
        self.count += 1
        self.others += urgency > Urgency.DANGER

    def is_free(self, at: datetime) -> bool:
        """Returns True if the person may get an SMS about a further danger now."""
        return self.last is None or self.last + self._interval <= at

    def next_storm(self, at: datetime) -> datetime:
        return at if self.last is None else max(at, self.last + self._interval)

    def next_open(self, at: datetime) -> datetime:
        return at if self.open_at is None else max(at, self.open_at + OPEN_INTERVAL)

    @property
    def _interval(self) -> timedelta:
        return MINUTE if self.count < MANY else LONG_INTERVAL


def shares(wanted: SmsShare, pace: SmsPace, urgency: int, at: datetime, *, spare: bool) -> SmsShare:
    """Returns how an alert is sent, after the SMS that the person got before.

    `spare` is False if alerts without danger have used up their part of the day's SMS.
    """
    if wanted is SmsShare.KEPT and pace.count >= MAX_ALONE:
        wanted = SmsShare.STORM
    if wanted is SmsShare.STORM:
        return SmsShare.ALONE if pace.is_free(at) else SmsShare.STORM
    if wanted is SmsShare.OPEN or urgency == Urgency.DANGER:
        return SmsShare.OPEN if wanted is SmsShare.OPEN else SmsShare.ALONE
    return SmsShare.ALONE if spare and pace.others < OTHERS_AN_HOUR else SmsShare.OPEN


class RecentDanger(NamedTuple):
    """A danger that was filed in a district in the last `SEEN_FOR`."""

    tip_id: int
    place: str
    sector: str | None
    contact_key: str
    filed_at: datetime
    has_text: bool
    """True if the caller typed own words or a landmark."""
    is_untaken: bool


class DistrictDangers:
    """The recent dangers of one district, and the storm there."""

    def __init__(
        self,
        dangers: Iterable[RecentDanger],
        new: Iterable[int],
        until: datetime | None,
        at: datetime,
    ) -> None:
        """Takes the dangers of which no one was alerted yet in `new`, and the end of the storm there in `until`."""
        self._known = {one.tip_id: one for one in dangers}
        self._phones = Counter(one.contact_key for one in self._known.values())
        before = [one for id, one in self._known.items() if id not in {*new}]
        self._sectors = {one.sector for one in before}
        limit = at - STORM_WITHIN
        self._untaken = [one.filed_at for one in before if one.is_untaken and one.filed_at > limit]
        self._storms = until is not None and until > at

    def place(self, tip_id: int, at: datetime) -> SmsShare:
        """Adds a new danger, and returns how it is alerted. The first danger of a sector is alerted as always."""
        one = self._known.get(tip_id)
        self._untaken.append(at if one is None else one.filed_at)
        self._storms = self._storms or len(self._untaken) >= STORM_FROM
        sector = None if one is None else one.sector
        first = sector not in self._sectors
        self._sectors.add(sector)
        if first or not self._storms:
            return SmsShare.ALONE
        alone = one is not None and one.has_text and self._phones[one.contact_key] == 1
        return SmsShare.KEPT if alone else SmsShare.STORM

    @property
    def storm_until(self) -> datetime | None:
        """Returns the end of the storm if no more dangers are filed, or None."""
        if len(self._untaken) < STORM_FROM:
            return None
        return sorted(self._untaken)[-STORM_FROM] + STORM_WITHIN + STORM_ENDS_AFTER


def next_person(
    groups: Sequence[Sequence[int]], paces: dict[int, SmsPace], at: datetime
) -> int | None:
    """Returns the person for a further danger: the first who may get an SMS now, else the one with the fewest SMS.

    `groups` contains people of the district, of its neighbours, and of the national desk, each in the order of turns.
    """
    everyone = {who: paces.setdefault(who, SmsPace()) for group in groups for who in group}
    fewest = min(everyone, key=lambda who: everyone[who].count, default=None)
    chosen = next((who for who, pace in everyone.items() if pace.is_free(at)), fewest)
    if chosen is not None:
        paces[chosen].add(at)
    return chosen
