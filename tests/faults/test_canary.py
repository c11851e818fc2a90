"""Tests the search for secrets. A search that never finds anything would prove nothing."""

import base64
import os
import threading
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.faults.canary import Search, number_forms, written_forms

WORD = "ikanari-yihishe"


@pytest.mark.parametrize(
    "hidden",
    [
        WORD.encode(),
        WORD.encode("utf-16-le"),
        WORD.encode("utf-16-be"),
        "".join(f"%{ord(letter):02X}" for letter in WORD).encode(),
        WORD.encode().hex().encode(),
        *(
            base64.b64encode(b"x" * before + WORD.encode() + b"y" * after)
            for before in range(4)
            for after in range(3)
        ),
    ],
)
def test_a_word_is_found_in_every_form(tmp_path: Path, hidden: bytes) -> None:
    (tmp_path / "file").write_bytes(b"before " + hidden + b" after")
    search = Search((tmp_path,), written_forms(WORD))
    search.once()
    assert search.found


@pytest.mark.parametrize(
    "written", ["+250788123456", "0788123456", quote("+250788123456"), "250788123456"]
)
def test_a_number_is_found_however_it_is_written(tmp_path: Path, written: str) -> None:
    (tmp_path / "file").write_text(f"from={written}&")
    search = Search((tmp_path,), number_forms("+250788123456"))
    search.once()
    assert search.found


def test_a_changed_file_is_read_again_and_every_file_at_the_end(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x" * len(WORD))
    search = Search((tmp_path,), written_forms(WORD))
    search.changed()
    before = file.stat()
    file.write_text(WORD)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    search.changed()
    assert not search.found
    search.once()
    assert search.found

    search.found.clear()
    file.write_text(f"{WORD} again")
    search.changed()
    assert search.found


def test_a_clean_folder_is_clean_and_the_search_goes_on_until_it_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"nothing to see")
    search = Search((tmp_path,), written_forms(WORD))
    stopped = threading.Event()
    thread = threading.Thread(target=search.until, args=(stopped,))
    thread.start()
    stopped.set()
    thread.join()
    search.once()
    assert not search.found
