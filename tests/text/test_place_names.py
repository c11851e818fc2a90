"""Tests how people write a place and what is suggested for it. If two places are possible, never only one is
suggested."""

from collections import defaultdict
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.text.codes import is_camp
from hotline.text.gsm7 import is_gsm7
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
    Area,
    border_posts,
    camps,
    country_of,
    districts,
    is_landmark,
    markets,
    place_name,
    sectors,
)

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


def test_there_are_enough_spellings() -> None:
    assert len(set(SPELLINGS)) >= 80


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
