"""Rules of closing a case by two people. Pure.

Nobody who reads a row in clear may learn what was screened. So the rows decide by what is in clear alone, that somebody
was met; and only the process that opens the codes asks whether a person is a possible victim.
"""

from collections.abc import Iterable
from enum import StrEnum

from hotline.domain.cases.persons import MetPerson
from hotline.domain.tip import TipOutcome

OF_NATIONAL_DESK = frozenset({TipOutcome.NOT_TRAFFICKING, TipOutcome.JOKE, TipOutcome.TRIAL})
"""Where somebody was met, the national desk decides on these outcomes, in the console, with a reason."""
SEEN_SAFE = frozenset({TipOutcome.HELPED, TipOutcome.REFERRED, TipOutcome.NOT_TRAFFICKING})
"""These outcomes agree with a person who is with a service. "Nobody found" does not."""


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
    return has_met and outcome in OF_NATIONAL_DESK


def stops(people: Iterable[MetPerson]) -> bool:
    """Returns True if one of these persons is a possible victim still."""
    return any(one.is_possible for one in people)
