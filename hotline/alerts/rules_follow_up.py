"""Decides how the hotline follows up the persons in cases: when responders are reminded, which events they may record,
and when the persons are counted. Pure.

The statistics count the persons in the cases of a month once, 75 days after the month ends. Months begin and end at
midnight in Kigali. A case belongs to the month in which its tip was filed.
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
from hotline.tips.rules import Urgency, any_morning
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_persons import (
    ANSWER,
    CONSENT,
    INTEREST,
    OF_CHILD,
    OF_REFERRAL,
    SEX,
    THIRTY,
    YES,
    ConsentCode,
    ConsentState,
    FollowKind,
    MetPerson,
    OfferedHelp,
    PersonCodes,
    ServiceAnswer,
    ThirtyDays,
)

COUNTED_AFTER = timedelta(days=75)
"""The time from the end of a month until the statistics count the persons of the month. After the count, the coded
answers about these persons (answers chosen from a list) may be erased."""


def month_of(at: datetime | date) -> str:
    """Returns the month that contains a time or a day, such as 2026-11."""
    day = at.astimezone(KIGALI) if isinstance(at, datetime) else at
    return f"{day:%Y-%m}"


def begins(month: str) -> datetime:
    """Returns the first moment of a month."""
    return datetime.strptime(month, "%Y-%m").replace(tzinfo=KIGALI)


def ends(month: str) -> datetime:
    """Returns the first moment after the end of a month."""
    return (begins(month) + timedelta(days=31)).replace(day=1)


def counted_at(month: str) -> datetime:
    """Returns the time when the statistics count the persons in the cases of a month."""
    return ends(month) + COUNTED_AFTER


def due(months: Collection[str], counted: Collection[str], at: datetime) -> Sequence[str]:
    """Returns the months whose cases must be counted now, the earliest first. Begins with the earliest month in
    `months`.

    A month in which no person was met is counted too.
    """
    if not months:
        return ()
    found = [min(months)]
    while found[-1] < month_of(at):
        found.append(month_of(ends(found[-1])))
    return [month for month in found if month not in counted and counted_at(month) <= at]


def counted_before(at: datetime) -> datetime:
    """Returns the end of the newest month whose cases must already be counted at `at`."""
    return begins(month_of(at - COUNTED_AFTER))


# The code below sets the reminders about a person who was offered help: the question, the time, and the responder.
# Pure.


class AskedPerson(StrEnum):
    """The kind of responder who is asked about a person."""

    REFERRER = "referrer"
    ANOTHER = "another"
    """Any responder except the one who asked the person before."""
    COORDINATOR = "coordinator"
    NATION = "nation"


ANSWER_WITHIN = timedelta(hours=24)
DANGER_ANSWER_WITHIN = timedelta(hours=1)
"""If there is danger, a service that was asked by SMS to help a person must answer within this time."""
OFFER_WITHIN = timedelta(hours=2)
"""If there is danger, a service must be asked for help within this time after a person has accepted help. If there
is no danger, a service must be asked for help by the next morning."""
THIRTY_DAYS = timedelta(days=30)
UNKNOWN_AFTER = timedelta(days=7)
"""The time in which a responder must report how a person is, beginning 30 days after the person arrived at a service.
If no responder does so, the hotline records that it is not known how the person is."""
ASKED_AGAIN = timedelta(days=3)
"""The time after which an adult who refused help is asked once more, by another responder."""
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
    """The texts and the rules for one kind of fact that is missing about a person."""

    screen: Template
    """The text that asks for the fact on the responder's phone. The phone shows this text only after the PIN."""
    owed: str
    """The English text that names the missing fact in the console's lists."""
    until: str
    """The English text that names the missing fact, and when it is due, on the console's page of the case."""
    rings: Sequence[AskedPerson] = UP_TO_THE_NATION
    unknown: LoggedEvent | None = None
    """The event that is recorded with the answer "unknown", if no responder answers in time."""


FOLLOWS: Mapping[FollowKind, FollowRow] = {
    FollowKind.ANSWER: FollowRow(
        Template.OWES_ANSWER,
        "follow-up due: record if the service agrees to help the person",
        "Person {n}: service answer due by {at}",
    ),
    FollowKind.OFFER: FollowRow(
        Template.OWES_HELP,
        "follow-up due: ask a service to help the person",
        "Person {n}: ask a service for help by {at}",
    ),
    FollowKind.ARRIVAL: FollowRow(
        Template.OWES_ARRIVAL,
        "follow-up due: record if the person arrived at the service",
        "Person {n}: confirm arrival at the service by {at}",
        unknown=LoggedEvent.ARRIVED,
    ),
    FollowKind.THIRTY: FollowRow(
        Template.OWES_THIRTY,
        "follow-up due: record how the person is, 30 days after the arrival at the service",
        "Person {n}: follow-up 30 days after arrival at the service, due from {at}",
        (AskedPerson.REFERRER, AskedPerson.COORDINATOR),
        LoggedEvent.THIRTY,
    ),
    FollowKind.CONSENT: FollowRow(
        Template.OWES_ASKING,
        "follow-up due: ask the person about help again",
        "Person {n}: from {at}, ask again if the person wants help",
        (AskedPerson.ANOTHER, AskedPerson.COORDINATOR),
    ),
}


@dataclass(frozen=True, slots=True)
class FollowClock:
    """The next reminder about a person, or about an offer of help to this person, with the time of the reminder."""

    kind: FollowKind
    due_at: datetime
    times: int = 0
    """The number of reminders that were already sent."""


@dataclass(frozen=True, slots=True)
class FollowReminder:
    """A reminder that is due now, and the reminder that follows it."""

    responder_ids: tuple[int, ...]
    reminds: bool
    """True if the reminder goes to a responder who should know the answer. False if the reminder goes to a higher
    level, such as a coordinator."""
    next: FollowClock | None
    """None if no more reminders follow."""

    @property
    def is_over(self) -> bool:
        return self.next is None


def offer_clock(person: MetPerson, offer: OfferedHelp) -> FollowClock | None:
    """Returns the next reminder about an offer of help. Returns None if the offer needs no more reminders."""
    if offer.thirty is not None:
        return None
    if offer.arrived == YES and offer.arrived_at is not None:
        return FollowClock(FollowKind.THIRTY, offer.arrived_at + THIRTY_DAYS)
    if person.consent is ConsentState.NO:
        return None
    if offer.is_on_the_way and offer.answer == ServiceAnswer.ACCEPTED and offer.answered_at:
        return FollowClock(FollowKind.ARRIVAL, offer.answered_at + rules_persons.ARRIVAL_WITHIN)
    if offer is not person.newest or offer.lost > 1 or wants_help_since(person) is not None:
        # No reminder follows if another service was asked later, or if the person did not arrive and was not found.
        # There is also no reminder if the person has accepted help again, because a service must be asked first.
        return None
    last_at = offer.arrived_at or offer.answered_at or offer.offered_at
    is_open = offer.answer in (None, ServiceAnswer.NONE)
    kind = FollowKind.ANSWER if is_open else FollowKind.OFFER
    return FollowClock(kind, last_at + ANSWER_WITHIN)


def person_clock(person: MetPerson, urgency: int) -> FollowClock | None:
    """Returns the reminder to ask a service to help the person, or to ask the person once more if they want help.
    Returns None if no reminder is needed."""
    since = wants_help_since(person)
    if since is None:
        return ask_again_clock(person)
    due_at = since + OFFER_WITHIN if urgency == Urgency.DANGER else any_morning(since)
    return FollowClock(FollowKind.OFFER, due_at)


def missing_facts(person: MetPerson) -> tuple[FollowKind, ...]:
    """Returns the kinds of facts that responders must still report about a person, whether the case is open or
    closed."""
    offers = (offer_clock(person, offer) for offer in person.referrals)
    kinds = [clock.kind for clock in (ask_again_clock(person), *offers) if clock is not None]
    first = [FollowKind.OFFER] if wants_help_since(person) is not None else []
    return tuple(dict.fromkeys([*first, *kinds]))


def wants_help_since(person: MetPerson) -> datetime | None:
    """Returns the time since which a person wants help and no service was asked to help. Returns None if a service
    was asked, or if the person does not want help.

    If the person accepts help once more, the time does not change.
    """
    if person.consent is not ConsentState.YES:
        return None
    since = None
    for at, consent, decision in reversed(person.consents):
        if consent != ConsentCode.YES and decision != YES:
            break
        since = at
    offer = person.newest
    if since is None or offer is None or (offer.offered_at < since and not _may_help(offer)):
        return since
    return None


def _may_help(offer: OfferedHelp) -> bool:
    """Returns True if the service that was asked to help a person has not refused and can still help."""
    if offer.answer in (None, ServiceAnswer.NONE):
        return True
    return offer.answer == ServiceAnswer.ACCEPTED and (offer.is_on_the_way or offer.arrived == YES)


def ask_again_clock(person: MetPerson) -> FollowClock | None:
    """Returns the reminder to ask a person once more about help. Returns None if the person is not asked again."""
    if not person.consents:
        return None
    at, consent, decision = person.consents[-1]
    if consent == ConsentCode.NO:
        due_at = at + ASKED_AGAIN
        return FollowClock(FollowKind.CONSENT, due_at) if person.refusals() <= 1 else None
    undecided = consent in OF_CHILD and decision != YES
    if consent == ConsentCode.CANNOT_SAY or undecided:
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
    """Returns the responders who are reminded now, and the next reminder.

    `since` is the time when the present reminder was set. If a level has no active responder, asks the next level.
    """
    steps = FOLLOWS[clock.kind].rings
    for turn in range(clock.times, len(steps)):
        recipients = _asked_people(steps[turn], turn, case, roster, referrer)
        if recipients:
            due_at = _next_level_at(clock.kind, turn, since, at, case.urgency)
            first = steps[turn] in (AskedPerson.REFERRER, AskedPerson.ANOTHER)
            return FollowReminder(recipients, first, FollowClock(clock.kind, due_at, turn + 1))
    return FollowReminder((), False, None)


def _next_level_at(
    kind: FollowKind, turn: int, since: datetime, at: datetime, urgency: int
) -> datetime:
    """Returns when the hotline asks the next level for a missing fact: the coordinator next morning, the national desk
    a day later. After that, asks the national desk once a week.

    If there is danger and no service was asked to help, the next level is asked after two hours.
    """
    if turn + 1 < min(len(FOLLOWS[kind].rings), 3):
        if kind is FollowKind.OFFER and urgency == Urgency.DANGER:
            return at + OFFER_WITHIN
        return any_morning(at)
    if kind is FollowKind.THIRTY:
        # Even if a reminder is sent late, the responder can answer at least until the next morning.
        return max(any_morning(at), since + THIRTY_DAYS + UNKNOWN_AFTER)
    return at + WEEKLY


def _asked_people(
    kind: AskedPerson, turn: int, case: Case, roster: Sequence[Candidate], referrer: int | None
) -> tuple[int, ...]:
    active = {responder.id for responder in roster}
    match kind:
        case AskedPerson.REFERRER:
            return (referrer,) if referrer in active and referrer is not None else ()
        case AskedPerson.ANOTHER:
            return (
                colleagues(case, roster, skip=referrer) or national_people(roster, 0, skip=referrer)
            )[:1]
        case AskedPerson.COORDINATOR:
            return overdue_recipients(case, roster, referrer or 0, 0)
        case AskedPerson.NATION:
            return national_people(roster, turn, skip=None)


# The code below decides if an event about a person may be recorded now. Pure. Every function that records such an
# event must call `refusal_of` first.


class StopReason(StrEnum):
    """The reason why an event about a person may not be recorded. Each value is also the name of a flag in the flows
    (the screens on phones)."""

    SAYS_NO = "says_no"
    UNASKED = "unasked"
    UNDECIDED = "undecided"
    NOBODY_WAITS = "nobody_waits"
    """No person, offer of help or earlier event fits the new event. For example, a responder reports an arrival at a
    service that has not agreed to help."""
    TOO_EARLY = "too_early"
    """Thirty days have not passed since the person's arrival."""
    ASK_AGAIN = "ask_again"
    """A correction cannot change a refusal into an agreement, or remove a refusal. A responder must ask the person
    again, and record the answer as a new event."""


OF_CONSENT = {
    ConsentState.NO: StopReason.SAYS_NO,
    ConsentState.UNASKED: StopReason.UNASKED,
    ConsentState.UNDECIDED: StopReason.UNDECIDED,
}
MEETING_EVENTS = (LoggedEvent.SCREENED, LoggedEvent.CONSENT)
"""The kinds of events that may be the first event about a person."""


def refusal_of(
    people: Sequence[MetPerson],
    kind: LoggedEvent,
    reported: PersonCodes,
    at: datetime,
    *,
    corrects: int | None = None,
) -> StopReason | None:
    """Returns the reason why the event may not be recorded. Returns None if the event may be recorded.

    `corrects` is the id of the event that this event corrects.
    """
    person = next((met_person for met_person in people if met_person.n == reported.n), None)
    if person is None:
        is_next = kind in MEETING_EVENTS and corrects is None and reported.n == len(people) + 1
        return None if is_next else StopReason.NOBODY_WAITS
    if corrects is not None and (stop := _corrected(person, kind, reported, corrects)):
        return stop
    if kind is LoggedEvent.OFFERED:
        updated = replace(person, sex=reported.codes.get(SEX, person.sex))
        return OF_CONSENT.get(updated.consent)
    return _follows(person, kind, reported, at) if kind in OF_REFERRAL else None


def _follows(
    person: MetPerson, kind: LoggedEvent, reported: PersonCodes, at: datetime
) -> StopReason | None:
    offer = next((one for one in person.referrals if one.offered_id == reported.referral), None)
    if offer is None or (
        kind is not LoggedEvent.ANSWERED and offer.answer != ServiceAnswer.ACCEPTED
    ):
        return StopReason.NOBODY_WAITS
    if kind is not LoggedEvent.THIRTY:
        return None
    if offer.arrived != YES or offer.arrived_at is None:
        return StopReason.NOBODY_WAITS
    is_early = at < offer.arrived_at + THIRTY_DAYS and reported.codes[THIRTY] != ThirtyDays.DANGER
    return StopReason.TOO_EARLY if is_early else None


def _corrected(
    person: MetPerson, kind: LoggedEvent, reported: PersonCodes, corrects: int
) -> StopReason | None:
    # An event that was corrected cannot be corrected again. A second correction of it would replace the first
    # correction.
    entries = (item.entry for item in person.timeline if item.corrected_by is None)
    was = next((entry for entry in entries if entry.id == corrects), None)
    if was is None or was.kind is not kind or was.reported.referral != reported.referral:
        return StopReason.NOBODY_WAITS
    if kind is LoggedEvent.ANSWERED and was.reported.codes[ANSWER] == ServiceAnswer.PERSON_REFUSED:
        return None if person.is_child else StopReason.ASK_AGAIN
    if kind is not LoggedEvent.CONSENT:
        return None
    becomes_yes = YES in (reported.codes.get(INTEREST), reported.codes[CONSENT])
    becomes_yes = becomes_yes or reported.codes[CONSENT] == ConsentCode.ASSENT_YES
    was_no = was.reported.codes[CONSENT] == ConsentCode.NO
    return StopReason.ASK_AGAIN if becomes_yes or was_no else None
