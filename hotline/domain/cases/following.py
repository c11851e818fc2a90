"""What is asked of a person who was offered help, when, and of whom. These clocks run on when a case is closed. Pure.

At most one runs for an offer, and one for asking a person once more. Nobody is asked for ever: the last ring of each is
followed by its end, and what nobody said by then is unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.people_codes import (
    CONSENT,
    INTEREST,
    NOT_YET,
    TURNED_AWAY,
    YES,
    ConsentCode,
    ServiceAnswer,
)
from hotline.domain.referrals.clocks import next_morning
from hotline.domain.referrals.ladder_steps import national
from hotline.domain.referrals.referral import Candidate, Case, colleagues, overdue_told


class FollowKind(StrEnum):
    """What has not been said yet."""

    ANSWER = "answer"
    """What the service says."""
    OFFER = "offer"
    """Whether another service is asked: the last one could not help, or was never reached."""
    ARRIVAL = "arrival"
    THIRTY = "thirty"
    """How the person is, thirty days after arriving."""
    CONSENT = "consent"
    """Whether the person wants help, asked once more."""


class RingFor(StrEnum):
    """Who is asked."""

    REFERRER = "referrer"
    ANOTHER = "another"
    """Somebody else than who asked before."""
    COORDINATOR = "coordinator"
    NATION = "nation"


ANSWER_WITHIN = timedelta(hours=24)
ARRIVAL_WITHIN = timedelta(hours=72)
THIRTY_DAYS = timedelta(days=30)
UNKNOWN_AFTER = timedelta(days=7)
"""Behind the thirty days: nobody said how the person is."""
ASKED_AGAIN = timedelta(days=3)
"""After an adult's no: once, and by somebody else."""
NEXT_DAY = timedelta(days=1)
WEEKLY = timedelta(days=7)
UP_TO_THE_NATION = (
    RingFor.REFERRER,
    RingFor.COORDINATOR,
    RingFor.NATION,
    RingFor.NATION,
    RingFor.NATION,
)
RINGS: Mapping[FollowKind, Sequence[RingFor]] = {
    FollowKind.ANSWER: UP_TO_THE_NATION,
    FollowKind.OFFER: UP_TO_THE_NATION,
    FollowKind.ARRIVAL: UP_TO_THE_NATION,
    FollowKind.THIRTY: (RingFor.REFERRER, RingFor.COORDINATOR),
    FollowKind.CONSENT: (RingFor.ANOTHER, RingFor.COORDINATOR),
}
UNKNOWN = {FollowKind.ARRIVAL: EntryKind.ARRIVED, FollowKind.THIRTY: EntryKind.THIRTY}
"""What the clock writes down itself, as unknown, where nobody said it."""


@dataclass(frozen=True, slots=True)
class FollowClock:
    """What is asked next of an offer or a person, and when somebody is rung for it."""

    kind: FollowKind
    due_at: datetime
    rung: int = 0
    """How often somebody was."""


@dataclass(frozen=True, slots=True)
class FollowRing:
    """What follows when a clock fires."""

    who: tuple[int, ...]
    reminds: bool
    """Whether somebody is asked who can say it, and nobody above."""
    next: FollowClock | None
    """None where it is over."""

    @property
    def is_over(self) -> bool:
        return self.next is None


def after(kind: EntryKind, code: str, at: datetime, *, again: bool = False) -> FollowClock | None:
    """The clock of an offer once this was said of it. `again`: not to have arrived was said before."""
    if kind is EntryKind.OFFERED or code == ServiceAnswer.NONE:
        return FollowClock(FollowKind.ANSWER, at + ANSWER_WITHIN)
    if kind is EntryKind.ANSWERED and code == ServiceAnswer.ACCEPTED:
        return FollowClock(FollowKind.ARRIVAL, at + ARRIVAL_WITHIN)
    if kind is EntryKind.ARRIVED and code == YES:
        return FollowClock(FollowKind.THIRTY, at + THIRTY_DAYS)
    lost = kind is EntryKind.ARRIVED and not again
    if lost or (kind is EntryKind.ANSWERED and code in TURNED_AWAY):
        return FollowClock(FollowKind.OFFER, at + ANSWER_WITHIN)
    return None


def asked_again(codes: Mapping[str, str], refusals: int, at: datetime) -> FollowClock | None:
    """When a person is asked once more. `refusals`: how often in a row it was no, this time among them."""
    said = codes[CONSENT]
    if said == ConsentCode.NO:
        due = at + ASKED_AGAIN
        return FollowClock(FollowKind.CONSENT, due) if refusals <= 1 else None
    if said == ConsentCode.CANNOT_SAY or codes.get(INTEREST) == NOT_YET:
        return FollowClock(FollowKind.CONSENT, at + NEXT_DAY)
    return None


def fires(
    clock: FollowClock,
    case: Case,
    roster: Sequence[Candidate],
    referrer: int | None,
    since: datetime,
    at: datetime,
) -> FollowRing:
    """Who is rung now, and when next. `since`: when it was set. Where nobody of a level lives, the next is asked."""
    rings = RINGS[clock.kind]
    for turn in range(clock.rung, len(rings)):
        who = _whom(rings[turn], turn, case, roster, referrer)
        if who:
            due = _again(clock.kind, turn, since, at)
            first = rings[turn] in (RingFor.REFERRER, RingFor.ANOTHER)
            return FollowRing(who, first, FollowClock(clock.kind, due, turn + 1))
    return FollowRing((), False, None)


def _again(kind: FollowKind, turn: int, since: datetime, at: datetime) -> datetime:
    """The coordinator the next morning, the nation the morning after that, and then once a week."""
    if turn + 1 < min(len(RINGS[kind]), 3):
        return next_morning(at)
    if kind is FollowKind.THIRTY:
        return max(at, since + THIRTY_DAYS + UNKNOWN_AFTER)
    return at + WEEKLY


def _whom(
    who: RingFor, turn: int, case: Case, roster: Sequence[Candidate], referrer: int | None
) -> tuple[int, ...]:
    living = {one.id for one in roster}
    match who:
        case RingFor.REFERRER:
            return (referrer,) if referrer in living and referrer is not None else ()
        case RingFor.ANOTHER:
            return (colleagues(case, roster, but=referrer) or national(roster, 0, but=referrer))[:1]
        case RingFor.COORDINATOR:
            return overdue_told(case, roster, referrer or 0, 0)
        case RingFor.NATION:
            return national(roster, turn, but=None)
