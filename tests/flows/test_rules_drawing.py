"""Tests that stored pages are shown again only if new pages would be the same."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hotline.flows.conversation import Facts, Option
from hotline.text.languages import CODES
from tests.flows.books import REPORTING, Player, make_book

SHARED = make_book()
"""A flow set that all callers in these tests share."""
KEYS = st.lists(st.sampled_from([*"0123456789", "00", "000", "hill"]), max_size=12)


def cases(*references: str) -> Facts:
    options = tuple(Option(name, dict.fromkeys(CODES, name)) for name in references)
    return Facts(flags={"reporting": True, "cases": True}, lists={"my_cases": options})


SEEN_BY = st.sampled_from(
    [Facts(), REPORTING, cases("K7Q4"), cases("A3C4", "K7Q4"), replace(REPORTING, language="en")]
)


@given(KEYS, SEEN_BY, st.sampled_from([70, 156, 182]), st.sampled_from(["", "11", "90"]))
def test_an_old_drawing_is_current(keyed: list[str], facts: Facts, limit: int, entry: str) -> None:
    on_shared = Player(SHARED, facts, limit=limit).dial(entry=entry)
    on_new = Player(make_book(), facts, limit=limit).dial(entry=entry)
    assert on_shared.shown == on_new.shown
    for each in keyed:
        assert on_shared.keys(each).shown == on_new.keys(each).shown


def test_a_page_is_drawn_once() -> None:
    book = make_book()
    first = Player(book).shown
    assert Player(book).shown is first


def test_lists_of_one_session_are_not_kept() -> None:
    book = make_book()
    assert "K7Q4" in Player(book, cases("K7Q4")).dial(entry="90").screen
    assert "K7Q4" not in str(book.drawings)
