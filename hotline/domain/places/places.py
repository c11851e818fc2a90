"""Rwanda's provinces, districts and sectors by NISR code, its camps, and the lists that flows choose from. Pure.

Each code is a prefix of the next: province `1`, district `12`, sector `1205`, camp `55c1`. Names repeat (379 for 416
sectors), so nothing is ever routed by a sector's name; the 30 districts' names are their own. A camp may have a
sector's name: it is always called a camp.

The states of the world, by ISO 3166-1's two capital letters: what somebody's citizenship may be. Pure.

Rwanda's districts and sectors by NISR code. Made by `tools/build_sectors.py`: do not edit.

A line that begins with a code begins a district: code, name, and its sectors in the order of their codes, from 01.

Countries that a tip from abroad names: what the report offers, and by which words an SMS means one. Pure.

Codes are ISO 3166's in small letters, so that none is ever a district's.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from hotline.domain.tip import ABROAD, NATIONAL, NOT_SAID, UNSURE

_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT "
    "BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH "
    "ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT "
    "HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS "
    "LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI "
    "NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG "
    "SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG "
    "UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW "
)
STATES = frozenset(_CODES.split())


DISTRICTS = """
11 Nyarugenge: Gitega Kanyinya Kigali Kimisagara Mageragere Muhima Nyakabanda Nyamirambo Nyarugenge
   Rwezamenyo
12 Gasabo: Bumbogo Gatsata Gikomero Gisozi Jabana Jali Kacyiru Kimihurura Kimironko Kinyinya Ndera
   Nduba Remera Rusororo Rutunga
13 Kicukiro: Gahanga Gatenga Gikondo Kagarama Kanombe Kicukiro Kigarama Masaka Niboye Nyarugunga
21 Nyanza: Busasamana Busoro Cyabakamyi Kibilizi Kigoma Mukingo Muyira Ntyazo Nyagisozi Rwabicuma
22 Gisagara: Gikonko Gishubi Kansi Kibirizi Kigembe Mamba Muganza Mugombwa Mukindo Musha Ndora
   Nyanza Save
23 Nyaruguru: Busanze Cyahinda Kibeho Kivu Mata Muganza Munini Ngera Ngoma Nyabimata Nyagisozi
   Ruheru Ruramba Rusenge
24 Huye: Gishamvu Huye Karama Kigoma Kinazi Maraba Mbazi Mukura Ngoma Ruhashya Rusatira Rwaniro
   Simbi Tumba
25 Nyamagabe: Buruhukiro Cyanika Gasaka Gatare Kaduha Kamegeri Kibirizi Kibumbwe Kitabi Mbazi Mugano
   Musange Musebeya Mushubi Nkomane Tare Uwinkingi
26 Ruhango: Bweramana Byimana Kabagali Kinazi Kinihira Mbuye Mwendo Ntongwe Ruhango
27 Muhanga: Cyeza Kabacuzi Kibangu Kiyumba Muhanga Mushishiro Nyabinoni Nyamabuye Nyarusange Rongi
   Rugendabari Shyogwe
28 Kamonyi: Gacurabwenge Karama Kayenzi Kayumbu Mugina Musambira Ngamba Nyamiyaga Nyarubaka Rugarika
   Rukoma Runda
31 Karongi: Bwishyura Gashari Gishyita Gitesi Mubuga Murambi Murundi Mutuntu Rubengera Rugabano
   Ruganda Rwankuba Twumba
32 Rutsiro: Boneza Gihango Kigeyo Kivumu Manihira Mukura Murunda Musasa Mushonyi Mushubati Nyabirasi
   Ruhango Rusebeya
33 Rubavu: Bugeshi Busasamana Cyanzarwe Gisenyi Kanama Kanzenze Mudende Nyakiriba Nyamyumba Nyundo
   Rubavu Rugerero
34 Nyabihu: Bigogwe Jenda Jomba Kabatwa Karago Kintobo Mukamira Muringa Rambura Rugera Rurembo
   Shyira
35 Ngororero: Bwira Gatumba Hindiro Kabaya Kageyo Kavumu Matyazo Muhanda Muhororo Ndaro Ngororero
   Nyange Sovu
36 Rusizi: Bugarama Butare Bweyeye Gashonga Giheke Gihundwe Gikundamvura Gitambi Kamembe Muganza
   Mururu Nkanka Nkombo Nkungu Nyakabuye Nyakarenzo Nzahaha Rwimbogo
37 Nyamasheke: Bushekeri Bushenge Cyato Gihombo Kagano Kanjongo Karambi Karengera Kirimbi Macuba
   Mahembe Nyabitekeri Rangiro Ruharambuga Shangi
41 Rulindo: Base Burega Bushoki Buyoga Cyinzuzi Cyungo Kinihira Kisaro Masoro Mbogo Murambi Ngoma
   Ntarabana Rukozo Rusiga Shyorongi Tumba
42 Gakenke: Busengo Coko Cyabingo Gakenke Gashenyi Janja Kamubuga Karambo Kivuruga Mataba Minazi
   Mugunga Muhondo Muyongwe Muzo Nemba Ruli Rusasa Rushashi
43 Musanze: Busogo Cyuve Gacaca Gashaki Gataraga Kimonyi Kinigi Muhoza Muko Musanze Nkotsi Nyange
   Remera Rwaza Shingiro
44 Burera: Bungwe Butaro Cyanika Cyeru Gahunga Gatebe Gitovu Kagogo Kinoni Kinyababa Kivuye Nemba
   Rugarama Rugengabari Ruhunde Rusarabuye Rwerere
45 Gicumbi: Bukure Bwisige Byumba Cyumba Giti Kageyo Kaniga Manyagiro Miyove Mukarange Muko Mutete
   Nyamiyaga Nyankenke Rubaya Rukomo Rushaki Rutare Ruvune Rwamiko Shangasha
51 Rwamagana: Fumbwe Gahengeri Gishali Karenge Kigabiro Muhazi Munyaga Munyiginya Musha Muyumbu
   Mwulire Nyakaliro Nzige Rubona
52 Nyagatare: Gatunda Karama Karangazi Katabagemu Kiyombe Matimba Mimuri Mukama Musheri Nyagatare
   Rukomo Rwempasha Rwimiyaga Tabagwe
53 Gatsibo: Gasange Gatsibo Gitoki Kabarore Kageyo Kiramuruzi Kiziguro Muhura Murambi Ngarama
   Nyagihanga Remera Rugarama Rwimbogo
54 Kayonza: Gahini Kabare Kabarondo Mukarange Murama Murundi Mwiri Ndego Nyamirama Rukara Ruramira
   Rwinkwavu
55 Kirehe: Gahara Gatore Kigarama Kigina Kirehe Mahama Mpanga Musaza Mushikiri Nasho Nyamugari
   Nyarubuye
56 Ngoma: Gashanda Jarama Karembo Kazo Kibungo Mugesera Murama Mutenderi Remera Rukira Rukumberi
   Rurenge Sake Zaza
57 Bugesera: Gashora Juru Kamabuye Mareba Mayange Musenyi Mwogo Ngeruka Ntarama Nyamata Nyarugenge
   Rilima Ruhuha Rweru Shyara
"""


OTHER = "other"
COUNTRIES: Mapping[str, Mapping[str, str]] = {
    "ug": {"rw": "Uganda", "fr": "Ouganda", "en": "Uganda"},
    "ke": {"rw": "Kenya", "fr": "Kenya", "en": "Kenya"},
    "tz": {"rw": "Tanzaniya", "fr": "Tanzanie", "en": "Tanzania"},
    "bi": {"rw": "Burundi", "fr": "Burundi", "en": "Burundi"},
    "cd": {"rw": "Kongo (RDC)", "fr": "RD Congo", "en": "DR Congo"},
    "sa": {"rw": "Arabiya Sawudi", "fr": "Arabie saoud.", "en": "Saudi Arabia"},
    "om": {"rw": "Omani", "fr": "Oman", "en": "Oman"},
    "ae": {"rw": "Emira, Dubai", "fr": "Emirats, Dubai", "en": "UAE, Dubai"},
    "kw": {"rw": "Koweti", "fr": "Koweit", "en": "Kuwait"},
    "qa": {"rw": "Katari", "fr": "Qatar", "en": "Qatar"},
    "lb": {"rw": "Libani", "fr": "Liban", "en": "Lebanon"},
    "iq": {"rw": "Iraki", "fr": "Irak", "en": "Iraq"},
    OTHER: {"rw": "Ikindi gihugu", "fr": "Autre pays", "en": "Another country"},
}
"""In the order in which the report offers them: neighbours, then where most go."""
SAID: Mapping[str, str] = {
    "ug": "uganda ouganda ubuganda kampala kampara entebbe mbarara",
    "ke": "kenya kenia nairobi mombasa",
    "tz": "tanzania tanzanie tanzaniya dodoma mwanza",
    "bi": "burundi uburundi bujumbura",
    "cd": "congo kongo rdc drc goma bukavu kinshasa",
    "sa": "saudi saudia arabia arabie arabiya saoudite sawudite riyadh jeddah",
    "om": "oman omani muscat mascate",
    "ae": "dubai uae emirates emirats abudhabi",
    "kw": "kuwait koweit koweti kuweti",
    "qa": "qatar doha",
    "lb": "lebanon liban libani beirut beyrouth",
    "iq": "iraq irak iraki baghdad bagdad",
}
"""Words of one piece, without accents. Names of peoples are none: somebody from there may be here. Nor is a name that
is a Kinyarwanda word as well, such as "katari" (was not).
"""
ABROAD_SAID = frozenset(["mumahanga", "mahanga", "abroad", "overseas", "etranger"])
"""Another country, and not which."""
_BY_WORD = {word: code for code, words in SAID.items() for word in words.split()}


def country_of(words: Sequence[str]) -> str | None:
    """The first country that these plain words name."""
    pieces = [word.lower() for word in words]
    joined = [*pieces, *map("".join, pairwise(pieces))]
    return next((_BY_WORD[piece] for piece in joined if piece in _BY_WORD), None)


def says_abroad(words: Sequence[str]) -> bool:
    """Whether they say "abroad", and name no country by it."""
    return not ABROAD_SAID.isdisjoint(word.lower() for word in words)


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
