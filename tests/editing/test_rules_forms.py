"""Tests that a node can be converted to a form and back. No value is lost, and any input gives a node or a refusal."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.editing.rules_forms import FieldFault, after_button, form_of, plain_text, read_form
from hotline.flows.document import NodeModel
from hotline.flows.node_fields import kind_of, locked_fields
from tests.editing.documents import BROKEN, WORDS, shipped_nodes
from tests.flows.books import choice, t

MENU: dict[str, Any] = {
    "menu": {
        "text": t("Which?"),
        "saves": "which",
        "goes": "end",
        "choices": [
            choice("Yes", value="yes"),
            choice("No", value="no", when={"flag": "reporting"}),
        ],
    }
}
BRANCH: dict[str, Any] = {
    "branch": [{"when": {"not": {"answer": "a", "is": ["x", "y"]}}, "goes": "b"}, {"goes": "c"}]
}


def test_every_shipped_node_is_its_form() -> None:
    for node in shipped_nodes():
        form = form_of(node)
        assert read_form(node, form).node == node
        empty: dict[str, Any] = {kind_of(node): [] if "branch" in node else {}}
        anew = read_form(
            {**empty, **{k: v for k, v in node.items() if k in ("review", "title")}}, form
        )
        assert NodeModel.model_validate(anew.node) == NodeModel.model_validate(node)
        assert not anew.refused


@settings(deadline=None)
@given(BROKEN)
def test_a_form_that_comes_back_as_it_was_shown_changes_nothing(node: dict[str, Any]) -> None:
    read = read_form(node, form_of(node))
    assert read.node == node
    assert read.refused == ()


@settings(deadline=None)
@given(BROKEN, st.data())
def test_any_text_is_kept_or_its_field_refused(node: dict[str, Any], data: st.DataObject) -> None:
    names = [*form_of(node)] or ["text.rw"]
    typed = data.draw(st.dictionaries(st.sampled_from(names), WORDS, max_size=5))
    read = read_form(node, typed)

    refused = {one.name for one in read.refused}
    after = form_of(read.node)
    for name, words in typed.items():
        is_words = name.rpartition(".")[2] in ("rw", "fr", "en", "reason", "by")
        if is_words and name not in refused and name in after:
            assert plain_text(after[name]) == plain_text(words)
    assert {one.name for one in read.refused} <= set(typed)


def _typed(node: dict[str, Any], **typed: str) -> dict[str, Any]:
    return read_form(node, {name.replace("__", "."): said for name, said in typed.items()}).node


def test_words_are_put_into_their_language_and_taken_out_of_it() -> None:
    say = {"say": {"text": {"rw": "a", "en": "b"}, "goes": "x"}}
    assert _typed(say, text__fr=" c\r\nd ", text__en="") == {
        "say": {"text": {"rw": "a", "fr": "c\nd"}, "goes": "x"}
    }
    assert _typed(say, text__rw="", text__en="") == {"say": {"text": {}, "goes": "x"}}
    assert _typed(MENU, note__rw="x")["menu"]["note"] == {"rw": "x"}
    assert "note" not in _typed(_typed(MENU, note__rw="x"), note__rw="")["menu"]


def test_what_the_form_does_not_name_stays() -> None:
    node = {**MENU, "review": {"rw": "reviewed"}, "signed": {"by": "A", "day": "2026-01-02"}}
    labelled = {**MENU["menu"]["choices"][1], "label": {**t("No"), "rw": "Oya"}}
    choices = [MENU["menu"]["choices"][0], labelled]
    found = _typed(node, choices__1__rw="Oya")
    assert found == {**node, "menu": {**MENU["menu"], "choices": choices}}


def test_a_row_behind_the_last_is_a_new_one() -> None:
    found = _typed(MENU, choices__2__rw="Simbizi", choices__2__value="unsure", choices__3__rw="")
    assert found["menu"]["choices"][2:] == [{"label": {"rw": "Simbizi"}, "value": "unsure"}]
    late = _typed(MENU, choices__4__rw="Simbizi", choices__3__value="not a value")
    assert late["menu"]["choices"][2:] == [{"label": {"rw": "Simbizi"}}]
    assert _typed(BRANCH, arms__2__goes="d")["branch"][2] == {"goes": "d"}


def test_a_condition_is_four_fields() -> None:
    assert form_of(BRANCH)["arms.0.when.is"] == "x, y"
    assert form_of(BRANCH)["arms.0.when.not"] == "yes"
    found = _typed(BRANCH, arms__0__when__is="z", arms__0__when__not="")
    assert found["branch"][0] == {"when": {"answer": "a", "is": "z"}, "goes": "b"}
    found = _typed(BRANCH, arms__0__when__is="", arms__0__when__answer="")
    assert found["branch"][0] == {"goes": "b"}
    found = _typed(BRANCH, arms__1__when__flag="reporting")
    assert found["branch"][1] == {"goes": "c", "when": {"flag": "reporting"}}


def test_a_last_screen_says_something_or_goes_back_to_the_flow_that_called() -> None:
    back: dict[str, Any] = {"finish": {}}
    assert form_of(back)["returns"] == "yes"
    assert _typed(back, returns="yes", text__rw="x") == {"finish": {"text": {"rw": "x"}}}
    assert _typed(back, returns="", text__rw="x") == {"finish": {"text": {"rw": "x"}}}
    assert _typed(back, returns="") == {"finish": {"text": {}}}
    assert _typed({"finish": {"text": t("x")}}, returns="yes") == {"finish": {}}


@pytest.mark.parametrize(
    ("name", "typed", "fault"),
    [
        ("text.rw", "a\0b", FieldFault.UNSEEN),
        ("text.rw", "a\u202eb", FieldFault.UNSEEN),
        ("choices.0.fr", "a\u200bb", FieldFault.UNSEEN),
        ("goes", "Not a name", FieldFault.NAME),
        ("goes", "n\u200bo", FieldFault.UNSEEN),
        ("choices.0.goes", "9", FieldFault.NAME),
        ("choices.0.value", "a b", FieldFault.VALUE),
        ("choices.0.key", "9", FieldFault.KEY),
        ("choices.1.when.is", "a, é", FieldFault.VALUE),
        ("choices.1.when.flag", "A", FieldFault.LIST),
        ("signed.day", "yesterday", FieldFault.DAY),
        ("languages", "maybe", FieldFault.CHOICE),
    ],
)
def test_one_refused_field_leaves_the_rest(name: str, typed: str, fault: FieldFault) -> None:
    read = read_form(MENU, {name: typed, "text.en": "New"})
    assert [(one.name, one.fault, one.typed) for one in read.refused] == [(name, fault, typed)]
    assert read.node == read_form(MENU, {"text.en": "New"}).node


def test_a_locked_mark_is_not_taken() -> None:
    fields = locked_fields(_typed(MENU, choices__2__rw="x"), MENU)
    assert {"saves", "topic", "choices.0.value", "choices.1.key"} <= fields
    assert "choices.2.value" not in fields
    assert locked_fields(MENU, None) == frozenset()
    read = read_form(MENU, {"saves": "other", "text.rw": "x"}, locked=fields)
    assert (read.node["menu"]["saves"], read.node["menu"]["text"]["rw"]) == ("which", "x")


def test_a_mark_stays_locked_where_its_choice_moved() -> None:
    moved = after_button(MENU, "up:1")
    assert moved is not None
    assert "choices.0.value" in locked_fields(moved, MENU)
    assert "choices.0.value" in locked_fields(_typed(MENU, choices__0__value="other"), MENU)


@pytest.mark.parametrize(
    ("do", "labels"),
    [
        ("up:1", ["No en", "Yes en"]),
        ("down:0", ["No en", "Yes en"]),
        ("down:choices.0", ["No en", "Yes en"]),
        ("drop:0", ["No en"]),
        ("add", ["Yes en", "No en", None]),
        ("add:choices", ["Yes en", "No en", None]),
        ("up:0", None),
        ("down:1", None),
        ("drop:2", None),
        ("up:x", None),
        ("drop:arms.0", None),
        ("save", None),
        ("", None),
    ],
)
def test_a_button_changes_rows_or_nothing(do: str, labels: list[str | None] | None) -> None:
    found = after_button(MENU, do)
    if labels is None:
        assert found is None
    else:
        assert found is not None
        assert [one["label"].get("en") for one in found["menu"]["choices"]] == labels
    assert len(MENU["menu"]["choices"]) == 2


def test_a_new_arm_stands_before_the_one_that_always_holds() -> None:
    found = after_button(BRANCH, "add")
    assert found is not None
    assert found["branch"][1:] == [{}, {"goes": "c"}]


@settings(deadline=None)
@given(
    BROKEN,
    st.sampled_from(["add", "up:1", "down:0", "drop:0", "add:lead", "fix_all:fr", "up:arms.1"]),
)
def test_no_button_breaks_on_a_broken_node(node: dict[str, Any], do: str) -> None:
    assert after_button(node, do) is None or isinstance(after_button(node, do), dict)
