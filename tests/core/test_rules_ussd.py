"""Tests how the hotline finds the new keys in the text of a USSD hop, in which the gateway repeats all earlier keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.core.ussd import follows, new_text, short_code_of, suffix_of, take_input, with_suffix

CODE = "*384*777#"
letters = st.text(alphabet="012*a é", max_size=12)


@pytest.mark.parametrize(
    ("dialled", "suffix"),
    [
        ("*384*777#", ""),
        ("*384*777*2*1#", "2*1"),
        ("*384*777*90#", "90"),
        ("*384*777*#", None),
        ("*384*7771#", None),
        ("*384*778#", None),
        ("*384*777", None),
        ("", None),
        ("#", None),
    ],
)
def test_our_service_code_and_what_is_behind_it(dialled: str, suffix: str | None) -> None:
    assert suffix_of(dialled, CODE) == suffix


@pytest.mark.parametrize(
    ("suffix", "text", "whole"),
    [("", "", ""), ("2*1", "", "2*1"), ("", "2", "2"), ("2*1", "3", "2*1*3")],
)
def test_both_shapes_of_a_direct_dial_are_one(suffix: str, text: str, whole: str) -> None:
    assert with_suffix(suffix, text) == whole


@pytest.mark.parametrize(
    ("text", "accepted", "new"),
    [
        ("", 0, None),
        ("1", 0, "1"),
        ("1*2", 1, "2"),
        ("3*a*b", 1, "a*b"),
        ("1*", 1, ""),
        ("1", 1, None),
        ("1", 3, None),
        ("12", 1, None),
        (" 1*2", 2, "2"),
    ],
)
def test_what_was_keyed_since(text: str, accepted: int, new: str | None) -> None:
    assert new_text(text, accepted) == new
    assert follows(text, accepted) is (new is not None or len(text) == accepted)


@given(letters, letters)
def test_what_the_gateway_appends_is_found_again(before: str, keyed: str) -> None:
    text = f"{before}*{keyed}" if before else keyed
    expected = keyed if before or keyed else None
    assert new_text(text, len(before)) == expected


@given(letters)
def test_inputs_taken_one_by_one_are_the_split_text(text: str) -> None:
    parts, rest = [], text
    while rest is not None:
        part, rest = take_input(rest)  # type: ignore[assignment]
        parts.append(part)
    assert parts == text.split("*")


@pytest.mark.parametrize(
    ("dialled", "landed"),
    [
        ("", ("", ())),
        ("2*1", ("", ("2", "1"))),
        ("11", ("11", ())),
        ("11*9", ("11", ("9",))),
        ("7*2*5", ("7*2", ("5",))),
        ("111", ("", ("111",))),
    ],
)
def test_the_longest_entry_wins(dialled: str, landed: tuple[str, tuple[str, ...]]) -> None:
    assert short_code_of(dialled, {"11", "7", "7*2"}) == landed
