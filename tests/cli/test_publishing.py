"""Tests that flows which a person published stay live after an upgrade to a new version. The publication history
names each publisher."""

import shutil
from pathlib import Path

import pytest

from hotline.cli.init import FLOWS
from hotline.editing import service_draft_steps, service_publishing
from hotline.flows import service_authoring, tables
from hotline.people.service_audit import list_rows
from tests.cli.homes import command_line, hotline

SIGNED = ("--by", "Alice", "--reason", "a number was wrong")


@pytest.mark.row("A3")
def test_what_somebody_published_by_hand_stays(home: Path, tmp_path: Path) -> None:
    assert "revision 1 is live" in hotline(home, "upgrade").output
    own = tmp_path / "own"
    shutil.copytree(FLOWS, own)
    numbers = own / "numbers.csv"
    numbers.write_text(
        numbers.read_text().replace("\n", " mended\n", 2).replace(" mended\n", "\n", 1)
    )
    assert "revision 2 is live" in hotline(home, "flows", "publish", str(own), *SIGNED).output

    shipped = tmp_path / "next"
    shutil.copytree(own, shipped)
    numbers = shipped / "numbers.csv"
    numbers.write_text(numbers.read_text().replace(" mended\n", " shipped\n"))
    for _ in range(2):
        told = hotline(home, "upgrade", "--flows", str(shipped))
        assert "wait as draft 1, because Alice published others" in told.output
        assert "http://127.0.0.1:8080/changes/1" in told.output

    with command_line(home) as context:
        live = service_authoring.live_document(context.database)
        assert live == service_authoring.read_folder(own)
        ((_, row),) = list_rows(context)
        assert "Alice published the flows of revision 2: a number was wrong" in row.sentence
        with context.database.reading() as session:
            newest, first = tables.history(session)
    assert (newest.revision_id, newest.published_by, newest.until) == (2, "Alice", None)
    assert newest.reason == "a number was wrong"
    assert (first.revision_id, first.published_by) == (1, "line")


def test_the_shipped_flows_published_by_a_person_let_versions_follow(home: Path) -> None:
    document = service_authoring.read_folder(FLOWS)
    with command_line(home) as context:
        service_publishing.publish(
            context, {**document, "numbers": []}, by="Alice", reason="x", of_version=False
        )
        assert service_draft_steps.publish_version(context, document, "2").published_by == "Alice"
    hotline(home, "flows", "publish", str(FLOWS), *SIGNED)
    assert "is live" in hotline(home, "upgrade").output
