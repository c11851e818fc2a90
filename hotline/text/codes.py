"""Defines the codes of places: a district, a camp, a province, abroad, or not known. Pure."""

from collections.abc import Mapping
from enum import StrEnum

ABROAD = "abroad"


UNSURE = "unsure"


TYPED = "typed"
"""The caller did not find the district in the list. Such a caller types a name and chooses from similar names."""


SOURCE = "source"
"""The name of the answer that says who wrote a report down. A caller's own report has no such answer."""
CALLER, MET, OPERATOR = "caller", "officer", "operator"
"""The sources of a tip: a caller, a responder who met a person, or a desk that wrote down a call."""


NOT_SAID = ""
"""The place of a tip that ended before the caller named a place."""


NATIONAL = "national"
"""The code of the national desk."""


def is_district(place: str) -> bool:
    return len(place) == 2 and place.isdecimal()


def is_camp(place: str | None) -> bool:
    """Returns True for the code of a refugee camp. A camp belongs to its district, like a sector."""
    return place is not None and len(place) == 4 and place[2] == "c" and is_district(place[:2])


def is_province(place: str) -> bool:
    """Returns True for the code of a province. The caller then named a province but no district."""
    return len(place) == 1 and place.isdecimal()


# Lists the forms of human trafficking. Pure.


class Category(StrEnum):
    """The form of trafficking, as the sixth question of the report offers it. The members have the order of that
    menu."""

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
"""The names of the forms in English, for pages and statistics. Begging and servitude are recorded only for a person
of a case."""
