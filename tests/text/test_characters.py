"""Tests GSM-7, easy PINs and names that look alike."""

import unicodedata

import gsm0338
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.text.characters import (
    BASIC,
    EXTENDED,
    NameFault,
    foreign_letters,
    is_easy_pin,
    is_gsm7,
    is_one_name,
    name_fault,
    name_skeleton,
    segments,
    septets,
    substitute,
    tidy_name,
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


EQUAL = ["0000", "1111", "9999"]
RUNS = ["0123", "1234", "6789", "7890", "9876", "3210", "0987"]
YEARS = ["1900", "1954", "1994", "2000", "2026", "2099"]
SIX = ["111111", "123456", "987654", "199012", "121985", "202020"]


@pytest.mark.parametrize("pin", [*EQUAL, *RUNS, *YEARS, *SIX])
def test_equal_digits_runs_and_years_are_easy(pin: str) -> None:
    assert is_easy_pin(pin)


@pytest.mark.parametrize(
    "pin",
    [
        *("4711", "8305", "1112", "1357", "1243", "1899", "2100", "0190"),
        *("407193", "815260", "110011"),
    ],
)
def test_others_are_not(pin: str) -> None:
    assert not is_easy_pin(pin)


def test_most_pins_may_be_chosen() -> None:
    assert sum(is_easy_pin(f"{number:04}") for number in range(10_000)) == 226


@pytest.mark.parametrize(
    "name",
    [
        "Responder 3",
        "Emile",
        "\u00c9mile",
        "Na\u00efve",
        "\u0130smail",
        "Jean-Pierre (Huye)",
        "O\u2019Brien",
        "N'Diaye, Awa",
        "\u0416\u0430\u043d\u043d\u0430",
        "\u1230\u120b\u121d",
    ],
)
def test_a_name_of_one_script_is_well(name: str) -> None:
    assert name_fault(tidy_name(name)) is None


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("\u0410dmin 1", NameFault.SCRIPTS),
        ("Mixed \u0436", NameFault.SCRIPTS),
        ("Admin \u0661", NameFault.SCRIPTS),
        ("Admin\u02bc", NameFault.SCRIPTS),
        ("Admin \U0001f600", NameFault.SCRIPTS),
        ("\u3164", NameFault.SCRIPTS),
        ("Admin\u115f", NameFault.SCRIPTS),
        ("J\u0300ean", NameFault.MARKS),
        ("a\u0335b", NameFault.MARKS),
        ("Admin\u20dd", NameFault.MARKS),
    ],
)
def test_mixed_scripts_and_loose_marks_are_faults(name: str, fault: NameFault) -> None:
    assert name_fault(tidy_name(name)) is fault


def test_an_accent_that_was_typed_apart_becomes_one_letter() -> None:
    assert tidy_name("E\u0301mile  \u00a0I\u0308") == "\u00c9mile \u00cf"
    assert tidy_name("\uff21\ufb01") == "Afi"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Admin 1", "admin  1"),
        ("Admin 1", "Admin1"),
        ("Admin 1", "Admin\uff11"),
        ("Admin 1", "\u0410dmin 1"),
        ("Admin 1", "Admin l"),
        ("Admin 1", "Admin I"),
        ("Kim", "Kirn"),
        ("Responder 10", "Responder lO"),
        ("Ace", "\u0410\u0441\u0435"),
        ("\u00c9mile", "E\u0301mile"),
    ],
)
def test_two_names_that_look_alike_are_one(one: str, other: str) -> None:
    assert is_one_name(one, other)
    assert is_one_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("Admin 1", "Admin 2"), ("Responder 1", "Responder 11"), ("Uwase", "Uwaze")]
)
def test_two_names_that_look_different_are_two(one: str, other: str) -> None:
    assert not is_one_name(one, other)


@given(st.text(max_size=20))
def test_any_name_has_a_skeleton_that_is_its_own(name: str) -> None:
    assert name_skeleton(name_skeleton(name)) == name_skeleton(name)
    assert is_one_name(name, name)
    name_fault(tidy_name(name))
