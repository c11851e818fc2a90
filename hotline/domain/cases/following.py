"""Sets the clocks for a person who was offered help: the question, its time, and the responder who is asked. Pure.

These clocks also run after a case is closed. At most one runs for an offer, and one for asking a person once more. Each
clock ends after its last reminder. A fact that no responder has given by then is recorded as unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hotline.domain.cases.entries import EntryKind
from hotline.domain.cases.people_codes import OF_CHILD, YES, ConsentCode, ServiceAnswer
from hotline.domain.cases.persons import ARRIVAL_WITHIN, ConsentStands, MetPerson, OfferedHelp
from hotline.domain.referrals.clocks import any_morning
from hotline.domain.referrals.ladder_steps import national
from hotline.domain.referrals.referral import Candidate, Case, colleagues, overdue_told
from hotline.domain.tip import Urgency
from hotline.domain.wording import Template


class FollowKind(StrEnum):
    """One fact that is still missing."""

    ANSWER = "answer"
    """The service's answer."""
    OFFER = "offer"
    """A service to ask. A person wants help and none was asked, or the last one could not help."""
    ARRIVAL = "arrival"
    THIRTY = "thirty"
    """The state of the person, thirty days after arriving."""
    CONSENT = "consent"
    """The person's wish for help, asked once more."""


class RingFor(StrEnum):
    """The responder who is asked."""

    REFERRER = "referrer"
    ANOTHER = "another"
    """Another responder than the one who asked before."""
    COORDINATOR = "coordinator"
    NATION = "nation"


ANSWER_WITHIN = timedelta(hours=24)
OFFER_WITHIN = timedelta(hours=2)
"""In danger: time from a person's yes until a service is asked. Otherwise it is due the next morning."""
THIRTY_DAYS = timedelta(days=30)
UNKNOWN_AFTER = timedelta(days=7)
"""Time after the thirty days. If no responder has said how the person is, that is then unknown."""
ASKED_AGAIN = timedelta(days=3)
"""Time after an adult's no. Another responder then asks, once."""
NEXT_DAY = timedelta(days=1)
WEEKLY = timedelta(days=7)
UP_TO_THE_NATION = (
    RingFor.REFERRER,
    RingFor.COORDINATOR,
    RingFor.NATION,
    RingFor.NATION,
    RingFor.NATION,
)


@dataclass(frozen=True, slots=True)
class FollowRow:
    """The properties of one kind of missing fact."""

    screen: Template
    """Its name on the phone, behind the PIN."""
    owed: str
    """Its name in a list, in English."""
    until: str
    """Its name in English on the page of a case. A moment follows it."""
    rings: Sequence[RingFor] = UP_TO_THE_NATION
    unknown: EntryKind | None = None
    """The event that the clock records as unknown if no responder gave the fact."""


FOLLOWS: Mapping[FollowKind, FollowRow] = {
    FollowKind.ANSWER: FollowRow(
        Template.OWES_ANSWER,
        "what the service answers: to be said",
        "Person {n}: the service's answer, by",
    ),
    FollowKind.OFFER: FollowRow(
        Template.OWES_HELP,
        "a service: to be asked for help",
        "Person {n}: a service is asked for help, by",
    ),
    FollowKind.ARRIVAL: FollowRow(
        Template.OWES_ARRIVAL,
        "whether the person arrived: to be said",
        "Person {n}: the arrival is said, by",
        unknown=EntryKind.ARRIVED,
    ),
    FollowKind.THIRTY: FollowRow(
        Template.OWES_THIRTY,
        "after thirty days: to be said",
        "Person {n}: thirty days after the arrival, from",
        (RingFor.REFERRER, RingFor.COORDINATOR),
        EntryKind.THIRTY,
    ),
    FollowKind.CONSENT: FollowRow(
        Template.OWES_ASKING,
        "the person: to be asked again",
        "Person {n}: asked once more whether help is wanted, from",
        (RingFor.ANOTHER, RingFor.COORDINATOR),
    ),
}


@dataclass(frozen=True, slots=True)
class FollowClock:
    """The next question about an offer or a person, and the time of the reminder."""

    kind: FollowKind
    due_at: datetime
    rung: int = 0
    """Number of reminders so far."""


@dataclass(frozen=True, slots=True)
class FollowRing:
    """The result of a clock that fires."""

    who: tuple[int, ...]
    reminds: bool
    """True if the reminder goes to a responder who can answer, and to no higher level."""
    next: FollowClock | None
    """None if the clock is over."""

    @property
    def is_over(self) -> bool:
        return self.next is None


def of_offer(person: MetPerson, offer: OfferedHelp) -> FollowClock | None:
    """Returns the clock of an offer, with the time of the first reminder. Returns None if it is no longer followed."""
    if offer.thirty is not None:
        return None
    if offer.arrived == YES and offer.arrived_at is not None:
        return FollowClock(FollowKind.THIRTY, offer.arrived_at + THIRTY_DAYS)
    if person.consent is ConsentStands.NO:
        return None
    if offer.is_on_the_way and offer.answer == ServiceAnswer.ACCEPTED and offer.answered_at:
        return FollowClock(FollowKind.ARRIVAL, offer.answered_at + ARRIVAL_WITHIN)
    if offer is not person.newest or offer.lost > 1 or wants_since(person) is not None:
        # Another service was asked meanwhile. Or the person did not arrive, and a search did not find them. Or the
        # person said yes since, and is owed an offer.
        return None
    last = offer.arrived_at or offer.answered_at or offer.offered_at
    is_open = offer.answer in (None, ServiceAnswer.NONE)
    kind = FollowKind.ANSWER if is_open else FollowKind.OFFER
    return FollowClock(kind, last + ANSWER_WITHIN)


def of_person(person: MetPerson, urgency: int) -> FollowClock | None:
    """Returns a person's clock: a service must be asked, or the person is asked once more. Returns None if neither is
    due."""
    since = wants_since(person)
    if since is None:
        return asked_again(person)
    due = since + OFFER_WITHIN if urgency == Urgency.DANGER else any_morning(since)
    return FollowClock(FollowKind.OFFER, due)


def owed(person: MetPerson) -> tuple[FollowKind, ...]:
    """Returns what is still owed to a person, whether the case is open or closed."""
    offers = (of_offer(person, one) for one in person.referrals)
    kinds = [one.kind for one in (asked_again(person), *offers) if one is not None]
    first = [FollowKind.OFFER] if wants_since(person) is not None else []
    return tuple(dict.fromkeys([*first, *kinds]))


def wants_since(person: MetPerson) -> datetime | None:
    """Returns since when a person wants help and no service is asked. None if one is asked, or no help is wanted.

    A repeated yes changes nothing.
    """
    if person.consent is not ConsentStands.YES:
        return None
    since = None
    for at, said, decided in reversed(person.consents):
        if said != ConsentCode.YES and decided != YES:
            break
        since = at
    offer = person.newest
    if since is None or offer is None or (offer.offered_at < since and not _goes_on(offer)):
        return since
    return None


def _goes_on(offer: OfferedHelp) -> bool:
    """Returns True if a service that was asked may still help."""
    if offer.answer in (None, ServiceAnswer.NONE):
        return True
    return offer.answer == ServiceAnswer.ACCEPTED and (offer.is_on_the_way or offer.arrived == YES)


def asked_again(person: MetPerson) -> FollowClock | None:
    """Returns the clock by which a person is asked once more, or None if that is not due."""
    if not person.consents:
        return None
    at, said, decided = person.consents[-1]
    if said == ConsentCode.NO:
        due = at + ASKED_AGAIN
        return FollowClock(FollowKind.CONSENT, due) if person.refusals() <= 1 else None
    undecided = said in OF_CHILD and decided != YES
    if said == ConsentCode.CANNOT_SAY or undecided:
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
    """Returns the responders to remind now, and the next clock. `since` is the time when the clock was set. If a level
    has no active responder, the next level is asked."""
    rings = FOLLOWS[clock.kind].rings
    for turn in range(clock.rung, len(rings)):
        who = _whom(rings[turn], turn, case, roster, referrer)
        if who:
            due = _again(clock.kind, turn, since, at, case.urgency)
            first = rings[turn] in (RingFor.REFERRER, RingFor.ANOTHER)
            return FollowRing(who, first, FollowClock(clock.kind, due, turn + 1))
    return FollowRing((), False, None)


def _again(kind: FollowKind, turn: int, since: datetime, at: datetime, urgency: int) -> datetime:
    """Returns when the next level is asked: the coordinator the next morning, the nation a morning later, then weekly.

    In danger, a service that must be asked moves to the next level after two hours.
    """
    if turn + 1 < min(len(FOLLOWS[kind].rings), 3):
        if kind is FollowKind.OFFER and urgency == Urgency.DANGER:
            return at + OFFER_WITHIN
        return any_morning(at)
    if kind is FollowKind.THIRTY:
        # A clock that rings late still leaves the responder until the next morning.
        return max(any_morning(at), since + THIRTY_DAYS + UNKNOWN_AFTER)
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
