"""Defines when the persons of a month's cases are counted: once, 75 days after the month ended. Pure.

Months are those of Kigali's time. A case belongs to the month in which its tip was filed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from hotline.alerts.rules_assignment import Candidate, Case, colleagues, overdue_recipients
from hotline.alerts.rules_escalation_steps import national_people
from hotline.core.wording import Template
from hotline.text.time import KIGALI
from hotline.tips import rules_persons
from hotline.tips.rules import Urgency
from hotline.tips.rules_deadlines import any_morning
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_person_codes import (
    ANSWER,
    CONSENT,
    INTEREST,
    OF_CHILD,
    OF_REFERRAL,
    SEX,
    THIRTY,
    YES,
    ConsentCode,
    PersonCodes,
    ServiceAnswer,
    ThirtyDays,
)
from hotline.tips.rules_persons import ConsentState, FollowKind, MetPerson, OfferedHelp

COUNTED_AFTER = timedelta(days=75)
"""Time from the end of a month until its persons are counted. Then the codes about them may be erased."""


def month_of(at: datetime | date) -> str:
    """Returns the month of a moment or a day, as in 2026-11."""
    day = at.astimezone(KIGALI) if isinstance(at, datetime) else at
    return f"{day:%Y-%m}"


def begins(month: str) -> datetime:
    """Returns the first moment of a month."""
    return datetime.strptime(month, "%Y-%m").replace(tzinfo=KIGALI)


def ends(month: str) -> datetime:
    """Returns the first moment after a month."""
    return (begins(month) + timedelta(days=31)).replace(day=1)


def counted_at(month: str) -> datetime:
    """Returns when the persons of a month are counted."""
    return ends(month) + COUNTED_AFTER


def due(known: Collection[str], counted: Collection[str], at: datetime) -> Sequence[str]:
    """Returns the months to be counted by now, the earliest first, since the first that is known.

    A month in which no person was met is counted too.
    """
    if not known:
        return ()
    found = [min(known)]
    while found[-1] < month_of(at):
        found.append(month_of(ends(found[-1])))
    return [month for month in found if month not in counted and counted_at(month) <= at]


def counted_before(at: datetime) -> datetime:
    """Returns the moment before which every tip was filed in a month that is counted by `at`."""
    return begins(month_of(at - COUNTED_AFTER))


# Sets the clocks for a person who was offered help: the question, its time, and the responder who is asked. Pure.


class AskedPerson(StrEnum):
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
    AskedPerson.REFERRER,
    AskedPerson.COORDINATOR,
    AskedPerson.NATION,
    AskedPerson.NATION,
    AskedPerson.NATION,
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
    rings: Sequence[AskedPerson] = UP_TO_THE_NATION
    unknown: LoggedEvent | None = None
    """The event that the clock records as unknown if no responder gave the fact."""


FOLLOWS: Mapping[FollowKind, FollowRow] = {
    FollowKind.ANSWER: FollowRow(
        Template.OWES_ANSWER,
        "follow-up due: service answer",
        "Person {n}: service answer due by",
    ),
    FollowKind.OFFER: FollowRow(
        Template.OWES_HELP,
        "follow-up due: ask a service for help",
        "Person {n}: ask a service for help by",
    ),
    FollowKind.ARRIVAL: FollowRow(
        Template.OWES_ARRIVAL,
        "follow-up due: confirm arrival",
        "Person {n}: confirm arrival by",
        unknown=LoggedEvent.ARRIVED,
    ),
    FollowKind.THIRTY: FollowRow(
        Template.OWES_THIRTY,
        "follow-up due: 30 days after arrival",
        "Person {n}: 30-day follow-up from",
        (AskedPerson.REFERRER, AskedPerson.COORDINATOR),
        LoggedEvent.THIRTY,
    ),
    FollowKind.CONSENT: FollowRow(
        Template.OWES_ASKING,
        "follow-up due: ask the person again",
        "Person {n}: ask again about help from",
        (AskedPerson.ANOTHER, AskedPerson.COORDINATOR),
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
class FollowReminder:
    """The result of a clock that fires."""

    who: tuple[int, ...]
    reminds: bool
    """True if the reminder goes to a responder who can answer, and to no higher level."""
    next: FollowClock | None
    """None if the clock is over."""

    @property
    def is_over(self) -> bool:
        return self.next is None


def offer_clock(person: MetPerson, offer: OfferedHelp) -> FollowClock | None:
    """Returns the clock of an offer, with the time of the first reminder. Returns None if it is no longer followed."""
    if offer.thirty is not None:
        return None
    if offer.arrived == YES and offer.arrived_at is not None:
        return FollowClock(FollowKind.THIRTY, offer.arrived_at + THIRTY_DAYS)
    if person.consent is ConsentState.NO:
        return None
    if offer.is_on_the_way and offer.answer == ServiceAnswer.ACCEPTED and offer.answered_at:
        return FollowClock(FollowKind.ARRIVAL, offer.answered_at + rules_persons.ARRIVAL_WITHIN)
    if offer is not person.newest or offer.lost > 1 or wants_since(person) is not None:
        # Another service was asked meanwhile. Or the person did not arrive, and a search did not find them. Or the
        # person said yes since, and is owed an offer.
        return None
    last = offer.arrived_at or offer.answered_at or offer.offered_at
    is_open = offer.answer in (None, ServiceAnswer.NONE)
    kind = FollowKind.ANSWER if is_open else FollowKind.OFFER
    return FollowClock(kind, last + ANSWER_WITHIN)


def person_clock(person: MetPerson, urgency: int) -> FollowClock | None:
    """Returns a person's clock: a service must be asked, or the person is asked once more. Returns None if neither is
    due."""
    since = wants_since(person)
    if since is None:
        return ask_again_clock(person)
    due = since + OFFER_WITHIN if urgency == Urgency.DANGER else any_morning(since)
    return FollowClock(FollowKind.OFFER, due)


def owed_to(person: MetPerson) -> tuple[FollowKind, ...]:
    """Returns what is still owed to a person, whether the case is open or closed."""
    offers = (offer_clock(person, one) for one in person.referrals)
    kinds = [one.kind for one in (ask_again_clock(person), *offers) if one is not None]
    first = [FollowKind.OFFER] if wants_since(person) is not None else []
    return tuple(dict.fromkeys([*first, *kinds]))


def wants_since(person: MetPerson) -> datetime | None:
    """Returns since when a person wants help and no service is asked. None if one is asked, or no help is wanted.

    A repeated yes changes nothing.
    """
    if person.consent is not ConsentState.YES:
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


def ask_again_clock(person: MetPerson) -> FollowClock | None:
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


def next_reminder(
    clock: FollowClock,
    case: Case,
    roster: Sequence[Candidate],
    referrer: int | None,
    since: datetime,
    at: datetime,
) -> FollowReminder:
    """Returns the responders to remind now, and the next clock. `since` is the time when the clock was set. If a level
    has no active responder, the next level is asked."""
    rings = FOLLOWS[clock.kind].rings
    for turn in range(clock.rung, len(rings)):
        who = _whom(rings[turn], turn, case, roster, referrer)
        if who:
            due = _again(clock.kind, turn, since, at, case.urgency)
            first = rings[turn] in (AskedPerson.REFERRER, AskedPerson.ANOTHER)
            return FollowReminder(who, first, FollowClock(clock.kind, due, turn + 1))
    return FollowReminder((), False, None)


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
    who: AskedPerson, turn: int, case: Case, roster: Sequence[Candidate], referrer: int | None
) -> tuple[int, ...]:
    living = {one.id for one in roster}
    match who:
        case AskedPerson.REFERRER:
            return (referrer,) if referrer in living and referrer is not None else ()
        case AskedPerson.ANOTHER:
            return (
                colleagues(case, roster, but=referrer) or national_people(roster, 0, but=referrer)
            )[:1]
        case AskedPerson.COORDINATOR:
            return overdue_recipients(case, roster, referrer or 0, 0)
        case AskedPerson.NATION:
            return national_people(roster, turn, but=None)


# Decides if an event about a person may be recorded now. Pure. Every function that writes asks it.


class StopReason(StrEnum):
    """A reason why an event is not recorded. The word is a flag of the screens."""

    SAYS_NO = "says_no"
    UNASKED = "unasked"
    UNDECIDED = "undecided"
    NOBODY_WAITS = "nobody_waits"
    """There is no such person or offer, or no event that this one could follow."""
    TOO_EARLY = "too_early"
    """The thirty days are not over."""
    ASK_ANEW = "ask_anew"
    """A correction makes no yes and removes no no. The person is asked again, and that is another event."""


OF_CONSENT = {
    ConsentState.NO: StopReason.SAYS_NO,
    ConsentState.UNASKED: StopReason.UNASKED,
    ConsentState.UNDECIDED: StopReason.UNDECIDED,
}
MEETING_EVENTS = (LoggedEvent.SCREENED, LoggedEvent.CONSENT)
"""Events at which a person may be met for the first time."""


def refusal_of(
    people: Sequence[MetPerson],
    kind: LoggedEvent,
    said: PersonCodes,
    at: datetime,
    *,
    corrects: int | None = None,
) -> StopReason | None:
    """Returns None if the event may be recorded, else the reason. `corrects` is the event that this one replaces."""
    person = next((one for one in people if one.n == said.n), None)
    if person is None:
        is_next = kind in MEETING_EVENTS and corrects is None and said.n == len(people) + 1
        return None if is_next else StopReason.NOBODY_WAITS
    if corrects is not None and (stop := _corrected(person, kind, said, corrects)):
        return stop
    if kind is LoggedEvent.OFFERED:
        seen = replace(person, sex=said.codes.get(SEX, person.sex))
        return OF_CONSENT.get(seen.consent)
    return _follows(person, kind, said, at) if kind in OF_REFERRAL else None


def _follows(
    person: MetPerson, kind: LoggedEvent, said: PersonCodes, at: datetime
) -> StopReason | None:
    offer = next((one for one in person.referrals if one.offered_id == said.referral), None)
    if offer is None or (
        kind is not LoggedEvent.ANSWERED and offer.answer != ServiceAnswer.ACCEPTED
    ):
        return StopReason.NOBODY_WAITS
    if kind is not LoggedEvent.THIRTY:
        return None
    if offer.arrived != YES or offer.arrived_at is None:
        return StopReason.NOBODY_WAITS
    early = at < offer.arrived_at + THIRTY_DAYS and said.codes[THIRTY] != ThirtyDays.DANGER
    return StopReason.TOO_EARLY if early else None


def _corrected(
    person: MetPerson, kind: LoggedEvent, said: PersonCodes, corrects: int
) -> StopReason | None:
    # A corrected event no longer counts. A second correction of it would remove what the first one says.
    standing = (one.entry for one in person.moments if one.corrected_by is None)
    was = next((one for one in standing if one.id == corrects), None)
    if was is None or was.kind is not kind or was.said.referral != said.referral:
        return StopReason.NOBODY_WAITS
    if kind is LoggedEvent.ANSWERED and was.said.codes[ANSWER] == ServiceAnswer.PERSON_REFUSED:
        return None if person.is_child else StopReason.ASK_ANEW
    if kind is not LoggedEvent.CONSENT:
        return None
    makes_yes = YES in (said.codes.get(INTEREST), said.codes[CONSENT])
    makes_yes = makes_yes or said.codes[CONSENT] == ConsentCode.ASSENT_YES
    takes_no = was.said.codes[CONSENT] == ConsentCode.NO
    return StopReason.ASK_ANEW if makes_yes or takes_no else None
