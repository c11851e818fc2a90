"""Looks for what must be nowhere: a caller's number, a word of a tip, in every form that bytes take."""

import base64
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote


def written_forms(word: str) -> dict[str, bytes]:
    """The byte strings under which a word may hide, by name. Base64 has three, one for each alignment."""
    plain = word.encode()
    found = {
        "plain": plain,
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "percent": "".join(f"%{byte:02X}" for byte in plain).encode(),
        "quoted": quote(word, safe="").encode(),
        "hex": plain.hex().encode(),
    }
    for shift in range(3):
        letters = base64.b64encode(b"\0" * shift + plain).rstrip(b"=")
        # The first and last letters also hold bits of the neighbours: only the sure middle is searched.
        found[f"base64+{shift}"] = letters[(shift * 8 + 5) // 6 : len(letters) - 1]
    return found


def number_forms(msisdn: str) -> dict[str, bytes]:
    """A number is looked for without its plus: that finds `+250…`, `250…` and, by its tail, `07…`."""
    return written_forms(msisdn.removeprefix("+250"))


@dataclass
class Search:
    """Reads the files under some roots again and again, each when it was written, and keeps what it found."""

    roots: tuple[Path, ...]
    needles: dict[str, bytes]
    skip: frozenset[Path] = frozenset()
    found: set[str] = field(default_factory=set)
    rounds: int = 0
    _read: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """When each file had been written last, and how long it was, when it was read."""

    def once(self) -> None:
        """Every file, whenever it was written."""
        self._read.clear()
        self.changed()

    def changed(self) -> None:
        """What was written since it was last read."""
        for path in self._files():
            self.found.update(f"{path.name}: {name}" for name in self._in(path))
        self.rounds += 1

    def until(self, stopped: threading.Event) -> None:
        while not stopped.wait(0.2):
            self.changed()

    def _files(self) -> Iterator[Path]:
        for root in self.roots:
            for folder, _, names in os.walk(root):
                for name in names:
                    path = Path(folder, name)
                    if path.is_file() and path not in self.skip:
                        yield path

    def _in(self, path: Path) -> Iterable[str]:
        try:
            stands = path.stat()
            written = stands.st_mtime_ns, stands.st_size
            if self._read.get(path) == written:
                return ()
            content = path.read_bytes()
        except FileNotFoundError:
            return ()
        self._read[path] = written
        return [name for name, needle in self.needles.items() if needle in content]
