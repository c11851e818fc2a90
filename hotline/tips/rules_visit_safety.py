"""Decides how responders may visit, from the caller's answer and the national desk's decision. Pure.

A case gets a visit-safety mark if the caller answers `visit: no`, or types `000` after the tip was filed. Without
danger, no responder visits or calls before reading the tip. If there is danger, responders still visit, but not openly.
The victim may fear the person who has the phone. So the national desk decides how to visit (docs/decisions/09).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from hotline.core.wording import Template
from hotline.tips.rules import Matter, Urgency

YES, NO = "yes", "no"


class VisitDecision(StrEnum):
    """The national desk's decision about visits."""

    UNSEEN = "unseen"
    OPENLY = "openly"


class VisitSafety(StrEnum):
    """The instruction about visits that every alerted responder must know."""

    NONE = "none"
    DO_NOT_VISIT = "stay_away"
    """The caller wants no visit, and there is no danger. No responder visits or calls before reading the tip."""
    CAREFUL = "careful"
    """The caller wants no visit, but there is danger. Responders do not visit openly. The national desk decides how to
    visit.
    """
    DISCREET = "unseen"
    """The national desk decided that responders visit, but not openly."""


@dataclass(frozen=True, slots=True)
class VisitSafetyRow:
    """The texts for one value of visit safety."""

    sms: tuple[Template, Template]
    """The SMS to alerted responders. The first template names the phone number of the national desk. The second
    template is for a hotline without this number."""
    screen: Template | None = None
    """The first line of the case on the responder's phone."""
    sentence: str = ""
    """The English first line on the console's page of the tip."""
    mark: str = ""
    """The English mark in the console's lists."""


VISIT_SAFETIES: Mapping[VisitSafety, VisitSafetyRow] = {
    VisitSafety.NONE: VisitSafetyRow((Template.GO_OPENLY, Template.GO_OPENLY)),
    VisitSafety.DO_NOT_VISIT: VisitSafetyRow(
        (Template.STAY_AWAY, Template.STAY_AWAY),
        Template.PAGE_STAY_AWAY,
        "Do not visit. Do not call. Read the report first.",
        "do not visit",
    ),
    VisitSafety.CAREFUL: VisitSafetyRow(
        (Template.CAREFUL, Template.CAREFUL_ALONE),
        Template.PAGE_CAREFUL,
        "Do not visit openly. Do not call. Ask the national desk how to visit.",
        "do not visit openly",
    ),
    VisitSafety.DISCREET: VisitSafetyRow(
        (Template.GO_UNSEEN, Template.GO_UNSEEN),
        Template.PAGE_CAREFUL,
        "The national desk decided: visit discreetly, with a colleague. Do not call.",
        "discreet, with a colleague",
    ),
}
SAID_OPENLY = "The national desk decided: visit openly."
NOT_ASKED = "The caller was not asked if helpers may visit. Visit discreetly."
NOT_SURE = "The caller is not sure if helpers may visit. Visit discreetly."
MARK_NOT_ASKED = "discreet: caller was not asked"
MARK_NOT_SURE = "discreet: caller is not sure"


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """The facts about one tip that decide how responders may visit."""

    urgency: int
    visit: str | None = None
    """The answer to the question "May helpers come there?": yes, no or unsure. None if the caller did not answer."""
    erased: bool = False
    """True if a caller typed `000` after the tip was filed."""
    decision: str | None = None

    @property
    def is_marked(self) -> bool:
        return self.erased or self.visit == NO

    @property
    def safety(self) -> VisitSafety:
        if self.decision is not None:
            is_unseen = self.decision == VisitDecision.UNSEEN
            return VisitSafety.DISCREET if is_unseen else VisitSafety.NONE
        if not self.is_marked:
            return VisitSafety.NONE
        return VisitSafety.CAREFUL if self.urgency == Urgency.DANGER else VisitSafety.DO_NOT_VISIT

    @property
    def goes_unseen(self) -> bool:
        """Returns True if a responder who takes the case without reading it must not visit openly.

        An open visit needs the caller's yes or a decision of the national desk. "Not sure" counts as no answer.
        """
        if self.decision is not None:
            return self.decision == VisitDecision.UNSEEN
        return self.is_marked or self.visit != YES

    def sentence(self, matter: str) -> str:
        """Returns the English instruction about visits at the top of a tip's page.

        Returns an empty text if no instruction is needed.
        """
        if matter != Matter.TIP and not self.is_marked:
            return ""
        if self.decision == VisitDecision.OPENLY:
            return SAID_OPENLY
        if VISIT_SAFETIES[self.safety].sentence or self.visit == YES:
            return VISIT_SAFETIES[self.safety].sentence
        return NOT_ASKED if self.visit is None else NOT_SURE

    def mark(self, matter: str) -> str:
        """Returns the English mark about visits in a list. Returns an empty text if no mark is needed."""
        if VISIT_SAFETIES[self.safety].mark or self.decision is not None:
            return VISIT_SAFETIES[self.safety].mark
        if matter != Matter.TIP or not self.goes_unseen:
            return ""
        return MARK_NOT_ASKED if self.visit is None else MARK_NOT_SURE


def visit_facts(
    matter: str, urgency: int, visit: str | None, erased: bool, decision: str | None
) -> VisitFacts:
    """Returns the facts about visits, from the columns of a tip.

    A complaint counts as a tip without danger. No responder visits because of a complaint, and a person reads the
    complaint before anyone calls.
    """
    pressing = urgency if matter == Matter.TIP else Urgency.HEARD
    return VisitFacts(pressing, visit, erased, decision)


def kept_visit_answer(before: str | None, now: str | None, *, filed: bool) -> str | None:
    """Returns the answer about visits that must be stored.

    After the tip was filed, a "no" stays, because another person may have the phone now.
    """
    if filed and before == NO:
        return before
    return now if now is not None else before
