"""Rwanda's provinces, districts and sectors by NISR code, its camps, and the lists that flows choose from. Pure.

Each code is a prefix of the next: province `1`, district `12`, sector `1205`, camp `55c1`. Names repeat (379 for 416
sectors), so nothing is ever routed by a sector's name; the 30 districts' names are their own. A camp may have a
sector's name: it is always called a camp.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from hotline.domain.places.countries import COUNTRIES
from hotline.domain.places.sectors import DISTRICTS
from hotline.domain.tip import ABROAD, NATIONAL, NOT_SAID, UNSURE

MARKETS = """
11 Biryogo, Kamuhoza, Kankuba, Nyabugogo, Nyarurenzi*, Rwarutabura
12 Batsinda, Bweramvura, Gacuriro, Gakinjiro, Kisiment, Murama
13 Magerwa
21 Butansinda*, Kimirama, Migina, Nyabinyenga, Rurangazi*, Ruyenzi
22 Agahabwa*, Ikivuko, Nyaruteja, Rwanza
23 Kamirabagenzi, Miko, Ngarurira*, Rumenero
24 Butare, Gakoni, Karambi, Kizi, Nkenke, Nkoto, Rango
25 Gasarenda*, Nyarusiza, Rubuye, Ryarubondo*
26 Buhanda*, Kirengeri*
27 Gitarama, Kabadaha*, Kinini, Meru, Misizi, Nkondo
28 Gihara, Kamuhanda, Kizirabonde, Kumukunguri, Manyana*, Ruyumba
31 Gitikinini, Kayenzi, Kibuye, Kirinda
32 Gakeli, Jebeka, Mashanyarazi, Mburamazi, Mungoti, Muyira, Nkomero, Nyagahanika
33 Buhuru*, Mahoko*, Majengo*, Mbugangari*, Ryabizige*
34 Vunga
35 Cyome, Gashubi, Gatega*, Kazabe, Mutake
36 Burunga, Gatsiro, Gishoma*, Kacarama, Mibilizi, Murambi, Nyarushishi, Rweya, Sekanka, Tara
37 Buhinga, Bumazi, Gahuhezi*, Kinini, Kirambo, Mariba, Mwaga, Mwezi, Ntendezi*
41 Rusine*, Rusura, Rwiri
42 Biziba, Masha, Murambo, Rukura*, Rutabo
43 Byangabo, Nyagihina, Ruhengeri
44 Gitare, Kidaho*, Mugu
45 Gatuna*, Karagari, Karambo, Karushya*, Kigaga, Murindi, Ruyaga
51 Cyiri, Kabare, Ntunga*, Umurehe
52 Gihengeli*, Karumba, Nyabitekeri
53 Marimba, Mugera, Ntungaruze, Nyagahanga, Rwagitima*
54 Cyarubare*, Kabukumbya, Nyankora*
55 Kagasa, Kigufi, Kiyanzi*, Munini, Nganda*, Nyakarambi, Rushonga*, Rusumo
56 Gafunzo, Kabimba, Rurama
57 Batiment, Kabashya, Kagenge
"""


CAMPS = """
22c1 Mugombwa
25c1 Kigeme
31c1 Kiziba
53c1 Nyabiheke
55c1 Mahama
"""


BORDER_POSTS = """
33 La Corniche, Grande Barriere
44 Cyanika
45 Gatuna
52 Kagitumba
55 Rusumo
57 Nemba
"""


Label = Mapping[str, str]
"""A name in every language, by code."""

PROVINCES: Mapping[str, Label] = {
    "1": {"rw": "Kigali", "fr": "Kigali", "en": "Kigali"},
    "2": {"rw": "Amajyepfo", "fr": "Sud", "en": "South"},
    "3": {"rw": "Iburengerazuba", "fr": "Ouest", "en": "West"},
    "4": {"rw": "Amajyaruguru", "fr": "Nord", "en": "North"},
    "5": {"rw": "Iburasirazuba", "fr": "Est", "en": "East"},
}
CALLED_CAMP: Label = {"rw": "Inkambi ya {}", "fr": "Camp de {}", "en": "{} camp"}
ELSEWHERE: Mapping[str, Label] = {
    ABROAD: {"rw": "mu mahanga", "fr": "étranger", "en": "abroad"},
    UNSURE: {"rw": "ahatazwi", "fr": "lieu inconnu", "en": "place not known"},
    NOT_SAID: {"rw": "ahatavuzwe", "fr": "lieu non dit", "en": "place not said"},
    NATIONAL: {"rw": "Rwanda", "fr": "Rwanda", "en": "Rwanda"},
}


@dataclass(frozen=True, slots=True)
class Area:
    """A district, a sector or a camp; or a market or border post, whose code is its district's."""

    code: str
    name: str


def districts(province: str = "") -> tuple[Area, ...]:
    """The districts of a province, or all of them, by name."""
    return tuple(district for district, _ in _read() if district.code.startswith(province))


def sectors(district: str) -> tuple[Area, ...]:
    """The sectors of a district, by name; none where there is no such district."""
    return next((inside for area, inside in _read() if area.code == district), ())


def camps(district: str = "") -> tuple[Area, ...]:
    """The refugee camps of a district, or all of them, by name."""
    return tuple(camp for camp in _camps() if camp.code.startswith(district))


def is_landmark(area: Area) -> bool:
    """Returns True for a market or a border post: it has its district's code and a name of its own."""
    return len(area.code) == 2 and _names().get(area.code) != area.name


@cache
def markets() -> tuple[Area, ...]:
    """Returns the markets that are known by name, by district."""
    return tuple(Area(code, name.rstrip("*")) for code, name in _listed(MARKETS))


@cache
def only_markets() -> tuple[Area, ...]:
    """Returns the markets whose name no cell, village or market of another district bears."""
    return tuple(
        Area(code, name.rstrip("*")) for code, name in _listed(MARKETS) if name.endswith("*")
    )


@cache
def border_posts() -> tuple[Area, ...]:
    """Returns the border posts that are known by name, by district."""
    return tuple(Area(code, name) for code, name in _listed(BORDER_POSTS))


def _listed(table: str) -> Iterator[tuple[str, str]]:
    """Yields each name of a table with the code that its line begins with."""
    for code, names in re.findall(r"(?m)^(\d\d) ([^\n]+(?:\n +[^\n]+)*)", table):
        yield from ((code, name.strip()) for name in names.split(","))


def camp_named(name: str) -> str | None:
    """The code of the camp of that name, however it is cased, with or without the word for a camp."""
    wanted = " ".join(name.split()).casefold()
    said = ((area.code, (area.name, *_called(area).values())) for area in camps())
    return next((code for code, names in said if wanted in map(str.casefold, names)), None)


def province_of(code: str) -> str:
    """The province of a district, a sector or a camp."""
    return code[:1]


def district_named(name: str) -> str | None:
    """The code of the district of that name, however it is cased and spaced."""
    wanted = "".join(name.split()).casefold()
    return next((area.code for area in districts() if area.name.casefold() == wanted), None)


def alerted_as(place: str, within: str | None) -> str:
    """The place that an alert names: the province, where its district is not known; of abroad never the country."""
    if place == UNSURE and within is not None and within in PROVINCES:
        return within
    return place


def place_within(place: str, within: str | None, language: str) -> str:
    """The place with what is known of it, for a desk: `abroad: Oman`, `Kigali, place not known`."""
    if within is None:
        return place_name(place, language)
    if place == ABROAD:
        return f"{place_name(place, language)}: {place_name(within, language)}"
    return f"{place_name(within, language)}, {place_name(place, language)}"


def place_name(code: str, language: str) -> str:
    """What a person calls the place: of any level, a country, or one of the places that are on no map here.

    An unknown code is its own name: a message must go out even so.
    """
    labels = PROVINCES.get(code) or ELSEWHERE.get(code) or COUNTRIES.get(code)
    labels = labels or _camp_names().get(code)
    if labels is not None:
        return labels[language]
    return _names().get(code, code)


def place_lists() -> dict[str, tuple[tuple[str, Label], ...]]:
    """Value and label of each choice, by list name: `provinces`, `districts.<province>`, `sectors.<district>`,
    `countries`.

    A camp stands before its district's sectors: one of a camp meets it before the sector that has its name.
    `services.flows.places` makes the engine's options of them: the engine and this room are strangers.
    """
    lists = {"provinces": tuple(PROVINCES.items()), "countries": tuple(COUNTRIES.items())}
    lists |= {f"districts.{province}": _choices(districts(province)) for province in PROVINCES}
    for area, inside in _read():
        here = tuple((camp.code, _called(camp)) for camp in camps(area.code))
        lists[f"sectors.{area.code}"] = (*here, *_choices(inside))
    return lists


def _choices(areas: tuple[Area, ...]) -> tuple[tuple[str, Label], ...]:
    """Names of places are not translated."""
    return tuple((area.code, dict.fromkeys(PROVINCES["1"], area.name)) for area in areas)


def _called(camp: Area) -> Label:
    return {language: says.format(camp.name) for language, says in CALLED_CAMP.items()}


@cache
def _camps() -> tuple[Area, ...]:
    rows = (line.split() for line in CAMPS.split("\n") if line)
    return tuple(sorted((Area(code, name) for code, name in rows), key=lambda one: one.name))


@cache
def _camp_names() -> Mapping[str, Label]:
    return {camp.code: _called(camp) for camp in _camps()}


@cache
def _read() -> tuple[tuple[Area, tuple[Area, ...]], ...]:
    """Each district with its sectors, by name."""
    rows = re.findall(r"(?m)^(\d\d) (\w+):((?:\s+[A-Z]\w+)+)", DISTRICTS)
    read = [
        (
            Area(code, name),
            tuple(
                Area(f"{code}{place:02}", sector) for place, sector in enumerate(inside.split(), 1)
            ),
        )
        for code, name, inside in rows
    ]
    return tuple(sorted(read, key=lambda row: row[0].name))


@cache
def _names() -> Mapping[str, str]:
    return {area.code: area.name for district, inside in _read() for area in (district, *inside)}
