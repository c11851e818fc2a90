"""What was told about coming, and so how those go who are sent. Pure.

`visit: no`, and `000` after a tip was filed, are a mark. Without danger nobody goes or calls before it is read. With
danger the mark changes the manner, never the case: whoever holds the phone may be the one she fears. The national desk
decides how to go (docs/adr/0056).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hotline.domain.tip import Matter, Urgency
from hotline.domain.wording import Template

YES, NO = "yes", "no"


class Manner(StrEnum):
    """What the national desk decided."""

    UNSEEN = "unseen"
    OPENLY = "openly"


class Care(StrEnum):
    """What those who are told of a case must know before they go."""

    NONE = "none"
    STAY_AWAY = "stay_away"
    """Marked, and no danger: nobody visits or calls before it is read."""
    CAREFUL = "careful"
    """Marked, and danger: not openly, and the national desk says how."""
    UNSEEN = "unseen"
    """The national desk said: not openly."""


@dataclass(frozen=True, slots=True)
class CareRow:
    """All words for one way to go."""

    sms: tuple[Template, Template]
    """What those who go read: with the number of the national desk, and where nobody has signed one."""
    screen: Template | None = None
    """The first line of a page behind the PIN."""
    sentence: str = ""
    """The first line on a tip's page, in English."""
    mark: str = ""
    """Its mark in a list, in English."""


CARES: Mapping[Care, CareRow] = {
    Care.NONE: CareRow((Template.GO_OPENLY, Template.GO_OPENLY)),
    Care.STAY_AWAY: CareRow(
        (Template.STAY_AWAY, Template.STAY_AWAY),
        Template.PAGE_STAY_AWAY,
        "Do not visit, and do not call. Read it first.",
        "do not visit",
    ),
    Care.CAREFUL: CareRow(
        (Template.CAREFUL, Template.CAREFUL_ALONE),
        Template.PAGE_CAREFUL,
        "Careful. Do not go in openly, and do not call. The national desk says how.",
        "careful, not openly",
    ),
    Care.UNSEEN: CareRow(
        (Template.GO_UNSEEN, Template.GO_UNSEEN),
        Template.PAGE_CAREFUL,
        "The national desk says: go with a colleague, not openly. Do not call there.",
        "with a colleague, not openly",
    ),
}
SAID_OPENLY = "The national desk says: go openly."
NOT_ASKED = "Nobody was asked whether helpers may come: go unseen."
NOT_SURE = "It is not sure whether helpers may come: go unseen."
MARK_NOT_ASKED = "not asked: go unseen"


@dataclass(frozen=True, slots=True)
class Coming:
    """What is known of a tip about coming."""

    urgency: int
    visit: str | None = None
    """The answer to "May helpers come there?": yes, no or unsure; None while nobody answered."""
    erased: bool = False
    """Somebody keyed `000` after it was filed."""
    manner: str | None = None

    @property
    def is_marked(self) -> bool:
        return self.erased or self.visit == NO

    @property
    def care(self) -> Care:
        if self.manner is not None:
            return Care.UNSEEN if self.manner == Manner.UNSEEN else Care.NONE
        if not self.is_marked:
            return Care.NONE
        return Care.CAREFUL if self.urgency == Urgency.DANGER else Care.STAY_AWAY

    @property
    def goes_unseen(self) -> bool:
        """Returns True if who takes it unread must not go in openly.

        Only a yes, or the national desk, says that they may. "Not sure" is no yes: it counts as not asked.
        """
        if self.manner is not None:
            return self.manner == Manner.UNSEEN
        return self.is_marked or self.visit != YES

    def sentence(self, matter: str) -> str:
        """Returns how to go, in English, for the line above what was told; empty where nothing may hurt."""
        if matter != Matter.TIP and not self.is_marked:
            return ""
        if self.manner == Manner.OPENLY:
            return SAID_OPENLY
        if CARES[self.care].sentence or self.visit == YES:
            return CARES[self.care].sentence
        return NOT_ASKED if self.visit is None else NOT_SURE

    def mark(self, matter: str) -> str:
        """Returns the same for a list."""
        if CARES[self.care].mark or self.manner is not None:
            return CARES[self.care].mark
        return MARK_NOT_ASKED if self.visit is None and matter == Matter.TIP else ""


def coming(
    matter: str, urgency: int, visit: str | None, erased: bool, manner: str | None
) -> Coming:
    """As a tip's row has it. Nobody goes to a door for a complaint: it is read before anybody calls."""
    pressing = urgency if matter == Matter.TIP else Urgency.HEARD
    return Coming(pressing, visit, erased, manner)


def visit_told(before: str | None, now: str | None, *, filed: bool) -> str | None:
    """The answer that stays. Once it was filed a no stays a no: the thumb that corrects may not be hers."""
    if filed and before == NO:
        return before
    return now if now is not None else before
