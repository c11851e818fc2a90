"""Tests the country's places, how people write them, and which place an SMS names."""

from collections import Counter, defaultdict
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.dialogue.rules_sms_tips import report_answers
from hotline.text import places
from hotline.text.characters import is_gsm7
from hotline.text.keywords import normalised_words
from hotline.text.languages import CODES
from hotline.text.place_names import (
    CAMP_WORDS,
    MAX_MATCHES,
    find_areas,
    full_label,
    menu_label,
    place_in_text,
    spelling_key,
)
from hotline.text.places import (
    ABROAD,
    COUNTRIES,
    COUNTRY_WORDS,
    NATIONAL,
    UNSURE,
    Area,
    alert_place,
    border_posts,
    camps,
    country_of,
    districts,
    is_camp,
    is_landmark,
    markets,
    place_name,
    place_within,
    sectors,
)
from hotline.tips.rules import desk_of, report_facts

SPELLINGS = (
    """
remela|Remera;lemera|Remera;REMERA|Remera;remeera|Remera;kimilonko|Kimironko;kimironco|Kimironko;kimironk|Kimironko
kimisagala|Kimisagara;kimissagara|Kimisagara;nyalugenge|Nyarugenge;nyaru genge|Nyarugenge;nyarugnge|Nyarugenge
kichukiro|Kicukiro;kicukilo|Kicukiro;kikukiro|Kicukiro;gasabbo|Gasabo;gasaboo|Gasabo;gatenga|Gatenga;gatanga|Gatenga
gisosi|Gisozi;gisozy|Gisozi;kacyilu|Kacyiru;kacyiro|Kacyiru;kacyru|Kacyiru;kinyinia|Kinyinya;jabanna|Jabana
bugeserra|Bugesera;bugesela|Bugesera;nyamatta|Nyamata;niamata|Nyamata;ririma|Rilima;lilima|Rilima;mageregere|Mageragere
mageragele|Mageragere;lugendabari|Rugendabari;lugengabali|Rugengabari;shyrongi|Shyorongi;shyolongi|Shyorongi
mimuli|Mimuri;musheli|Musheri;nyakariro|Nyakaliro;nyakaliro|Nyakaliro;nyakiliba|Nyakiriba;nyamugali|Nyamugari
rugalika|Rugarika;kabagari|Kabagali;gishari|Gishali;rwamagna|Rwamagana;lwamagana|Rwamagana;rwamagana.|Rwamagana
musanse|Musanze;musanzi|Musanze;muzanze|Musanze;lubavu|Rubavu;rubavou|Rubavu;rusisi|Rusizi;rusizy|Rusizi;kamembi|Kamembe
huy|Huye;tumba|Tumba;ngomma|Ngoma;nyanssa|Nyanza;niyanza|Nyanza;muhannga|Muhanga;kalongi|Karongi;caronghi|Karongi
bwishyura|Bwishyura;bwishura|Bwishyura;gicumby|Gicumbi;byoumba|Byumba;biumba|Byumba;nyagatale|Nyagatare;nyagatar|Nyagatare
kirehi|Kirehe;kilehe|Kirehe;nyamasheki|Nyamasheke;rutsilo|Rutsiro;ngololero|Ngororero;gakenki|Gakenke;burela|Burera
""".strip()
    .replace("\n", ";")
    .split(";")
)
CAMPS = camps()
ALL = [area for district in districts() for area in (district, *sectors(district.code))]


def test_a_misspelled_name_is_among_what_is_proposed() -> None:
    pairs = [spelled.split("|") for spelled in SPELLINGS]
    lost = [typed for typed, name in pairs if name not in {area.name for area in find_areas(typed)}]
    assert lost == []


def test_every_name_is_found_with_every_place_that_bears_it() -> None:
    assert len(ALL) > 400
    assert [area for area in ALL if area not in find_areas(area.name)] == []


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("Remera", ["Remera, Gasabo", "Remera, Gatsibo", "Remera, Musanze", "Remera, Ngoma"]),
        ("Remera Gasabo", ["Remera, Gasabo"]),
        ("gatsibo: lemera", ["Remera, Gatsibo"]),
        ("umurenge wa Remera mu karere ka Musanze", ["Remera, Musanze"]),
        ("Nyanza", ["Nyanza District", "Nyanza, Gisagara"]),
        ("akarere ka Huye", ["Huye District", "Huye, Huye"]),
        ("Mahama", ["Mahama camp, Kirehe", "Mahama, Kirehe"]),
        ("inkambi ya Mahama", ["Mahama camp, Kirehe"]),
        ("mu nkambi y'i Mugombwa", ["Mugombwa camp, Gisagara"]),
        ("camp de kizibba", ["Kiziba camp, Karongi"]),
        ("Nyabiheke", ["Nyabiheke camp, Gatsibo"]),
        ("camp Kigali", ["Kigali, Nyarugenge"]),
        ("nkambi", [f"{camp.name} camp, {place_name(camp.code[:2], 'en')}" for camp in CAMPS]),
        ("Kabeza", []),
        ("", []),
        ("***", []),
        ("umurenge", []),
        ("Nyabugogo", ["Nyabugogo, Nyarugenge"]),
        ("gare ya Nyabugogo", ["Nyabugogo, Nyarugenge"]),
        ("Nyabugogo Nyarugenge", ["Nyabugogo, Nyarugenge"]),
        ("Butare", ["Butare, Rusizi", "Butare, Huye"]),
        ("Ruhengeri", ["Ruhengeri, Musanze"]),
        ("Nemba", ["Nemba, Burera", "Nemba, Gakenke", "Nemba, Bugesera"]),
        ("umupaka wa Nemba", ["Nemba, Bugesera"]),
        ("border of Cyanika", ["Cyanika, Burera"]),
        ("umupaka", []),
        ("Kagitumba", ["Kagitumba, Nyagatare"]),
        ("Kampala", []),
    ],
)
def test_where_several_bear_a_name_all_are_proposed(typed: str, labels: list[str]) -> None:
    assert sorted(menu_label(area)["en"] for area in find_areas(typed)) == sorted(labels)


def test_a_label_says_the_district_fits_on_a_handset_and_is_none_of_another() -> None:
    for language in CODES:
        said = [menu_label(area)[language] for area in (*ALL, *CAMPS)]
        assert len(set(said)) == len(ALL) + len(CAMPS)
        assert all(is_gsm7(one) and len(one) <= 30 for one in said)


LANDMARKS = (*markets(), *border_posts())


@pytest.mark.row("C19")
def test_every_landmark_is_found_with_its_district_and_fits_on_a_handset() -> None:
    assert len(markets()) > 120
    codes = {district.code for district in districts()}
    for landmark in LANDMARKS:
        assert landmark.code in codes
        found = find_areas(landmark.name)
        assert landmark.code in {area.code[:2] for area in found}, landmark
        for language in CODES:
            assert is_gsm7(full_label(landmark)[language])
            assert len(full_label(landmark)[language]) <= 45


@pytest.mark.row("C19")
def test_no_market_has_the_name_of_a_sector_of_its_own_district_or_of_a_country() -> None:
    for market in markets():
        assert spelling_key(market.name) not in {
            spelling_key(one.name) for one in sectors(market.code)
        }
        assert country_of(market.name.split()) is None


def test_what_is_written_alike_is_one_place_by_another_ear() -> None:
    alike: dict[str, set[str]] = defaultdict(set)
    for area in ALL:
        alike[spelling_key(area.name)].add(area.name)
    assert [names for names in alike.values() if len(names) > 1] == [{"Kibilizi", "Kibirizi"}]


NAMES = [area.name for area in (*ALL, *CAMPS, *LANDMARKS)]
PIECES = st.sampled_from([*NAMES, "x", "-"]) | st.sampled_from([*CAMP_WORDS, "ya", "", "k1"])


@given(st.text() | st.lists(PIECES).map(" ".join))
def test_no_text_raises_and_all_are_answered_at_once(typed: str) -> None:
    began = perf_counter()
    found = find_areas(typed)
    assert perf_counter() - began < 0.05
    assert len(found) <= MAX_MATCHES
    assert len(set(found)) == len(found)
    for area in found:
        called = f"{area.name} camp" if is_camp(area.code) else area.name
        assert is_landmark(area) or place_name(area.code, "en") == called


@given(
    st.sampled_from(CAMPS),
    st.sampled_from([f"{word} ya {{}}" for word in CAMP_WORDS] + ["{} camp"]),
)
def test_a_camp_that_is_called_one_is_the_only_one_meant(camp: Area, words: str) -> None:
    said = words.format(camp.name)
    assert find_areas(said) == (camp,)
    assert place_in_text(normalised_words(said)) == {"district": camp.code[:2], "sector": camp.code}


SECTORS = tuple(
    sector for district in places.districts() for sector in places.sectors(district.code)
)


def test_the_country_is_whole() -> None:
    assert len(places.districts()) == 30
    assert len(SECTORS) == len({sector.code for sector in SECTORS}) == 416
    assert [len(places.districts(province)) for province in places.PROVINCES] == [3, 8, 7, 5, 7]


def test_every_code_is_a_prefix_of_the_next() -> None:
    for district in places.districts():
        assert len(district.code) == 2
        assert places.province_of(district.code) in places.PROVINCES
        for sector in places.sectors(district.code):
            assert len(sector.code) == 4
            assert sector.code.startswith(district.code)


def test_sector_names_repeat_between_districts_and_never_inside_one() -> None:
    assert len({sector.name for sector in SECTORS}) == 379
    assert sum(times > 1 for times in Counter(sector.name for sector in SECTORS).values()) == 30
    for district in places.districts():
        names = [sector.name for sector in places.sectors(district.code)]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("12", "Gasabo"),
        ("1213", "Remera"),
        ("4313", "Remera"),
        ("5312", "Remera"),
        ("5609", "Remera"),
        ("1105", "Mageragere"),
        ("57", "Bugesera"),
    ],
)
def test_codes_are_those_of_the_statistics_institute(code: str, name: str) -> None:
    assert places.place_name(code, "en") == name


@pytest.mark.parametrize("name", ["Gasabo", "gasabo", " GASABO ", "Ga sabo"])
def test_a_district_is_found_however_its_name_is_cased_and_spaced(name: str) -> None:
    assert places.district_named(name) == "12"


@pytest.mark.parametrize("name", ["", "Remera", "Gasabo2", "12"])
def test_what_is_no_district_is_not_found(name: str) -> None:
    assert places.district_named(name) is None


def test_every_place_has_a_name_in_every_language() -> None:
    codes = [*places.PROVINCES, ABROAD, UNSURE, NATIONAL, *(s.code for s in SECTORS)]
    for language in CODES:
        for code in codes:
            name = places.place_name(code, language)
            assert name.replace(" ", "").isalpha()
            assert is_gsm7(name)
            assert len(name) <= 15


def test_an_unknown_code_is_its_own_name() -> None:
    assert places.place_name("9999", "rw") == "9999"
    assert places.sectors("99") == ()


def test_lists_lead_from_one_to_the_next() -> None:
    lists = places.place_lists()

    assert len(lists) == 2 + 5 + 30
    for province, _ in lists["provinces"]:
        for district, _ in lists[f"districts.{province}"]:
            for sector, label in lists[f"sectors.{district}"]:
                assert sector.startswith(district)
                assert set(label) == set(CODES)


def test_lists_are_in_the_order_of_their_names() -> None:
    for name, choices in places.place_lists().items():
        if name not in ("provinces", "countries"):
            labels = [label["rw"] for code, label in choices if not is_camp(code)]
            assert labels == sorted(labels)


@pytest.mark.row("C19")
def test_the_five_camps_stand_first_in_their_districts_and_are_called_camps() -> None:
    lists, found = places.place_lists(), places.camps()
    there = {camp.name: places.place_name(camp.code[:2], "rw") for camp in found}
    assert there == {
        "Kigeme": "Nyamagabe",
        "Kiziba": "Karongi",
        "Mahama": "Kirehe",
        "Mugombwa": "Gisagara",
        "Nyabiheke": "Gatsibo",
    }
    codes = [*(s.code for s in SECTORS), *(d.code for d in places.districts())]
    for camp in found:
        first, *rest = lists[f"sectors.{camp.code[:2]}"]
        assert first[0] == camp.code
        assert is_camp(camp.code)
        assert camp.code not in codes
        assert {is_camp(code) for code, _ in rest} == {False}
        for language in CODES:
            name = places.place_name(camp.code, language)
            assert first[1][language] == name
            assert is_gsm7(name)
            assert len(name) <= 20
            assert places.camp_named(f" {name.upper()}") == camp.code
        assert places.camp_named(camp.name) == camp.code
    assert places.camp_named("Kirehe") is None
    assert not any(map(is_camp, (*codes, "camp", "", None, ABROAD)))


UNKNOWN = {"province": "unsure"}
SOMEWHERE_ABROAD = {"province": "abroad"}


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("umukobwa wanjye yagiye Oman, turi i Huye", "om"),
        ("our daughter from Gasabo is locked in Saudi Arabia", "sa"),
        ("ma soeur de Kimironko est en Arabie saoudite", "sa"),
        ("bamujyanye Uganda avuye Nyagatare", "ug"),
        ("they took her to KAMPALA", "ug"),
        ("il est a Dubai", "ae"),
        ("musaza wanjye ari i Goma", "cd"),
        ("au Liban", "lb"),
    ],
)
def test_a_country_that_is_named_wins_over_a_district(text: str, country: str) -> None:
    assert place_in_text(normalised_words(text)) == {"province": "abroad", "country": country}
    come_to = report_facts(report_answers(text), completed=True)
    assert come_to is not None
    assert (come_to.place, come_to.within, desk_of(come_to.place, come_to.official)) == (
        "abroad",
        country,
        None,
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("bamujyanye mu mahanga", SOMEWHERE_ABROAD),
        ("they sold her abroad", SOMEWHERE_ABROAD),
        # The SMS names a job abroad and a district. The place is the district, because the recruiter is there.
        ("akazi ko mu mahanga k'ikinyoma, Musanze", {"district": "43"}),
        # The words of the next SMS do not name a country.
        ("akazi katari keza", UNKNOWN),
        ("ntuye mu Ngoma na Goma", {"province": "abroad", "country": "cd"}),
    ],
)
def test_abroad_without_a_country(text: str, where: dict[str, str]) -> None:
    assert place_in_text(normalised_words(text)) == where


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("afungiranye i Kimironko", {"district": "12", "sector": "1209"}),
        ("Nyamata", {"district": "57", "sector": "5710"}),
        ("Gasabo, Remera", {"district": "12", "sector": "1213"}),
        ("i Remera muri Musanze", {"district": "43", "sector": "4313"}),
        ("umurenge wa Cyumba", {"district": "45", "sector": "4504"}),
        ("bafungiye abana mu nkambi ya Mahama", {"district": "55", "sector": "55c1"}),
        ("Kigeme camp", {"district": "25", "sector": "25c1"}),
        ("umukobwa wo mu nkambi, Kiziba muri Karongi", {"district": "31", "sector": "31c1"}),
        ("inkambi y'impunzi ya Mahama", {"district": "55", "sector": "55c1"}),
        ("camp de réfugiés de Mahama", {"district": "55", "sector": "55c1"}),
        ("a girl in Mahama refugee camp", {"district": "55", "sector": "55c1"}),
        ("Kiziba, Karongi", {"district": "31", "sector": "31c1"}),
        # A sector is also called Mahama, and many villages are called Kiziba. So without the word "camp", the names
        # Mahama and Kiziba do not mean the camps.
        ("i Mahama", {"district": "55", "sector": "5506"}),
        ("Mahama muri Kirehe", {"district": "55", "sector": "5506"}),
        ("i Kiziba", UNKNOWN),
        ("mu nkambi", UNKNOWN),
        ("i Kicukilo", {"district": "13"}),
        ("i Remera", UNKNOWN),
        ("Kinigi na Nyamata", UNKNOWN),
        ("hagati ya Huye na Nyanza", UNKNOWN),
        # The names of some sectors are also ordinary words, so they do not decide the place.
        ("ndi mu cyumba", UNKNOWN),
        ("mu ruganda", UNKNOWN),
        ("Mukama wanjye", UNKNOWN),
        ("save me", UNKNOWN),
        ("i Butare", UNKNOWN),
        # The next four SMS name a market that exists in one district only, or a border post.
        ("bamufungiye ku isoko rya Rwagitima", {"district": "53"}),
        ("ndi i Gatuna mutabare", {"district": "45"}),
        ("bari ku mupaka wa Nemba", {"district": "57"}),
        ("ku mupaka wa Cyanika", {"district": "44"}),
        # Other districts have places with the names in the next SMS, or the names are also ordinary words. With these
        # names, the place stays unknown.
        ("i Nyabugogo", UNKNOWN),
        ("i Rusumo", UNKNOWN),
        ("i Nemba", UNKNOWN),
        ("mu nganda", UNKNOWN),
        ("Gatuna, Nyagatare", {"district": "52"}),
        ("i Kigali", {"province": "1", "district": "unsure"}),
    ],
)
def test_a_sector_needs_a_unique_name_or_its_district(text: str, where: dict[str, str]) -> None:
    assert place_in_text(normalised_words(text)) == where


@given(st.lists(st.text(max_size=20), max_size=12))
def test_no_words_raise(words: list[str]) -> None:
    assert place_in_text(words).keys() <= {"province", "country", "district", "sector"}


@pytest.mark.parametrize("language", CODES)
def test_no_alert_names_a_country_and_a_desk_reads_it(language: str) -> None:
    abroad = place_name("abroad", language)
    for code, names in COUNTRIES.items():
        assert place_name(alert_place("abroad", code), language) == abroad
        assert place_within("abroad", code, language) == f"{abroad}: {names[language]}"
    assert alert_place("unsure", "1") == "1"
    assert alert_place("unsure", None) == "unsure"
    assert alert_place("12", None) == "12"
    assert set(COUNTRY_WORDS) <= set(COUNTRIES)
