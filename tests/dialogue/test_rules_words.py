"""Tests what the words of an SMS mean: a cry for help, a tip, its place and language, or a wish to erase."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.dialogue.rules_sms_tips import (
    MAX_BYTES,
    clean_message,
    concerns_child,
    fits,
    is_cry,
    is_tip,
    likely_language,
    report_answers,
)
from hotline.text.keywords import is_erasure, is_stop, normalised_words
from hotline.text.languages import CODES
from hotline.tips.rules import desk_of, report_facts
from tests.dialogue.hearing import Comes, comes_to, figures, is_right, read, table

LEAST = {
    "cries": 40,
    "harmless": 100,
    "cries_aside": 20,
    "harmless_aside": 50,
    "cries_forms": 30,
    "harmless_forms": 20,
}
"""The minimum number of rows for each language."""


@pytest.mark.row("C2")
@pytest.mark.parametrize("name", sorted(LEAST))
def test_word_tables_cover_each_language_without_duplicates(name: str) -> None:
    rows = table(name)
    assert len({(row.language, row.text) for row in rows}) == len(rows)
    for code in CODES:
        assert sum(row.language == code for row in rows) >= LEAST[name], code


def test_test_texts_are_in_no_table_used_for_tuning() -> None:
    seen = {row.text for name in ("cries", "harmless") for row in table(name)}
    aside = {row.text for name in ("cries_aside", "harmless_aside") for row in table(name)}
    assert not seen & aside


@pytest.mark.row("C2")
@pytest.mark.parametrize("end", ["", "_aside", "_forms"])
@pytest.mark.parametrize("code", CODES)
def test_urgent_texts_are_found_and_harmless_ones_not(code: str, end: str) -> None:
    rows = [row for row in read(end) if row.language == code]
    found = figures(code, rows)
    wrong = [row.text for row in rows if not is_right(row)]
    assert found.good, (found, wrong)


@pytest.mark.row("C2")
def test_urgent_texts_in_each_person_and_tense_are_danger() -> None:
    rows = table("cries_forms")
    assert len(rows) >= 160
    assert [row.text for row in rows if comes_to(row.text) is Comes.DROPPED] == []
    assert len([row for row in rows if not is_right(row)]) * 100 <= 2 * len(rows)


@pytest.mark.row("C2")
def test_harmless_texts_of_the_table_are_no_danger() -> None:
    assert [row.text for row in table("harmless") if not is_right(row)] == []
    assert [row.text for row in table("harmless_forms") if not is_right(row)] == []


@pytest.mark.parametrize("text", ["help", "ubufasha", "aide", "sos", "HELP!", "Ubufasha?", "S.O.S"])
def test_word_for_help_is_danger_in_each_language(text: str) -> None:
    assert comes_to(text) is Comes.DANGER


@pytest.mark.parametrize(
    ("text", "cry"),
    [
        # A Kinyarwanda verb begins with a prefix for the person. Then comes its stem, and after the stem any ending.
        ("arankubita", True),
        ("barankubitagura", True),
        ("twafungiranywe", True),
        # Words that mean "hurt", "in pain", "sold" or "afraid" are a cry for help, unless another
        # word shows an everyday meaning.
        ("hurt", True),
        ("I hurt", True),
        ("ndababaye", True),
        ("ndababaye cyane", True),
        ("in pain", True),
        ("vendue", True),
        ("sold", True),
        ("sold 0788123456", True),
        ("fear", True),
        ("my knee hurts", False),
        ("sold out", False),
        ("not in pain", False),
        ("mumbabarire", False),
        ("acheter du pain", False),
        # A message about a person who is sold is a cry for help. A message about a thing that is sold is not.
        ("they sold me", True),
        ("my uncle sold me in kampala", True),
        ("on me vend", True),
        ("on m'a vendu au patron", True),
        ("nagurishijwe", True),
        ("nagurishijwe n'umugabo", True),
        ("twagurishijwe", True),
        ("they sold me a wrong sim", False),
        ("il me vend un velo", False),
        ("ils m'ont vendu du riz cher", False),
        ("nagurishijwe telefone mbi", False),
        ("umurima uragurishwa angahe", False),
        # A word of thanks does not cancel a cry for help.
        ("merci mais il me frappe encore", True),
        # If the message mentions a game, a song or a telephone, the verb for hitting has its everyday meaning.
        ("yakubise umupira mu izamu", False),
        ("umukobwa yakubise telefone hasi arafungiranye", True),
        # The messages in these rows have typing errors.
        ("mumfahse", True),
        ("secuors", True),
        ("je suis en dangre", True),
        ("heeeelp", True),
        # The words in these messages look like the words of a cry for help, but mean something else.
        ("umufasha wanjye ameze neza", False),
        ("she is a good dancer", False),
        ("je fais le menage", False),
        ("we looked at the house", False),
        ("ingufu z'amashanyarazi", False),
    ],
)
def test_urgent_texts_are_recognised(text: str, cry: bool) -> None:
    assert is_cry(normalised_words(text)) is cry


@pytest.mark.parametrize(
    ("text", "urgent"),
    [
        ("umwana wanjye yiga neza", False),
        ("umwana bamukoresha mu rugo nijoro", True),
        ("my child is well", False),
        ("a child sells things in the street at night", True),
        ("imyaka 15 bamujyanye kampala", True),
        ("imyaka 25 bamujyanye kampala", False),
    ],
)
def test_child_with_another_sign_is_urgent(text: str, urgent: bool) -> None:
    assert concerns_child(normalised_words(text)) is urgent


@pytest.mark.parametrize("text", ["A problem", "Un problème", "Ufite ikibazo?", "ikibazo"])
def test_menu_s_words_for_report_are_a_tip(text: str) -> None:
    assert comes_to(text) is Comes.TIP


@given(st.text(), st.sampled_from(["mutabare", "ndafungiranye", "help me", "au secours"]))
def test_surrounding_text_hides_no_urgent_text(around: str, cry: str) -> None:
    quiet = "".join(letter for letter in around if not letter.isalnum())
    assert comes_to(f"{quiet} {cry} {quiet}") is Comes.DANGER


@given(st.text())
def test_no_text_raises(text: str) -> None:
    comes_to(text)


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
        # One word or a phone number may be a report. Polite words are no report, even in a long message.
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
def test_text_with_information_is_a_tip(text: str, tip: bool) -> None:
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
        # The place is unsure if the message names only a sector or a village, or names two districts.
        ("hari akazi k'ikinyoma i Remera", 2, "unsure"),
        ("hari akazi k'ikinyoma i Kabeza", 2, "unsure"),
        ("hagati ya Huye na Nyanza hari ikibazo", 2, "unsure"),
        # The verb "kwicara" means to sit. It is no form of "kwica", to kill.
        ("aba yicaye, kwicara mu nzu", 2, "unsure"),
    ],
)
def test_text_gives_urgency_and_place(text: str, urgency: int, place: str) -> None:
    come_to = report_facts(report_answers(clean_message(text)), completed=True)
    assert come_to is not None
    assert (come_to.urgency, come_to.place) == (urgency, place)
    assert desk_of(come_to.place, come_to.official) is None, (
        "nobody said that no official is involved"
    )


@pytest.mark.parametrize("text", ["ndi mu kaga", "uri mu byago"])
def test_both_words_for_danger_are_recognised(text: str) -> None:
    assert report_answers(text)["danger"] == "yes"


@pytest.mark.parametrize("text", ["Perezida Kagame yavuze", "ntuye mu Kagarama"])
def test_name_with_similar_start_is_no_danger(text: str) -> None:
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
def test_short_words_give_the_language(text: str, code: str) -> None:
    assert likely_language(text) == code


@given(st.text())
def test_any_text_is_cleaned_and_fits_encryption(text: str) -> None:
    is_tip(text)
    said = clean_message(text)
    likely_language(said)
    whole = json.dumps(dict(report_answers(said)), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )
    if fits(said):
        assert len(whole) < MAX_BYTES + 200
    assert clean_message(said) == said


WISHES = """
delete this|Delete this!|please delete my message|delete what i wrote|delete it|erase my report
delet this|siba|SIBA|siba ubutumwa|musibe ibyo nababwiye|siba ibyo nanditse|gusiba
musibe byose murakoze|effacez|effacez ce message svp|efface mon message|supprimez
supprimez ce que j'ai écrit|suprimez ce message
"""
OTHERS = """
delete me from your list|he deletes people|sibomana|simba|siga|delete the man who beats me|erase him
effacez cet homme|siba umugabo|supprimer mon compte bancaire|stop|hagarika|help|this|my message|ibyo
"""


@pytest.mark.parametrize("text", WISHES.strip().replace("\n", "|").split("|"))
def test_erasure_request_is_understood(text: str) -> None:
    assert is_erasure(text)
    assert not is_stop(text)
    assert comes_to(text) is not Comes.DANGER


@pytest.mark.parametrize("text", ["", *OTHERS.strip().replace("\n", "|").split("|")])
def test_longer_text_is_no_erasure_request(text: str) -> None:
    assert not is_erasure(text)


@given(st.text())
def test_any_text_is_checked_for_erasure(text: str) -> None:
    is_erasure(text)
