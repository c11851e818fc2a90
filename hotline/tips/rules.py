"""Defines what a tip is, and decides when a caller's answers become a tip. Pure.

It follows decision C8 of the project. An answer that gives both danger and a place files the tip at once. Before that,
and in all other cases, the answers are a draft. A draft is filed when the caller hangs up, or when the caller has given
no answer for three minutes. If the caller has not named a district by then, the draft becomes a fragment. Each report
attempt makes only one tip, even if the caller corrects answers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from hotline.core.wording import Template
from hotline.text.codes import ABROAD, NOT_SAID, TYPED, UNSURE, Category, is_district, is_province

WORDS = "words"
"""The name of the answer that contains the caller's text."""


class Matter(StrEnum):
    """The kind of a report. Both kinds are encrypted and assigned in the same way, but they are counted separately."""

    TIP = "tip"
    COMPLAINT = "complaint"
    """A report about a person who should have helped but did wrong."""


class TipState(StrEnum):
    """The state of a tip. A tip goes from draft to fragment, then to filed, then to complete. It may skip any of these
    states.

    A row may be deleted only while it is a draft.
    """

    DRAFT = "draft"
    FRAGMENT = "fragment"
    """The caller hung up before naming a district. No responder can act on it, so it has no deadline."""
    FILED = "filed"
    COMPLETE = "complete"


class TipOutcome(StrEnum):
    """The outcome of a closed case. No outcome blocks the caller's phone, because callers may try out the hotline."""

    HELPED = "helped"
    REFERRED = "referred"
    NOT_TRAFFICKING = "not-trafficking"
    NOT_FOUND = "not-found"
    SILENT = "silent"
    JOKE = "joke"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """The texts and the rules of an outcome."""

    screen: Template
    """The text on the responder's phone, after the responder has typed the PIN."""
    label: str
    """The English text of the outcome in the console."""
    choice: str = ""
    """The value of this choice in the menu on the responder's phone. Empty if the responder's phone does not offer this
    outcome.
    """
    is_help: bool = False
    """True if this outcome counts as help in the statistics."""
    is_safe: bool = False
    """True if a case can have this outcome although a service helps the person. It is False for `NOT_FOUND`."""
    is_for_desk: bool = False
    """True if only the national desk may choose it after a person was met. The desk does this in the console, with a
    reason.
    """


OUTCOMES: Mapping[TipOutcome, OutcomeRow] = {
    TipOutcome.HELPED: OutcomeRow(
        Template.OUTCOME_HELPED, "helped", "close_helped", is_help=True, is_safe=True
    ),
    TipOutcome.REFERRED: OutcomeRow(
        Template.OUTCOME_REFERRED, "case passed to a service that helps", is_help=True, is_safe=True
    ),
    TipOutcome.NOT_TRAFFICKING: OutcomeRow(
        Template.OUTCOME_NOT_IT, "no trafficking", is_safe=True, is_for_desk=True
    ),
    TipOutcome.NOT_FOUND: OutcomeRow(Template.OUTCOME_NOBODY, "no one found", "close_nobody"),
    TipOutcome.SILENT: OutcomeRow(Template.OUTCOME_SILENT, "nothing reported", "close_silent"),
    TipOutcome.JOKE: OutcomeRow(Template.OUTCOME_JOKE, "a joke", is_for_desk=True),
    TipOutcome.TRIAL: OutcomeRow(Template.OUTCOME_TEST, "a test", "close_trial", is_for_desk=True),
}


class Urgency(IntEnum):
    """The urgency of a tip. 1: danger or a child. 2: the caller's own case, or unclear danger. 3: all others."""

    DANGER = 1
    SEEN = 2
    HEARD = 3

    @property
    def label(self) -> str:
        """Returns the English name of the urgency."""
        return ("Urgent", "Soon", "Normal")[self - 1]


class Basis(StrEnum):
    """The legal basis for storing a tip, in law 058/2021."""

    PUBLIC_DUTY = "public_duty"
    VITAL_INTEREST_CHILD = "vital_interest_child"


OVERSEEN = "national"
"""The answer about officials in a complaint about the national desk. Only oversight desks may see such a complaint."""

TYPE_AGAIN = "again"
"""A choice that is not a place: the caller wants to type the name again."""

SOON = frozenset({"today", "week"})
"""Answers to the question of departure. After these answers, the journey can still be stopped."""

_RANK = {state: rank for rank, state in enumerate(TipState)}
_CATEGORIES = frozenset(Category)
_THREE_WAYS = frozenset({"yes", "no", UNSURE})


@dataclass(frozen=True, slots=True)
class TipSummary:
    """The facts in the answers of a report attempt. These facts are not encrypted in the tip."""

    state: TipState
    place: str
    within: str | None
    """The country if the place is abroad, or the province if the caller is unsure of the district. None if the caller
    did not name it."""
    sector: str | None
    category: str | None
    urgency: Urgency
    official: str
    basis: Basis


def desk_of(place: str, official: str) -> str | None:
    """Returns the desk of the district, if this desk may see the tip. Returns None if only the national desk may see
    it.
    """
    return place if official == "no" and is_district(place) else None


def report_facts(answers: Mapping[str, str], *, completed: bool = False) -> TipSummary | None:
    """Returns the facts in these answers of a report. Returns None if the answers are not enough to store a tip."""
    place, category = place_of(answers), _category(answers)
    state = stage(answers, completed=completed)
    if state is None:
        return None

    place = place or (UNSURE if completed else _begun(answers))
    return TipSummary(
        state=state,
        place=place,
        within=_within(answers, place),
        sector=_sector(answers, place),
        category=category,
        urgency=urgency(answers),
        official=_three_ways(answers, "official"),
        basis=Basis.VITAL_INTEREST_CHILD if concerns_child(answers) else Basis.PUBLIC_DUTY,
    )


def stage(answers: Mapping[str, str], *, completed: bool = False) -> TipState | None:
    """Returns the state of a tip with these answers. Returns None if there are no answers."""
    if completed:
        return TipState.COMPLETE
    pressing = answers.get("danger") == "yes" or can_be_stopped(answers)
    if place_of(answers) is not None and pressing:
        return TipState.FILED
    return TipState.DRAFT if answers else None


def abandoned_state(place: str) -> TipState:
    """Returns the state that a draft gets when its caller can add no more answers."""
    return TipState.FRAGMENT if place == NOT_SAID or is_province(place) else TipState.FILED


def later_state(one: TipState, other: TipState) -> TipState:
    """Returns the later one of two states. A tip never returns to an earlier state."""
    return max(one, other, key=_RANK.__getitem__)


def place_of(answers: Mapping[str, str]) -> str | None:
    """Returns the code of a district, or "abroad" or "unsure". Returns None if the caller gave no place.

    The code of a district begins with the code of its province. A district
    from an earlier answer counts only if it lies in the chosen province.
    """
    province, district = answers.get("province"), answers.get("district")
    if province in (ABROAD, UNSURE):
        return province
    if district == TYPED:
        return _named(answers)[:2] or UNSURE
    if district is None or district == UNSURE:
        return district
    return district if district.startswith(province or "") else None


def _begun(answers: Mapping[str, str]) -> str:
    """Returns the chosen province if the caller gave no district. Returns an empty string if the caller chose none."""
    province = answers.get("province", NOT_SAID)
    return province if is_province(province) else NOT_SAID


def urgency(answers: Mapping[str, str]) -> Urgency:
    danger = answers.get("danger")
    if danger == "yes" or can_be_stopped(answers) or concerns_child(answers):
        return Urgency.DANGER
    if danger == UNSURE or answers.get("who") == "me_adult":
        return Urgency.SEEN
    return Urgency.HEARD


def can_be_stopped(answers: Mapping[str, str]) -> bool:
    """Returns True if the answers describe a journey abroad that begins soon.

    The journey can still be stopped, so the tip is as urgent as danger.
    """
    return answers.get("province") == ABROAD and answers.get("leaves") in SOON


def concerns_child(answers: Mapping[str, str]) -> bool:
    return answers.get("who") in ("me_minor", "child") or answers.get("kind") == Category.CHILD_WORK


def _category(answers: Mapping[str, str]) -> str | None:
    """Returns the category of the tip if it is on the closed list.

    Returns `OTHER` if the category is not on the list. Returns None if the caller has not answered.
    """
    kind = answers.get("kind")
    if kind is None:
        return None
    return kind if kind in _CATEGORIES else Category.OTHER


def _three_ways(answers: Mapping[str, str], name: str) -> str:
    value = answers.get(name, UNSURE)
    return value if value in _THREE_WAYS else UNSURE


def _within(answers: Mapping[str, str], place: str) -> str | None:
    if place == ABROAD:
        country = answers.get("country", UNSURE)
        return country if country != UNSURE else None
    return _begun(answers) or None if place == UNSURE else None


def _sector(answers: Mapping[str, str], place: str) -> str | None:
    sector = _named(answers) or answers.get("sector", UNSURE)
    return sector if len(sector) == 4 and sector.startswith(place) else None


def _named(answers: Mapping[str, str]) -> str:
    """Returns the code of the district or sector that the caller chose after typing a name.

    Returns an empty string until the caller has chosen.
    """
    named = answers.get("named", UNSURE)
    return named if answers.get("district") == TYPED and named not in (UNSURE, TYPE_AGAIN) else ""
