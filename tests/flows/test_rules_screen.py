"""Tests pages: every page break is between words or choices, and every page fits."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.flows.screen import ENGINE_TEXTS, NUMBERS, RESERVED_SEPTETS, Button, Layout, paginate
from hotline.text.characters import is_gsm7, septets
from hotline.text.languages import CODES

LABELS = st.text(max_size=60)
LAYOUTS = st.builds(
    Layout,
    text=st.text(max_size=500) | st.text("ab €\n", max_size=500),
    buttons=st.lists(
        st.builds(Button, LABELS, st.none() | st.sampled_from(NUMBERS), *[st.booleans()] * 3),
        max_size=20,
    ).map(tuple),
    note=st.text(max_size=80),
    tail=st.sampled_from(["", "9 More"]),
    more=st.just("9 More"),
    question=st.sampled_from(["", "District?"]) | st.text(max_size=200),
    key_lines=st.sampled_from(
        [(), ("\n0 Back 00 Home",), ("\n0 The way back\n00 Home", "\n0 Back\n00 Home")]
    ),
)


@given(LAYOUTS, st.integers(min_value=60, max_value=182))
def test_every_page_fits_and_each_choice_has_one_digit(layout: Layout, limit: int) -> None:
    pages = paginate(layout, limit)

    assert all(septets(page.text) <= limit - RESERVED_SEPTETS for page in pages)
    assert all(is_gsm7(page.text) for page in pages)
    assert all(set(page.keys) <= set(NUMBERS) for page in pages)
    assert [page.more for page in pages] == [True] * (len(pages) - 1) + [False]
    # If a page has only the keys `0` and `00`, the page begins with these keys and not with an
    # empty line.
    assert all(f"\n{page.text}".endswith(layout.key_lines) for page in pages if layout.key_lines)
    offered = [index for page in pages for index in page.keys.values()]
    assert sorted(set(offered)) == list(range(len(layout.buttons)))
    once = [index for index in offered if not layout.buttons[index].every_page]
    assert once == sorted(set(once))


@given(st.lists(st.text("abcdefg€", min_size=1, max_size=30), max_size=80))
def test_no_page_breaks_inside_a_word(words: list[str]) -> None:
    pages = paginate(Layout(" ".join(words)), 156)

    shown = [word for page in pages for word in page.text.removesuffix("\n9 More").split()]
    assert shown == words


def test_choice_numbers_restart_on_each_page() -> None:
    layout = Layout("Sector?", tuple(Button(f"Place number {n}") for n in range(12)))
    first, second = paginate(layout, 156)[:2]

    assert first.text.startswith("Sector?\n1 Place number 0\n2 Place number 1")
    assert first.text.endswith("\n9 More")
    assert second.text.startswith(f"1 Place number {len(first.keys)}\n2 ")


def test_continued_choices_repeat_the_question() -> None:
    layout = Layout(
        "Passed on.\nSector?", tuple(Button(f"n{n}") for n in range(9)), question="Sector?"
    )
    first, second = paginate(layout, 156)

    assert first.text.startswith("Passed on.\nSector?\n1 n0\n")
    assert second.text == "Sector?\n1 n8"
    assert second.keys == {"1": 8}


def test_long_choice_has_page_without_question() -> None:
    layout = Layout("?", (Button("x" * 300), Button("y" * 300)), question="What is asked here?")
    assert [page.text[:3] for page in paginate(layout, 156)] == ["?\n9", "1 x", "1 y"]


def test_continued_text_repeats_no_question() -> None:
    layout = Layout("word " * 60, (Button("a"),), question="Which?")
    assert paginate(layout, 156)[1].text.startswith("word word")


def test_page_has_at_most_eight_choices() -> None:
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


def test_numbered_choice_never_takes_reserved_key() -> None:
    (page,) = paginate(Layout("?", (Button("next"), Button("kept", "1"))), 156)
    assert page.keys == {"2": 0, "1": 1}


def test_letters_of_two_septets_are_counted_twice() -> None:
    assert len(paginate(Layout("ab " * 50), 156)) == 1
    assert len(paginate(Layout("[] " * 50), 156)) == 2


def test_each_page_has_longest_back_keys_that_fit() -> None:
    ways = ("\n0 The way back\n00 Home", "\n0 Back\n00 Home")
    pages = [paginate(Layout("x" * size, key_lines=ways), 156) for size in (127, 128, 135, 136)]

    assert [len(each) for each in pages] == [1, 1, 1, 2]
    ends = [re.sub("x+", "", page.text) for each in pages for page in each]
    assert ends == [ways[0], ways[1], ways[1], f"\n9 More{ways[1]}", ways[0]]


def test_choice_for_all_pages_ends_each_page() -> None:
    towns = [Button(f"Town number {n}") for n in range(12)]
    pages = paginate(Layout("Where?", (*towns, Button("Not sure", every_page=True))), 156)

    assert len(pages) == 2
    for page in pages:
        (key,) = (key for key, index in page.keys.items() if index == len(towns))
        assert f"\n{key} Not sure" in page.text
        assert key == max(page.keys)


@pytest.mark.parametrize("towns", range(1, 20))
def test_no_page_has_only_choices_after_a_list(towns: int) -> None:
    after = (
        Button("Not sure", every_page=True, shares_page=True),
        Button("Not listed", shares_page=True),
    )
    pages = paginate(Layout("?", (*(Button("a") for _ in range(towns)), *after)), 156)

    for page in pages:
        assert any(index < towns for index in page.keys.values())
        assert towns in page.keys.values()
    assert towns + 1 in pages[-1].keys.values()


def test_a_label_longer_than_a_page_is_cut_to_it() -> None:
    (page,) = paginate(Layout("?", (Button("x" * 300), Button("y"))), 156)
    assert page.text == f"?\n1 {'x' * 141}\n2 y"


@pytest.mark.parametrize("language", CODES)
def test_short_error_line_fits_reserved_septets(language: str) -> None:
    assert septets(ENGINE_TEXTS[language].invalid_short) + 1 <= RESERVED_SEPTETS
    assert all(
        is_gsm7(word) for word in (ENGINE_TEXTS[language].more, ENGINE_TEXTS[language].invalid)
    )
