"""Tests shared documents: no code can change them, and reading them works as with any other document."""

import copy
import json
import pickle
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from hotline.core.documents import FrozenArray, derived_value, frozen
from hotline.flows import document as documents


def flow(words: str) -> dict[str, Any]:
    return {"nodes": {"one": {"say": {"text": {"en": words}}}, "two": {"menu": {"choices": [{}]}}}}


def document(**words: str) -> dict[str, Any]:
    return {"flows": {name: flow(said) for name, said in words.items()}, "entries": {"1": "a"}}


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it["flows"].update(b={}),
        lambda it: it["flows"]["a"].pop("nodes"),
        lambda it: it["flows"]["a"]["nodes"]["one"].setdefault("reason", ""),
        lambda it: it["flows"]["a"]["nodes"].__setitem__("one", {}),
        lambda it: it["flows"]["a"]["nodes"].__delitem__("one"),
        lambda it: it["flows"]["a"]["nodes"]["two"]["menu"]["choices"].append({}),
        lambda it: it["flows"]["a"]["nodes"]["two"]["menu"]["choices"].__setitem__(0, {}),
        lambda it: it["flows"]["a"]["nodes"]["two"]["menu"]["choices"].sort(),
    ],
)
def test_nobody_changes_what_is_shared(change: Callable[[Any], object]) -> None:
    shared = frozen(document(a="one"))
    with pytest.raises(TypeError, match="change a copy"):
        change(shared)
    assert shared == document(a="one")


def test_every_way_to_change_an_object_or_a_list_is_shut() -> None:
    plain = {name for kind in (dict, list) for name in vars(kind)}
    changing = {
        *("__setitem__", "__delitem__", "__ior__", "__iadd__", "__imul__", "append", "clear"),
        *("extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort"),
        "update",
    }
    assert changing <= plain
    for shared, kind in ((frozen({"a": [1]}), dict), (FrozenArray([1]), list)):
        for name in changing & vars(kind).keys():
            assert getattr(type(shared), name) is not getattr(kind, name), name


def test_a_copy_is_plain() -> None:
    shared = frozen(document(a="one"))
    for copied in (
        copy.deepcopy(shared),
        copy.deepcopy(dict(shared)),
        pickle.loads(pickle.dumps(shared)),
    ):
        copied["flows"]["a"]["nodes"]["two"]["menu"]["choices"].append({})
        copied["flows"]["b"] = {}
    assert shared == document(a="one")
    assert documents.parse(documents.dump(shared)) == document(a="one")
    assert json.loads(json.dumps(shared)) == document(a="one")


def test_what_is_made_of_a_document_is_made_once_of_what_is_kept() -> None:
    made = []

    def names(one: Mapping[str, Any]) -> tuple[str, ...]:
        made.append(1)
        return tuple(one["nodes"])

    shared = frozen(document(a="one"))["flows"]["a"]
    assert derived_value(names, shared) is derived_value(names, shared)
    assert len(made) == 1
    for _ in range(2):
        derived_value(names, flow("one"))
    assert len(made) == 3
