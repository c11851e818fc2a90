"""Decides which alerts share one SMS, and who is alerted in a storm. Pure. A danger is here a tip about danger. A
storm is a time in which very many dangers are reported in one district.

A storm may be an attack that hides a real danger. So the hotline alerts more people in a storm, and never fewer. One
person is alerted of each further danger, which keeps its own assignment and deadlines. Only SMS are shared: a person
gets at most one a minute for such dangers. After a few SMS, the dangers of some seconds go together to one person. So
four people are alerted of each danger within a minute, and no one gets too many SMS. A repeat is an alert about a case
of which the person was alerted before. Repeats share one SMS in 15 minutes, with or without a storm. Alerts without
danger share an SMS above a limit, and notices share one in a storm."""

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
"""Dangers that were filed within this time count as recent."""
MAX_ALONE = 8
"""After this number of SMS in an hour, further dangers with text no longer get an SMS of their own. Further dangers
then wait for others."""
COLLECT = timedelta(seconds=45)
"""The time for which a further danger waits for others, so that one person gets them in one SMS."""
SOME = 20
"""After this number of SMS in an hour, alerts of later levels wait for an SMS about new dangers."""
MANY = 26
"""After this number of SMS in an hour, a person gets shared SMS about dangers at longer intervals."""
LONG_INTERVAL = timedelta(minutes=3)
NEARLY_MOST = 34
"""After this number of SMS in an hour, these intervals are twice as long. So a person gets at most 40 in an hour."""
OPEN_INTERVAL = timedelta(minutes=15)
"""The time between two SMS about repeats."""
OTHERS_SHARE = 0.7
"""The part of the day's SMS that alerts without danger may use. The rest is for alerts about danger."""
REPEATED = (Purpose.OPEN, Purpose.OVERDUE, Purpose.LOOK, Purpose.CONFIRM_CLOSURE)
"""The purposes of alerts that share an SMS when they are repeated. All other alerts say something new."""


class SmsShare(StrEnum):
    """The rule by which an alert may share its SMS with others."""

    ALONE = "alone"
    """The alert has an SMS of its own."""
    KEPT = "kept"
    """A danger in a storm with typed text, from a phone that reported no other danger there. It has an SMS of its own
    up to `MAX_ALONE`."""
    STORM = "storm"
    """A further danger in a storm. It shares an SMS if the person got one in the last minute."""
    ESCALATED = "escalated"
    """An alert to a later escalation level, for a danger in a storm. It shares an SMS like `STORM`, but may wait
    longer."""
    OPEN = "open"
    """A repeat, or an alert without danger above the limits."""


@dataclass(slots=True)
class SmsPace:
    """The number of SMS that one person got in the last hour, and the time of the last one."""

    last: datetime | None = None
    """The time of the last SMS that was due."""
    count: int = 0
    """The number of SMS, with those that are due later."""
    open_at: datetime | None = None
    """The time of the last SMS about repeats that was sent."""

    def add(self, at: datetime, *, waits: bool = False) -> None:
        """Adds an SMS. `waits` is True if it is due later, because a new danger may go first."""
        self.count += 1
        if not waits:
            self.last = at if self.last is None else max(at, self.last)

    def is_free(self, at: datetime) -> bool:
        """Returns True if the person may get an SMS about a further danger now."""
        return self.count < MAX_ALONE and self.next_storm(at) == at

    def next_storm(self, at: datetime) -> datetime:
        """Returns the earliest time for an SMS about further dangers."""
        earliest = at if self.count < MAX_ALONE else at + COLLECT
        interval = MINUTE if self.count < MANY else LONG_INTERVAL
        interval *= 1 if self.count < NEARLY_MOST else 2
        return earliest if self.last is None else max(earliest, self.last + interval)

    def next_escalated(self, at: datetime) -> datetime:
        due = self.next_storm(at)
        return due if self.count < SOME else max(due, at + LONG_INTERVAL)

    def next_open(self, at: datetime) -> datetime:
        return at if self.open_at is None else max(at, self.open_at + OPEN_INTERVAL)


def shares(wanted: SmsShare, pace: SmsPace, urgency: int, at: datetime, *, most: int) -> SmsShare:
    """Returns how an alert is sent, given the SMS that the person already got.

    A person who got `most` SMS in the last hour gets alerts without danger only in a shared SMS. `most` is 0 if such
    alerts have used up their part of the day's SMS, or while there are very many SMS.
    """
    if wanted is SmsShare.KEPT and pace.count >= MAX_ALONE:
        wanted = SmsShare.STORM
    if wanted in (SmsShare.STORM, SmsShare.ESCALATED):
        return SmsShare.ALONE if pace.is_free(at) else wanted
    if wanted is SmsShare.OPEN or urgency == Urgency.DANGER:
        return SmsShare.OPEN if wanted is SmsShare.OPEN else SmsShare.ALONE
    return SmsShare.ALONE if pace.count < most else SmsShare.OPEN


def shares_notice(pace: SmsPace, *, storms: bool, goes: bool, most: int) -> bool:
    """Returns True if a notice about a case shares an SMS, because it is no first alert about danger.

    `storms` is True if the person was alerted of the case in a storm. `goes` is True if the person has taken the case
    and may be on the way. Such a notice may protect a victim, so it has an SMS of its own up to `MANY`.
    """
    if goes:
        return pace.count >= MANY
    return storms or pace.count >= most


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
        """Adds a new danger, and returns how people are alerted of it. For the first danger of a sector, the usual
        rules apply."""
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
    groups: Sequence[Sequence[int]],
    paces: dict[int, SmsPace],
    waiting: dict[int, datetime],
    at: datetime,
) -> int | None:
    """Returns the person for a further danger: the first who may get an SMS now, else the one who gets one earliest.

    `groups` contains people of the district, of its neighbours, and of the national desk, each in the order of turns.
    `waiting` contains the due time of each person's shared SMS that the danger may join.
    """
    everyone = {who: paces.setdefault(who, SmsPace()) for group in groups for who in group}
    due = {who: pace.next_storm(at) for who, pace in everyone.items()}
    due = {who: min(waiting.get(who, next_at), next_at) for who, next_at in due.items()}
    earliest = min(everyone, key=lambda who: (due[who], everyone[who].count), default=None)
    chosen = next((who for who, pace in everyone.items() if pace.is_free(at)), earliest)
    if chosen is not None and chosen not in waiting:
        paces[chosen].add(due[chosen], waits=due[chosen] > at)
    if chosen is not None and due[chosen] > at:
        waiting[chosen] = due[chosen]
    return chosen
