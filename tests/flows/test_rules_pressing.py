"""Tests that a stored flow set is the same as the compiled one."""

import copy
import subprocess
import sys

from hotline.flows import document, service_authoring
from hotline.flows.conversation import Option
from hotline.flows.flow import Flow
from hotline.flows.flow_set_cache import CLASSES, MARK, LoadedFlowSet, deserialise, serialise
from hotline.flows.service_check import place_lists
from tests.flows.books import unpress
from tests.support.callers import FLOWS
from tests.support.made_once import shipped_book


def test_shipped_flows_are_stored_and_loaded_unchanged() -> None:
    lists = place_lists()
    written = service_authoring.read_folder(FLOWS) | {
        "phrases": {"rw": {"TAKEN": "{ref}: uracyakiriye"}}
    }
    book = document.compile(written, lists)
    assert unpress(serialise(book), lists) == book
    assert book.phrases == written["phrases"]


def test_loaded_flow_set_uses_reader_s_lists() -> None:
    lists = {"provinces": (Option("1", {"en": "Kigali"}),)}
    book = shipped_book()
    assert unpress(serialise(book), lists).lists == lists


def test_shipped_flows_contain_each_kind_of_node() -> None:
    """The shipped flows contain every kind of node, so the test that stores and loads them covers every kind."""
    pressed = serialise(shipped_book())
    for number, kind in enumerate(CLASSES, 1):
        assert f"[{number}," in pressed, kind


def test_known_flow_is_not_compiled_again() -> None:
    lists = place_lists()
    written = service_authoring.read_folder(FLOWS)
    pressed = serialise(document.compile(written, lists))
    known = made(pressed)[1].lines
    other = copy.deepcopy(written)
    next(iter(other["flows"]["learn"]["nodes"].values()))["reason"] = "another one"
    flows = other["flows"]
    changed = document.compile(other, lists)
    steps, done = made(serialise(changed), dict(known))
    assert steps == 1
    assert done.flow_set == changed
    assert done.lines.keys() - known.keys() == {
        serialise(changed).split("\n")[[*flows].index("learn") + 1]
    }
    assert made(pressed)[0] == len(written["flows"])


def made(pressed: str, known: dict[str, Flow] | None = None) -> tuple[int, LoadedFlowSet]:
    """Returns the number of flows that had to be built because they are not in `known`, and the loaded flow set."""
    steps, unpressing = 0, deserialise(pressed, place_lists(), {} if known is None else known)
    while True:
        try:
            next(unpressing)
            steps += 1
        except StopIteration as end:
            return steps, end.value


def test_same_code_has_same_mark_in_each_process() -> None:
    """If two processes computed different marks, each process would compile all flows again."""
    asked = "from hotline.flows.flow_set_cache import MARK; print(MARK)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == MARK
