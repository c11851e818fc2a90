"""Tests the reading of a document: it reports every fault at once, each with its path."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotline.flows.document import compile as compile_book
from hotline.flows.document import dump, parse, read
from hotline.flows.flow import Condition, MenuNode
from hotline.text.errors import FlowInvalid
from tests.flows.books import LISTS, choice, make_document, make_flow, t


def _faults(document: Any) -> tuple[str, ...]:
    with pytest.raises(FlowInvalid) as raised:
        compile_book(document, LISTS)
    return raised.value.problems


def _with_node(node: Any) -> dict[str, Any]:
    return make_document(learn={"one": node})


@pytest.mark.parametrize(
    ("node", "fault"),
    [
        ({"say": {}}, "say.text: this field is empty: enter a value"),
        ({"say": {"text": t("x"), "colour": "red"}}, "say.colour: this field does not belong in this part of the flow"),
        ({"say": {"text": {"sw": "x"}}}, "say.text.sw.[key]: this is not a language of the hotline (rw, en, fr)"),
        ({"say": {"text": {"rw": " \n "}}}, "say.text.rw: is empty"),
        ({"title": {"rw": "x" * 61}, "say": {"text": t("x")}}, "title.rw: enter 60 letters or fewer"),
        ({"say": {"text": {"rw": "a\u202eb"}}}, "RIGHT-TO-LEFT OVERRIDE (U+202E)"),
        ({"say": {"text": {"rw": "a\u200bb"}}}, "ZERO WIDTH SPACE (U+200B)"),
        ({"say": {"text": {"rw": "a\x00b"}}}, "a control character (U+0000)"),
        ({"say": {"text": t("x")}, "finish": {}}, "one: choose one screen type"),
        ({}, "one: choose one screen type"),
        ({"menu": {"text": t("x"), "choices": []}}, "menu.choices: this list is empty: add at least one row"),
        ({"menu": {"text": t("x"), "choices": [choice("y")]}}, "menu: choice 1 has no next screen"),
        (
            {"menu": {"text": t("x"), "saves": "a", "goes": "one", "choices": [choice("y")]}},
            "menu: choice 1 has no recorded value and no next screen",
        ),
        (
            {"menu": {"text": t("x"), "goes": "one", "choices": [choice("y", key="9")]}},
            "choices.0.key: this field contains letters that are not allowed",
        ),
        (
            {"ask": {"kind": "place", "text": t("x"), "saves": "a", "goes": "one"}},
            "a question that asks for a place needs a list of places",
        ),
        (
            {"ask": {"kind": "words", "text": t("x"), "saves": "a", "goes": "one",
                     "choices": [choice("y", value="z")]}},
            "a question for text or a PIN cannot have choices",
        ),
        ({"branch": [{"when": {"flag": "a", "answer": "b"}, "goes": "one"}]}, "a condition must contain exactly one"),
        (
            {"branch": [{"when": {"flag": "a", "is": "b"}, "goes": "one"}]},
            "only a condition on an answer can compare a value",
        ),
        ({"branch": [{"when": {}, "goes": "one"}]}, "a condition must contain exactly one"),
        ({"branch": []}, "branch: this list is empty: add at least one row"),
        ({"say": {"text": t("x"), "goes": "nowhere"}}, "learn.one: no screen is called nowhere"),
        ({"call": {"flow": "nothing"}}, "learn.one: no flow is called nothing"),
        ({"call": {"flow": "cases"}}, "learn.one: the private flow cases opens only from its short code"),
        (
            {"ask": {"kind": "place", "text": t("x"), "saves": "a", "goes": "one", "list": "planets"}},
            "learn.one: no list is called planets",
        ),
    ],
)  # fmt: skip
def test_fault_names_its_path(node: Any, fault: str) -> None:
    (told,) = _faults(_with_node(node))
    assert fault in told


def test_all_faults_are_listed_at_once() -> None:
    document = make_document(learn={"one": {"say": {}}, "two": {"finish": {"text": {"rw": ""}}}})
    document["flows"]["tell"]["review"] = {"rw": "draft", "fr": "perfect"}
    document["entries"] = {"abc": "learn"}

    assert [fault.split(":")[0] for fault in _faults(document)] == [
        "flows.learn.nodes.one.say.text",
        "flows.learn.nodes.two.finish.text.rw",
        "flows.tell.review.fr",
        "entries.abc.[key]",
    ]


def test_no_short_code_opens_collecting_flow() -> None:
    document = {**make_document(), "entries": {"77": "tell", "78": "nothing"}}
    assert _faults(document) == (
        "entries.77: a short code cannot open tell, because the flow collects a report",
        "entries.78: no flow is called nothing",
    )


def test_each_language_needs_review_state() -> None:
    flow = {**make_flow(name="learn", nodes={"a": {"finish": {}}}), "review": {"rw": "draft"}}
    with pytest.raises(FlowInvalid, match="field `review`: add the languages en, fr"):
        read({"flows": {"learn": flow}})


def test_flow_has_name_of_its_file() -> None:
    flow = make_flow(name="other", nodes={"a": {"finish": {}}})
    with pytest.raises(FlowInvalid, match="file learn and flow other need the same name"):
        read({"flows": {"learn": flow}})


def test_texts_are_composed_and_trimmed() -> None:
    document = _with_node({"say": {"text": {"rw": " e\u0301te\u0301\r\n2 \n"}}})
    say = compile_book(document, LISTS).flows["learn"].nodes["one"]
    assert say.text == {"rw": "été\n2"}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("written", "compiled"),
    [
        ({"flag": "a"}, Condition(flag="a")),
        ({"answer": "a", "is": "x"}, Condition("a", ("x",))),
        ({"answer": "a", "is": ["x", "y"]}, Condition("a", ("x", "y"))),
        ({"answer": "a"}, Condition("a")),
        ({"not": {"flag": "a"}}, Condition(flag="a", negated=True)),
        ({"not": {"not": {"flag": "a"}}}, Condition(flag="a")),
    ],
)
def test_condition_is_compiled(written: Any, compiled: Condition) -> None:
    menu = {"text": t("x"), "choices": [choice("y", goes="one", when=written)]}
    node = compile_book(_with_node({"menu": menu}), LISTS).flows["learn"].nodes["one"]
    assert isinstance(node, MenuNode)
    assert node.choices[0].when == compiled


@given(st.recursive(st.none() | st.booleans() | st.text() | st.integers(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))  # fmt: skip
def test_any_document_raises_only_flow_invalid(document: Any) -> None:
    with pytest.raises(FlowInvalid):
        read(document)


def test_yaml_keywords_and_numbers_stay_text() -> None:
    text = "{a: yes, b: no, c: on, d: 08, e: 1, f: 2026-11-24, g: true, h: false, i: , j: ~}"
    assert parse(text) == {
        "a": "yes", "b": "no", "c": "on", "d": "08", "e": "1", "f": "2026-11-24",
        "g": True, "h": False, "i": None, "j": "~",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "fault"),
    [("a: 1\nb: 2\na: 3\n", "line 3: a is there twice"), ("a: [1\nb: 2", "line 2: ")],
)
def test_broken_file_fault_names_line(text: str, fault: str) -> None:
    with pytest.raises(FlowInvalid) as raised:
        parse(text)
    assert fault in raised.value.problems[0]


def test_written_document_is_read_back() -> None:
    for flow in make_document()["flows"].values():
        assert parse(dump(flow)) == flow
    assert parse(dump({"a": "yes", "b": True, "c": "1", "d": "rw: l'eau"})) == {
        "a": "yes", "b": True, "c": "1", "d": "rw: l'eau",
    }  # fmt: skip


@given(st.text() | st.text("{}[]:,&*!|>-?a \n\"'#"))
@example("{[a]: b}")
@example("{{a: b}: c}")
@example("a: !!int x")
@example("a: !!bool x")
@example("a: !!python/name:os.system x")
@example("&a [*a]")
@example("[" * 5000)
def test_any_text_raises_only_flow_invalid(text: str) -> None:
    with suppress(FlowInvalid):
        parse(text)
