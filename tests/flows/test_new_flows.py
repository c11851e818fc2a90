"""Tests that a new flow made from a model has no problems after its texts are written."""

import copy
from typing import Any

from hotline.editing.rules_operations import FlowModelName, new_flow, with_choice
from hotline.editing.service_publishing import all_problems
from hotline.flows.check import Code
from hotline.flows.node_fields import texts_in, with_value
from tests.editing.documents import shipped
from tests.flows.books import t


def _written(flow: dict[str, Any]) -> dict[str, Any]:
    """Returns the model with a text in each place that needs one."""
    for name, node in flow["nodes"].items():
        for at, text in enumerate(texts_in(node)):
            if not text.words:
                flow["nodes"][name] = with_value(flow["nodes"][name], text.steps, t(f"{name} {at}"))
    return flow


def test_models_with_words_and_a_choice_may_go_live() -> None:
    document = copy.deepcopy(shipped())
    flows = document["flows"]
    for model in FlowModelName:
        flows[f"pay_{model}"] = _written(new_flow(model, f"pay_{model}", onward="onward"))
    found = [one for one in all_problems(document) if one.flow.startswith("pay_")]
    assert {(one.flow, one.code) for one in found} == {
        (f"pay_{model}", Code.UNREACHABLE) for model in FlowModelName
    }
    for model in FlowModelName:
        rights = with_choice(flows["rights"], flows["rights"]["start"], f"pay_{model}", t("Pay"))
        assert rights is not None
        flows["rights"] = rights
    assert [one for one in all_problems(document) if one.flow.startswith("pay_")] == []
