"""Tests the number of SMS that a text needs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.text.gsm7 import segments


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
        # An escaped letter is not cut in two, so the text needs one part more than a simple division gives.
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
