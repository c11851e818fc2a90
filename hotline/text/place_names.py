"""Finds the place that a caller means by a typed name, and the place that an SMS names. No input raises an error.

`find_areas` suggests districts, sectors, camps and landmarks, and the caller chooses. Several places have the same
name, spellings vary, and many people exchange l and r. The module does not know villages, because many villages have
the same name: 148 are called Kabeza. A landmark is a market or a border post.

`place_in_text` finds a country, a district, a sector, a camp or a landmark in an SMS. A country has priority over a
district. For example, a mother whose daughter went to Oman may also name the family's district.

- A sector counts if its name is unique or if the SMS also names its district.
- A camp counts if "camp" is next to its name. A camp also counts if the SMS names its district and no sector has its
  name. The name alone is not enough, because villages of other districts have the same names as camps.
- A market counts if no cell, village or market of another district has its name.
- A border post counts if "border" comes before its name.

If the SMS names a market or a border post, the module returns only the district of the market or border post.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

from hotline.text.keywords import split_words
from hotline.text.languages import CODES, FIRST
from hotline.text.places import (
    ABROAD,
    PROVINCES,
    UNSURE,
    Area,
    Label,
    border_posts,
    camps,
    country_of,
    districts,
    is_camp,
    is_landmark,
    markets,
    names_abroad,
    place_name,
    province_of,
    sectors,
    unique_markets,
)

MAX_MATCHES = 5
"""The maximum number of suggested places. One menu has room for this number of choices."""
MIN_SIMILARITY = 0.7
"""The lowest similarity at which a typed name counts as a place's name. A short name may have about one wrong letter,
and a name of ten letters about three."""
MAX_LETTERS = 160
MAX_PIECES = 12
FILLER_WORDS = split_words(
    "a akarere at au aux city de des district du en i in intara ka kwa la le mu mugi mujyi muri murenge of province"
    " secteur sector the umudugudu umujyi umurenge village wa ya bya rya ibitaro bitaro hopital hospital isoko soko"
    " market marche gare parking park taxi bus bisi station post poste"
)
"""Words next to a name that do not belong to the name."""
CAMP_WORDS = split_words(
    "inkambi nkambi camp camps impunzi mpunzi refugee refugees refugie refugies"
)
"""Words that show that the caller means the camp, if a camp and a sector have the same name, as in `camp de réfugiés
de Mahama`."""
BORDER_WORDS = split_words("umupaka mupaka border frontiere frontière douane")
"""Words that show that the caller means the border post, if a border post and a sector have the same name, as in
`umupaka wa Nemba`."""
EQUAL_SPELLINGS = (("ou", "u"), ("ch", "c"), ("l", "r"))
"""Pairs of a spelling and the spelling that replaces it in keys: the French `ou`, the Swahili `ch`, and `l`, which
sounds like `r` to many people."""


def find_areas(text: str) -> tuple[Area, ...]:
    """Returns the areas that a caller may mean, the most likely first. Similar names count only if no area has
    exactly the typed name."""
    typed_words = re.split(r"\W+", text[:MAX_LETTERS].casefold())
    words = [word for word in typed_words if word not in FILLER_WORDS]
    place_words = [word for word in words if word not in CAMP_WORDS and word not in BORDER_WORDS]
    found = _found(_pieces(place_words))
    if not BORDER_WORDS.isdisjoint(words):
        post_keys = {(spelling_key(post.name), post.code) for post in border_posts()}
        posts = tuple(one for one in found if (spelling_key(one.name), one.code[:2]) in post_keys)
        return (posts or found)[:MAX_MATCHES]
    if CAMP_WORDS.isdisjoint(words):
        return found[:MAX_MATCHES]
    # The caller typed "camp". If areas were found but none is a camp, "camp" may be part of another name, as in `Camp
    # Kigali`. If no area was found, the caller may mean any camp.
    in_camps = tuple(area for area in found if is_camp(area.code))
    return (in_camps or found or camps())[:MAX_MATCHES]


def _found(pieces: list[str]) -> tuple[Area, ...]:
    by_spelling = _by_spelling()
    exact = [area for piece in pieces for area in by_spelling.get(piece, ())]
    if exact:
        return _narrowed(exact)
    similar = [
        (score, name)
        for piece in pieces[:MAX_PIECES]
        for name, score, _ in process.extract(
            piece,
            by_spelling.keys(),
            scorer=OSA.normalized_similarity,
            score_cutoff=MIN_SIMILARITY,
            limit=MAX_MATCHES,
        )
    ]
    nearest = sorted(similar, key=lambda pair: -pair[0])
    return tuple(dict.fromkeys(area for _, name in nearest for area in by_spelling[name]))


def menu_label(area: Area) -> Label:
    """Returns the text for an area in a menu. For a sector, camp or landmark, the text includes the district, because
    places in several districts have the same name."""
    if len(area.code) > 2 or is_landmark(area):
        district = place_name(area.code[:2], "rw")
        return {code: f"{_called(area, code)}, {district}" for code in CODES}
    return {
        "rw": f"Akarere ka {area.name}",
        "fr": f"District de {area.name}",
        "en": f"{area.name} District",
    }


def full_label(area: Area) -> Label:
    """Returns the name of an area for a question. If only one area matches, the hotline asks the caller if this area is
    right. The name includes the district and the province."""
    province = {code: place_name(province_of(area.code), code) for code in CODES}
    if len(area.code) == 2 and not is_landmark(area):
        return {code: f"{name}, {province[code]}" for code, name in menu_label(area).items()}
    district = place_name(area.code[:2], "rw")
    return {code: f"{_called(area, code)}: {district}, {province[code]}" for code in CODES}


def _called(area: Area, language: str) -> str:
    return area.name if is_landmark(area) else place_name(area.code, language)


def spelling_key(name: str) -> str:
    """Returns the same key for all spellings of a name. The key has plain letters and no double letters, and the
    function has replaced the spellings in `EQUAL_SPELLINGS`."""
    folded = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(letter for letter in folded if "a" <= letter <= "z")
    for spelling, other in EQUAL_SPELLINGS:
        letters = letters.replace(spelling, other)
    return re.sub(r"(.)\1+", r"\1", letters)


def _pieces(words: list[str]) -> list[str]:
    """Returns the spelling keys of all words joined, of each pair of neighbouring words joined, and of each single
    word.

    So the module finds both `Nyaru genge` (one name in two words) and `Remera, Gasabo` (two names).
    """
    pieces = ["".join(words), *map("".join, pairwise(words)), *words]
    return [piece for piece in dict.fromkeys(map(spelling_key, pieces)) if piece]


def _narrowed(found: Iterable[Area]) -> tuple[Area, ...]:
    """Returns only the places within the district that the caller also named. If the caller named no district,
    returns all places, with the districts first."""
    areas = tuple(dict.fromkeys(found))
    parents = {area.code for area in areas if len(area.code) == 2 and not is_landmark(area)}
    narrower = tuple(
        area
        for area in areas
        if area.code[:2] in parents and area.name != place_name(area.code[:2], "rw")
    )
    return narrower or tuple(sorted(areas, key=lambda area: (is_landmark(area), len(area.code))))


@cache
def _by_spelling() -> Mapping[str, tuple[Area, ...]]:
    found: dict[str, tuple[Area, ...]] = {}
    for district in districts():
        for area in (district, *camps(district.code), *sectors(district.code)):
            key = spelling_key(area.name)
            found[key] = (*found.get(key, ()), area)
    for area in dict.fromkeys((*border_posts(), *markets())):
        key = spelling_key(area.name)
        if all(other.code[:2] != area.code for other in found.get(key, ())):
            found[key] = (*found.get(key, ()), area)
    return found


MIN_LETTERS = 5
"""The module accepts a sector's name of at least this length without the word "sector" before the name. A shorter
name is often an ordinary word."""
SECTOR_WORDS = split_words("umurenge murenge sector secteur")
ORDINARY_NAMES = split_words(
    "bwira butare byumba cyumba gacaca gihango jomba kaniga kigali muhazi mukama munini rambura ruganda"
    " agahabwa gatega manyana nganda rukura"
)
"""Names of sectors and markets that are also an ordinary word, such as "room" or "factory", or the name of a city or
a lake."""


def place_in_text(words: Sequence[str]) -> Mapping[str, str]:
    """Finds the place that the `words` of an SMS name. Returns the answers with which a caller reports this place in
    the USSD menus."""
    country = country_of(words)
    if country is not None:
        return {"province": ABROAD, "country": country}
    keys = [spelling_key(word) for word in words]
    district = _district(keys)
    post = _border_post(keys)
    if post is not None and district in (None, post):
        return {"district": post}
    sector = _camp(keys, district) or _sector(keys, district)
    if sector is not None:
        return {"district": sector[:2], "sector": sector}
    district = district or _landmark(keys)
    if district is not None:
        return {"district": district}
    if names_abroad(words):
        return {"province": ABROAD}
    province = _province(keys)
    return {"province": UNSURE} if province is None else {"province": province, "district": UNSURE}


def _province(words: Sequence[str]) -> str | None:
    """Returns the province if the words name exactly one province in Kinyarwanda. In other languages a province has
    the name of a direction, such as "north", so the function ignores these names."""
    return _only(code for code, label in PROVINCES.items() if spelling_key(label[FIRST]) in words)


def _district(words: Sequence[str]) -> str | None:
    """Returns the district if the words name exactly one district, and None otherwise. A typed name may differ from
    the district's name only in letters that people exchange, such as l and r."""
    return _only(area.code for area in districts() if spelling_key(area.name) in words)


def _camp(words: Sequence[str], district: str | None) -> str | None:
    """Returns the code of the camp if the words mean exactly one camp. If the caller's words name a district, the camp
    must be in this district."""
    return _only(
        camp.code
        for camp in camps(district or "")
        for at, name in enumerate(words)
        if name == spelling_key(camp.name)
        and (
            not _SAYS_CAMP.isdisjoint(words[max(at - 2, 0) : at + 2])
            or (district is not None and name not in _sectors())
        )
    )


def _sector(words: Sequence[str], district: str | None) -> str | None:
    """Returns the code of the sector if the words mean exactly one sector. If the caller's words name a district, the
    sector must be in this district. If the words name no district, no other sector may have the same name."""
    return _only(
        area.code
        for at, name in enumerate(words)
        for area in _sectors().get(name, ())
        if _is_meant(words, at)
        and (len(_sectors()[name]) == 1 if district is None else area.code.startswith(district))
    )


def _border_post(words: Sequence[str]) -> str | None:
    """Returns the district of the border post whose name follows a word for "border"."""
    return _only(
        post.code
        for post in border_posts()
        for at in range(len(words))
        if words[at] == spelling_key(post.name.split()[-1])
        and not _SAYS_BORDER.isdisjoint(words[max(at - 2, 0) : at])
    )


def _landmark(words: Sequence[str]) -> str | None:
    """Returns the district of the market if the words name exactly one market. A typed name may differ from the
    market's name only in letters that people exchange, such as l and r."""
    return _only(_markets()[name] for name in words if name in _markets() and name not in _ORDINARY)


def _only(codes: Iterable[str]) -> str | None:
    """Returns the code if all codes are the same. Returns None if there is no code, or if the codes are different."""
    found = {*codes}
    return found.pop() if len(found) == 1 else None


def _is_meant(words: Sequence[str], at: int) -> bool:
    """Returns True if the word at the position `at` means a sector, and not an ordinary word with the same spelling."""
    before = words[max(at - 2, 0) : at]
    if not _SAYS_SECTOR.isdisjoint(before):
        return True
    return len(words[at]) >= MIN_LETTERS and words[at] not in _ORDINARY


@cache
def _sectors() -> Mapping[str, Sequence[Area]]:
    """Returns the sectors by the spelling key of their name. Leaves out sectors that have the name of a district."""
    found: dict[str, list[Area]] = {}
    for district in districts():
        for area in sectors(district.code):
            found.setdefault(spelling_key(area.name), []).append(area)
    for district in districts():
        found.pop(spelling_key(district.name), None)
    return found


@cache
def _markets() -> Mapping[str, str]:
    """Returns the districts of markets with unique names, by the spelling key of the name. `_landmark` looks up
    single words, so it never finds a market whose name has several words."""
    return {
        spelling_key(area.name): area.code
        for area in unique_markets()
        if len(area.name) >= MIN_LETTERS + 1
    }


_SAYS_BORDER = frozenset(map(spelling_key, BORDER_WORDS))
_SAYS_SECTOR = frozenset(map(spelling_key, SECTOR_WORDS))
_SAYS_CAMP = frozenset(map(spelling_key, CAMP_WORDS))
_ORDINARY = frozenset(map(spelling_key, ORDINARY_NAMES))
