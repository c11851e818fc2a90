"""A6: tests two drafts with the same base, published in either order. The merge keeps each edit, or asks an editor to
choose between two edits."""

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.editing.rules_drafts import ENTRIES, NUMBERS, part_of, parts_of
from hotline.editing.rules_forms import Side
from hotline.editing.service_drafts import GatheredDraft
from hotline.editing.tables import DraftRow, DraftStep
from hotline.text.languages import CODES
from tests.editing.changing import playable
from tests.editing.documents import Edit, Facts, body_of, row_name
from tests.flows.books import t

BASE = {**playable(), "entries": {"7": "learn", "8": "tell"}}


SPOKEN = [
    (flow, node)
    for flow, parts in BASE["flows"].items()
    for node in parts["nodes"]
    if "text" in body_of(parts, node)
]
MENUS = [(flow, node) for flow, node in SPOKEN if body_of(BASE["flows"][flow], node).get("choices")]


@st.composite
def edits(draw: st.DrawFn, mark: str) -> Edit:
    """Generates one random action of an editor. The action does nothing if its target no longer exists."""
    flow, node = draw(st.sampled_from(SPOKEN))
    other, menu = draw(st.sampled_from(MENUS))
    code, at = draw(st.sampled_from(CODES)), draw(st.integers(0, 2))
    words = f"{mark}{draw(st.integers(0, 1))}"

    def there(document: dict[str, Any], flow: str) -> dict[str, Any]:
        found: dict[str, Any] = document["flows"].get(flow, {"nodes": {}})
        return found

    def says(document: dict[str, Any]) -> None:
        body_of(there(document, flow), node).get("text", {})[code] = words

    def labels(document: dict[str, Any]) -> None:
        for row in body_of(there(document, other), menu).get("choices", [])[at : at + 1]:
            row["label"][code] = words

    def drops(document: dict[str, Any]) -> None:
        del body_of(there(document, other), menu).get("choices", [])[at : at + 1]

    def adds(document: dict[str, Any]) -> None:
        rows = body_of(there(document, other), menu).get("choices", [])
        if words not in map(row_name, rows):
            rows.insert(at, {"label": t(words), "value": words})

    def moves(document: dict[str, Any]) -> None:
        rows = body_of(there(document, other), menu).get("choices", [])
        rows.insert(at, rows.pop()) if rows else None

    def leads(document: dict[str, Any]) -> None:
        body_of(there(document, flow), node)["goes"] = words

    def deletes(document: dict[str, Any]) -> None:
        there(document, flow)["nodes"].pop(node, None)

    def writes(document: dict[str, Any]) -> None:
        there(document, flow)["nodes"][f"new_{at}"] = {"say": {"text": t(words)}}

    def takes_out(document: dict[str, Any]) -> None:
        document["flows"].pop(flow, None)

    def begins(document: dict[str, Any]) -> None:
        document["flows"][f"flow_{at}"] = {
            "start": "x",
            "nodes": {"x": {"say": {"text": t(words)}}},
        }

    def prints(document: dict[str, Any]) -> None:
        document["entries"][str(at + 7)] = words

    def lists(document: dict[str, Any]) -> None:
        for row in document["numbers"][at : at + 1]:
            row["service"] = words

    every: list[Edit] = [says, says, labels, drops, adds, moves, leads, deletes, writes, begins]
    every += [prints, lists, takes_out]
    return every[draw(st.integers(0, len(every) - 1))]


def documents(mark: str) -> st.SearchStrategy[dict[str, Any]]:
    """Generates a copy of the base with up to six edits of one editor."""

    def made(script: list[Edit]) -> dict[str, Any]:
        document = copy.deepcopy(BASE)
        for edit in script:
            edit(document)
        return document

    return st.lists(edits(mark), max_size=6).map(made)


def _facts(document: Mapping[str, Any]) -> Facts:
    """Returns every text of a document under a unique name, without using the code under test."""
    found: Facts = {("entries", key): to for key, to in document["entries"].items()}
    found |= {("numbers", row["number"]): row["service"] for row in document["numbers"]}
    for flow, parts in document["flows"].items():
        found[flow, ""] = parts.get("start")
        for node in parts["nodes"]:
            body = body_of(parts, node)
            found[flow, node] = next(iter(parts["nodes"][node]))
            found |= {(flow, node, code): said for code, said in body.get("text", {}).items()}
            found |= {(flow, node, key): body[key] for key in ("goes", "topic") if key in body}
            for row in body.get("choices", []):
                label = row["label"].items()
                found |= {(flow, node, row_name(row), code): said for code, said in label}
    return found


def _order(document: Mapping[str, Any], flow: str, node: str) -> list[str]:
    rows = body_of(document["flows"].get(flow, {"nodes": {}}), node).get("choices", [])
    return [*map(row_name, rows)]


def change(after: Mapping[str, Any], live: Mapping[str, Any]) -> GatheredDraft:
    """Returns a draft that changes `BASE` into `after`, while the document `live` is published."""
    names = dict.fromkeys((*parts_of(BASE), *parts_of(after)))
    steps = {
        part: DraftStep(part=part, document=part_of(after, part))
        for part in names
        if part_of(after, part) != part_of(BASE, part)
    }
    return GatheredDraft(DraftRow(base_id=1), steps, 2, "", live, BASE)


def asked(gathered: GatheredDraft) -> set[tuple[str, ...]]:
    """Returns the parts, and the screens in these parts, for which the page asks an editor to choose one of two
    edits."""
    names = {ENTRIES: "entries", NUMBERS: "numbers"}
    return {
        (names.get(part, part), *([clash.place.node] if clash.place.node else []))
        for part, clashes in gathered.clashes.items()
        for clash in clashes
    }


def is_asked(fact: tuple[str, ...], about: set[tuple[str, ...]]) -> bool:
    return any(fact[: len(one)] == one for one in about)


@pytest.mark.row("A6")
@settings(deadline=None)
@given(documents("mine"), documents("theirs"))
def test_a6_no_edit_is_lost_in_silence(mine: dict[str, Any], theirs: dict[str, Any]) -> None:
    was, edited = _facts(BASE), [_facts(mine), _facts(theirs)]
    results = []
    for first, second in ((mine, theirs), (theirs, mine)):
        live = change(first, BASE).document
        assert _facts(live) == _facts(first), "the first one meets nobody"
        late = change(second, live)
        about, heard = asked(late), _facts(late.document)
        results.append((about, heard))
        for fact in {*was, *edited[0], *edited[1]}:
            for one in edited:
                if one.get(fact) != was.get(fact) and not is_asked(fact, about):
                    assert heard.get(fact) == one.get(fact), fact
        for place in MENUS:
            named = [{*_order(one, *place)} for one in (BASE, mine, theirs)]
            both = set.intersection(*named)
            was_in, *new_in, now_in = (
                [name for name in _order(one, *place) if name in both]
                for one in (BASE, mine, theirs, late.document)
            )
            moved = [order for order in new_in if order != was_in]
            if not is_asked(place, about):
                assert now_in == (moved or [was_in])[0]
                assert len({*map(tuple, moved)}) <= 1
        for side, kept in ((Side.YOURS, second), (Side.THEIRS, first)):
            for part in late.steps:
                clashes = late.clashes.get(part, ())
                done = late.merge_part(part, {one.key: side for one in clashes})
                assert done.clashes == (), "who chose is asked nothing more"
                if any(not one.place.name and not one.place.node for one in clashes):
                    assert done.document == part_of(kept, part), "a part is chosen whole"
    (about, heard), (about_turned, heard_turned) = results
    assert about == about_turned, "who came first makes no difference to what is asked"
    if not about:
        assert heard == heard_turned
