"""Tests which place an SMS names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.dialogue.rules_sms_tips import report_answers
from hotline.text.keywords import normalised_words
from hotline.text.languages import CODES
from hotline.text.place_names import place_in_text
from hotline.text.places import COUNTRIES, COUNTRY_WORDS, alert_place, place_name, place_within
from hotline.tips.rules import desk_of, report_facts

UNKNOWN = {"province": "unsure"}
ABROAD = {"province": "abroad"}


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
        ("bamujyanye mu mahanga", ABROAD),
        ("they sold her abroad", ABROAD),
        # A job abroad was offered in a district, so the person who lies is in that district.
        ("akazi ko mu mahanga k'ikinyoma, Musanze", {"district": "43"}),
        # These words do not name a country.
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
        # A sector also has that name, and many villages are called Kiziba.
        ("i Mahama", {"district": "55", "sector": "5506"}),
        ("Mahama muri Kirehe", {"district": "55", "sector": "5506"}),
        ("i Kiziba", UNKNOWN),
        ("mu nkambi", UNKNOWN),
        ("i Kicukilo", {"district": "13"}),
        ("i Remera", UNKNOWN),
        ("Kinigi na Nyamata", UNKNOWN),
        ("hagati ya Huye na Nyanza", UNKNOWN),
        # These are ordinary words that are also names of sectors.
        ("ndi mu cyumba", UNKNOWN),
        ("mu ruganda", UNKNOWN),
        ("Mukama wanjye", UNKNOWN),
        ("save me", UNKNOWN),
        ("i Butare", UNKNOWN),
        # A market whose name is unique to one district, and a place that is called a border post.
        ("bamufungiye ku isoko rya Rwagitima", {"district": "53"}),
        ("ndi i Gatuna mutabare", {"district": "45"}),
        ("bari ku mupaka wa Nemba", {"district": "57"}),
        ("ku mupaka wa Cyanika", {"district": "44"}),
        # These are names that other districts also have, and ordinary words.
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
