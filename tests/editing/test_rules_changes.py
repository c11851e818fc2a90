"""Tests the parts of a draft, and that a restored publication brings back no old phone number and no old short code."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.editing.rules_drafts import (
    ENTRIES,
    NUMBERS,
    PHRASES,
    part_of,
    parts_of,
    restored_document,
    with_part,
)

ROW = {"number": "3512", "service": "Help", "status": "verified", "evidence": "a letter"}
DOCUMENT: dict[str, Any] = {
    "flows": {"front": {"flow": "front"}, "fees": {"flow": "fees", "nodes": {}}},
    "entries": {"11": "fees"},
    "numbers": [ROW],
    "entry_names": {"11": "poster"},
    "phrases": {"rw": {"TAKEN": "words"}},
}


@pytest.mark.parametrize("part", parts_of(DOCUMENT))
def test_a_part_goes_back_to_where_it_was_taken(part: str) -> None:
    assert with_part(DOCUMENT, part, part_of(DOCUMENT, part)) == DOCUMENT


def test_parts_are_mappings() -> None:
    assert part_of(DOCUMENT, NUMBERS) == {"3512": ROW}
    assert part_of(DOCUMENT, ENTRIES) == {"11": {"flow": "fees", "name": "poster"}}
    assert part_of(DOCUMENT, PHRASES) == {"rw": {"TAKEN": "words"}}
    assert part_of(DOCUMENT, "none") is None


def test_a_flow_is_added_and_taken_out() -> None:
    more = with_part(DOCUMENT, "more", {"flow": "more"})
    assert list(more["flows"]) == ["front", "fees", "more"]
    assert with_part(more, "more", None) == DOCUMENT


def test_a_document_without_phrases_and_names_is_its_files() -> None:
    bare = {"flows": DOCUMENT["flows"], "entries": {"11": "fees"}, "numbers": [ROW]}
    assert with_part(DOCUMENT, PHRASES, {"rw": {}}) == {**bare, "entry_names": {"11": "poster"}}
    assert with_part(bare, ENTRIES, part_of(bare, ENTRIES)) == bare


def test_old_flows_come_back_with_todays_numbers_and_entries() -> None:
    called = {"flow": "new", "nodes": {"one": {"call": {"flow": "deeper"}}}}
    today = {
        "flows": {"front": {}, "new": called, "deeper": {"nodes": {}}, "unprinted": {"nodes": {}}},
        "entries": {"11": "fees", "12": "new"},
        "numbers": [],
        "entry_names": {"12": "radio"},
    }
    back = restored_document(DOCUMENT, today)
    assert list(back["flows"]) == ["front", "fees", "new", "deeper"]
    assert back["flows"]["front"] == {"flow": "front"}
    assert (back["entries"], back["entry_names"]) == (today["entries"], {"12": "radio"})
    assert back["numbers"] == [], "what was taken away stays away"
    assert back["phrases"] == DOCUMENT["phrases"]
    assert "phrases" not in restored_document(today, DOCUMENT)


NAMES = st.sampled_from(["fees", "homes", "law", "quiz"])
DIGITS = st.sampled_from(["11", "12", "13", "14"])
FLOWS = st.dictionaries(
    NAMES,
    st.lists(NAMES, max_size=2).map(
        lambda calls: {"nodes": {f"n{at}": {"call": {"flow": to}} for at, to in enumerate(calls)}}
    ),
)
DOCUMENTS = st.tuples(FLOWS, st.dictionaries(DIGITS, NAMES), st.lists(DIGITS, unique=True)).map(
    lambda parts: {
        "flows": {"front": {"nodes": {}}, **parts[0]},
        "entries": {digits: flow for digits, flow in parts[1].items() if flow in parts[0]},
        "numbers": [{**ROW, "number": digits} for digits in parts[2]],
    }
)


@given(old=DOCUMENTS, today=DOCUMENTS)
def test_a_restore_revives_no_number_or_entry(old: dict[str, Any], today: dict[str, Any]) -> None:
    back = restored_document(old, today)
    assert back["entries"] == today["entries"]
    assert set(back["entries"].values()) <= set(back["flows"])
    assert back["numbers"] == today["numbers"]
    assert {name: back["flows"][name] for name in old["flows"]} == old["flows"]
    for name in back["flows"].keys() - old["flows"].keys():
        called = {node["call"]["flow"] for node in back["flows"][name]["nodes"].values()}
        assert called & today["flows"].keys() <= back["flows"].keys()
