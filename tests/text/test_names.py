"""Tests which names a person or an account may have, and which two names count as the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.text.characters import NameFault, is_one_name, name_fault, name_skeleton, tidy_name


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
