"""Tests that a key on paper can be read back exactly, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.operations.key_export import read_letters, write_letters
from hotline.text.errors import BackupInvalid

KEY = bytes(range(32))


@given(st.binary(min_size=32, max_size=32))
def test_what_is_written_down_is_read_back(key: bytes) -> None:
    assert read_letters(write_letters(key)) == key
    assert read_letters(write_letters(key).lower().replace(" ", "\n")) == key


def test_look_alikes_are_read_as_what_they_look_like() -> None:
    typed = write_letters(KEY).translate(str.maketrans("OIB", "018"))
    assert read_letters(typed) == KEY


@pytest.mark.parametrize("at", [0, 5, 30, -1], ids=range(4))
def test_a_wrong_letter_is_named_as_that_and_not_shown(at: int) -> None:
    letters = list(write_letters(KEY))
    letters[at] = "Z" if letters[at] != "Z" else "Y"
    with pytest.raises(BackupInvalid, match="the typed letters differ from the key on paper"):
        read_letters("".join(letters))


@pytest.mark.parametrize("typed", ["", "ABCD", "é" * 56])
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(BackupInvalid):
        read_letters(typed)
