"""Counts tips, persons of cases, and use of the hotline, as exact numbers. Pure.

Each tip and each person has a rounding key: a small secret random number that later decides how a count is rounded. So
each sum in this module has two parts: the number of records (tips or persons), and the sum of their rounding keys. A
person counts in the month in which the tip was received.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from hotline.statistics.rules_definitions import ALL, CellName, CellSum, Dimension, sum_keys
from hotline.text.languages import CODES
from hotline.text.places import (
    ABROAD,
    CALLER,
    FORMS,
    MET,
    OPERATOR,
    PROVINCES,
    Category,
    districts,
    is_district,
)
from hotline.text.quiz import AnswerPairs, QuizOutcome
from hotline.tips.rules import OUTCOMES, Urgency, acknowledge_due
from hotline.tips.rules_events import LoggedEvent, TakeProof
from hotline.tips.rules_persons import (
    BOY,
    DECEIT,
    FORCE,
    GIRL,
    MAN,
    NATIONALITY,
    OF_CHILD,
    QUESTIONS,
    SEX,
    WOMAN,
    YES,
    ConsentCode,
    MetPerson,
    ScreeningResult,
    ServiceAnswer,
    ThirtyDays,
)
from hotline.tips.rules_receipts import HelpOpinion

ACTED_WITHIN = timedelta(hours=72)
LATE_CLOSURE = timedelta(days=7)
READ_SOON = timedelta(minutes=8)
"""The programme's target time for reading a tip about danger."""
IN_TIME = "in_time"
"""The name of an indicator: the number of tips that were acknowledged in time. A release prints only the share of these
tips."""
NOT_SAID = "not_said"
"""Tables show this value for a place or a form of trafficking that is unknown or must stay secret."""
SMALLEST_MEDIAN = 20
"""A release prints the median time until tips were read only if the printed number of these tips is at least this
number."""
MEDIAN_STEPS = (1, 2, 3, 5, 8, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 720, 1440, 2880)
"""The numbers of minutes that a printed median can have. The exact median is rounded up to the next of these numbers.
"""

_ACTS = frozenset(
    {LoggedEvent.ON_SITE, LoggedEvent.SCREENED, LoggedEvent.CONSENT, LoggedEvent.OFFERED}
)
NOT_BELIEVED = frozenset({TakeProof.DOUBTED, TakeProof.PROVISIONAL})
_BY_SMS = frozenset({LoggedEvent.ON_SITE, LoggedEvent.OFFERED})
"""The events that a responder can report by SMS. An SMS can be forged, so these events count only if the hotline does
not doubt the responder's acknowledgement."""
_STEP_OF = {
    LoggedEvent.OPENED: "read",
    LoggedEvent.ON_SITE: "on_site",
    LoggedEvent.SCREENED: "screened",
}
_HELPED = frozenset(outcome for outcome, row in OUTCOMES.items() if row.is_help)
COUNTED_EVENTS = frozenset(
    {
        *_ACTS,
        LoggedEvent.ACKNOWLEDGED,
        LoggedEvent.OPENED,
        LoggedEvent.CLOSED,
        LoggedEvent.CLOSURE_DECIDED,
    }
)
"""The kinds of case events from which the numbers about tips are computed."""


class CaseEvent(NamedTuple):
    """One case event, as statistics need it."""

    kind: LoggedEvent
    at: datetime
    responder_id: int | None = None
    proof: str = ""
    outcome: str = ""
    waits: bool = False
    """True if a closure waits until an approver decides."""


class CountedTip(NamedTuple):
    """One tip, as statistics need it. `key` is the tip's rounding key, a secret random number that decides how counts
    are rounded."""

    key: int
    urgency: int
    place: str
    within: str | None
    category: str | None
    official: str
    filed_at: datetime
    events: Sequence[CaseEvent] = ()
    source: str = CALLER


TipSteps = Mapping[str, datetime]
"""The times at which a tip first reached the steps `acknowledged`, `read`, `on_site`, `screened` and `acted`."""


def steps_of(tip: CountedTip) -> TipSteps:
    """Returns the time at which the tip first reached each step.

    If a responder's acknowledgement may come from a forged SMS, ignores this acknowledgement and every step that this
    responder reported by SMS.
    """
    takes, doubted = _takes(tip.events)
    first: dict[str, datetime] = {}
    for event in tip.events:
        if event.kind in _BY_SMS and event.responder_id in doubted:
            continue
        if event.kind in _STEP_OF:
            first.setdefault(_STEP_OF[event.kind], event.at)
        is_help = event.kind is LoggedEvent.CLOSED and not event.waits and event.outcome in _HELPED
        if event.kind in _ACTS or is_help:
            first.setdefault("acted", event.at)
    if takes:
        first["acknowledged"] = min(takes.values())
    return first


def sums(tips: Iterable[CountedTip]) -> Mapping[CellName, CellSum]:
    """Returns the exact values of the numbers about tips that a release may print. Each value has two sums: the number
    of counted tips, and the sum of their rounding keys. Leaves out a number that counts no tip."""
    keys: dict[CellName, list[int]] = defaultdict(list)
    for tip in tips:
        for cell in _cells(tip):
            keys[cell].append(tip.key)
    return {cell: sum_keys(found) for cell, found in keys.items()}


def medians(tips: Iterable[CountedTip]) -> Mapping[CellName, int]:
    """Returns by urgency the median number of minutes until a tip was read. For a tip that was not read, the time
    counts as infinite.

    The median is rounded up to one of `MEDIAN_STEPS`. Leaves out an urgency if its median is longer than the largest of
    `MEDIAN_STEPS`.
    """
    waits: dict[int, list[float]] = defaultdict(list)
    for tip in tips:
        read = steps_of(tip).get("read")
        wait = (read - tip.filed_at) / timedelta(minutes=1) if read is not None else float("inf")
        waits[tip.urgency].append(wait)
    found: dict[CellName, int] = {}
    for urgency, minutes in waits.items():
        middle = sorted(minutes)[(len(minutes) - 1) // 2]
        step = next((one for one in MEDIAN_STEPS if middle <= one), None)
        if step is not None:
            found[CellName("minutes_to_read", Dimension.URGENCY, str(urgency))] = step
    return found


def province_of(place: str, within: str | None, official: str) -> str:
    """Returns the place of a tip for statistics: a province's code, "abroad", or "not_said".

    Statistics never show the place of a tip that may involve an official.
    """
    if official != "no":
        return NOT_SAID
    if is_district(place):
        return place[0]
    if place == ABROAD:
        return ABROAD
    return within if within is not None and within in PROVINCES else NOT_SAID


def values_of(dimension: Dimension) -> Sequence[str]:
    """Returns every possible value of a property of tips, such as every district. So a table also has rows for values
    that no tip has."""
    values = {
        Dimension.URGENCY: [str(one.value) for one in Urgency],
        Dimension.FORM: [*(one.value for one in Category), NOT_SAID],
        Dimension.SOURCE: [CALLER, MET, OPERATOR],
        Dimension.PROVINCE: [*PROVINCES, ABROAD, NOT_SAID],
        Dimension.DISTRICT: [*(one.code for one in districts()), ABROAD, NOT_SAID],
    }
    return values.get(dimension, [ALL])


def _cells(tip: CountedTip) -> Iterator[CellName]:
    steps = steps_of(tip)
    for name in _reached(tip, steps):
        yield CellName(name)
        yield CellName(name, Dimension.URGENCY, str(tip.urgency))
    yield from map(CellName, _of_nation(tip, steps))
    yield CellName("tips_by_source", Dimension.SOURCE, tip.source)
    yield CellName("tips_by_form", Dimension.FORM, tip.category or NOT_SAID)
    province = province_of(tip.place, tip.within, tip.official)
    yield CellName("tips_by_province", Dimension.PROVINCE, province)
    is_alerted = is_district(tip.place) and tip.official == "no"
    district = tip.place if is_alerted else ABROAD if province == ABROAD else NOT_SAID
    yield CellName("tips_by_district", Dimension.DISTRICT, district)


def _reached(tip: CountedTip, steps: TipSteps) -> Iterator[str]:
    """Yields the names of the steps that a tip has reached. A tip that was read also counts as acknowledged. A tip with
    a screening also counts as read."""
    yield "tips"
    is_read = not steps.keys().isdisjoint({"read", "screened"})
    if "acknowledged" in steps or is_read:
        yield "acknowledged"
    if is_read:
        yield "read"
    if "screened" in steps:
        yield "screened"
    if "acted" in steps and steps["acted"] - tip.filed_at <= ACTED_WITHIN:
        yield "acted"
    due = acknowledge_due(tip.urgency, tip.filed_at, step=0)
    if "acknowledged" in steps and steps["acknowledged"] <= due:
        yield IN_TIME


def _of_nation(tip: CountedTip, steps: TipSteps) -> Iterator[str]:
    """Yields the names of the numbers that count this tip for the whole country. The hotline does not compute these
    numbers for a district."""
    if _is_closure_late(tip.events):
        yield "late_closures"
    if "on_site" in steps:
        yield "on_site"
        if "screened" in steps:
            yield "on_site_screened"
    is_danger = tip.urgency == Urgency.DANGER
    if is_danger and "read" in steps and steps["read"] - tip.filed_at <= READ_SOON:
        yield "danger_read_soon"


def _takes(events: Sequence[CaseEvent]) -> tuple[Mapping[int | None, datetime], set[int | None]]:
    """Returns the time of each responder's valid acknowledgement. Also returns the responders whose acknowledgement
    does not count, because it may be forged."""
    takes: dict[int | None, datetime] = {}
    doubted: set[int | None] = set()
    for event in events:
        if event.kind is not LoggedEvent.ACKNOWLEDGED:
            continue
        if event.proof in NOT_BELIEVED:
            takes.pop(event.responder_id, None)
            doubted.add(event.responder_id)
        else:
            takes.setdefault(event.responder_id, event.at)
            doubted.discard(event.responder_id)
    return takes, doubted


def _is_closure_late(events: Sequence[CaseEvent]) -> bool:
    requested: datetime | None = None
    for event in events:
        if event.kind is LoggedEvent.CLOSED and event.waits:
            requested = requested or event.at
        elif event.kind in (LoggedEvent.CLOSED, LoggedEvent.CLOSURE_DECIDED):
            if requested is not None and event.at - requested > LATE_CLOSURE:
                return True
            requested = None
    return False


NETWORKS = ("63510", "63513", "63514")
"""The codes of Rwanda's mobile networks: one of MTN, and two of Airtel."""
OTHER = "other"
FRONT = ""
"""The hotline's main short code, dialled without further digits."""
NO_LESSONS = frozenset({"report", "help", "receipt", "complaint", "silence", "responders"})
"""The names of flows that are not lessons. The screens and topics of these flows appear in no table and on no editor's
board."""


class LiveRows(NamedTuple):
    """The topics, short codes and screens that callers can reach at the moment. A table of statistics has a row for
    each of these topics, short codes and screens, even if the row's number is zero."""

    topics: Collection[str] = ()
    codes: Collection[str] = ()
    screens: Collection[str] = ()
    """The screens of public lessons, such as `learn/what`."""
    report_screens: Collection[str] = ()
    """The screens of the report flow and of the flows that the report flow leads to, such as `report/danger`. Only the
    national desk sees how often callers reached these screens."""
    private_codes: frozenset[str] = frozenset()
    """Short codes that lead to a private flow. Statistics do not count calls to these short codes as use of the
    hotline."""


class UseCounts(NamedTuple):
    """The counts of the hotline's use in one period."""

    calls: Mapping[tuple[str, str, str], int]
    """The number of calls by language, short code and topic. The topic is always empty here, because only a part of a
    call can have a topic.
    """
    topics: Mapping[tuple[str, str, str], int]
    quiz: Mapping[QuizOutcome, int]
    people: int | None
    """The estimated number of callers. None unless the period is a month."""
    networks: Mapping[str, int]
    shown: Mapping[str, int]
    answered: Mapping[str, int]
    sessions_held: Mapping[str, int]
    """The number of community sessions by district code."""


def counts(use: UseCounts, live: LiveRows) -> Mapping[CellName, int]:
    """Returns the exact numbers about calls, lessons and community sessions. Each number has the name that it gets in a
    release of statistics."""
    calls = {key: count for key, count in use.calls.items() if key[1] not in live.private_codes}
    people = {} if use.people is None else {CellName("people"): use.people}
    networks = {name: use.networks.get(name, 0) for name in NETWORKS}
    networks[OTHER] = sum(use.networks.values()) - sum(networks.values())
    by_code = summed(calls, 1)
    codes = (FRONT, *sorted(set(live.codes) - live.private_codes))
    read = {key: count for key, count in use.topics.items() if key[2] in live.topics}
    pairs = AnswerPairs.of_outcomes(use.quiz)
    left = ended_at_screen(use, live.screens)
    by_province = Counter[str]()
    for district, count in use.sessions_held.items():
        by_province[district[:1]] += count
    return {
        CellName("calls"): sum(calls.values()),
        **people,
        **_each("calls", Dimension.LANGUAGE, summed(calls, 0), CODES),
        **_each("calls", Dimension.NETWORK, networks, networks),
        **{
            CellName("code_calls", Dimension.CODE, code or "front"): by_code[code] for code in codes
        },
        CellName("topics_read"): sum(read.values()),
        **_each("topics_read", Dimension.LANGUAGE, summed(read, 0), CODES),
        **_each("topic_reads", Dimension.TOPIC, summed(read, 2), sorted(live.topics)),
        CellName("quiz_answers"): pairs.asked,
        CellName("quiz_before"): pairs.before,
        CellName("quiz_after"): pairs.after,
        **{
            CellName(name, Dimension.SCREEN, screen): counted.get(screen, 0)
            for screen in left
            for name, counted in (("lesson_shown", use.shown), ("lesson_left", left))
        },
        CellName("sessions_held"): sum(use.sessions_held.values()),
        **_each("sessions_held", Dimension.PROVINCE, by_province, PROVINCES),
    }


def _each(
    name: str, dimension: Dimension, counted: Mapping[str, int], values: Iterable[str]
) -> Mapping[CellName, int]:
    return {CellName(name, dimension, value): counted[value] for value in values}


def trainee_counts(
    trainees: Sequence[tuple[datetime, datetime | None]], begins: datetime, ends: datetime
) -> Mapping[CellName, int]:
    """Returns how many trainees enrolled in a period, and how many passed their last missing lesson in this period."""
    begun = sum(begins <= enrolled < ends for enrolled, _ in trainees)
    certified = sum(passed is not None and begins <= passed < ends for _, passed in trainees)
    return {CellName("trainees_begun"): begun, CellName("trainees_certified"): certified}


def ended_at_screen(use: UseCounts, screens: Collection[str]) -> Mapping[str, int]:
    """Returns for each screen how many calls ended at this screen because the caller did not answer it."""
    return {
        screen: max(0, use.shown.get(screen, 0) - use.answered.get(screen, 0))
        for screen in sorted(screens)
    }


def summed(counted: Mapping[tuple[str, str, str], int], place: int) -> Counter[str]:
    """Adds up counts by one part of their key, such as the short code. `place` is the position of this part."""
    found: Counter[str] = Counter()
    for key, count in counted.items():
        found[key[place]] += count
    return found


INSIDE = "inside"
COURT, POLICE = "court", "police"
SAFE = frozenset({ThirtyDays.SAFE, ThirtyDays.HELPED})
OFFER_WITHIN = timedelta(hours=24)
HELP_CELLS = {
    HelpOpinion.YES: ("said_of_help", "said_good"),
    HelpOpinion.PARTLY: ("said_of_help",),
    HelpOpinion.NO: ("said_of_help",),
}
"""The indicators that count how often persons gave each opinion about help. No indicator counts the answer "prefer not
to say".
"""
DESTINATIONS = 3
"""A table names at most this many countries of exploitation."""


class CountedCase(NamedTuple):
    """A case with its decrypted coded answers. `key` is the rounding key of its tip, a secret random number that
    decides how counts are rounded."""

    key: int
    province: str
    """The province, as the function `province_of` returns it."""
    country: str | None
    """The country of exploitation, if the country is not Rwanda."""
    persons: Sequence[MetPerson]
    person_keys: Mapping[int, int]
    """The rounding key (a secret random number) of each person, by the person's number in the case."""


def is_identified(person: MetPerson) -> bool:
    """Returns True if a responder saw signs of trafficking, or if an official body decided that the person was
    trafficked."""
    return person.result is ScreeningResult.POSSIBLE or person.actual is True


def person_sums(cases: Iterable[CountedCase]) -> Mapping[CellName, CellSum]:
    """Returns the exact values of the numbers about persons that a release may print. Each value has two sums: the
    number of counted records, and the sum of their rounding keys. Leaves out a number that counts no record."""
    keys: dict[CellName, list[int]] = defaultdict(list)
    for case in cases:
        identified = [one for one in case.persons if is_identified(one)]
        for person in identified:
            for cell in _person_cells(case, person):
                keys[cell].append(case.person_keys[person.n])
        for person in case.persons:
            decision = _decision(person)
            if decision is not None:
                cell = CellName("persons_by_decision", Dimension.DECISION, decision)
                keys[cell].append(case.person_keys[person.n])
        for name in _of_case(case, identified):
            keys[CellName(name)].append(case.key)
    return {cell: sum_keys(found) for cell, found in keys.items()}


def person_values(dimension: Dimension, known: Iterable[str] = ()) -> Sequence[str]:
    """Returns every possible value of a property of persons, such as every form of trafficking. For a property whose
    values are countries, `known` contains the countries that occur in the data."""
    values: Mapping[Dimension, Sequence[str]] = {
        Dimension.PROVINCE: [*PROVINCES, ABROAD, NOT_SAID],
        Dimension.WHO: [*QUESTIONS[SEX].values],
        Dimension.FORM: [*sorted(FORMS), NOT_SAID],
        Dimension.MEANS: ["force", "deceit", "both", "child", NOT_SAID],
        Dimension.NATIONALITY: [*QUESTIONS[NATIONALITY].values],
        Dimension.WHERE: [INSIDE, ABROAD, *sorted(set(known) - {INSIDE, ABROAD})],
        Dimension.DECISION: ["undecided", "victim", "no_victim"],
    }
    return values.get(dimension, [ALL])


def _person_cells(case: CountedCase, person: MetPerson) -> Iterator[CellName]:
    yield from map(CellName, _steps(person))
    yield CellName("persons_by_province", Dimension.PROVINCE, case.province)
    who = person.sex or NOT_SAID
    who = {WOMAN: GIRL, MAN: BOY}.get(who, who) if person.is_child else who
    yield CellName("persons_by_who", Dimension.WHO, who)
    yield CellName("persons_by_form", Dimension.FORM, person.form or NOT_SAID)
    yield CellName("persons_by_means", Dimension.MEANS, _means(person))
    yield CellName("persons_by_nationality", Dimension.NATIONALITY, person.nationality or NOT_SAID)
    is_abroad = case.province == ABROAD
    yield CellName("persons_by_where", Dimension.WHERE, ABROAD if is_abroad else INSIDE)
    if is_abroad and case.country:
        yield CellName("persons_by_where", Dimension.WHERE, case.country)


def _steps(person: MetPerson) -> Iterator[str]:
    """Yields the names of the steps towards help that a person has reached. A person who has reached a later step also
    counts for the earlier steps."""
    yield "identified"
    offers = person.referrals
    followed = [one.thirty for one in offers if one.thirty is not None]
    last = followed[-1] if followed else None
    is_known = last not in (None, ThirtyDays.UNKNOWN)
    is_accepted = is_known or any(
        one.answer == ServiceAnswer.ACCEPTED or one.arrived == YES for one in offers
    )
    has_no_room = any(one.answer == ServiceAnswer.NO_ROOM for one in offers)
    if is_accepted:
        yield "accepted"
    if is_known:
        yield "known_at_30"
    if last in SAFE:
        yield "safe_at_30"
    if has_no_room:
        yield "no_room"
    # A child's agreement counts only if the decision about what is best for the child is also "yes".
    agreed = (
        at
        for at, said, decided in person.consents
        if said == ConsentCode.YES or (said in OF_CHILD and decided == YES)
    )
    consented_at = next(agreed, None)
    if consented_at is None:
        return
    yield "consented"
    if any(one.offered_at - consented_at <= OFFER_WITHIN for one in offers):
        yield "offered_in_a_day"
    if has_no_room:
        yield "consented_no_room"
    if is_known:
        yield "consented_known"


def _means(person: MetPerson) -> str:
    """Returns the means of trafficking, such as force or deceit, that the last screening recorded. Returns "child" for
    a child, because the law requires no means for a child."""
    if person.is_child:
        return "child"
    screened = [
        one.entry.reported.codes
        for one in person.timeline
        if one.entry.kind is LoggedEvent.SCREENED and one.corrected_by is None
    ]
    codes = screened[-1] if screened else {}
    force, deceit = codes.get(FORCE) == YES, codes.get(DECEIT) == YES
    if force and deceit:
        return "both"
    return "force" if force else "deceit" if deceit else NOT_SAID


def _decision(person: MetPerson) -> str | None:
    """Returns the decision of an official body: victim, no victim, or undecided. Returns None if no official body has
    decided and no responder saw signs of trafficking."""
    if person.actual is not None:
        return "victim" if person.actual else "no_victim"
    return "undecided" if is_identified(person) else None


def _of_case(case: CountedCase, identified: Sequence[MetPerson]) -> Iterator[str]:
    offers = [offer for person in identified for offer in person.referrals]
    if any(one.service == POLICE and one.answer == ServiceAnswer.ACCEPTED for one in offers):
        yield "to_police"
    if any(person.body == COURT for person in case.persons):
        yield "by_court"
