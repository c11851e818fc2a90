"""Tests how the data controller's file is read, or refused with every fault and without quoting its content."""

import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.operations.data_protection import DUTIES, TEMPLATE, facts_of
from hotline.text.errors import SettingsInvalid

WHOLE = {
    "controller": "The ministry",
    "registration": "No. 7",
    "contact": "Legal affairs, room 3",
    "assessed": date(2026, 11, 2),
    "hosting": "Kigali, two rooms",
    "processors": ["Gateway, contract of 2026"],
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


def test_the_file_to_fill_in_owes_everything_and_a_whole_one_nothing() -> None:
    assert list(facts_of(tomllib.loads(TEMPLATE)).owed) == list(DUTIES.values())
    whole = facts_of(WHOLE)
    assert (whole.owed, whole.assessed) == ([], date(2026, 11, 2))


@pytest.mark.parametrize("lacking", DUTIES)
def test_each_field_that_is_left_out_is_owed(lacking: str) -> None:
    rest = {name: value for name, value in WHOLE.items() if name != lacking}
    assert facts_of(rest).owed == [DUTIES[lacking]]


@given(st.dictionaries(st.sampled_from([*DUTIES, "else"]), ANYTHING))
def test_any_document_is_read_or_refused_with_words_of_ours(document: dict[str, Any]) -> None:
    try:
        facts = facts_of(document)
    except SettingsInvalid as refused:
        named = {fault.partition(":")[0] for fault in refused.problems}
    else:
        named = set()
        assert "\n" not in facts.controller + facts.hosting
    assert named <= {*DUTIES, "unknown field"}
