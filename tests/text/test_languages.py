"""Tests phrases and messages in each language."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.core.catalogues import load_phrases
from hotline.core.wording import Template
from hotline.text.characters import is_gsm7, segments
from hotline.text.languages import CODES, FIRST, Phrases, message_text, message_text_of
from hotline.text.places import ABROAD, UNSURE, districts, place_name

PLACES = (*(district.code for district in districts()), ABROAD, UNSURE)
ALERTS = tuple(template for template in Template if template.name.startswith("ALERT"))
VALUES = {
    "row": "1204",
    "digest": "9fa3" * 16,
    "ref": "K7Q4",
    "place": "Gasabo",
    "code": "*384*777*90#",
    "name": "lane",
    "time": "24/11 14:05",
    "until": "14:05",
    "number": "3029",
    "join": "407194",
    "like": "H3ND",
    "step": "3",
    "count": "99",
    "case": "K7Q4",
    "digits": "1 take 2 on site",
    "own": "2 on site 3 referred 4 not this kind of case 5 pass on",
    "who": "Responder 3",
    "refs": "K7Q4, H3ND",
    "part": "drills",
}
TELLING = (
    "traffick",
    "traite",
    "icuruzwa",
    "victim",
    "tip",
    "report",
    "police",
    "polisi",
    "hotline",
)


def test_a_phrase_is_said_in_the_language_asked_for_with_its_values() -> None:
    phrases = Phrases({"rw": {"{ref}: hello": "{ref}: muraho"}})

    assert phrases.say("rw", "{ref}: hello", ref="K7Q4") == "K7Q4: muraho"


@pytest.mark.parametrize("catalogues", [{}, {"fr": {}}, {"fr": {"hello": ""}}])
def test_an_untranslated_phrase_is_in_english(catalogues: dict[str, dict[str, str]]) -> None:
    assert Phrases(catalogues).say("fr", "hello") == "hello"


@given(st.text())
def test_whatever_a_value_holds_what_is_said_is_gsm7_and_no_template(value: str) -> None:
    said = Phrases({}).say("en", "{place}.", place=value)

    assert is_gsm7(said)
    assert Phrases({}).say("en", "{place}", place="{ref}") == "{ref}"


@pytest.fixture(scope="module")
def shipped() -> Phrases:
    return load_phrases()


@pytest.mark.parametrize("language", CODES)
def test_an_alert_is_one_sms_wherever_it_happened(language: str, shipped: Phrases) -> None:
    for template, place in product(ALERTS, PLACES):
        said = shipped.say(
            language,
            template,
            ref="K7Q4",
            place=place_name(place, language),
            code="*384*77777*90#",
            like="K7Q4CA",
        )

        assert said.startswith("K7Q4: ")
        assert is_gsm7(said)
        assert segments(said) == 1


@pytest.mark.parametrize("language", CODES)
def test_nothing_we_send_names_the_subject(language: str, shipped: Phrases) -> None:
    said = {one: shipped.say(language, one, **VALUES).casefold() for one in Template}

    assert not [(one, word) for one, text in said.items() for word in TELLING if word in text]


@pytest.mark.parametrize("language", CODES)
def test_every_phrase_is_there_in_every_language(language: str, shipped: Phrases) -> None:
    for template in Template:
        said = shipped.say(language, template, **VALUES)
        assert (said == template.format_map(VALUES)) is (language == "en")


def test_the_first_failure_text_is_one_kinyarwanda_line_with_the_number(shipped: Phrases) -> None:
    said = shipped.say(FIRST, Template.FAILURE)

    assert said == "Mutwihanganire, mwongere mu kanya. Mu kaga: 112"
    assert "\n" not in said


INNER = message_text("holds {letter}", letter="{")
WHOLE = message_text(
    "{field} {says}, {count} times, as in `{{}}`", field="note", says=INNER, count=2
)
FRENCH = {"holds {letter}": "a {letter}", WHOLE.template: "`{{}}` : {count} fois {field} {says}"}


def test_as_text_it_is_english() -> None:
    assert str(WHOLE) == "note holds {, 2 times, as in `{}`"
    assert f"{INNER}!" == "holds {!"


def test_it_is_said_in_another_language_with_its_values_in_other_places() -> None:
    def shown(name: str, value: str) -> str:
        return "la ligne" if name == "field" else value

    assert WHOLE.said(lambda words: FRENCH[words], shown) == "`{}` : 2 fois la ligne a {"


def test_it_is_kept_as_data_and_comes_back() -> None:
    assert message_text_of(WHOLE.to_json()) == WHOLE
    assert len({WHOLE, message_text_of(WHOLE.to_json())}) == 1
