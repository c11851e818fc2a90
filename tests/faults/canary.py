"""Searches files for secrets: a caller's phone number, or the words of a tip, in plain or encoded form."""

import base64
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote


def written_forms(word: str) -> dict[str, bytes]:
    """Returns the encodings of a word that a file may contain, by name. In Base64 a word has three forms: its first
    letter may be the first, second or third byte of a group of three."""
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
        # Leaves out the first and last Base64 letters, because they also contain bits of the neighbouring bytes.
        found[f"base64+{shift}"] = letters[(shift * 8 + 5) // 6 : len(letters) - 1]
    return found


def number_forms(msisdn: str) -> dict[str, bytes]:
    """Returns the forms of a phone number without its country code. A search for these forms also finds `+250…`, `250…`
    and `07…`."""
    return written_forms(msisdn.removeprefix("+250"))


@dataclass
class Search:
    """A search for secrets that reads the files under some folders again after each change, and stores the found
    secrets."""

    roots: tuple[Path, ...]
    needles: dict[str, bytes]
    skip: frozenset[Path] = frozenset()
    found: set[str] = field(default_factory=set)
    rounds: int = 0
    _read: dict[Path, tuple[int, int]] = field(default_factory=dict)
    """The time of the last change and the length of each file when it was last read."""

    def once(self) -> None:
        """Reads and searches every file, even if it has not changed."""
        self._read.clear()
        self.changed()

    def changed(self) -> None:
        """Reads the files that changed after they were last read."""
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
