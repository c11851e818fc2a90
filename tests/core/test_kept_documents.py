"""Tests documents of revisions in memory: read once, limited in number, shared, and never changed."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from hotline.core.database import Database
from hotline.core.driver import CACHED_REVISIONS, DocumentCache
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
    """SQLite gives the number of a rolled-back revision to the next revision."""
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
