"""Flows from files into the database and back."""

from pathlib import Path
from typing import Any

import pytest

from hotline.engine.source import dump
from hotline.errors import FlowInvalid, NotReady
from hotline.services.authoring import digest_of, live_document, publish, read_folder, write_folder
from hotline.store import flows
from hotline.store.database import Database
from tests.conftest import Clock
from tests.engine.books import make_document, t

SHIPPED = Path(__file__).parents[2] / "flows"


def _playable(words: str = "Goodbye") -> dict[str, Any]:
    """A document that the real place lists suffice for."""
    document = make_document(learn={"one": {"finish": {"text": t(words)}}})
    document["flows"]["tell"]["nodes"]["district"]["ask"]["list"] = "districts.{province}"
    return document


def test_the_shipped_flows_are_read(database: Database, clock: Clock) -> None:
    document = read_folder(SHIPPED)
    publish(database, document, clock())
    assert live_document(database) == document
    assert set(document) == {"flows", "entries"}


def test_every_fault_of_every_file_is_told_at_once(tmp_path: Path) -> None:
    for name, flow in _playable()["flows"].items():
        (tmp_path / f"{name}.yaml").write_text(dump(flow), encoding="utf-8")
    (tmp_path / "a.yaml").write_text("flow: [", encoding="utf-8")
    (tmp_path / "b.yaml").write_bytes(b"flow: \xff")
    (tmp_path / "c.yaml").write_text("flow: c\ncolour: red\n", encoding="utf-8")

    with pytest.raises(FlowInvalid) as raised:
        read_folder(tmp_path)
    told = " ".join(raised.value.problems)
    assert all(part in told for part in ("a.yaml: line", "b.yaml: not UTF-8", "flows.c.colour"))


def test_a_folder_without_flows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FlowInvalid, match="holds no flow file"):
        read_folder(tmp_path)


def test_the_same_document_is_one_revision(database: Database, clock: Clock) -> None:
    first = publish(database, _playable(), clock())
    clock.turn(hours=1)
    shuffled = dict(reversed(_playable().items()))

    assert publish(database, shuffled, clock()) == first
    with database.reading() as session:
        revision = flows.with_digest(session, digest_of(shuffled))
    assert revision is not None
    assert revision.live_from == revision.created_at, "it was live already"


def test_another_document_is_another_revision_and_an_old_one_can_return(
    database: Database, clock: Clock
) -> None:
    first = publish(database, _playable(), clock())
    clock.turn(minutes=1)
    second = publish(database, _playable("So long"), clock())
    clock.turn(minutes=1)

    assert second != first
    assert live_document(database) == _playable("So long")
    assert publish(database, _playable(), clock()) == first
    assert live_document(database) == _playable()


def test_what_cannot_be_played_is_not_published(database: Database, clock: Clock) -> None:
    with pytest.raises(FlowInvalid):
        publish(database, make_document(learn={"one": {"call": {"flow": "no"}}}), clock())
    with pytest.raises(NotReady):
        live_document(database)


def test_a_document_survives_its_folder(tmp_path: Path) -> None:
    document = read_folder(SHIPPED)
    write_folder(document, tmp_path / "out")
    assert read_folder(tmp_path / "out") == document
