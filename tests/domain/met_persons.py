"""Invented persons of a month, as far as they came."""

from collections.abc import Sequence

from hotline.domain.cases.counting import CountCell, CountedCase, count
from hotline.domain.cases.persons import MetPerson, OfferedHelp
from hotline.domain.cases.screening import ScreeningResult
from tests.builders import NOON

Invented = tuple[str, str, str, str, int]
"""Form, sex, under 18, place, and the last step that was reached, from 0."""


def met(one: Invented) -> MetPerson:
    form, sex, minor, _, step = one
    person = MetPerson(1, NOON, sex=sex, minor=minor, form=form, result=ScreeningResult.POSSIBLE)
    if step >= 1:
        person.consents = [(NOON, "assent_yes" if sex in ("girl", "boy") else "yes", "yes")]
    if step >= 2:
        answer, arrived = "accepted" if step >= 3 else "no_room", "yes" if step >= 4 else None
        person.referrals = [OfferedHelp(1, NOON, None, "isange", None, answer, NOON, arrived)]
        person.referrals[0].thirty = "safe" if step >= 5 else None
    return person


def counted(people: Sequence[Invented]) -> Sequence[CountCell]:
    return count([CountedCase(n, one[3], n, [met(one)]) for n, one in enumerate(people)])
