"""How far a person's enrolment is. Pure."""

from enum import StrEnum


class EnrolmentState(StrEnum):
    """Legal steps: proving -> waiting -> active -> left, and from left back to active."""

    PROVING = "proving"
    """Written down: a code went to the phone, a start PIN to the person."""
    WAITING = "waiting"
    """Both were keyed on that phone, and she chose a PIN: a second admin decides."""
    ACTIVE = "active"
    LEFT = "left"


UNPROVED = frozenset({EnrolmentState.PROVING, EnrolmentState.WAITING})
"""Who is told of nothing yet. One of them who goes has to prove everything anew when she comes back."""


class EnrolmentKind(StrEnum):
    ENROL = "enrol"
    """A person's own phone and PIN; again where she forgot the PIN."""
    NUMBER = "number"
    """A new number; key and PIN stay."""
