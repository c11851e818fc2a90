"""Tests which SMS are cries for help, how people write them, and which messages must not be mistaken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.dialogue.rules_cries import concerns_child, is_cry
from hotline.text.keywords import normalised_words
from hotline.text.languages import CODES
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
def test_the_tables_hold_enough_of_each_language_and_nothing_twice(name: str) -> None:
    rows = table(name)
    assert len({(row.language, row.text) for row in rows}) == len(rows)
    for code in CODES:
        assert sum(row.language == code for row in rows) >= LEAST[name], code


def test_nothing_that_is_kept_aside_stands_in_a_table_that_is_looked_at() -> None:
    seen = {row.text for name in ("cries", "harmless") for row in table(name)}
    aside = {row.text for name in ("cries_aside", "harmless_aside") for row in table(name)}
    assert not seen & aside


@pytest.mark.row("C2")
@pytest.mark.parametrize("end", ["", "_aside", "_forms"])
@pytest.mark.parametrize("code", CODES)
def test_cries_are_heard_and_harmless_messages_wake_nobody(code: str, end: str) -> None:
    rows = [row for row in read(end) if row.language == code]
    found = figures(code, rows)
    wrong = [row.text for row in rows if not is_right(row)]
    assert found.good, (found, wrong)


@pytest.mark.row("C2")
def test_no_cry_in_any_person_or_tense_is_dropped_and_hardly_any_is_less_than_danger() -> None:
    rows = table("cries_forms")
    assert len(rows) >= 160
    assert [row.text for row in rows if comes_to(row.text) is Comes.DROPPED] == []
    assert len([row for row in rows if not is_right(row)]) * 100 <= 2 * len(rows)


@pytest.mark.row("C2")
def test_no_harmless_message_that_is_looked_at_is_called_danger() -> None:
    assert [row.text for row in table("harmless") if not is_right(row)] == []
    assert [row.text for row in table("harmless_forms") if not is_right(row)] == []


@pytest.mark.parametrize("text", ["help", "ubufasha", "aide", "sos", "HELP!", "Ubufasha?", "S.O.S"])
def test_the_word_for_help_is_a_cry_in_every_language(text: str) -> None:
    assert comes_to(text) is Comes.DANGER


@pytest.mark.parametrize(
    ("text", "cry"),
    [
        # The person comes before the stem, and anything may follow the stem.
        ("arankubita", True),
        ("barankubitagura", True),
        ("twafungiranywe", True),
        # These words mean hurt, in pain, sold or afraid, unless another word shows an everyday meaning.
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
        # A person is sold and not a thing.
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
        # Words about injuries can have their everyday meaning. A word of thanks does not cancel a cry for help.
        ("merci mais il me frappe encore", True),
        # With a game, a song or a telephone, the message has its everyday meaning.
        ("yakubise umupira mu izamu", False),
        ("umukobwa yakubise telefone hasi arafungiranye", True),
        # These rows have typing errors.
        ("mumfahse", True),
        ("secuors", True),
        ("je suis en dangre", True),
        ("heeeelp", True),
        # These words are just as similar to a cry for help, but have their own meaning.
        ("umufasha wanjye ameze neza", False),
        ("she is a good dancer", False),
        ("je fais le menage", False),
        ("we looked at the house", False),
        ("ingufu z'amashanyarazi", False),
    ],
)
def test_what_is_a_cry(text: str, cry: bool) -> None:
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
def test_a_child_is_urgent_with_a_sign_beside(text: str, urgent: bool) -> None:
    assert concerns_child(normalised_words(text)) is urgent


@pytest.mark.parametrize("text", ["A problem", "Un problème", "Ufite ikibazo?", "ikibazo"])
def test_the_fronts_own_words_for_a_report_are_a_tip(text: str) -> None:
    assert comes_to(text) is Comes.TIP


@given(st.text(), st.sampled_from(["mutabare", "ndafungiranye", "help me", "au secours"]))
def test_words_around_it_silence_no_cry(around: str, cry: str) -> None:
    quiet = "".join(letter for letter in around if not letter.isalnum())
    assert comes_to(f"{quiet} {cry} {quiet}") is Comes.DANGER


@given(st.text())
def test_no_text_raises(text: str) -> None:
    comes_to(text)
