"""Tests that a builder makes the same screens as an editor makes by hand, and that the flows of a builder may be
published."""

import copy
from typing import Any

import pytest

from hotline.editing.rules_operations import (
    FlowModelName,
    Obstacle,
    build_flow,
    move_to_arrow,
    new_flow,
    obstacle_to_moving,
    slots,
    with_choice,
    with_number,
)
from hotline.editing.rules_preview import Arrow, flow_groups
from hotline.editing.service_publishing import all_problems
from hotline.flows.check import Code
from hotline.flows.node_fields import rows_of, texts_in, with_value
from tests.editing.documents import shipped
from tests.flows.books import t

LESSON = {"one.text": t("Pay nothing."), "two.text": t("Keep the contract.")}
QUESTION = {"question.text": t("Is it free?"), "question_known.text": t("A job costs nothing.")}


@pytest.mark.row("A13")
def test_a_lesson_has_the_screens_that_were_written() -> None:
    flow = build_flow(FlowModelName.LESSON, "pay", LESSON, onward="onward")
    assert flow["nodes"] == {
        "one": {"say": {"text": t("Pay nothing."), "goes": "two"}},
        "two": {"say": {"text": t("Keep the contract."), "goes": "last", "topic": "pay"}},
        "last": {"call": {"flow": "onward"}},
    }
    assert flow["start"] == "one"


def test_a_question_is_asked_before_and_after_with_one_right_answer() -> None:
    flow = build_flow(FlowModelName.LESSON, "pay", LESSON | QUESTION, denied=["question"])
    assert flow["start"] == "question"
    assert [*flow["nodes"]] == [
        *("question", "one", "two", "question_again", "question_known", "last")
    ]
    for node, saves in (("question", "quiz_pay_one"), ("question_again", "again_pay_one")):
        menu = flow["nodes"][node]["menu"]
        assert (menu["text"], menu["saves"]) == (t("Is it free?"), saves)
        assert [choice["value"] for choice in menu["choices"]] == ["wrong", "right", "unsure"]


def test_what_builders_make_may_go_live() -> None:
    """Editors may also publish a flow that they make by hand from an empty model. The screens of such a flow show a
    phone number only while the number is verified."""
    document, made = copy.deepcopy(shipped()), set()
    flows = document["flows"]
    for model in FlowModelName:
        said = {slot.key: t(f"Text {at}") for at, slot in enumerate(slots(model))}
        flows[f"built_{model}"] = build_flow(model, f"built_{model}", said, onward="onward")
        flows[f"by_{model}"] = written(new_flow(model, f"by_{model}", onward="onward"))
        made |= {f"built_{model}", f"by_{model}"}
    flows["help"] = with_number(flows["help"], "who", "116", t("Call 116."))
    number = rows_of(flows["help"]["nodes"]["who"], "lead")[-1]
    assert number == {"number": "116", "text": t("Call 116.")}
    found = [(one.flow, one.code) for one in all_problems(document) if one.flow in made]
    assert {*found} == {(flow, Code.UNREACHABLE) for flow in made}
    for flow in made:
        rights = with_choice(flows["rights"], flows["rights"]["start"], flow, t("Pay"))
        assert rights is not None
        flows["rights"] = rights
    found = [(one.flow, one.code) for one in all_problems(document)]
    assert [one for one in found if one[0] in made] == []
    assert ("help", Code.NUMBER_UNSIGNED) not in found


def written(flow: dict[str, Any]) -> dict[str, Any]:
    """Returns a new flow in which each missing text is filled in."""
    for name, node in flow["nodes"].items():
        for at, text in enumerate(texts_in(node)):
            if not text.words:
                flow["nodes"][name] = with_value(flow["nodes"][name], text.steps, t(f"{name} {at}"))
    return flow


def test_a_moved_screen_stands_between_the_chosen_screens() -> None:
    said = {f"{node}.text": t(node) for node in ("one", "two", "three")}
    flow = build_flow(FlowModelName.LESSON, "pay", said, onward="onward")
    moved = move_to_arrow(flow, "two", Arrow("three", "goes", "last"))
    assert {
        name: node["say"]["goes"] for name, node in moved["nodes"].items() if name != "last"
    } == {"one": "three", "three": "two", "two": "last"}
    assert [*moved["nodes"]] == ["one", "three", "two", "last"]
    assert obstacle_to_moving(flow, "one", Arrow("three", "goes", "last")) is Obstacle.START
    assert obstacle_to_moving(flow, "two", None) is Obstacle.UNKNOWN
    assert move_to_arrow(flow, "two", Arrow("one", "goes", "two")) == flow


def test_flows_are_grouped_as_callers_meet_them() -> None:
    flows = {**shipped()["flows"], "alone": build_flow(FlowModelName.LESSON, "alone", LESSON)}
    groups = flow_groups(flows, "front", ["training"])
    assert [*groups][:3] == ["front", "abroad", "homes"]
    assert (groups["quiz"], groups["training"], groups["alone"]) == ("front", "code", "other")
