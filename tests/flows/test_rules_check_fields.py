"""Tests that each problem names the field to fix, and that a flow can be checked alone."""

from typing import Any

import pytest

from hotline.flows.check import Code, anchor
from hotline.flows.check_flow_set import check_document, flow_problems, node_problems, set_problems
from hotline.flows.document import bind_lists, field_of, read
from tests.flows.books import LISTS, choice, make_document, t

END: dict[str, Any] = {"finish": {"text": t("Goodbye")}}


def _menu(*choices: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"learn": {"one": {"menu": {"text": t("x"), "choices": [*choices], **fields}}, "e": END}}


def _ask(**fields: Any) -> dict[str, Any]:
    asked = {"text": t("x"), "saves": "a", "goes": "e", **fields}
    return {"learn": {"one": {"ask": asked}, "e": END}}


@pytest.mark.parametrize(
    ("changed", "code", "field", "language"),
    [
        (_menu(choice("a", goes="e"), choice("b", goes="no")), Code.UNKNOWN_NODE, "choices.1.goes", ""),
        (_menu(choice("a", goes="e"), note={"rw": "x", "en": "x"}), Code.LANGUAGE_MISSING, "note", "fr"),
        (_menu({"label": {**t("a"), "fr": "reçu"}, "goes": "e"}), Code.LETTER, "choices.0", "fr"),
        (_menu({"label": {**t("a"), "rw": "y" * 200}, "goes": "e"}), Code.TOO_LONG, "choices.0", "rw"),
        (_menu(choice("a", goes="e"), choice(f"{'x' * 15} b", goes="e")), Code.BROKEN_WORD, "choices.1", "rw"),
        (_menu(choice("a", goes="e", when={"flag": "a"})), Code.DEAD_END, "choices", ""),
        (
            _menu(*(choice(one, goes="e", value=f"v{one}") for one in "aba"), saves="s"),
            Code.VALUE_TWICE, "choices.2.value", "",
        ),
        (
            _ask(kind="place", list="provinces", choices=[choice("b", value="v"), choice("c", value="v")]),
            Code.VALUE_TWICE, "choices.1.value", "",
        ),
        (_menu(choice("a", goes="e", when={"answer": "no"})), Code.UNKNOWN_ANSWER, "choices.0.when", ""),
        (_menu(choice("a", goes="e"), choice("b")), Code.SHAPE, "choices.1.goes", ""),
        (_menu(choice("a", goes="e"), {"label": {"rw": "b", "fr": ""}, "goes": "e"}), Code.SHAPE, "choices.1", "fr"),
        (_menu(choice("a", goes="Not a name")), Code.SHAPE, "choices.0.goes", ""),
        (_ask(kind="place", list="no"), Code.UNKNOWN_LIST, "list", ""),
        (_ask(kind="number", weak="e"), Code.SHAPE, "", ""),
        (_ask(kind="guess"), Code.SHAPE, "asks", ""),
        (
            _ask(kind="place", list="provinces", choices=[choice("b", value="unsure")]),
            Code.UNSURE_LATE, "choices.0.every_page", "",
        ),
        (
            {"learn": {"one": {"say": {"text": t("a"), "lead": [{"when": {"flag": "a"}, "text": t("call 115")}]}}}},
            Code.NUMBER_UNSIGNED, "lead.0", "rw",
        ),
        (
            {"learn": {"one": {"branch": [{"when": {"flag": "Not"}, "goes": "e"}, {"goes": "e"}]}, "e": END}},
            Code.SHAPE, "arms.0.when", "",
        ),
        ({"learn": {"one": {"call": {"flow": "no"}}}}, Code.UNKNOWN_FLOW, "flow", ""),
        ({"tell": {"a": {"say": {"text": t("x")}}}}, Code.DEAD_END, "goes", ""),
    ],
)  # fmt: skip
def test_problem_names_its_field(
    changed: dict[str, Any], code: Code, field: str, language: str
) -> None:
    found = [one for one in check_document(make_document(**changed), LISTS) if one.code is code]
    assert (field, language) in {(one.field, one.language) for one in found}, found


@pytest.mark.parametrize(
    ("field", "language", "said"),
    [("choices.2", "rw", "f-choices.2-rw"), ("goes", "", "f-goes"), ("", "rw", "")],
)
def test_field_has_id_on_its_page(field: str, language: str, said: str) -> None:
    assert anchor(field, language) == said


def test_path_is_named_like_form_field() -> None:
    assert field_of(("menu", "choices", "2", "label", "rw")) == ("choices.2", "rw")
    assert field_of(("say", "lead", "0", "when", "answer")) == ("lead.0.when", "")
    assert field_of(("signed", "by")) == ("signed.by", "")
    assert field_of(("finish", "text")) == ("text", "")


def test_flow_and_flow_set_checks_share_no_problem() -> None:
    """A flow's own problems appear without any other flow, and no problem is found twice."""
    late = {
        "one": {"say": {"text": t("reçu"), "goes": "two"}},
        "two": {"branch": [{"goes": "one"}]},
    }
    document = make_document(learn=late, lost={"a": END})
    book = bind_lists(read(document), LISTS)
    alone = {name: [*flow_problems(book, name)] for name in book.flows}
    together = [*set_problems(book)]

    assert {one.code for one in alone["learn"]} == {Code.LETTER, Code.DEAD_END}
    assert [flow for flow, found in alone.items() if found] == ["learn"]
    assert {(one.flow, one.code) for one in together} >= {("lost", Code.UNREACHABLE)}
    whole = [*(one for found in alone.values() for one in found), *together]
    assert sorted(map(str, whole)) == sorted(map(str, check_document(document, LISTS)))
    assert len(whole) == len(set(whole))


def test_node_check_finds_its_own_problems() -> None:
    """The check of a node finds what the check of its flow finds for that node, and nothing about another node."""
    nodes = {
        "one": {
            "menu": {"text": t("reçu"), "choices": [choice("x", goes="no", when={"flag": "a"})]}
        },
        "two": {"say": {"text": {"rw": "x" * 300}}},
        "three": {"call": {"flow": "no"}},
    }
    book = bind_lists(read(make_document(learn=nodes)), LISTS)
    of_all = [*flow_problems(book, "learn")]
    assert {one.node for one in of_all} == {*nodes}
    for node in nodes:
        found = [*node_problems(book, "learn", node)]
        assert found == [one for one in of_all if one.node == node]
