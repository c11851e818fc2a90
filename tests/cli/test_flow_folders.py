"""Flow files and the console in step: out of what is live, beside it, and into a change."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli.line.init import FLOWS
from hotline.cli.main import main
from hotline.sealing.keys.keymaking import make_keys
from hotline.services.flows.authoring import read_folder
from tests.made_once import lay_released


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    make_keys(home / "keys", datetime.now(UTC))
    lay_released(home / "hotline.db")
    hotline(home, "release")
    return home


def hotline(home: Path, *words: str, code: int = 0) -> Result:
    told = CliRunner(env={"HOTLINE_HOME": str(home)}).invoke(main, words)
    assert told.exit_code == code, told.output
    return told


def edited(tmp_path: Path) -> Path:
    """The shipped flows with another front in English, a named entry and a signature."""
    own = tmp_path / "own"
    shutil.copytree(FLOWS, own)
    front = own / "front.yaml"
    words = read_folder(own)["flows"]["front"]["nodes"]["front"]["menu"]["text"]["en"]
    front.write_text(front.read_text().replace(words, "Good day", 1))
    entries = own / "entries.yaml"
    entries.write_text(
        entries.read_text().replace('"11": abroad', '"11": {flow: abroad, name: radio}')
    )
    (own / "reviews.csv").write_text(
        "place,language,digest,by,on\nfront.front.menu.text,fr,0123456789abcdef,Reader 1,2026-11-24\n"
    )
    return own


def test_a_folder_that_was_exported_differs_in_nothing(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "front.yaml" in hotline(home, "flows", "export", str(out)).output
    assert "Nothing differs" in hotline(home, "flows", "diff", str(out)).output
    told = hotline(home, "flows", "import", str(out), "--by", "Editor 1")
    assert "Nothing differs" in told.output


def test_what_somebody_edited_becomes_a_change(home: Path, tmp_path: Path) -> None:
    own = edited(tmp_path)
    said = hotline(home, "flows", "diff", str(own), code=1).output.splitlines()
    assert len(said) == 2
    assert said[0].startswith("front.front text en: ")
    assert said[0].endswith(" -> 'Good day'")
    assert said[1] == "entry_names.11: (nothing) -> radio"

    told = hotline(home, "flows", "import", str(own), "--by", "Editor 1", "--title", "Radio").output
    assert "change 1: Radio. Read it in the console: /changes/1" in told
    out = tmp_path / "out"
    hotline(home, "flows", "export", str(out))
    assert (out / "reviews.csv").read_text() == (own / "reviews.csv").read_text()
    assert "Nothing differs" in hotline(home, "flows", "diff", str(out)).output


def test_names_and_phrases_survive_their_folder(home: Path, tmp_path: Path) -> None:
    own = edited(tmp_path)
    (own / "phrases.yaml").write_text('rw: {TAKEN: "{ref}: uracyakiriye"}\n')
    signed = ("--by", "Alice", "--reason", "x")
    hotline(home, "flows", "publish", str(own), *signed)
    out = tmp_path / "out"
    hotline(home, "flows", "export", str(out))
    assert read_folder(out) == read_folder(own)
    assert read_folder(out)["entry_names"] == {"11": "radio"}
    assert read_folder(out)["phrases"] == {"rw": {"TAKEN": "{ref}: uracyakiriye"}}
