"""What the persons of a month's cases add up to: the staircase from identified to thirty days on. Pure.

Persons are counted by persons, tips by tips and situations by situations: a raid is one situation, three tips and
fourteen persons, and none is ever divided by another. These numbers are raw: what leaves the line is protected first.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from hotline.domain.cases.people_codes import (
    BOY,
    GIRL,
    MAN,
    NOT_SAID,
    OF_CHILD,
    WOMAN,
    YES,
    ConsentCode,
    ServiceAnswer,
    ThirtyDays,
)
from hotline.domain.cases.persons import MetPerson, OfferedHelp
from hotline.domain.cases.screening import ScreeningResult

ALL = "all"
NATIONALLY = "national"
"""The district of cases that the nation alone is told of: with an official, abroad, and where nobody knows."""
IDENTIFIED = "identified"
STEPS = (IDENTIFIED, "consent", "offered", "accepted", "arrived", "thirty_known")
"""How far a person came; each is counted once, and is a part of the step before it."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CountedCase:
    tip_id: int
    district: str
    """Where the tip was told of last, or `NATIONALLY`."""
    situation: int
    """The first tip of all that are linked to it."""
    persons: Sequence[MetPerson]


@dataclass(frozen=True, slots=True)
class CountCell:
    """One number: a figure, by one or two dimensions, each written `name:value`, or `all`."""

    figure: str
    row: str
    column: str
    number: int


def is_identified(person: MetPerson) -> bool:
    """A responder saw signs, or a deciding body said so."""
    return person.result is ScreeningResult.POSSIBLE or person.actual is True


def count(cases: Iterable[CountedCase]) -> Sequence[CountCell]:
    """Each number that is not zero; `identified` always, so that a month of nobody is written down as well."""
    numbers: Counter[tuple[str, str, str]] = Counter()
    situations: dict[str, set[int]] = {}
    waited: list[float] = []
    for case in cases:
        rows = (ALL, f"district:{case.district}")
        found = [person for person in case.persons if is_identified(person)]
        for row in rows if found else ():
            numbers["tips_with_identified", row, ALL] += 1
            situations.setdefault(row, set()).add(case.situation)
        if any(person.screened_at for person in case.persons):
            numbers["tips_screened", ALL, ALL] += 1
        for person in case.persons:
            numbers.update((figure, ALL, ALL) for figure in _judged(person))
        for person in found:
            steps = [*_steps(person)]
            numbers.update((step, *cell) for step in steps for cell in _cells(person, rows))
            numbers.update((figure, ALL, ALL) for figure in _offers(person))
            waited += _waited(person)
    for row, seen in situations.items():
        numbers["situations_with_identified", row, ALL] = len(seen)
    if waited:
        numbers["days_to_accepted", ALL, ALL] = round(median(waited))
    numbers[IDENTIFIED, ALL, ALL] += 0
    return [CountCell(*name, number) for name, number in sorted(numbers.items())]


def _judged(person: MetPerson) -> Iterator[str]:
    """Of everybody who was met, whether or not anything was found."""
    yield "met"
    if person.result is not None:
        yield f"screened_{person.result}"
    if person.actual is not None:
        yield "determined_actual" if person.actual else "determined_not"


def _steps(person: MetPerson) -> Iterator[str]:
    """How far an identified person came: each step once, by whichever offer.

    Whoever came to one came to all before it, whatever was written down of these.
    """
    yield from STEPS[: _came(person) + 1]
    state = _thirty(person.referrals)
    if state is not None:
        yield f"thirty_{state}"


def _came(person: MetPerson) -> int:
    """The place of the last step."""
    state = _thirty(person.referrals)
    reached = (
        True,
        _ever_consented(person),
        bool(person.referrals),
        any(one.answer == ServiceAnswer.ACCEPTED for one in person.referrals),
        any(one.arrived == YES for one in person.referrals),
        state not in (None, ThirtyDays.UNKNOWN),
    )
    return max(place for place, is_so in enumerate(reached) if is_so)


def _ever_consented(person: MetPerson) -> bool:
    """Also where she said no later: what was done with her yes was done with it."""
    return any(
        said == ConsentCode.YES or (said in OF_CHILD and decided == YES)
        for _, said, decided in person.consents
    )


def _thirty(offers: Sequence[OfferedHelp]) -> str | None:
    """Of the newest offer that was followed so far."""
    followed = [one for one in offers if one.thirty is not None]
    return followed[-1].thirty if followed else None


def _cells(person: MetPerson, rows: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Where a person is counted. No district and no state stands with another dimension: few are of one."""
    yield ALL, ALL
    yield ALL, f"form:{person.form or NOT_SAID}"
    yield ALL, f"who:{who(person)}"
    for row in (*rows[1:], f"from:{person.state or person.nationality or NOT_SAID}"):
        yield row, ALL


def who(person: MetPerson) -> str:
    """Sex and age together, so that nobody is told apart twice. Who may be a child is counted as one."""
    if person.is_child:
        return {WOMAN: GIRL, MAN: BOY}.get(person.sex or NOT_SAID, person.sex or NOT_SAID)
    return person.sex or NOT_SAID


def _offers(person: MetPerson) -> Iterator[str]:
    """Of offers, not of persons: how many, and why nothing came of one."""
    for one in person.referrals:
        yield "offers"
        if one.why is not None:
            yield f"refused_{one.why}"


def _waited(person: MetPerson) -> Iterator[float]:
    """Days from an offer to its acceptance."""
    for one in person.referrals:
        if one.answer == ServiceAnswer.ACCEPTED and one.answered_at is not None:
            yield (one.answered_at - one.offered_at) / DAY
