"""Tests that a reader sees all differences and nothing else. The differences come in the order in which callers reach
the screens."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.editing.rules_difference import (
    Difference,
    FieldChanged,
    NeedsApprover,
    NotInEmergency,
    ScreenState,
    SpanKind,
    TextChanged,
    WordSpan,
    compare_documents,
    parts_needing_approver,
    word_spans,
)
from hotline.editing.rules_preview import calling_order
from hotline.flows.conversation import Place
from hotline.flows.document import KINDS
from hotline.text.languages import CODES
from tests.editing.documents import GARBAGE, WORDS, broken_nodes, changed, shipped
from tests.flows.books import choice, make_document, t

NUMBER = {"service": "x", "status": "verified", "evidence": "e", "confirmed_by": "A"}
DOCUMENT: dict[str, Any] = {
    **make_document(),
    "numbers": [
        {"number": digits, **NUMBER, "confirmed_on": "2026-01-02"} for digits in ("112", "114")
    ],
}


def _in(flow: str, node: str, *steps: str | int, to: Any) -> Difference:
    return compare_documents(
        DOCUMENT, changed(DOCUMENT, "flows", flow, "nodes", node, *steps, to=to)
    )


def test_equal_documents_do_not_differ() -> None:
    assert compare_documents(DOCUMENT, copy.deepcopy(DOCUMENT)) == Difference(())


def test_words_are_shown_with_what_was_added_and_taken_out() -> None:
    found = _in("learn", "one", "say", "text", "rw", to="First short rw")
    (screen,) = found.screens
    assert (screen.flow, screen.node, screen.state) == ("learn", "one", ScreenState.CHANGED)
    assert screen.words == (TextChanged("text", "rw", "First lesson rw", "First short rw"),)
    assert screen.words[0].spans == (
        WordSpan(SpanKind.SAME, "First "),
        WordSpan(SpanKind.DEL, "lesson"),
        WordSpan(SpanKind.INS, "short"),
        WordSpan(SpanKind.SAME, " rw"),
    )
    assert found.languages == {"rw"}


@given(WORDS, WORDS)
def test_spans_make_both_texts(before: str, after: str) -> None:
    found = word_spans(before, after)
    assert "".join(one.text for one in found if one.kind is not SpanKind.INS) == before
    assert "".join(one.text for one in found if one.kind is not SpanKind.DEL) == after


def test_an_arrow_is_told_by_its_choice() -> None:
    (screen,) = _in("front", "front", "menu", "choices", 1, "goes", to="learn").screens
    assert screen.arrows == (FieldChanged("choices.1.goes", "problem", "learn"),)
    assert (screen.words, screen.marks, screen.others) == ((), (), ())


@pytest.mark.parametrize(
    ("flow", "node", "steps", "to", "field"),
    [
        ("learn", "one", ("say", "topic"), "other", "topic"),
        ("learn", "one", ("say", "topic"), ..., "topic"),
        ("tell", "danger", ("menu", "saves"), "other", "saves"),
        ("tell", "saved", ("menu", "completes"), ..., "completes"),
        ("tell", "danger", ("menu", "choices", 0, "value"), "y", "choices.0.value"),
        ("tell", "danger", ("menu", "choices", 0, "key"), "3", "choices.0.key"),
        ("tell", "danger", ("signed",), {"by": "A"}, "signed"),
    ],
)
def test_what_changes_what_is_counted_stands_first(
    flow: str, node: str, steps: tuple[str | int, ...], to: Any, field: str
) -> None:
    (screen,) = _in(flow, node, *steps, to=to).screens
    assert [mark.field for mark in screen.marks] == [field]


def test_what_a_flow_gathers_is_a_mark_of_the_flow_itself() -> None:
    found = compare_documents(DOCUMENT, changed(DOCUMENT, "flows", "tell", "gathers", to=...))
    (screen,) = found.screens
    assert (screen.node, screen.marks) == ("", (FieldChanged("gathers", "tip", ""),))


def test_a_choice_that_moved_changes_nothing_that_is_counted() -> None:
    rows = DOCUMENT["flows"]["tell"]["nodes"]["danger"]["menu"]["choices"]
    (screen,) = _in("tell", "danger", "menu", "choices", to=rows[::-1]).screens
    assert screen.marks == ()
    assert screen.others == (FieldChanged("choices", "yes, no", "no, yes"),)


def test_a_screen_that_became_another_kind_keeps_its_words_as_one_text() -> None:
    menu = {"menu": {"text": t("Which?"), "choices": [choice("A", goes="two")]}}
    (screen,) = _in("learn", "one", to=menu).screens
    assert TextChanged("text", "rw", "First lesson rw", "Which? rw") in screen.words
    assert FieldChanged("kind", "say", "menu") in screen.others


def test_screens_stand_as_callers_come_by() -> None:
    after = changed(DOCUMENT, "flows", "tell", "nodes", "last", "finish", "text", "rw", to="x")
    after = changed(after, "flows", "learn", "nodes", "two", to=...)
    after = changed(after, "flows", "learn", "nodes", "one", "say", "text", "rw", to="x")
    after = changed(after, "flows", "tell", "nodes", "danger", "menu", "text", "rw", to="x")
    after = changed(
        after, "flows", "new", to={"flow": "new", "start": "a", "nodes": {"a": {"finish": {}}}}
    )
    found = [
        (one.flow, one.node, one.state.value) for one in compare_documents(DOCUMENT, after).screens
    ]
    assert found == [
        ("learn", "one", "changed"),
        ("learn", "two", "gone"),
        ("tell", "danger", "changed"),
        ("tell", "last", "changed"),
        ("new", "", "new"),
        ("new", "a", "new"),
    ]


def test_a_call_is_gone_into_before_what_stands_behind_it() -> None:
    places = calling_order(DOCUMENT["flows"], ["front"])
    order = [f"{place.flow}.{place.node}" for place in places]
    assert order[:3] == ["front.front", "front.learn", "learn.one"]
    assert order.index("front.problem") > order.index("learn.back")
    assert (
        len(set(places)) == len(places) == sum(len(f["nodes"]) for f in DOCUMENT["flows"].values())
    )
    assert Place("cases", "look") in places


def test_entries_and_numbers_are_told_by_their_digits() -> None:
    after = changed(DOCUMENT, "entries", "12", to="learn")
    after = changed(after, "numbers", 1, "confirmed_by", to=...)
    after = {**after, "phrases": {"rw": {"Thank you.": "Murakoze."}}}
    found = compare_documents(DOCUMENT, after)
    assert found.entries == (FieldChanged("12", "", "learn"),)
    assert found.numbers == (FieldChanged("114.confirmed_by", "A", ""),)
    assert found.others == (FieldChanged("phrases.rw.Thank you.", "", "Murakoze."),)


def _leaves(value: Any, *way: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yields the paths and values of a document. The path of an item in a list ends with the position of the item."""
    parts: Any = (
        value.items()
        if isinstance(value, Mapping)
        else enumerate(value)
        if isinstance(value, list)
        else None
    )
    if not parts:
        yield way, repr(value)
    for key, inner in parts or ():
        yield from _leaves(inner, *way, str(key))


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["learn", "tell", "front"]), broken_nodes()), max_size=3))
def test_what_is_shown_is_what_differs(edits: list[tuple[str, dict[str, Any]]]) -> None:
    """All screens with a changed value are shown, and no other screen. No changed text is left out."""
    after = copy.deepcopy(DOCUMENT)
    for flow, node in edits:
        name = next(iter(after["flows"][flow]["nodes"]))
        after["flows"][flow]["nodes"][name] = node
    before_leaves, after_leaves = {*_leaves(DOCUMENT)}, {*_leaves(after)}
    differing = {(way[1], way[3]) for way, _ in before_leaves ^ after_leaves}

    found = compare_documents(DOCUMENT, after)
    assert {(one.flow, one.node) for one in found.screens} == differing
    shown = {(one.flow, one.node, w.field, w.language) for one in found.screens for w in one.words}
    texts = {way for way, _ in before_leaves ^ after_leaves if way[5:6] in (("text",), ("note",))}
    for _, flow, _, name, kind, field, *rest in texts:
        if rest and rest[-1] in CODES and kind in KINDS:
            assert (flow, name, field, rest[-1]) in shown


@settings(deadline=None)
@given(GARBAGE, GARBAGE)
def test_nothing_broken_stops_a_difference(before: Any, after: Any) -> None:
    old, new = (
        {"flows": {"front": {"nodes": one}, "x": one}, "numbers": one} for one in (before, after)
    )
    compare_documents(old, new)
    parts_needing_approver(old, new)
    assert compare_documents(old, copy.deepcopy(old)) == Difference(())


def _held(after: Mapping[str, Any]) -> list[tuple[NotInEmergency, str]]:
    return [(one.reason, one.field or one.node) for one in parts_needing_approver(DOCUMENT, after)]


def test_an_emergency_changes_words_and_takes_a_number_away() -> None:
    after = changed(DOCUMENT, "flows", "learn", "nodes", "one", "say", "text", "rw", to="x")
    after = changed(
        after, "flows", "front", "nodes", "front", "menu", "choices", 0, "label", "fr", to="x"
    )
    assert parts_needing_approver(DOCUMENT, after) == ()
    away = changed(
        changed(after, "numbers", 1, "confirmed_by", to=...), "numbers", 1, "confirmed_on", to=...
    )
    assert parts_needing_approver(DOCUMENT, away) == ()
    assert parts_needing_approver(DOCUMENT, changed(DOCUMENT, "numbers", 1, to=...)) == ()


@pytest.mark.parametrize(
    ("steps", "to", "held"),
    [
        (("flows", "learn", "nodes", "one", "say", "goes"), "back", (NotInEmergency.ARROW, "goes")),
        (("flows", "learn", "nodes", "one", "say", "topic"), "x", (NotInEmergency.MARK, "topic")),
        (("flows", "learn", "nodes", "new"), {"finish": {}}, (NotInEmergency.SCREEN, "new")),
        (("flows", "learn", "nodes", "two"), ..., (NotInEmergency.SCREEN, "two")),
        (
            ("flows", "front", "nodes", "front", "menu", "choices", 0),
            ..., (NotInEmergency.FIELD, "choices"),
        ),
        (
            ("flows", "front", "nodes", "front", "menu", "choices", 1, "when"),
            ..., (NotInEmergency.FIELD, "choices.1.when"),
        ),
        (("flows", "tell", "nodes", "last", "finish", "text", "rw"), "x", (NotInEmergency.GUARDED, "text")),
        (("flows", "cases", "nodes", "none", "finish", "text", "rw"), "x", (NotInEmergency.GUARDED, "text")),
        (("entries", "12"), "learn", (NotInEmergency.ENTRY, "12")),
        (("numbers", 0, "confirmed_by"), ..., (NotInEmergency.EMERGENCY_NUMBER, "112")),
        (("numbers", 0), ..., (NotInEmergency.EMERGENCY_NUMBER, "112")),
        (("numbers", 1, "confirmed_on"), "2026-05-05", (NotInEmergency.NUMBER, "114")),
        (("numbers", 1, "number"), "115", (NotInEmergency.NUMBER, "115")),
        (("phrases",), {"rw": {"a": "b"}}, (NotInEmergency.OTHER, "phrases.rw.a")),
        (("flows", "tell", "gathers"), ..., (NotInEmergency.MARK, "gathers")),
    ],
)  # fmt: skip
def test_an_emergency_does_nothing_else(
    steps: tuple[str | int, ...], to: Any, held: tuple[NotInEmergency, str]
) -> None:
    assert held in _held(changed(DOCUMENT, *steps, to=to))


def test_a_flow_that_is_called_out_of_a_report_is_guarded_too() -> None:
    before = changed(DOCUMENT, "flows", "tell", "nodes", "last", to={"call": {"flow": "learn"}})
    after = changed(before, "flows", "learn", "nodes", "one", "say", "text", "rw", to="x")
    assert parts_needing_approver(before, after) == (
        NeedsApprover(NotInEmergency.GUARDED, "learn", "one", "text"),
    )


def test_every_lesson_that_is_shipped_can_be_mended_in_an_emergency() -> None:
    before = shipped()
    for flow in ("front", "abroad", "help", "law"):
        node = before["flows"][flow]["start"]
        kind = next(
            name for name in before["flows"][flow]["nodes"][node] if name not in ("title", "reason")
        )
        after = changed(before, "flows", flow, "nodes", node, kind, "text", "rw", to="x")
        assert parts_needing_approver(before, after) == ()
