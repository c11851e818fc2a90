"""Defines a tip, and decides when answers become one. Pure.

Decision C8 is implemented here. Danger with a place is filed at that hop. All other answers make a draft from the first
answer on. Hang-up or three minutes of silence files the draft. If it names no district by then, it is a fragment. One
report attempt makes one tip, whatever the caller corrects in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from hotline.core.wording import Template
from hotline.text.codes import ABROAD, NOT_SAID, TYPED, UNSURE, Category, is_district, is_province

WORDS = "words"
"""The answer that holds the message."""


class Matter(StrEnum):
    """The kind of report. Both kinds are sealed and assigned in the same way, but counted apart."""

    TIP = "tip"
    COMPLAINT = "complaint"
    """A report about a person who was meant to help."""


class TipState(StrEnum):
    """The state of a tip. Legal steps: draft -> fragment -> filed -> complete, each of which may be skipped.

    Only a draft's row may be deleted.
    """

    DRAFT = "draft"
    FRAGMENT = "fragment"
    """Kept after a hang-up before any district was named. No one can act on it, and no clock runs for it."""
    FILED = "filed"
    COMPLETE = "complete"


class TipOutcome(StrEnum):
    """The result of a case when it is closed. No result blocks a phone: callers may test the line."""

    HELPED = "helped"
    REFERRED = "referred"
    NOT_TRAFFICKING = "not-trafficking"
    NOT_FOUND = "not-found"
    SILENT = "silent"
    JOKE = "joke"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """The properties of one outcome."""

    screen: Template
    """Its name behind the PIN."""
    label: str
    """Its name in the console, in English."""
    choice: str = ""
    """The value of its choice behind the PIN. Empty if the phone does not offer it."""
    is_help: bool = False
    """True if statistics count it as help."""
    is_safe: bool = False
    """True if it agrees with a person who is with a service. `NOT_FOUND` does not."""
    is_for_desk: bool = False
    """True if the national desk must decide on it once a person was met: in the console, with a reason."""


OUTCOMES: Mapping[TipOutcome, OutcomeRow] = {
    TipOutcome.HELPED: OutcomeRow(
        Template.OUTCOME_HELPED, "helped", "close_helped", is_help=True, is_safe=True
    ),
    TipOutcome.REFERRED: OutcomeRow(
        Template.OUTCOME_REFERRED, "handed to a helper", is_help=True, is_safe=True
    ),
    TipOutcome.NOT_TRAFFICKING: OutcomeRow(
        Template.OUTCOME_NOT_IT, "no trafficking", is_safe=True, is_for_desk=True
    ),
    TipOutcome.NOT_FOUND: OutcomeRow(Template.OUTCOME_NOBODY, "no one found", "close_nobody"),
    TipOutcome.SILENT: OutcomeRow(Template.OUTCOME_SILENT, "nothing reported", "close_silent"),
    TipOutcome.JOKE: OutcomeRow(Template.OUTCOME_JOKE, "a joke", is_for_desk=True),
    TipOutcome.TRIAL: OutcomeRow(Template.OUTCOME_TEST, "a trial", "close_trial", is_for_desk=True),
}


class Urgency(IntEnum):
    """The urgency: 1 danger or a child, 2 the caller's own case or doubt about danger, 3 all others."""

    DANGER = 1
    SEEN = 2
    HEARD = 3

    @property
    def label(self) -> str:
        """Returns its name in English."""
        return ("Urgent", "Soon", "Normal")[self - 1]


class Basis(StrEnum):
    """The legal basis on which law 058/2021 permits us to keep the tip."""

    PUBLIC_DUTY = "public_duty"
    VITAL_INTEREST_CHILD = "vital_interest_child"


TYPE_AGAIN = "again"
"""No place: the caller types the name again."""

SOON = frozenset({"today", "week"})
"""Answers about the departure with which the journey can still be stopped."""

_RANK = {state: rank for rank, state in enumerate(TipState)}
_CATEGORIES = frozenset(Category)
_THREE_WAYS = frozenset({"yes", "no", UNSURE})


@dataclass(frozen=True, slots=True)
class TipSummary:
    """The facts that the answers of one report attempt give: the part of a tip that is not sealed."""

    state: TipState
    place: str
    within: str | None
    """For "abroad" the country, for "unsure" the province. None if it was not given."""
    sector: str | None
    category: str | None
    urgency: Urgency
    official: str
    basis: Basis


def desk_of(place: str, official: str) -> str | None:
    """Returns the district's desk that may see a tip. Returns None if there is none."""
    return place if official == "no" and is_district(place) else None


def report_facts(answers: Mapping[str, str], *, completed: bool = False) -> TipSummary | None:
    """Returns the facts that `answers` give. Returns None if there is nothing to keep yet."""
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
    """Returns the state to which these answers have brought a tip. Returns None for no answers."""
    if completed:
        return TipState.COMPLETE
    pressing = answers.get("danger") == "yes" or can_be_stopped(answers)
    if place_of(answers) is not None and pressing:
        return TipState.FILED
    return TipState.DRAFT if answers else None


def abandoned_state(place: str) -> TipState:
    """Returns the state of a draft to which the caller can add no more."""
    return TipState.FRAGMENT if place == NOT_SAID or is_province(place) else TipState.FILED


def later_state(one: TipState, other: TipState) -> TipState:
    """Returns the later of two states. A tip never returns to an earlier state."""
    return max(one, other, key=_RANK.__getitem__)


def place_of(answers: Mapping[str, str]) -> str | None:
    """Returns a district's code, "abroad" or "unsure". Returns None if no place was given.

    A district's code begins with its province's. A district left over from another province does not count.
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
    """Returns the province if no district of it was given. Returns an empty string if there is no province."""
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
    """Returns True for a journey abroad that begins soon. It can still be stopped, so it counts as danger."""
    return answers.get("province") == ABROAD and answers.get("leaves") in SOON


def concerns_child(answers: Mapping[str, str]) -> bool:
    return answers.get("who") in ("me_minor", "child") or answers.get("kind") == Category.CHILD_WORK


def _category(answers: Mapping[str, str]) -> str | None:
    """Returns a category of the closed list. Any other answer counts as other. Returns None for no answer."""
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
    """Returns the code of the district or sector that the caller chose by its name. Empty before that."""
    named = answers.get("named", UNSURE)
    return named if answers.get("district") == TYPED and named not in (UNSURE, TYPE_AGAIN) else ""
