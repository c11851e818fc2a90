"""Rebuilds `hotline/text/confusables.csv` and `hotline/text/scripts.csv` from Unicode's data.

    python tools/build_names.py confusables.txt Scripts.txt

Unicode publishes both files: the first with UTS #39 (Unicode Security Mechanisms), the second with its database.
Only letters, digits and ASCII are kept, without those that NFKC replaces: a name holds nothing else.
"""

import csv
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

TEXT = Path(__file__).resolve().parents[1] / "hotline" / "text"
CONFUSABLE = re.compile(r"^([0-9A-F]+) ;\t([0-9A-F ]+) ;\tMA")
SCRIPT = re.compile(r"^([0-9A-F]+)(?:\.\.([0-9A-F]+))?\s*; (\w+) # (L\w|L&)")


def is_kept(letter: str) -> bool:
    ours = letter.isascii() or unicodedata.category(letter)[0] in "LN"
    return ours and unicodedata.normalize("NFKC", letter) == letter


def confusables(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8-sig").splitlines():
        found = CONFUSABLE.match(line)
        if found and is_kept(chr(int(found[1], 16))):
            yield found[1], found[2]


def scripts(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yields ranges of letters; what lies between two ranges of one script and is no letter joins them."""
    ranges = sorted(
        (int(found[1], 16), int(found[2] or found[1], 16), found[3])
        for line in path.read_text(encoding="utf-8-sig").splitlines()
        if (found := SCRIPT.match(line)) and found[3] not in ("Common", "Inherited")
    )
    first, last, script = ranges[0]
    for begins, ends, name in ranges[1:]:
        if name == script and begins == last + 1:
            last = ends
            continue
        yield f"{first:04X}", f"{last:04X}", script
        first, last, script = begins, ends, name
    yield f"{first:04X}", f"{last:04X}", script


def main() -> None:
    made = {
        "confusables.csv": sorted(confusables(Path(sys.argv[1]))),
        "scripts.csv": [*scripts(Path(sys.argv[2]))],
    }
    for name, rows in made.items():
        with (TEXT / name).open("w", encoding="ascii", newline="") as written:
            csv.writer(written, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
