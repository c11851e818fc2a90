"""Tests that `reveals` finds every spelling of a phone number, a mail address or a reference in a text, and accepts
ordinary words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.text.identifiers import reveals, without_revealing

GAPS = ("", " ", "\N{NO-BREAK SPACE}", "-", " - ", "\N{EN DASH}", ",", "_", ":", ".", "/", "\n")
HIDDEN = st.sampled_from(("", "\N{ZERO WIDTH SPACE}", "\N{SOFT HYPHEN}", "\N{WORD JOINER}"))
BESIDE = st.sampled_from(("", "Ask ", "came back: ", "(", "_"))
LEFT = "[...]"


def fullwidth(text: str) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


@given(
    st.sampled_from(["0788 123 456", "+250 788 123 456", "K7 Q4", "k 7 q 4", "W7 W7", "AC 7Q 49"]),
    st.sampled_from(GAPS),
    HIDDEN,
    st.booleans(),
    BESIDE,
)
def test_no_spelling_passes(secret: str, gap: str, hidden: str, wide: bool, before: str) -> None:
    parts = [fullwidth(one) if wide else one for one in secret.split()]
    text = before + gap.join(one[:1] + hidden + one[1:] for one in parts)
    assert reveals(text)
    scrubbed = without_revealing(f"{text} and more", LEFT).replace(hidden or "\0", "")
    assert scrubbed.endswith(f"{LEFT} and more")
    assert not any(one in scrubbed for one in parts if len(one) > 1)


@pytest.mark.parametrize(
    "text",
    [
        *("T12", "c12: wait", "T-12", "K7Q4", "B7C4", "W7Z0", "a@b.rw", "a\uff20b.rw"),
        *("12:30 0788", "07:88:12:34", "12:30 12:45 13:00"),
    ],
)
def test_a_reference_a_row_or_an_address_does_not_pass(text: str) -> None:
    assert reveals(text)
    assert without_revealing(text, "") != text


@pytest.mark.parametrize(
    "text",
    [
        "Back at 9H34, after 3KM",
        "between 12:30 - 12:45, on 1/12, 8:30",
        "a 9-year-old who came 7 times in 2024, the 7th on 17th",
        "Room 37, paid 700FRW, has 4 children",
        "10:12:30",
        "Came back. The red door",
    ],
)
def test_times_counts_and_words_pass(text: str) -> None:
    assert not reveals(text)
    assert without_revealing(text, LEFT) == text
