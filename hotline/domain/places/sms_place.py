"""Where an SMS says that it happens: a country, a district, a sector, a camp or a landmark. Pure, and total.

A country that is named wins over a district: whoever writes that her daughter went to Oman names her own as well. A
sector is one where its name is no other's, or where its district is named beside it. A camp is one where "camp" stands
beside its name, or its district and no sector has the name: villages of other districts are called like it.
A market is one where no other district's cell, village or market bears its name; a border post is one where "border"
stands before its name. Both say only which district it is.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from hotline.domain.places.countries import country_of, says_abroad
from hotline.domain.places.place_names import SAYS_BORDER, SAYS_CAMP, spelling
from hotline.domain.places.places import (
    PROVINCES,
    Area,
    border_posts,
    camps,
    districts,
    only_markets,
    sectors,
)
from hotline.domain.tip import ABROAD, UNSURE
from hotline.text.languages import FIRST

SHORTEST = 5
"""Letters of a sector's name that is believed without "sector" before it: a shorter one is often another word."""
SAYS_SECTOR = frozenset({"umurenge", "murenge", "sector", "secteur"})
ORDINARY = frozenset(
    {
        *("bwira", "butare", "byumba", "cyumba", "gacaca", "gihango", "jomba", "kaniga", "kigali"),
        *("muhazi", "mukama", "munini", "rambura", "ruganda"),
        *("agahabwa", "gatega", "manyana", "nganda", "rukura"),
    }
)
"""Names of sectors and markets that are words, a city or a lake as well: the room, the factory, my Lord."""


def place_told(words: Sequence[str]) -> Mapping[str, str]:
    """What `words`, plain ones, answer of the report's questions of where."""
    country = country_of(words)
    if country is not None:
        return {"province": ABROAD, "country": country}
    heard = [spelling(word) for word in words]
    district = _district(heard)
    post = _border_post(heard)
    if post is not None and district in (None, post):
        return {"district": post}
    sector = _camp(heard, district) or _sector(heard, district)
    if sector is not None:
        return {"district": sector[:2], "sector": sector}
    district = district or _landmark(heard)
    if district is not None:
        return {"district": district}
    if says_abroad(words):
        return {"province": ABROAD}
    province = _province(heard)
    return {"province": UNSURE} if province is None else {"province": province, "district": UNSURE}


def _province(heard: Sequence[str]) -> str | None:
    """The one province that is named in Kinyarwanda: in other languages it is a quarter of the sky."""
    named = [code for code, label in PROVINCES.items() if spelling(label[FIRST]) in heard]
    return named[0] if len(named) == 1 else None


def _district(heard: Sequence[str]) -> str | None:
    """The one district that is named, spelled well enough to be no other word."""
    named = [area.code for area in districts() if spelling(area.name) in heard]
    return named[0] if len(named) == 1 else None


def _camp(heard: Sequence[str], district: str | None) -> str | None:
    """The one camp that is meant, of the district where one is named."""
    found = {
        camp.code
        for camp in camps(district or "")
        for at, name in enumerate(heard)
        if name == spelling(camp.name)
        and (
            not _SAYS_CAMP.isdisjoint(heard[max(at - 2, 0) : at + 2])
            or (district is not None and name not in _sectors())
        )
    }
    return found.pop() if len(found) == 1 else None


def _sector(heard: Sequence[str], district: str | None) -> str | None:
    """The one sector that is meant: of the district, where one is named, else one whose name is no other's."""
    found = {
        area.code
        for at, name in enumerate(heard)
        for area in _sectors().get(name, ())
        if _is_meant(heard, at) and (len(_sectors()[name]) == 1 if district is None else True)
    }
    inside = {code for code in found if district is None or code.startswith(district)}
    return inside.pop() if len(inside) == 1 else None


def _border_post(heard: Sequence[str]) -> str | None:
    """The district of the one border post whose name stands behind the word for a border."""
    found = {
        post.code
        for post in border_posts()
        for at in range(len(heard))
        if heard[at] == spelling(post.name.split()[-1])
        and not _SAYS_BORDER.isdisjoint(heard[max(at - 2, 0) : at])
    }
    return found.pop() if len(found) == 1 else None


def _landmark(heard: Sequence[str]) -> str | None:
    """The district of the one market that is named, spelled well enough to be no other word."""
    found = {
        code
        for name in heard
        if name not in _ORDINARY
        for code in _markets().get(name, frozenset())
    }
    return found.pop() if len(found) == 1 else None


def _is_meant(heard: Sequence[str], at: int) -> bool:
    """Whether a word that is spelled like a sector means one."""
    before = heard[max(at - 2, 0) : at]
    if not _SAYS_SECTOR.isdisjoint(before):
        return True
    return len(heard[at]) >= SHORTEST and heard[at] not in _ORDINARY


@cache
def _sectors() -> Mapping[str, Sequence[Area]]:
    """By spelling; without those that are named like a district."""
    found: dict[str, list[Area]] = {}
    for district in districts():
        for area in sectors(district.code):
            found.setdefault(spelling(area.name), []).append(area)
    for district in districts():
        found.pop(spelling(district.name), None)
    return found


@cache
def _markets() -> Mapping[str, frozenset[str]]:
    """By spelling, those that no other district bears the name of; a name of several words is left to the screen."""
    return {
        spelling(area.name): frozenset({area.code})
        for area in only_markets()
        if len(area.name) >= SHORTEST + 1
    }


_SAYS_BORDER = frozenset(map(spelling, SAYS_BORDER))
_SAYS_SECTOR = frozenset(map(spelling, SAYS_SECTOR))
_SAYS_CAMP = frozenset(map(spelling, SAYS_CAMP))
_ORDINARY = frozenset(map(spelling, ORDINARY))
