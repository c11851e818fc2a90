"""Tests which earlier tip a new tip is probably about, and which tips belong to one situation."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.tips.rules_duplicates import LinkReason, TipTraits, likely_pairs, situation_leaders
from tests.support.builders import NOON

FIRST = TipTraits(1, NOON, "12", None, "labour", "phone 1", "words 1")
OTHER = replace(FIRST, tip_id=2, contact_key="phone 2", words_key="words 2")
CONTACT, WORDS, PLACE = LinkReason.CONTACT, LinkReason.WORDS, LinkReason.PLACE_TIME
HOURS, DAYS = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (replace(OTHER, contact_key="phone 1", at=NOON + 30 * DAYS), CONTACT),
        (replace(OTHER, contact_key="phone 1", at=NOON + 31 * DAYS), None),
        (replace(OTHER, words_key="words 1", category="sex", at=NOON + 24 * HOURS), WORDS),
        (replace(OTHER, words_key="words 1", category="sex", at=NOON + 25 * HOURS), None),
        (replace(OTHER, at=NOON + 24 * HOURS), PLACE),
        (replace(OTHER, at=NOON + 25 * HOURS), None),
        (replace(OTHER, place="13"), None),
        (replace(OTHER, category="sex"), None),
        (replace(OTHER, category=None), None),
    ],
)
def test_a_tip_is_like_an_earlier_one(new: TipTraits, why: LinkReason | None) -> None:
    assert [one.reason for one in likely_pairs(new, [FIRST])] == ([] if why is None else [why])


def test_two_sectors_are_two_places_and_abroad_is_none() -> None:
    told = replace(FIRST, sector="1201")
    assert likely_pairs(replace(OTHER, sector="1201"), [told])
    assert likely_pairs(OTHER, [told])
    assert not likely_pairs(replace(OTHER, sector="1202"), [told])
    assert not likely_pairs(replace(OTHER, place="abroad"), [replace(FIRST, place="abroad")])


def test_erased_tips_have_no_phone_and_a_pair_has_its_surest_reason() -> None:
    erased = replace(FIRST, contact_key="", category=None)
    assert not likely_pairs(replace(OTHER, contact_key=""), [erased])
    assert [one.reason for one in likely_pairs(replace(OTHER, contact_key="phone 1"), [FIRST])] == [
        CONTACT
    ]


def test_of_many_the_newest_is_named() -> None:
    many = [replace(FIRST, tip_id=one) for one in (1, 2, 3)]
    (pair,) = likely_pairs(replace(FIRST, tip_id=9), many)
    assert (pair.a, pair.b, pair.reason) == (3, 9, CONTACT)


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)).filter(lambda p: p[0] != p[1])))
def test_a_situation_holds_whatever_is_linked_however_far(pairs: list[tuple[int, int]]) -> None:
    first = situation_leaders(pairs)
    assert set(first) == {one for pair in pairs for one in pair}
    assert all(first[a] == first[b] for a, b in pairs)
    assert all(first[first[one]] == first[one] <= one for one in first)
