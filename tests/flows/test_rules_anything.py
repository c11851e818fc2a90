"""Tests random keys at every node: no key causes an error, a screen that is too long, or a loop, and the same keys
always show the same screens."""

from dataclasses import replace

import gsm0338
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.flows.conversation import ConversationState, Facts, Option, Place
from hotline.flows.flow import FlowSet
from hotline.flows.turn import MAX_TRAIL, Turn, render, resume, start
from hotline.text.languages import CODES
from tests.flows.books import REPORTING, Player, make_book
from tests.support.made_once import shipped_book

SHIPPED = shipped_book()
BOOKS = st.sampled_from([SHIPPED, make_book()])
FACTS = st.sampled_from([Facts(), Facts(flags={"reporting": True})])
KEY = st.sampled_from([*"123456789", "0", "00", "000", "", "*", "a b"]) | st.text(max_size=200)
KEYS = st.lists(KEY, max_size=25)
LIMITS = st.sampled_from([80, 130, 156, 182])
ORACLE = gsm0338.Codec()


def _places(book: FlowSet) -> list[Place]:
    return [Place(flow.name, node) for flow in book.flows.values() for node in flow.nodes]


def _hop(book: FlowSet, run: ConversationState, keyed: str, facts: Facts, limit: int) -> Turn:
    turn = resume(book, run, keyed, facts, limit=limit)
    assert len(ORACLE.encode(turn.screen.text)[0]) == turn.screen.septets <= limit
    assert turn.screen.text.strip()
    assert turn.screen.ends == turn.state.finished
    assert len(turn.state.trail) <= MAX_TRAIL
    return turn


@settings(deadline=None)
@given(BOOKS, FACTS, KEYS, LIMITS, st.data())
def test_any_keys_work_at_any_node(
    book: FlowSet, facts: Facts, keys: list[str], limit: int, data: st.DataObject
) -> None:
    place = data.draw(st.sampled_from(_places(book)))
    run = ConversationState(data.draw(st.sampled_from(["rw", "fr", "en"])), (place,))
    for keyed in keys:
        run = _hop(book, run, keyed, facts, limit).state


@settings(deadline=None)
@given(BOOKS, FACTS, KEYS, LIMITS)
def test_equal_keys_give_equal_screens(
    book: FlowSet, facts: Facts, keys: list[str], limit: int
) -> None:
    first = start(book, facts, limit=limit)
    turns = [first]
    for keyed in keys:
        turns.append(_hop(book, turns[-1].state, keyed, facts, limit))

    assert start(book, facts, limit=limit) == first
    again = [first]
    for keyed in keys:
        again.append(resume(book, again[-1].state, keyed, facts, limit=limit))
    assert again == turns


@settings(deadline=None)
@given(BOOKS, FACTS, KEYS)
def test_000_shows_a_first_dial_from_anywhere(book: FlowSet, facts: Facts, keys: list[str]) -> None:
    first = start(book, facts)
    run = first.state
    for keyed in keys:
        run = resume(book, run, keyed, facts).state
    if run.finished:
        return

    erased = resume(book, run, "000", facts)
    assert erased.screen == first.screen
    assert (erased.state.answers, erased.state.language, erased.state.trail) == ({}, "rw", ())
    for keyed in keys:
        first, erased = (resume(book, turn.state, keyed, facts) for turn in (first, erased))
        assert first.screen == erased.screen


@settings(deadline=None)
@given(BOOKS, FACTS, KEYS, st.sampled_from(["", "11", "90", "99"]))
def test_dialled_digits_never_report(
    book: FlowSet, facts: Facts, keys: list[str], entry: str
) -> None:
    turn = start(book, facts, entry=entry, ahead=keys)

    assert turn.state.attempts == 0
    assert not any(book.flows[place.flow].gathers for place in turn.state.calls)
    assert render(book, turn.state, facts).septets <= 156


@given(st.text(max_size=300), st.lists(st.text(max_size=5)), st.text(max_size=4))
def test_any_dialled_text_gives_a_screen(keyed: str, ahead: list[str], entry: str) -> None:
    turn = start(SHIPPED, Facts(), entry=entry, ahead=[keyed, *ahead])
    assert turn.screen.septets <= 156


SHARED = make_book()
"""A flow set that all callers in these tests share."""
WALKED = st.lists(st.sampled_from([*"0123456789", "00", "000", "hill"]), max_size=12)


def cases(*references: str) -> Facts:
    options = tuple(Option(name, dict.fromkeys(CODES, name)) for name in references)
    return Facts(flags={"reporting": True, "cases": True}, lists={"my_cases": options})


SEEN_BY = st.sampled_from(
    [Facts(), REPORTING, cases("K7Q4"), cases("A3C4", "K7Q4"), replace(REPORTING, language="en")]
)


@given(WALKED, SEEN_BY, st.sampled_from([70, 156, 182]), st.sampled_from(["", "11", "90"]))
def test_cached_screen_is_current(keyed: list[str], facts: Facts, limit: int, entry: str) -> None:
    on_shared = Player(SHARED, facts, limit=limit).dial(entry=entry)
    on_new = Player(make_book(), facts, limit=limit).dial(entry=entry)
    assert on_shared.shown == on_new.shown
    for each in keyed:
        assert on_shared.keys(each).shown == on_new.keys(each).shown


def test_page_is_rendered_once() -> None:
    book = make_book()
    first = Player(book).shown
    assert Player(book).shown is first


def test_lists_of_a_session_are_not_cached() -> None:
    book = make_book()
    assert "K7Q4" in Player(book, cases("K7Q4")).dial(entry="90").screen
    assert "K7Q4" not in str(book.drawings)
