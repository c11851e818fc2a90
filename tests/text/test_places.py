from collections import Counter

import pytest

from hotline.text import places
from hotline.text.codes import ABROAD, NATIONAL, UNSURE, is_camp
from hotline.text.gsm7 import is_gsm7
from hotline.text.languages import CODES

ALL = tuple(sector for district in places.districts() for sector in places.sectors(district.code))


def test_the_country_is_whole() -> None:
    assert len(places.districts()) == 30
    assert len(ALL) == len({sector.code for sector in ALL}) == 416
    assert [len(places.districts(province)) for province in places.PROVINCES] == [3, 8, 7, 5, 7]


def test_every_code_is_a_prefix_of_the_next() -> None:
    for district in places.districts():
        assert len(district.code) == 2
        assert places.province_of(district.code) in places.PROVINCES
        for sector in places.sectors(district.code):
            assert len(sector.code) == 4
            assert sector.code.startswith(district.code)


def test_sector_names_repeat_between_districts_and_never_inside_one() -> None:
    assert len({sector.name for sector in ALL}) == 379
    assert sum(times > 1 for times in Counter(sector.name for sector in ALL).values()) == 30
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
    codes = [*places.PROVINCES, ABROAD, UNSURE, NATIONAL, *(s.code for s in ALL)]
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
    codes = [*(s.code for s in ALL), *(d.code for d in places.districts())]
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
