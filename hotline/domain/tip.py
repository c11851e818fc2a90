"""What a tip is, and when answers become one. Pure.

The decision of C8 stands here: danger and a place are filed at that hop; what else is told from the first answer on is
a draft, which hang-up or three minutes of silence files. Where no district was told by then, it is a fragment. One
passage through the report is one tip, whatever is corrected in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from hotline.domain.wording import Template


class Matter(StrEnum):
    """What was told. Both go one way, sealed and referred alike; they are counted apart."""

    TIP = "tip"
    COMPLAINT = "complaint"
    """About somebody who was to help (`domain/tips/promises.py`)."""


class TipState(StrEnum):
    """Legal steps: draft -> fragment -> filed -> complete, each of which may be passed over. A draft's row alone may
    be deleted.
    """

    DRAFT = "draft"
    FRAGMENT = "fragment"
    """Kept when she hung up before she had told a district: nobody can act on it, and no clock runs for it."""
    FILED = "filed"
    COMPLETE = "complete"


class TipOutcome(StrEnum):
    """The result of a case when it is closed. Trying the line is welcome: none of these blocks a phone."""

    HELPED = "helped"
    REFERRED = "referred"
    NOT_TRAFFICKING = "not-trafficking"
    NOT_FOUND = "not-found"
    SILENT = "silent"
    JOKE = "joke"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """All that follows from one outcome."""

    screen: Template
    """Its name behind the PIN."""
    label: str
    """Its name in the console, in English."""
    choice: str = ""
    """The value of its choice behind the PIN. Empty: the phone offers none."""
    is_help: bool = False
    """Statistics count it as help."""
    is_safe: bool = False
    """It agrees with a person who is with a service. "Nobody found" does not."""
    is_for_desk: bool = False
    """Where a person was met, the national desk decides on it, in the console, with a reason."""


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
    TipOutcome.NOT_FOUND: OutcomeRow(Template.OUTCOME_NOBODY, "nobody found", "close_nobody"),
    TipOutcome.SILENT: OutcomeRow(Template.OUTCOME_SILENT, "nothing was told", "close_silent"),
    TipOutcome.JOKE: OutcomeRow(Template.OUTCOME_JOKE, "a joke", is_for_desk=True),
    TipOutcome.TRIAL: OutcomeRow(Template.OUTCOME_TEST, "a trial", "close_trial", is_for_desk=True),
}


class Urgency(IntEnum):
    """1 danger or a child, 2 the person herself or seen, 3 heard."""

    DANGER = 1
    SEEN = 2
    HEARD = 3

    @property
    def label(self) -> str:
        """Its name in English."""
        return ("Urgent", "Soon", "Normal")[self - 1]


class Category(StrEnum):
    """What it is, as the report's sixth question offers it. Order is the menu's."""

    LABOUR = "labour"
    SEX = "sex"
    CHILD_WORK = "child_work"
    FALSE_OFFER = "false_offer"
    MARRIAGE = "marriage"
    ARMED_GROUP = "armed_group"
    ORGANS = "organs"
    CRIME = "crime"
    OTHER = "other"


FORMS: Mapping[str, str] = {
    Category.LABOUR: "Forced labour",
    Category.SEX: "Sexual exploitation",
    Category.CHILD_WORK: "Child labour",
    Category.FALSE_OFFER: "False job offer",
    Category.MARRIAGE: "Forced marriage",
    Category.ARMED_GROUP: "Armed group",
    Category.ORGANS: "Organ removal",
    Category.CRIME: "Forced crime",
    "begging": "Forced begging",
    "servitude": "Servitude",
    Category.OTHER: "Other form",
}
"""The names of forms in English, for pages and statistics. Two are noted of a person alone."""


class Basis(StrEnum):
    """Why the law (058/2021) lets us keep it."""

    PUBLIC_DUTY = "public_duty"
    VITAL_INTEREST_CHILD = "vital_interest_child"


ABROAD = "abroad"
UNSURE = "unsure"
TYPED = "typed"
"""A district that she did not find in its list: she types a name, and chooses among what is like it."""
AGAIN = "again"
"""Not a place: the name is typed once more."""
NOT_SAID = ""
"""The place of what was left before any place was told."""
NATIONAL = "national"
"""The code of the national desk."""

SOON = frozenset({"today", "week"})
"""When they leave, where the journey can still be stopped."""

_RANK = {state: rank for rank, state in enumerate(TipState)}
_CATEGORIES = frozenset(Category)
_THREE_WAYS = frozenset({"yes", "no", UNSURE})


@dataclass(frozen=True, slots=True)
class TipSummary:
    """What the answers of one passage come to: the part of a tip that is not sealed."""

    state: TipState
    place: str
    within: str | None
    """Of "abroad" the country, of "unsure" the province, where one was told."""
    sector: str | None
    category: str | None
    urgency: Urgency
    official: str
    basis: Basis

    @property
    def desk(self) -> str | None:
        """The district's desk, where it may know; None leaves the tip to the national desk alone."""
        return desk_of(self.place, self.official)


def desk_of(place: str, official: str) -> str | None:
    """The desk of a district that may know of a tip."""
    return place if official == "no" and is_district(place) else None


def told(answers: Mapping[str, str], *, completed: bool = False) -> TipSummary | None:
    """What `answers` come to; None while they make nothing that could be kept."""
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
    """How far these answers have brought a tip."""
    if completed:
        return TipState.COMPLETE
    pressing = answers.get("danger") == "yes" or can_be_stopped(answers)
    if place_of(answers) is not None and pressing:
        return TipState.FILED
    return TipState.DRAFT if answers else None


def left(place: str) -> TipState:
    """What a draft is from the moment at which nobody will add to it."""
    return TipState.FRAGMENT if place == NOT_SAID or is_province(place) else TipState.FILED


def is_district(place: str) -> bool:
    return len(place) == 2 and place.isdecimal()


def is_camp(place: str | None) -> bool:
    """Whether it is a refugee camp, which is below its district as a sector is (`domain/places/camps.py`)."""
    return place is not None and len(place) == 4 and place[2] == "c" and is_district(place[:2])


def is_province(place: str) -> bool:
    """Whether no district was told, but its province."""
    return len(place) == 1 and place.isdecimal()


def furthest(one: TipState, other: TipState) -> TipState:
    """A tip never goes back a state, whatever is repeated."""
    return max(one, other, key=_RANK.__getitem__)


def place_of(answers: Mapping[str, str]) -> str | None:
    """A district's code, "abroad" or "unsure"; None while nobody said.

    A district's code begins with its province's: one that is left over from another province does not count.
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
    """The province, while no district of it was told; nothing while nobody said where."""
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
    """Whether a journey abroad has not begun, and begins soon: that is danger."""
    return answers.get("province") == ABROAD and answers.get("leaves") in SOON


def concerns_child(answers: Mapping[str, str]) -> bool:
    return answers.get("who") in ("me_minor", "child") or answers.get("kind") == Category.CHILD_WORK


def _category(answers: Mapping[str, str]) -> str | None:
    """What routes and counts is of a closed list; anything else counts as other."""
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
    """The code of the district or sector that she chose by its name; empty while she has not."""
    named = answers.get("named", UNSURE)
    return named if answers.get("district") == TYPED and named not in (UNSURE, AGAIN) else ""
