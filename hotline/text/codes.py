"""Names places by code: a district, a camp, a province, abroad, or not known. Pure."""

from collections.abc import Mapping
from enum import StrEnum

ABROAD = "abroad"


UNSURE = "unsure"


TYPED = "typed"
"""The caller did not find the district in its list. They type a name and choose among similar names."""


NOT_SAID = ""
"""The place of a tip that ended before any place was named."""


NATIONAL = "national"
"""The code of the national desk."""


def is_district(place: str) -> bool:
    return len(place) == 2 and place.isdecimal()


def is_camp(place: str | None) -> bool:
    """Returns True for a refugee camp's code. A camp is part of its district, as a sector is."""
    return place is not None and len(place) == 4 and place[2] == "c" and is_district(place[:2])


def is_province(place: str) -> bool:
    """Returns True if the code is a province's: the province was named, but no district."""
    return len(place) == 1 and place.isdecimal()


# Lists the forms of trafficking. Pure.


class Category(StrEnum):
    """The form of trafficking, as the report's sixth question offers it. The order is the menu's."""

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
"""The names of forms in English, for pages and statistics. Begging and servitude are recorded only of a person."""
