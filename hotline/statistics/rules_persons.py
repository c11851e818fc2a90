"""Counts the persons of cases: how many were identified, what happened to them, and the outcome of help.

Only the process that decrypts case codes runs this code. A person counts in the month in which their tip was received.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.statistics.rules_definitions import ALL, CellName, Dimension
from hotline.statistics.rules_rounding import CellSum, sum_keys
from hotline.statistics.rules_tips import NOT_SAID
from hotline.text.codes import ABROAD, FORMS
from hotline.text.places import PROVINCES
from hotline.tips.rules_events import LoggedEvent
from hotline.tips.rules_person_codes import (
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
    ServiceAnswer,
    ThirtyDays,
)
from hotline.tips.rules_persons import MetPerson, ScreeningResult
from hotline.tips.rules_receipts import HelpOpinion

INSIDE = "inside"
COURT, POLICE = "court", "police"
SAFE = frozenset({ThirtyDays.SAFE, ThirtyDays.HELPED})
OFFER_WITHIN = timedelta(hours=24)
HELP_CELLS = {
    HelpOpinion.YES: ("said_of_help", "said_good"),
    HelpOpinion.PARTLY: ("said_of_help",),
    HelpOpinion.NO: ("said_of_help",),
}
"""The indicators in which an answer about the help counts. "Prefer not to say" counts in none."""
DESTINATIONS = 3
"""The maximum number of countries of exploitation that a table names."""


@dataclass(frozen=True, slots=True)
class CountedCase:
    """A case with its decrypted codes, and the record keys of its tip and of its persons."""

    key: int
    province: str
    """The province, as `rules_tips.province_of` returns it."""
    country: str | None
    """The country of exploitation, if this was abroad."""
    persons: Sequence[MetPerson]
    person_keys: Mapping[int, int]
    """The record key of each person, by the person's number in the case."""


def is_identified(person: MetPerson) -> bool:
    """Returns True if a responder saw signs of trafficking, or an official body decided that there was trafficking."""
    return person.result is ScreeningResult.POSSIBLE or person.actual is True


def sums(cases: Iterable[CountedCase]) -> Mapping[CellName, CellSum]:
    """Returns the number of records and the sum of their keys, for every cell about persons. It leaves out cells
    without a person."""
    keys: dict[CellName, list[int]] = defaultdict(list)
    for case in cases:
        identified = [one for one in case.persons if is_identified(one)]
        for person in identified:
            for cell in _cells(case, person):
                keys[cell].append(case.person_keys[person.n])
        for person in case.persons:
            decision = _decision(person)
            if decision is not None:
                cell = CellName("persons_by_decision", Dimension.DECISION, decision)
                keys[cell].append(case.person_keys[person.n])
        for name in _of_case(case, identified):
            keys[CellName(name)].append(case.key)
    return {cell: sum_keys(found) for cell, found in keys.items()}


def values_of(dimension: Dimension, known: Iterable[str] = ()) -> Sequence[str]:
    """Returns every possible value of a dimension of persons. `known` adds the countries that occur in the data."""
    match dimension:
        case Dimension.PROVINCE:
            return [*PROVINCES, ABROAD, NOT_SAID]
        case Dimension.WHO:
            return [*QUESTIONS[SEX].values]
        case Dimension.FORM:
            return [*sorted(FORMS), NOT_SAID]
        case Dimension.MEANS:
            return ["force", "deceit", "both", "child", NOT_SAID]
        case Dimension.NATIONALITY:
            return [*QUESTIONS[NATIONALITY].values]
        case Dimension.WHERE:
            return [INSIDE, ABROAD, *sorted(set(known) - {INSIDE, ABROAD})]
        case Dimension.DECISION:
            return ["undecided", "victim", "no_victim"]
        case _:
            return [ALL]


def _cells(case: CountedCase, person: MetPerson) -> Iterator[CellName]:
    for name in _steps(person):
        yield CellName(name)
    yield CellName("persons_by_province", Dimension.PROVINCE, case.province)
    yield CellName("persons_by_who", Dimension.WHO, _who(person))
    yield CellName("persons_by_form", Dimension.FORM, person.form or NOT_SAID)
    yield CellName("persons_by_means", Dimension.MEANS, _means(person))
    yield CellName("persons_by_nationality", Dimension.NATIONALITY, person.nationality or NOT_SAID)
    is_abroad = case.province == ABROAD
    yield CellName("persons_by_where", Dimension.WHERE, ABROAD if is_abroad else INSIDE)
    if is_abroad and case.country:
        yield CellName("persons_by_where", Dimension.WHERE, case.country)


def _steps(person: MetPerson) -> Iterator[str]:
    """Yields the steps that a person has reached. A later step includes all earlier steps."""
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
    consented_at = _consented_at(person)
    if consented_at is None:
        return
    yield "consented"
    if any(one.offered_at - consented_at <= OFFER_WITHIN for one in offers):
        yield "offered_in_a_day"
    if has_no_room:
        yield "consented_no_room"
    if is_known:
        yield "consented_known"


def _consented_at(person: MetPerson) -> datetime | None:
    """Returns the time at which a person first agreed to help. For a child, it is the time of the decision for the
    child. Returns None if there is no such time.
    """
    for at, said, decided in person.consents:
        if said == ConsentCode.YES or (said in OF_CHILD and decided == YES):
            return at
    return None


def _who(person: MetPerson) -> str:
    """Returns the sex and age group of a person. A person who may be a child counts as a child."""
    if person.is_child:
        return {WOMAN: GIRL, MAN: BOY}.get(person.sex or "", person.sex or NOT_SAID)
    return person.sex or NOT_SAID


def _means(person: MetPerson) -> str:
    """Returns the means of exploitation from the last screening. For a child, the law requires no means."""
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
    """Returns an official body's decision about a person who was screened as a possible victim, or None."""
    if person.actual is not None:
        return "victim" if person.actual else "no_victim"
    return "undecided" if is_identified(person) else None


def _of_case(case: CountedCase, identified: Sequence[MetPerson]) -> Iterator[str]:
    offers = [offer for person in identified for offer in person.referrals]
    if any(one.service == POLICE and one.answer == ServiceAnswer.ACCEPTED for one in offers):
        yield "to_police"
    if any(person.body == COURT for person in case.persons):
        yield "by_court"
