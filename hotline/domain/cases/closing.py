"""Rules of closing a case by two people. Pure.

Nobody who reads a row in clear may learn what was screened. So the rows decide by what is in clear alone, that somebody
was met; and only the process that opens the codes asks whether a person is a possible victim.
"""

from collections.abc import Iterable
from enum import StrEnum

from hotline.domain.cases.persons import MetPerson
from hotline.domain.tip import OUTCOMES, TipOutcome


class ClosureStop(StrEnum):
    """Says why a closure is not confirmed or not requested."""

    NOT_REQUESTED = "not_requested"
    SAME_PERSON = "same_person"
    UNOPENED = "unopened"
    """This person has not opened the case since closure was requested."""
    IN_CONSOLE = "in_console"
    """The national desk decides in the console, which opens what was noted of the persons."""
    POSSIBLE = "possible"
    """A person is a possible victim: a new screening or an official decision comes first."""
    ANOTHER_WAITS = "another_waits"
    """Another person requested a different outcome."""


def is_for_national_desk(outcome: TipOutcome, *, has_met: bool) -> bool:
    """Returns True if the national desk decides on this closure. `has_met`: somebody was screened or asked."""
    return has_met and OUTCOMES[outcome].is_for_desk


def stops(people: Iterable[MetPerson]) -> bool:
    """Returns True if one of these persons is a possible victim still."""
    return any(one.is_possible for one in people)
