"""A place by the name that somebody typed: which districts, sectors, camps and landmarks may be meant. Pure, and total.

It only ever proposes. Names repeat, spellings vary, many exchange l and r; and a village bears any name (Kabeza a
hundred and forty-eight times), so that villages are not known here at all. A landmark is a market or a border post.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from hotline.domain.places.places import (
    Area,
    Label,
    border_posts,
    camps,
    districts,
    is_landmark,
    markets,
    place_name,
    province_of,
    sectors,
)
from hotline.domain.tip import is_camp
from hotline.text.languages import CODES

MOST = 5
"""Matches that are offered: a menu's choices."""
LIKE = 0.7
"""From here on a spelling is like a name: four letters of a short one, and all but three of ten."""
MOST_LETTERS = 160
MOST_PIECES = 12
AROUND = frozenset(
    (
        *(
            "a",
            "akarere",
            "at",
            "au",
            "aux",
            "city",
            "de",
            "des",
            "district",
            "du",
            "en",
            "i",
            "in",
            "intara",
        ),
        *(
            "ka",
            "kwa",
            "la",
            "le",
            "mu",
            "mugi",
            "mujyi",
            "muri",
            "murenge",
            "of",
            "province",
            "secteur",
            "sector",
        ),
        *("the", "umudugudu", "umujyi", "umurenge", "village", "wa", "ya", "bya", "rya"),
        *("ibitaro", "bitaro", "hopital", "hospital", "isoko", "soko", "market", "marche", "gare"),
        *("parking", "park", "taxi", "bus", "bisi", "station", "post", "poste"),
    )
)
"""What stands around a name and is none."""
SAYS_CAMP = frozenset(
    {
        *("inkambi", "nkambi", "camp", "camps"),
        *("impunzi", "mpunzi", "refugee", "refugees", "refugie", "refugies"),
    }
)
"""Beside a name that a camp and a sector have, it means the camp, as in `camp de réfugiés de Mahama`."""
SAYS_BORDER = frozenset({"umupaka", "mupaka", "border", "frontiere", "frontière", "douane"})
"""Beside a name that a border post and a sector have, it means the border post, as in `umupaka wa Nemba`."""
TWINS = (("ou", "u"), ("ch", "c"), ("l", "r"))
"""Written one for the other: French ears, Swahili ears, and those who hear no difference."""


def find(typed: str) -> tuple[Area, ...]:
    """What may be meant, likeliest first: all that are spelled so, else those that are spelled nearly so."""
    words = [word for word in _words(typed) if word not in AROUND]
    named = [word for word in words if word not in SAYS_CAMP and word not in SAYS_BORDER]
    found = _found(_pieces(named))
    if not SAYS_BORDER.isdisjoint(words):
        known = {(spelling(post.name), post.code) for post in border_posts()}
        posts = tuple(one for one in found if (spelling(one.name), one.code[:2]) in known)
        return (posts or found)[:MOST]
    if SAYS_CAMP.isdisjoint(words):
        return found[:MOST]
    # It is called a camp. Where none has such a name, others do (`Camp Kigali`), or all camps may be meant.
    meant = tuple(area for area in found if is_camp(area.code))
    return (meant or found or camps())[:MOST]


def _found(pieces: list[str]) -> tuple[Area, ...]:
    known = _by_spelling()
    exact = [area for piece in pieces for area in known.get(piece, ())]
    if exact:
        return _narrowed(exact)
    like = [
        (score, name)
        for piece in pieces[:MOST_PIECES]
        for name, score, _ in process.extract(
            piece, known.keys(), scorer=OSA.normalized_similarity, score_cutoff=LIKE, limit=MOST
        )
    ]
    nearest = sorted(like, key=lambda one: -one[0])
    return tuple(dict.fromkeys(area for _, name in nearest for area in known[name]))


def label(area: Area) -> Label:
    """As a menu offers it: a sector, camp or landmark with its district, since names repeat."""
    if len(area.code) > 2 or is_landmark(area):
        district = place_name(area.code[:2], "rw")
        return {code: f"{_called(area, code)}, {district}" for code in CODES}
    return {
        "rw": f"Akarere ka {area.name}",
        "fr": f"District de {area.name}",
        "en": f"{area.name} District",
    }


def whole_label(area: Area) -> Label:
    """As a question names the one place that is meant: with its district and its province."""
    within = {code: place_name(province_of(area.code), code) for code in CODES}
    if len(area.code) == 2 and not is_landmark(area):
        return {code: f"{said}, {within[code]}" for code, said in label(area).items()}
    district = place_name(area.code[:2], "rw")
    return {code: f"{_called(area, code)}: {district}, {within[code]}" for code in CODES}


def _called(area: Area, language: str) -> str:
    return area.name if is_landmark(area) else place_name(area.code, language)


def spelling(name: str) -> str:
    """What all ways to write a name have in common."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(letter for letter in plain if "a" <= letter <= "z")
    for one, other in TWINS:
        letters = letters.replace(one, other)
    return re.sub(r"(.)\1+", r"\1", letters)


def _words(typed: str) -> list[str]:
    return re.split(r"\W+", typed[:MOST_LETTERS].casefold())


def _pieces(words: list[str]) -> list[str]:
    """Each word, each two neighbours as one, and all of it as one, spelled alike: `Nyaru genge`, `Remera, Gasabo`."""
    joined = ["".join(words), *map("".join, pairwise(words)), *words]
    return [piece for piece in dict.fromkeys(map(spelling, joined)) if piece]


def _narrowed(found: Iterable[Area]) -> tuple[Area, ...]:
    """Where a district is named beside a place of it, that place alone is meant."""
    areas = tuple(dict.fromkeys(found))
    within = {area.code for area in areas if len(area.code) == 2 and not is_landmark(area)}
    inside = tuple(
        area
        for area in areas
        if area.code[:2] in within and area.name != place_name(area.code[:2], "rw")
    )
    return inside or tuple(sorted(areas, key=lambda area: (is_landmark(area), len(area.code))))


@cache
def _by_spelling() -> Mapping[str, tuple[Area, ...]]:
    found: dict[str, tuple[Area, ...]] = {}
    for district in districts():
        for area in (district, *camps(district.code), *sectors(district.code)):
            key = spelling(area.name)
            found[key] = (*found.get(key, ()), area)
    for area in dict.fromkeys((*border_posts(), *markets())):
        key = spelling(area.name)
        if all(known.code[:2] != area.code for known in found.get(key, ())):
            found[key] = (*found.get(key, ()), area)
    return found
