"""Defines the rules by which two people close a case. Pure.

A person who reads a row in clear must not learn the result of a screening. So the rows decide only by what is in clear:
that a person was met. Only the process that decrypts the codes checks for a possible victim.
"""

from collections.abc import Iterable
from enum import StrEnum

from hotline.domain.cases.persons import MetPerson
from hotline.domain.tip import OUTCOMES, TipOutcome


class ClosureStop(StrEnum):
    """A reason why a closure is not confirmed or not requested."""

    NOT_REQUESTED = "not_requested"
    SAME_PERSON = "same_person"
    UNOPENED = "unopened"
    """This person has not opened the case since closure was requested."""
    IN_CONSOLE = "in_console"
    """The national desk decides in the console, which decrypts the codes about the persons."""
    POSSIBLE = "possible"
    """A person is a possible victim: a new screening or an official decision comes first."""
    ANOTHER_WAITS = "another_waits"
    """Another person requested a different outcome."""


def is_for_national_desk(outcome: TipOutcome, *, has_met: bool) -> bool:
    """Returns True if the national desk decides on this closure. `has_met` means that a person was screened or
    asked."""
    return has_met and OUTCOMES[outcome].is_for_desk


def stops(people: Iterable[MetPerson]) -> bool:
    """Returns True if one of these persons is still a possible victim."""
    return any(one.is_possible for one in people)
