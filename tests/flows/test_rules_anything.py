"""Tests all keys at all nodes. Nothing raises an error, grows too large or loops, and no difference is visible."""

import json

import gsm0338
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.flows.conversation import ConversationState, Facts, Place
from hotline.flows.flow import FlowSet
from hotline.flows.turn import MAX_TRAIL, Turn, expects_words, render, resume, start
from tests.flows.books import make_book
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
    assert ConversationState.from_dict(json.loads(json.dumps(turn.state.to_dict()))) == turn.state
    assert len(ORACLE.encode(turn.screen.text)[0]) == turn.screen.septets <= limit
    assert turn.screen.text.strip()
    assert turn.screen.ends == turn.state.finished
    assert len(turn.state.trail) <= MAX_TRAIL
    assert isinstance(expects_words(book, turn.state), bool)
    return turn


@settings(deadline=None)
@given(BOOKS, FACTS, KEYS, LIMITS, st.data())
def test_any_keys_at_any_node(
    book: FlowSet, facts: Facts, keys: list[str], limit: int, data: st.DataObject
) -> None:
    place = data.draw(st.sampled_from(_places(book)))
    run = ConversationState(data.draw(st.sampled_from(["rw", "fr", "en"])), (place,))
    for keyed in keys:
        run = _hop(book, run, keyed, facts, limit).state


@settings(deadline=None)
@given(BOOKS, FACTS, KEYS, LIMITS)
def test_the_same_keys_show_the_same_screens(
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
def test_no_dialled_digits_report(book: FlowSet, facts: Facts, keys: list[str], entry: str) -> None:
    turn = start(book, facts, entry=entry, ahead=keys)

    assert turn.state.attempts == 0
    assert not any(book.flows[place.flow].gathers for place in turn.state.calls)
    assert render(book, turn.state, facts).septets <= 156


@given(st.text(max_size=300), st.lists(st.text(max_size=5)), st.text(max_size=4))
def test_any_text_at_the_dial(keyed: str, ahead: list[str], entry: str) -> None:
    turn = start(SHIPPED, Facts(), entry=entry, ahead=[keyed, *ahead])
    assert turn.screen.septets <= 156
