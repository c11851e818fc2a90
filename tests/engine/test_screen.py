"""Pages: every break between words and between choices, every page within its room."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.engine.screen import NUMBERS, Button, Layout, paginate
from hotline.engine.words import HELD_BACK, WORDS
from hotline.text.gsm7 import is_gsm7, septets
from hotline.text.languages import CODES

LABELS = st.text(max_size=60)
LAYOUTS = st.builds(
    Layout,
    text=st.text(max_size=500) | st.text("ab €\n", max_size=500),
    buttons=st.lists(
        st.builds(Button, LABELS, st.none() | st.sampled_from(NUMBERS), st.booleans()), max_size=20
    ).map(tuple),
    note=st.text(max_size=80),
    tail=st.sampled_from(["", "0 Skip", "9 More"]),
    more=st.just("9 More"),
    question=st.sampled_from(["", "District?"]) | st.text(max_size=200),
    hints=st.sampled_from([(), ("\n0 Back 00 Home", "\n0 Back")]),
)


@given(LAYOUTS, st.integers(min_value=60, max_value=182))
def test_every_page_keeps_its_room_and_every_choice_has_one_digit(
    layout: Layout, limit: int
) -> None:
    pages = paginate(layout, limit)

    assert all(septets(page.text) <= limit - HELD_BACK for page in pages)
    assert all(is_gsm7(page.text) for page in pages)
    assert all(set(page.keys) <= set(NUMBERS) for page in pages)
    assert [page.more for page in pages] == [True] * (len(pages) - 1) + [False]
    offered = [index for page in pages for index in page.keys.values()]
    assert offered == list(range(len(layout.buttons)))


@given(st.lists(st.text("abcdefg€", min_size=1, max_size=30), max_size=80))
def test_no_page_breaks_inside_a_word(words: list[str]) -> None:
    pages = paginate(Layout(" ".join(words)), 156)

    shown = [word for page in pages for word in page.text.removesuffix("\n9 More").split()]
    assert shown == words


def test_numbers_begin_anew_on_each_page() -> None:
    layout = Layout("Sector?", tuple(Button(f"Place number {n}") for n in range(12)))
    first, second = paginate(layout, 156)[:2]

    assert first.text.startswith("Sector?\n1 Place number 0\n2 Place number 1")
    assert first.text.endswith("\n9 More")
    assert second.text.startswith(f"1 Place number {len(first.keys)}\n2 ")


def test_choices_that_go_on_stand_under_the_question() -> None:
    layout = Layout(
        "Passed on.\nSector?", tuple(Button(f"n{n}") for n in range(9)), question="Sector?"
    )
    first, second = paginate(layout, 156)

    assert first.text.startswith("Passed on.\nSector?\n1 n0\n")
    assert second.text == "Sector?\n1 n8"
    assert second.keys == {"1": 8}


def test_a_choice_that_leaves_no_room_for_the_question_stands_alone() -> None:
    layout = Layout("?", (Button("x" * 300), Button("y" * 300)), question="What is asked here?")
    assert [page.text[:3] for page in paginate(layout, 156)] == ["?\n9", "1 x", "1 y"]


def test_words_that_go_on_stand_under_no_question() -> None:
    layout = Layout("word " * 60, (Button("a"),), question="Which?")
    assert paginate(layout, 156)[1].text.startswith("word word")


def test_eight_choices_at_most_stand_on_a_page() -> None:
    pages = paginate(Layout("?", tuple(Button("a") for _ in range(20))), 156)
    assert [len(page.keys) for page in pages] == [8, 8, 4]


def test_a_choice_keeps_its_key_and_its_line() -> None:
    buttons = (
        Button("Work"),
        Button("Homes"),
        Button("English", "7"),
        Button("Francais", "8", True),
    )
    (page,) = paginate(Layout("Safe work", buttons), 156)

    assert page.text == "Safe work\n1 Work\n2 Homes\n7 English 8 Francais"
    assert page.keys == {"1": 0, "2": 1, "7": 2, "8": 3}


def test_a_numbered_choice_never_takes_a_key_that_is_kept() -> None:
    (page,) = paginate(Layout("?", (Button("next"), Button("kept", "1"))), 156)
    assert page.keys == {"2": 0, "1": 1}


def test_letters_of_two_septets_are_counted_twice() -> None:
    assert len(paginate(Layout("ab " * 50), 156)) == 1
    assert len(paginate(Layout("[] " * 50), 156)) == 2


def test_a_hint_stands_only_where_no_page_is_made_for_it() -> None:
    hints = ("\n0 Back 00 Home", "\n0 Back")
    texts = [paginate(Layout("x" * size, hints=hints), 156) for size in (135, 136, 143, 144)]

    assert [len(pages) for pages in texts] == [1, 1, 1, 1]
    assert [re.sub("x+", "", pages[0].text) for pages in texts] == [*hints, hints[1], ""]


def test_a_line_that_must_stand_makes_room_for_itself() -> None:
    pages = paginate(Layout("word " * 30, tail="0 Back"), 156)
    assert len(pages) == 2
    assert pages[-1].text.endswith("\n0 Back")


def test_a_label_longer_than_a_page_is_cut_to_it() -> None:
    (page,) = paginate(Layout("?", (Button("x" * 300), Button("y"))), 156)
    assert page.text == f"?\n1 {'x' * 141}\n2 y"


@pytest.mark.parametrize("language", CODES)
def test_the_short_line_fits_into_what_is_held_back(language: str) -> None:
    assert septets(WORDS[language].invalid_short) + 1 <= HELD_BACK
    assert all(is_gsm7(word) for word in (WORDS[language].more, WORDS[language].invalid))
