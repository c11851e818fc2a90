"""Tests that the shipped flows contain exactly the labels that fault tests and benchmarks look for."""

from collections.abc import Iterator
from typing import Any

from hotline.cli.init import FLOWS
from hotline.flows.service_authoring import read_folder
from tests.support.labels import LABELS, PROMISES


def test_every_label_is_one_of_a_choice() -> None:
    assert set(LABELS) <= set(texts(read_folder(FLOWS), "label"))


def test_every_promise_is_said_by_a_screen() -> None:
    said = " ".join(texts(read_folder(FLOWS), "text"))
    assert [promise for promise in PROMISES if promise not in said] == []


def texts(node: Any, key: str) -> Iterator[str]:
    """Yields the Kinyarwanda text of every field with this key."""
    if isinstance(node, dict):
        under = node.get(key)
        if isinstance(under, dict) and "rw" in under:
            yield under["rw"]
        for one in node.values():
            yield from texts(one, key)
    elif isinstance(node, list):
        for one in node:
            yield from texts(one, key)
