"""Tests what one SMS reports: when it is a tip, when it is urgent, and which place it names."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.dialogue.rules_sms_tips import (
    MAX_BYTES,
    clean_message,
    fits,
    is_tip,
    likely_language,
    report_answers,
)
from hotline.tips.rules import desk_of, report_facts


@pytest.mark.parametrize(
    ("text", "tip"),
    [
        ("mutabare", True),
        ("MUTABALE!", True),
        ("help", True),
        ("umukobwa afungiranye", True),
        ("une fille travaille sans salaire a Kicukiro", True),
        ("", False),
        ("...", False),
        ("0", False),
        ("1 K7Q4", False),
        ("1 3RDP", False),
        ("RNDX7", False),
        ("hello", False),
        ("muraho", False),
        ("ABANA", False),
        ("45 UMUGANDA", False),
        ("UMUYOBOZI 12345678", False),
        # A word or a phone number reports something. Polite words do not, even in a long message.
        ("police", True),
        ("polisi", True),
        ("ma soeur", True),
        ("2 girls", True),
        ("2girls", True),
        ("ndashonje", True),
        ("call me", True),
        ("mumpamagare", True),
        ("0788123456", True),
        ("+250 788 123-456", True),
        ("please", True),
        ("078812", False),
        ("ok", False),
        ("???", False),
        ("murakoze", False),
        ("murakoze cyane", False),
        ("Urakoze cyaneeee!", False),
        ("merci beaucoup", False),
        ("Thank you very much.", False),
        ("yego murakoze", False),
        ("good morning", False),
        ("merci, ma soeur", True),
        ("thank you, call me", True),
    ],
)
def test_what_tells_anything_is_a_tip(text: str, tip: bool) -> None:
    assert is_tip(text) is tip


@pytest.mark.parametrize(
    ("text", "urgency", "place"),
    [
        ("umukobwa afungiranye mu nzu i Gasabo mutabare", 1, "12"),
        ("bamufungilanye mu Rubavu, arakubitwa", 1, "33"),
        ("Une fille est enfermee a Huye, urgent", 1, "24"),
        ("A girl is locked in a house in Kicukilo", 1, "13"),
        ("umwana akora mu rugo adahembwa", 1, "unsure"),
        ("akazi ko mu mahanga k'ikinyoma, Musanze", 2, "43"),
        # A sector, a village and two districts do not decide the place.
        ("hari akazi k'ikinyoma i Remera", 2, "unsure"),
        ("hari akazi k'ikinyoma i Kabeza", 2, "unsure"),
        ("hagati ya Huye na Nyanza hari ikibazo", 2, "unsure"),
        # The verb for sitting is not the verb for killing.
        ("aba yicaye, kwicara mu nzu", 2, "unsure"),
    ],
)
def test_how_urgent_it_is_and_where(text: str, urgency: int, place: str) -> None:
    come_to = report_facts(report_answers(clean_message(text)), completed=True)
    assert come_to is not None
    assert (come_to.urgency, come_to.place) == (urgency, place)
    assert desk_of(come_to.place, come_to.official) is None, (
        "nobody said that no official is involved"
    )


@pytest.mark.parametrize("text", ["ndi mu kaga", "uri mu byago"])
def test_in_danger_is_heard_in_either_word(text: str) -> None:
    assert report_answers(text)["danger"] == "yes"


@pytest.mark.parametrize("text", ["Perezida Kagame yavuze", "ntuye mu Kagarama"])
def test_a_name_that_begins_alike_is_no_danger(text: str) -> None:
    assert report_answers(text)["danger"] != "yes"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("une fille est dans la maison", "fr"),
        ("the girl is in the house", "en"),
        ("umukobwa ari mu nzu", "rw"),
        ("", "rw"),
        ("la the", "rw"),
    ],
)
def test_the_language_is_guessed_by_small_words(text: str, code: str) -> None:
    assert likely_language(text) == code


@given(st.text())
def test_no_text_raises_and_what_is_kept_fits_under_seal(text: str) -> None:
    is_tip(text)
    said = clean_message(text)
    likely_language(said)
    whole = json.dumps(dict(report_answers(said)), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )
    if fits(said):
        assert len(whole) < MAX_BYTES + 200
    assert clean_message(said) == said
