"""Defines the places of Rwanda: their NISR codes, names, camps, and the lists of places for flows. The module also
defines the forms of trafficking. Pure.

Each code begins with the code of the larger place: province `1`, district `12`, sector `1205`, camp `55c1`. The 416
sectors have only 379 different names, so the name of a sector alone never decides who gets a tip. The names of the 30
districts are unique. A camp may have the same name as a sector, so every text adds the word "camp" to the name of a
camp.

The names are in files next to this module. In `sectors.txt`, each line that begins with a code begins a new district.
This line gives the district's code and name, and then its sectors in the order of their codes, from 01. Each line of
`markets.txt` gives the code of a district and its markets. A `*` marks a market if no cell, village or market of
another district has the same name. `docs/credits.md` lists the sources.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise

ABROAD = "abroad"


UNSURE = "unsure"


TYPED = "typed"
"""The answer that the hotline stores if the caller did not find the district in the list. The caller then types a
name and chooses from similar names."""


SOURCE = "source"
"""The name of the answer that stores who wrote down a report for another person. A report that a caller entered has no
answer with this name."""
CALLER, MET, OPERATOR = "caller", "officer", "operator"
"""The sources of a tip: a caller, a responder who met a person, or a desk that wrote down a call."""


NOT_SAID = ""
"""The value of a tip's place if the report ended before the caller named a place."""


NATIONAL = "national"
"""The code of the national desk."""


def is_district(place: str) -> bool:
    return len(place) == 2 and place.isdecimal()


def is_camp(place: str | None) -> bool:
    """Returns True for the code of a refugee camp. A camp belongs to its district, like a sector."""
    return place is not None and len(place) == 4 and place[2] == "c" and is_district(place[:2])


def is_province(place: str) -> bool:
    """Returns True for the code of a province. A tip has the code of a province as its place if the caller named a
    province but no district."""
    return len(place) == 1 and place.isdecimal()


class Category(StrEnum):
    """A form of trafficking. The sixth question of the report offers these forms in this order."""

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
"""The English names of the forms of trafficking, for pages and statistics. Callers cannot choose begging and
servitude: only responders record these two forms, for a person of a case."""

_FILES = files(__package__)
_PLACES = tomllib.loads(_FILES.joinpath("places.toml").read_text(encoding="utf-8"))
Label = Mapping[str, str]
"""Maps each language code to a name in this language."""
STATES = frozenset(_PLACES["states"].split())
PROVINCES: Mapping[str, Label] = _PLACES["provinces"]
COUNTRIES: Mapping[str, Label] = _PLACES["countries"]
COUNTRY_WORDS: Mapping[str, str] = _PLACES["said"]
"""The words in an SMS that mean a country, by the country's code."""
ELSEWHERE: Mapping[str, Label] = _PLACES["elsewhere"]
CAMP_WORDS: Label = {"rw": "Inkambi ya {}", "fr": "Camp de {}", "en": "{} camp"}
_ABROAD_SAID = frozenset(_PLACES["abroad"].split())
_BY_WORD = {word: code for code, words in COUNTRY_WORDS.items() for word in words.split()}


def country_of(words: Sequence[str]) -> str | None:
    """Returns the code of the first country that these words name. Returns None if they name no country."""
    pieces = [word.lower() for word in words]
    candidates = [*pieces, *map("".join, pairwise(pieces))]
    return next((_BY_WORD[piece] for piece in candidates if piece in _BY_WORD), None)


def names_abroad(words: Sequence[str]) -> bool:
    """Returns True if the words contain a word for "abroad". Such a word names no country."""
    return not _ABROAD_SAID.isdisjoint(word.lower() for word in words)


@dataclass(frozen=True, slots=True)
class Area:
    """A district, sector, camp, market or border post. The code of a market or border post is the code of its
    district."""

    code: str
    name: str


def districts(province: str = "") -> tuple[Area, ...]:
    """Returns the districts of a province, sorted by name. Without a province, returns all districts."""
    return tuple(district for district, _ in _read() if district.code.startswith(province))


def sectors(district: str) -> tuple[Area, ...]:
    """Returns the sectors of a district, in the order of their codes. The result is empty for an unknown district."""
    return next((parts for area, parts in _read() if area.code == district), ())


def camps(district: str = "") -> tuple[Area, ...]:
    """Returns the refugee camps of a district, sorted by name. Without a district, returns all camps."""
    return tuple(camp for camp in _camps() if camp.code.startswith(district))


def is_landmark(area: Area) -> bool:
    """Returns True for a market or a border post. A market or border post has the code of its district, but a
    different name."""
    return len(area.code) == 2 and _names().get(area.code) != area.name


@cache
def markets() -> tuple[Area, ...]:
    """Returns the known markets, grouped by district."""
    return tuple(Area(code, name.rstrip("*")) for code, name in _listed(_text("markets.txt")))


@cache
def unique_markets() -> tuple[Area, ...]:
    """Returns the markets with a unique name: no cell, village or market of another district has the same name."""
    return tuple(
        Area(code, name.rstrip("*"))
        for code, name in _listed(_text("markets.txt"))
        if name.endswith("*")
    )


@cache
def border_posts() -> tuple[Area, ...]:
    """Returns the known border posts, grouped by district."""
    return tuple(Area(code, name) for code, name in _listed(_PLACES["border_posts"]))


@cache
def neighbours(district: str) -> tuple[str, ...]:
    """Returns the codes of the districts that have a common border with this district. The result is empty for a
    place that is not a district."""
    rows = (line.split() for line in _PLACES["neighbours"].splitlines())
    return next((tuple(codes) for code, *codes in filter(None, rows) if code == district), ())


def _listed(table: str) -> Iterator[tuple[str, str]]:
    """Yields each name in a table, with the code of its district. Each line of the table begins with this code."""
    for code, names in re.findall(r"(?m)^(\d\d) ([^\n]+(?:\n +[^\n]+)*)", table):
        yield from ((code, name.strip()) for name in names.split(","))


def camp_named(name: str) -> str | None:
    """Returns the code of a camp by its name. Capital and small letters are equal. The name may include the word for
    "camp"."""
    key = " ".join(name.split()).casefold()
    names_of_camps = ((area.code, (area.name, *_called(area).values())) for area in camps())
    return next((code for code, names in names_of_camps if key in map(str.casefold, names)), None)


def province_of(code: str) -> str:
    """Returns the province of a district, a sector or a camp."""
    return code[:1]


def district_named(name: str) -> str | None:
    """Returns the code of a district by its name. Ignores spaces, and treats capital and small letters as equal.
    Returns None if the name is unknown."""
    key = "".join(name.split()).casefold()
    return next((area.code for area in districts() if area.name.casefold() == key), None)


def sectors_named(name: str) -> tuple[str, ...]:
    """Returns the codes of the sectors with this name. Several districts may have a sector of the same name. Capital
    and small letters are equal."""
    key = " ".join(name.split()).casefold()
    return tuple(one.code for _, areas in _read() for one in areas if one.name.casefold() == key)


def alert_place(place: str, within: str | None) -> str:
    """Returns the place that an alert names. If the district is unknown, the alert names the province. An alert never
    names a country."""
    if place == UNSURE and within is not None and within in PROVINCES:
        return within
    return place


def place_within(place: str, within: str | None, language: str) -> str:
    """Returns the place of a tip as a text for the desk. If the caller also named a country or a province, the text
    includes it.

    For example: `abroad: Oman`, or `Kigali, place not known`.
    """
    if within is None:
        return place_name(place, language)
    if place == ABROAD:
        return f"{place_name(place, language)}: {place_name(within, language)}"
    return f"{place_name(within, language)}, {place_name(place, language)}"


def place_name(code: str, language: str) -> str:
    """Returns the name of any place, of a country, or of a place in `ELSEWHERE`. Returns an unknown code unchanged,
    because the hotline must send the message anyway."""
    labels = PROVINCES.get(code) or ELSEWHERE.get(code) or COUNTRIES.get(code)
    labels = labels or _camp_names().get(code)
    if labels is not None:
        return labels[language]
    return _names().get(code, code)


def place_lists() -> dict[str, tuple[tuple[str, Label], ...]]:
    """Returns the lists of places from which callers choose, by the name of the list. Each choice has a value and a
    label.

    The lists are `provinces`, `districts.<province>`, `sectors.<district>` and `countries`. A camp comes before the
    sectors of its district. So a caller from a camp sees the camp before a sector with the same name. The flow engine
    must not import this package, so `flows.service_check` converts these lists into options for the engine.
    """
    lists = {"provinces": tuple(PROVINCES.items()), "countries": tuple(COUNTRIES.items())}
    lists |= {f"districts.{province}": _choices(districts(province)) for province in PROVINCES}
    for area, parts in _read():
        camp_choices = tuple((camp.code, _called(camp)) for camp in camps(area.code))
        lists[f"sectors.{area.code}"] = (*camp_choices, *_choices(parts))
    return lists


def _choices(areas: tuple[Area, ...]) -> tuple[tuple[str, Label], ...]:
    """Returns the value and the label of each area. A district or sector has the same name in every language."""
    return tuple((area.code, dict.fromkeys(PROVINCES["1"], area.name)) for area in areas)


def _called(camp: Area) -> Label:
    return {language: form.format(camp.name) for language, form in CAMP_WORDS.items()}


@cache
def _camps() -> tuple[Area, ...]:
    rows = (line.split() for line in _PLACES["camps"].splitlines())
    return tuple(sorted((Area(code, name) for code, name in rows), key=lambda camp: camp.name))


@cache
def _camp_names() -> Mapping[str, Label]:
    return {camp.code: _called(camp) for camp in _camps()}


@cache
def _read() -> tuple[tuple[Area, tuple[Area, ...]], ...]:
    """Returns each district with its sectors. Districts are sorted by name, and sectors by code."""
    rows = re.findall(r"(?m)^(\d\d) (\w+):((?:\s+[A-Z]\w+)+)", _text("sectors.txt"))
    places = [
        (
            Area(code, name),
            tuple(
                Area(f"{code}{place:02}", sector) for place, sector in enumerate(names.split(), 1)
            ),
        )
        for code, name, names in rows
    ]
    return tuple(sorted(places, key=lambda row: row[0].name))


def _text(name: str) -> str:
    return _FILES.joinpath(name).read_text(encoding="utf-8")


@cache
def _names() -> Mapping[str, str]:
    return {area.code: area.name for district, parts in _read() for area in (district, *parts)}
