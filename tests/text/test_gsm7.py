"""Tests the alphabet of SMS with an independent codec, the substitutes for other letters, and the segments."""

import unicodedata

import gsm0338
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.text.characters import (
    BASIC,
    EXTENDED,
    foreign_letters,
    is_gsm7,
    segments,
    septets,
    substitute,
    to_gsm7,
)

ORACLE = gsm0338.Codec()


def _encodes(letter: str) -> bool:
    try:
        ORACLE.encode(letter)
    except UnicodeEncodeError:
        return False
    return True


def test_the_table_is_the_standards_own() -> None:
    ours = {chr(code) for code in range(0x3000) if is_gsm7(chr(code))}
    theirs = {chr(code) for code in range(0x3000) if _encodes(chr(code))} - {"\x1b"}
    assert ours == theirs
    assert (len(BASIC), len(EXTENDED)) == (127, 10)


@given(st.text(st.sampled_from(sorted(BASIC | EXTENDED))))
def test_septets_are_what_the_codec_writes(text: str) -> None:
    assert septets(text) == len(ORACLE.encode(text)[0])


@given(st.text())
def test_whatever_comes_leaves_in_gsm7(text: str) -> None:
    assert is_gsm7(to_gsm7(text))


@given(st.text(st.sampled_from(sorted(BASIC | EXTENDED))))
def test_what_is_gsm7_already_stays(text: str) -> None:
    assert to_gsm7(text) == text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Français", "Francais"),
        ("août", "aout"),
        ("À propos, Êtes-vous", "A propos, Etes-vous"),
        ("déjà vu", "déjà vu"),
        ("umuntu n’abana", "umuntu n'abana"),
        ("cœur", "coeur"),
        ("1\u202f500\u00a0RWF", "1 500 RWF"),
        ("a…b — «c»", 'a...b - "c"'),
        (unicodedata.normalize("NFD", "été"), "été"),
        ("日", "?"),
        ("😀", "?"),
    ],
)
def test_each_stranger_has_a_substitute(written: str, shown: str) -> None:
    assert to_gsm7(written) == shown


def test_strangers_are_named_once() -> None:
    assert foreign_letters("ça va, garçon, où ?’") == ("ç", "’")
    assert substitute("ç") == "c"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        # The euro sign takes two septets, which must stay in one part. So the text needs one part more than a simple
        # division gives.
        ("a" * 152 + "€" + "a" * 152, 3),
        ("ç" * 70, 1),
        ("ç" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
    ],
)
def test_a_text_is_so_many_parts(text: str, parts: int) -> None:
    assert segments(text) == parts


@given(st.text(max_size=400), st.text(max_size=5))
def test_more_letters_are_never_fewer_parts(text: str, more: str) -> None:
    assert segments(text + more) >= segments(text) >= 1
