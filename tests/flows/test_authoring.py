"""Tests how flows are read from files into the database and written back."""

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.core.database import Database
from hotline.flows import tables
from hotline.flows.document import dump
from hotline.flows.service_authoring import digest_of, live_document, read_folder, write_folder
from hotline.text.errors import FlowInvalid, NotReady
from tests.flows.books import make_document, t
from tests.support.clock import Clock
from tests.support.publishing import publish

HEAD = "number,service,status,evidence,confirmed_by,confirmed_on,answered_by,note\n"
SHIPPED = Path(__file__).parents[2] / "flows"


def _playable(words: str = "Goodbye") -> dict[str, Any]:
    """Returns a document that can run and needs only the real lists of places."""
    document = make_document(learn={"one": {"finish": {"text": t(words)}}})
    document["flows"]["tell"]["nodes"]["district"]["ask"]["list"] = "districts.{province}"
    return document


def test_the_shipped_flows_are_read(database: Database, clock: Clock) -> None:
    document = read_folder(SHIPPED)
    publish(database, document, clock())
    assert live_document(database) == document
    assert set(document) == {"flows", "entries", "numbers"}


def test_all_faults_of_all_files_are_listed_at_once(tmp_path: Path) -> None:
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


def test_changed_or_reordered_document_is_new_revision(database: Database, clock: Clock) -> None:
    first = publish(database, _playable(), clock())
    clock.turn(hours=1)
    shuffled = dict(reversed(_playable().items()))
    assert publish(database, shuffled, clock()) == first
    with database.reading() as session:
        revision = tables.find_by_digest(session, digest_of(shuffled))
    assert revision is not None
    assert revision.live_from == revision.created_at, "it was live already"

    reordered = _playable()
    tell = reordered["flows"]["tell"]
    tell["nodes"] = dict(reversed(tell["nodes"].items()))
    more = {**_playable("So long"), "entries": {"11": "learn", "12": "learn", "90": "cases"}}
    seen = [first]
    for document in (reordered, _playable(), more):
        clock.turn(minutes=1)
        seen.append(publish(database, document, clock()))
        assert live_document(database) == document
        nodes = live_document(database)["flows"]["tell"]["nodes"]
        assert [*nodes] == [*document["flows"]["tell"]["nodes"]]
    assert (seen[2], len({*seen})) == (first, 3)


def test_invalid_flows_are_not_published(database: Database, clock: Clock) -> None:
    with pytest.raises(FlowInvalid):
        publish(database, make_document(learn={"one": {"call": {"flow": "no"}}}), clock())
    with pytest.raises(NotReady):
        live_document(database)


def test_exported_folder_gives_same_document(tmp_path: Path) -> None:
    document = read_folder(SHIPPED)
    write_folder(document, tmp_path / "out")
    assert read_folder(tmp_path / "out") == document


@pytest.mark.row("C17")
@pytest.mark.parametrize("entries", [{"90": "cases"}, {"11": "cases", "90": "cases"}])
def test_c17_published_short_code_stays(
    entries: dict[str, str], database: Database, clock: Clock
) -> None:
    publish(database, _playable(), clock())

    with pytest.raises(FlowInvalid, match=r"entries\.11: was published and .*learn"):
        publish(database, {**_playable(), "entries": entries}, clock())
    assert live_document(database) == _playable()


@pytest.mark.parametrize(
    ("sheet", "fault"),
    [
        ("number,service\n112,Police\n", "its first line must be number,service"),
        (HEAD + "112,Police\n", "the row of 112 needs 8 fields"),
        (HEAD + "11,Police,verified,e,,,,\n", "numbers.0.number"),
        (HEAD + "112,Police,guess,e,,,,\n", "numbers.0.status"),
        (
            HEAD + "112,Police,verified,e,,2026-11-24,,\n",
            "enter both who confirmed the phone number and on which day",
        ),
        (HEAD + "112,Police,probable,e,MIGEPROF,2026-11-24,,\n", "only a verified number"),
        (HEAD + "112,Police,verified,e,MIGEPROF,24/11/2026,,\n", "numbers.0.confirmed_on"),
    ],
)
def test_invalid_sheet_names_the_faulty_row(sheet: str, fault: str, tmp_path: Path) -> None:
    write_folder(_playable(), tmp_path)
    (tmp_path / "numbers.csv").write_text(sheet, encoding="utf-8")

    with pytest.raises(FlowInvalid) as raised:
        read_folder(tmp_path)
    assert fault in " ".join(raised.value.problems)


@given(st.text(max_size=200))
def test_c15_any_sheet_of_numbers_is_read_or_refused(sheet: str) -> None:
    with TemporaryDirectory() as folder:
        write_folder(_playable(), Path(folder))
        (Path(folder) / "numbers.csv").write_text(HEAD + sheet, encoding="utf-8")
        with suppress(FlowInvalid):
            read_folder(Path(folder))
