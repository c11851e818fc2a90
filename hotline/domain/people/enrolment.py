"""A file of responders, read: every row is good, or all that is wrong is told. Pure.

A fault names line, column and reason. It never repeats digits that stood in the file, in whichever column they stood:
it may end in a log.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hotline.domain.msisdn import sendable
from hotline.domain.places.places import district_named
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import Category
from hotline.errors import ImportRefused, NumberInvalid
from hotline.text.languages import CODES

COLUMNS = ("name", "msisdn", "language", "level", "districts", "categories")
MOST_LINES = 20_000
NAME_LETTERS = 80


@dataclass(frozen=True, slots=True)
class Enrolled:
    """One row. The number stays out of `repr`."""

    line: int
    name: str
    msisdn: str = field(repr=False)
    """E.164."""
    language: str
    level: Level
    districts: tuple[str, ...]
    """NISR codes; empty means all."""
    categories: tuple[Category, ...]
    """Empty means all."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one line."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


def read_responders(text: str) -> Sequence[Enrolled]:
    """The rows of a CSV file, separated by commas or semicolons, in any order of columns. Raises ImportRefused."""
    faults: list[RowFault] = []
    rows = [row for line, cells in _cells(text, faults) if (row := _row(line, cells, faults))]
    faults += _repeated(rows)
    if not rows and not faults:
        faults.append(RowFault(1, "the file holds no rows"))
    refuse(faults)
    return rows


def refuse(faults: Sequence[RowFault]) -> None:
    """Raises ImportRefused with every fault in the order of lines; nothing where there is none."""
    if faults:
        raise ImportRefused([str(fault) for fault in sorted(faults, key=lambda fault: fault.line)])


def _cells(text: str, faults: list[RowFault]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Line number and cells by column, of every row that has all its columns."""
    text = text.removeprefix("\ufeff")
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = [name.strip().casefold() for name in next(reader, [])]
        faults += _header_faults(header)
        if faults:
            return
        for cells in reader:
            if reader.line_num > MOST_LINES:
                faults.append(RowFault(reader.line_num, f"a file holds at most {MOST_LINES} lines"))
                return
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                counted = f"has {len(cells)} cells where {len(header)} are wanted"
                faults.append(RowFault(reader.line_num, counted))
                continue
            yield reader.line_num, dict(zip(header, map(str.strip, cells), strict=True))
    except csv.Error:
        faults.append(RowFault(reader.line_num, "is not CSV"))


def _header_faults(header: Sequence[str]) -> Iterator[RowFault]:
    found = Counter(header)
    for name in COLUMNS:
        if found[name] != 1:
            yield RowFault(1, f"no column {name}" if not found[name] else f"two columns {name}")
    for name in found.keys() - set(COLUMNS):
        yield RowFault(1, f"column {_quoted(name)} is not known")


def _row(line: int, cells: Mapping[str, str], faults: list[RowFault]) -> Enrolled | None:
    wrong: list[str] = []
    if not 1 <= len(cells["name"]) <= NAME_LETTERS or not cells["name"].isprintable():
        wrong.append(f"name: must have 1 to {NAME_LETTERS} printable letters")
    if cells["language"] not in CODES:
        wrong.append(f"language: must be one of {', '.join(CODES)}")
    if cells["level"] not in set(Level):
        wrong.append(f"level: must be one of {', '.join(Level)}")
    msisdn = _number(cells["msisdn"], wrong)
    districts = _districts(cells["districts"], wrong)
    categories = _categories(cells["categories"], wrong)

    if wrong:
        faults += [RowFault(line, reason) for reason in wrong]
        return None
    return Enrolled(
        line=line,
        name=cells["name"],
        msisdn=msisdn,
        language=cells["language"],
        level=Level(cells["level"]),
        districts=districts,
        categories=categories,
    )


def _number(cell: str, wrong: list[str]) -> str:
    try:
        return sendable(cell)
    except NumberInvalid as refused:
        wrong.append(f"msisdn: {refused}")
        return ""


def _districts(cell: str, wrong: list[str]) -> tuple[str, ...]:
    found = {name: district_named(name) for name in _several(cell)}
    wrong += [f"districts: no district {_quoted(name)}" for name, code in found.items() if not code]
    return tuple(sorted({code for code in found.values() if code}))


def _categories(cell: str, wrong: list[str]) -> tuple[Category, ...]:
    known = {category.value: category for category in Category}
    names = _several(cell)
    wrong += [f"categories: no category {_quoted(name)}" for name in names if name not in known]
    return tuple(category for name, category in known.items() if name in names)


def _several(cell: str) -> Sequence[str]:
    return [name.strip() for name in cell.split(";") if name.strip()]


def _repeated(rows: Sequence[Enrolled]) -> Iterator[RowFault]:
    first: dict[str, int] = {}
    for row in rows:
        if first.setdefault(row.msisdn, row.line) != row.line:
            yield RowFault(row.line, f"msisdn: stands on line {first[row.msisdn]} already")


def _quoted(word: str) -> str:
    """A word that somebody mistyped; anything with a digit in it is not shown."""
    if any(letter.isnumeric() for letter in word) or not word.isprintable():
        return "(not shown)"
    return repr(word[:40])
