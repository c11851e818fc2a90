"""Tests the cache for documents of revisions. Each document is read once and shared, no code changes it, and the
number of documents in memory is limited.
"""

import copy
import json
import pickle
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from hotline.core.database import Database
from hotline.core.documents import derived_value, frozen
from hotline.core.driver import CACHED_REVISIONS, DocumentCache
from hotline.flows import document as documents
from hotline.flows import tables

AT = datetime(2026, 11, 24, tzinfo=UTC)


def flow(words: str) -> dict[str, Any]:
    return {"nodes": {"one": {"say": {"text": {"en": words}}}, "two": {"menu": {"choices": [{}]}}}}


def document(**words: str) -> dict[str, Any]:
    return {"flows": {name: flow(said) for name, said in words.items()}, "entries": {"1": "a"}}


def stored(database: Database, said: Mapping[str, Any]) -> int:
    with database.writing() as session:
        return tables.add_revision(session, digest=json.dumps(said), document=said, at=AT).id


def read(database: Database, revision_id: int) -> Mapping[str, Any] | None:
    with database.reading() as session:
        return tables.document_of(session, revision_id)


def test_a_document_is_read_once_and_a_new_revision_at_once(database: Database) -> None:
    database.keep_documents()
    first = stored(database, document(a="one"))
    one = read(database, first)
    assert one == document(a="one")
    assert read(database, first) is one
    second = stored(database, document(a="two"))
    assert read(database, second) == document(a="two")
    assert read(database, second + 1) is None


def test_a_piece_is_the_same_with_memory_and_without(database: Database) -> None:
    one = stored(database, document(a="one", b="two"))
    asked = [("flows", "b"), ("flows", "c"), ("entries",), ("entry_names",), ("phrases", "rw")]
    with database.reading() as session:
        plain = [tables.part_of(session, one, *names) for names in asked]
    database.keep_documents()
    with database.reading() as session:
        assert [tables.part_of(session, one, *names) for names in asked] == plain
        assert tables.part_of(session, one + 1, "flows", "b") is None
    assert plain == [flow("two"), None, {"1": "a"}, None, None]


def test_what_is_not_committed_is_not_kept(database: Database) -> None:
    """If a transaction with a new revision is rolled back, SQLite gives the number of this revision to the next
    revision. So the document of the first revision must not stay in memory.
    """
    keeping = database.keep_documents()
    with database.writing() as session:
        row = tables.add_revision(session, digest="x", document=document(a="never"), at=AT)
        assert tables.document_of(session, row.id) == document(a="never")
        session.rollback()
    assert len(keeping.revisions) == 0


def test_the_oldest_goes() -> None:
    keeping, loaded = DocumentCache(), []

    def load(number: int) -> Callable[[], Mapping[str, Any]]:
        def now() -> Mapping[str, Any]:
            loaded.append(number)
            return document(a=f"words {number}")

        return now

    for number in (*range(CACHED_REVISIONS), 0, CACHED_REVISIONS, 0, 1):
        keeping.document(number, load(number))
        assert len(keeping) <= CACHED_REVISIONS
    assert loaded == [*range(CACHED_REVISIONS + 1), 1]


def test_flows_that_are_alike_are_kept_once() -> None:
    keeping = DocumentCache()
    first = keeping.document(1, lambda: document(a="one", b="two")) or {}
    turned = document(a="one", b="two", c="three")
    turned["flows"]["b"]["nodes"] = dict(reversed(turned["flows"]["b"]["nodes"].items()))
    second = keeping.document(2, lambda: turned) or {}
    assert second == turned
    assert second["flows"]["a"] is first["flows"]["a"]
    assert [*second["flows"]["b"]["nodes"]] == ["two", "one"], "the order of screens is another"


def test_a_draft_may_be_anything(database: Database) -> None:
    memory = database.keep_documents()
    for number, draft in enumerate(({}, {"flows": []}, {"flows": {}}, {"nodes": None}), 1):
        assert memory.steps.document(number, lambda draft=draft: draft) == draft  # type: ignore[misc]


CHANGING = {
    *("__setitem__", "__delitem__", "__ior__", "__iadd__", "__imul__", "append", "clear"),
    *("extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort"),
    "update",
}


def test_nobody_changes_what_is_shared() -> None:
    shared = frozen(document(a="one"))
    choices = shared["flows"]["a"]["nodes"]["two"]["menu"]["choices"]
    for part, kind in ((shared, dict), (shared["flows"]["a"], dict), (choices, list)):
        for name in CHANGING & vars(kind).keys():
            with pytest.raises(TypeError, match="change a copy"):
                getattr(part, name)("flows", {})
    assert shared == document(a="one")


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
