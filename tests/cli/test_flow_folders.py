"""Tests that flow files can be exported, compared with the published flows of the console, and turned into a new
draft.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline.core.database import open_database
from hotline.flows.service_authoring import read_folder, write_folder
from tests.cli.homes import hotline
from tests.editing.changing import playable
from tests.support.publishing import publish

SIGNED = "place,language,digest,by,on\nlearn.one.say.text,fr,0123456789abcdef,Reader 1,2026-11-24\n"


@pytest.fixture
def home(home: Path) -> Path:
    """Returns the home of a hotline with a few small flows."""
    database = open_database(f"sqlite:///{home / 'hotline.db'}")
    publish(database, playable(), datetime.now(UTC))
    database.close()
    return home


def edited(tmp_path: Path) -> Path:
    """Writes the flows of `home` to a folder, with three changes: a different text, a named short code, and a
    review.
    """
    own = tmp_path / "own"
    write_folder(playable("Never pay first"), own)
    entries = own / "entries.yaml"
    named = entries.read_text().replace("'11': learn", "'11': {flow: learn, name: radio}")
    entries.write_text(named)
    (own / "reviews.csv").write_text(SIGNED)
    return own


def test_what_somebody_edited_becomes_a_change(home: Path, tmp_path: Path) -> None:
    """A folder that was exported and not edited does not differ from the published flows."""
    own = edited(tmp_path)
    told = hotline(home, "flows", "import", str(own), "--by", "Editor 1", "--title", "Radio").output
    assert "draft 1: Radio. Read it in the console: /changes/1" in told
    out = tmp_path / "out"
    assert "front.yaml" in hotline(home, "flows", "export", str(out)).output
    assert (out / "reviews.csv").read_text() == SIGNED
    again = hotline(home, "flows", "import", str(out), "--by", "Editor 1")
    assert "These flows are the same" in again.output


def test_names_and_phrases_survive_their_folder(tmp_path: Path) -> None:
    own = edited(tmp_path)
    (own / "phrases.yaml").write_text('rw: {TAKEN: "{ref}: uracyakiriye"}\n')
    document = read_folder(own)
    assert document["entry_names"] == {"11": "radio"}
    assert document["phrases"] == {"rw": {"TAKEN": "{ref}: uracyakiriye"}}
    write_folder(document, tmp_path / "out")
    assert read_folder(tmp_path / "out") == document
