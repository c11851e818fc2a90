"""Tests the removal of a whole flow: every arrow to it gets a new target, and a flow with a short code cannot be
removed."""

from typing import Any

import pytest

from hotline.editing.rules_operations import (
    FlowModelName,
    Obstacle,
    arrows_into_flow,
    calls_of,
    flows_without_arrows,
    new_flow,
    obstacle_to_removing,
)
from hotline.flows.conversation import Place
from tests.editing.documents import shipped
from tests.flows.books import t


def test_a_flow_stays_while_an_entry_opens_it_or_an_arrow_is_undecided() -> None:
    document = shipped()
    flows, entries = document["flows"], document["entries"]
    for name in flows:
        obstacle = obstacle_to_removing(flows, entries, name, {})
        assert (obstacle is Obstacle.ENTRY) is (name in entries.values())
        opened = bool(arrows_into_flow(flows, name))
        stays = {*entries.values(), "front"}
        assert (obstacle is Obstacle.UNDECIDED) is (opened and name not in stays)
    assert calls_of(flows, "abroad")[0] == Place("front", "abroad")
    assert calls_of({"x": {"nodes": {"a": {"call": {"flow": "x"}}}}}, "x") == ()
    assert obstacle_to_removing(flows, entries, "front", {}) is Obstacle.START
    assert obstacle_to_removing(flows, entries, "no", {}) is Obstacle.UNKNOWN
    flows = {**flows, "pay": new_flow(FlowModelName.MENU, "pay")}
    assert obstacle_to_removing(flows, entries, "pay", {}) is None


CALLING: dict[str, Any] = {
    "start": "which",
    "nodes": {
        "which": {
            "menu": {
                "text": t("Which?"),
                "choices": [
                    {"goes": "pay", "label": t("A")},
                    {"goes": "pay_2", "label": t("B")},
                    {"goes": "end", "label": t("C")},
                    {"goes": "pay", "label": t("D")},
                ],
            }
        },
        "said": {"say": {"text": t("x"), "goes": "pay"}},
        "pay": {"call": {"flow": "pay", "goes": "pay_2"}},
        "pay_2": {"call": {"flow": "pay"}},
        "way": {"branch": [{"when": {"flag": "a"}, "goes": "pay"}, {"goes": "end"}]},
        "end": {"finish": {}},
    },
}
ALL_OF_IT = {
    "front/which.choices.0.goes": "",
    "front/which.choices.1.goes": "end",
    "front/which.choices.3.goes": "",
    "front/said.goes": "flow:law",
    "front/way.arms.0.goes": "",
}


CALLED: dict[str, Any] = {"front": CALLING, "pay": {"nodes": {}}, "law": {"nodes": {}}}


def test_a_flow_goes_and_every_arrow_into_it_leads_elsewhere() -> None:
    assert {one.key for one in arrows_into_flow(CALLED, "pay")} == {*ALL_OF_IT}
    assert obstacle_to_removing(CALLED, {}, "pay", ALL_OF_IT) is None
    (changed,) = flows_without_arrows(CALLED, "pay", ALL_OF_IT).values()
    nodes = changed["nodes"]
    assert [*nodes] == ["which", "said", "way", "end", "law"]
    said = [(row["goes"], row["label"]) for row in nodes["which"]["menu"]["choices"]]
    assert said == [("end", t("B")), ("end", t("C"))]
    assert nodes["said"]["say"]["goes"] == "law"
    assert nodes["way"] == {"branch": [{"goes": "end"}]}
    assert CALLING["nodes"]["pay"] == {"call": {"flow": "pay", "goes": "pay_2"}}, "nothing in place"


@pytest.mark.parametrize(
    ("key", "goes"),
    [
        ("front/said.goes", None),
        ("front/said.goes", "nowhere"),
        ("front/said.goes", "pay_2"),
        ("front/said.goes", "flow:pay"),
        ("front/said.goes", "flow:front"),
        ("front/said.goes", "flow:no"),
    ],
)
def test_an_arrow_without_a_new_end_keeps_the_flow(key: str, goes: str | None) -> None:
    others = {name: said for name, said in ALL_OF_IT.items() if name != key}
    decided = others if goes is None else {**others, key: goes}
    assert obstacle_to_removing(CALLED, {}, "pay", decided) is Obstacle.UNDECIDED


def test_the_start_and_the_last_row_of_a_list_are_led_and_never_taken_out() -> None:
    only: dict[str, Any] = {
        "start": "pay",
        "nodes": {"pay": {"call": {"flow": "pay"}}, "end": {"finish": {}}},
    }
    flows: dict[str, Any] = {"front": only, "pay": {"nodes": {}}}
    assert obstacle_to_removing(flows, {}, "pay", {"front/.start": ""}) is Obstacle.UNDECIDED
    assert obstacle_to_removing(flows, {}, "pay", {"front/.start": "end"}) is None
    assert flows_without_arrows(flows, "pay", {"front/.start": "end"})["front"]["start"] == "end"
    rows = {"nodes": {"b": {"branch": [{"goes": "pay"}]}, "pay": {"call": {"flow": "pay"}}}}
    flows = {"front": rows, "pay": {"nodes": {}}}
    assert obstacle_to_removing(flows, {}, "pay", {"front/b.arms.0.goes": ""}) is Obstacle.UNDECIDED
