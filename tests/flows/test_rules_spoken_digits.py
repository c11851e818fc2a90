"""Tests that a phone number is found in every spelling, and that nothing else is mistaken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.flows.check import ARTICLES, WORDS, digits_in, numbers_in


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Call 0788123456", "0788123456"),
        ("07*88*12*34*56", "0788123456"),
        ("07 (88) 12_34/56", "0788123456"),
        ("0.7.8.8.1.2.3.4", "07881234"),
        ("O788 l2 34 56", "0788123456"),
        ("o7881234", "07881234"),
        ("0788 o12", "0788012"),
        ("zero seven eight eight", "0788"),
        ("zero seven double eight", "0788"),
        ("zéro sept, huit - huit", "0788"),
        ("zeru karindwi umunani umunani rimwe", "07881"),
        ("zeru 7 eight 8", "0788"),
        ("soixante dix-huit douze", "6010812"),
        ("un un deux", "112"),
        ("1*1*2", "112"),
        ("112", "112"),
        ("２５０７８８", "250788"),
        ("*384*777#", "384777"),
    ],
)
def test_number_is_found_in_each_spelling(text: str, number: str) -> None:
    assert next(numbers_in(text), None) == number


@pytest.mark.parametrize(
    "text",
    [
        "24/11 14:05",
        "08:00-17:00",
        "2/3 Text",
        "2/3 Un emploi",
        "un homme et deux femmes",
        "one, two or three",
        "25%",
        "11 ou 12 ans",
        "Under 18",
        "o'clock",
    ],
)
def test_other_text_contains_no_number(text: str) -> None:
    assert [*numbers_in(text)] == []


@given(
    st.lists(st.sampled_from("0123456789"), min_size=9, max_size=12),
    st.lists(
        st.sampled_from([" ", "-", ".", "*", "/", " (", ") ", "_", ", "]), min_size=12, max_size=12
    ),
    st.data(),
)
def test_punctuation_splits_no_number(
    digits: list[str], marks: list[str], data: st.DataObject
) -> None:
    said = [
        data.draw(
            st.sampled_from(
                [one, *(word for word in WORDS if WORDS[word] == one and word not in ARTICLES)]
            )
        )
        for one in digits
    ]
    text = "".join(f"{mark}{word}" for mark, word in zip(marks, said, strict=False))
    assert "".join(numbers_in(f"x {text} y")) == "".join(digits)


def test_an_article_alone_is_no_digit_word() -> None:
    assert digits_in("No one gives you un emploi") == ()
    assert digits_in("Call one one two") == ("1", "1", "2")
    assert digits_in("Come at six") == ("6",)
