"""Tests that a builder makes the same screens as by hand, and that its flows may go live."""

import copy

import pytest

from hotline.editing.rules_builders import build_flow, slots, with_number
from hotline.editing.rules_operations import (
    FlowModelName,
    Obstacle,
    move_to_arrow,
    obstacle_to_moving,
    with_choice,
)
from hotline.editing.rules_preview import Arrow, flow_groups
from hotline.editing.service_publishing import all_problems
from hotline.flows.check import Code
from hotline.flows.node_fields import rows_of
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


@pytest.mark.parametrize("model", FlowModelName)
def test_what_a_builder_makes_may_go_live(model: FlowModelName) -> None:
    said = {slot.key: t(f"Text {at}") for at, slot in enumerate(slots(model))}
    document = copy.deepcopy(shipped())
    flows = document["flows"]
    flows["pay"] = build_flow(model, "pay", said, onward="onward")
    rights = with_choice(flows["rights"], flows["rights"]["start"], "pay", t("Pay"))
    assert rights is not None
    flows["rights"] = rights
    bad = [one for one in all_problems(document) if one.flow == "pay"]
    assert [one.code for one in bad] == []


def test_a_number_shows_only_while_it_is_verified() -> None:
    flow = with_number(shipped()["flows"]["help"], "who", "116", t("Call 116."))
    assert rows_of(flow["nodes"]["who"], "lead")[-1] == {"number": "116", "text": t("Call 116.")}
    document = {**shipped(), "flows": {**shipped()["flows"], "help": flow}}
    assert Code.NUMBER_UNSIGNED not in {
        one.code for one in all_problems(document) if one.flow == "help"
    }


def test_a_moved_screen_stands_between_the_chosen_screens() -> None:
    said = {f"{node}.text": t(node) for node in ("one", "two", "three")}
    flow = build_flow(FlowModelName.LESSON, "pay", said, onward="onward")
    moved = move_to_arrow(flow, "two", Arrow("three", "goes", "last"))
    assert {
        name: node["say"]["goes"] for name, node in moved["nodes"].items() if name != "last"
    } == {
        "one": "three",
        "three": "two",
        "two": "last",
    }
    assert [*moved["nodes"]] == ["one", "three", "two", "last"]
    assert obstacle_to_moving(flow, "one", Arrow("three", "goes", "last")) is Obstacle.START
    assert obstacle_to_moving(flow, "two", None) is Obstacle.UNKNOWN
    assert move_to_arrow(flow, "two", Arrow("one", "goes", "two")) == flow


def test_flows_are_grouped_as_callers_meet_them() -> None:
    flows = {**shipped()["flows"], "alone": build_flow(FlowModelName.LESSON, "alone", LESSON)}
    groups = flow_groups(flows, "front", ["training"])
    assert [*groups][:3] == ["front", "abroad", "homes"]
    assert (groups["quiz"], groups["training"], groups["alone"]) == ("front", "code", "other")
