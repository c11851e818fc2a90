"""Tests that the list of contents inside a backup is read strictly, because a stranger may have written it."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.operations.rules_backup import Contents, Engine, Manifest
from hotline.text.errors import BackupInvalid
from tests.support.builders import NOON

MANIFEST = Manifest(
    engine=Engine.SQLITE,
    release="0.1.0",
    schema="0001",
    taken_at=NOON,
    recipients=["age1"],
    digest="bb",
    contents="letters",
)
CONTENTS = Contents(rows={"tip": 3}, audit_rows=2, audit_newest="aa")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)


def test_both_come_back_as_they_were() -> None:
    assert Manifest.read(MANIFEST.document()) == MANIFEST
    assert Contents.read(CONTENTS.document()) == CONTENTS


@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_rubbish_is_refused_and_breaks_nothing(document: bytes) -> None:
    with pytest.raises(BackupInvalid):
        Manifest.read(document)
    with pytest.raises(BackupInvalid):
        Contents.read(document)


@given(st.sampled_from(sorted(json.loads(MANIFEST.document()))), JSON)
def test_one_field_of_another_kind_breaks_nothing(name: str, value: object) -> None:
    fields = json.loads(MANIFEST.document()) | {name: value}
    with suppress(BackupInvalid):
        Manifest.read(json.dumps(fields).encode())


@pytest.mark.parametrize(
    "wrong", [{"rows": {"tip": -1}}, {"rows": {"tip": True}}, {"rows": []}, {"audit_rows": "2"}]
)
def test_counts_are_counts(wrong: dict[str, object]) -> None:
    fields = json.loads(CONTENTS.document()) | wrong
    with pytest.raises(BackupInvalid):
        Contents.read(json.dumps(fields).encode())
