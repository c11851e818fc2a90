"""Our codes beside the standards' own: HTCDS 2.0 by its exact names, IC-TIP by its elements. Pure.

A table is a CSV beside this file. Its first line names the standard and the version of the table; a code has a row for
each field that it goes to, or one row that says why it goes to none. Nothing here says that the line conforms to
IC-TIP: its list of codes has to be laid beside the table first, by a person.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from hotline.domain.places.places import STATES

ANY = "*"
"""The code, and the value, of a list whose codes are the standard's own."""
FIRST_LINE = re.compile(r"# (?P<standard>[^,]+), table (?P<version>\d+): (?P<how>.+)")


class CodeStandard(StrEnum):
    HTCDS = "htcds"
    """Human Trafficking Case Data Standard, of the International Organization for Migration."""
    ICTIP = "ictip"
    """International Classification for Administrative Data on Trafficking in Persons, of IOM and UNODC."""


COLUMNS: Mapping[CodeStandard, tuple[str, ...]] = {
    CodeStandard.HTCDS: ("list", "code", "field", "value", "note"),
    CodeStandard.ICTIP: ("list", "code", "element", "part", "note"),
}


@dataclass(frozen=True, slots=True)
class MappedCode:
    """One code of ours, and one field of a standard that says the same."""

    of: str
    """Our list that the code is of, such as `form`."""
    code: str
    field: str
    """HTCDS: a field; IC-TIP: an element. Empty: it has none, and the note says why."""
    value: str
    """HTCDS: a value, empty where the field holds what we hold; IC-TIP: the part of the element."""
    note: str

    @property
    def is_mapped(self) -> bool:
        return bool(self.field)

    @property
    def row(self) -> tuple[str, ...]:
        return (self.of, self.code, self.field, self.value, self.note)


@dataclass(frozen=True, slots=True)
class CodeTable:
    standard: str
    """With its version, such as `HTCDS 2.0`."""
    version: str
    """Of the table, not of the standard."""
    how: str
    """What may be said of the mapping."""
    rows: Sequence[MappedCode]

    def of(self, name: str, code: str) -> Sequence[MappedCode]:
        """Each field that a code of ours goes to; empty where it is no code of that list."""
        found = [one for one in self.rows if one.of == name and one.code == code]
        if not found and code in STATES:
            found = [
                MappedCode(name, code, one.field, code if one.value == ANY else one.value, one.note)
                for one in self.rows
                if one.of == name and one.code == ANY
            ]
        return [one for one in found if one.is_mapped]


@cache
def code_table(standard: CodeStandard) -> CodeTable:
    """Raises ValueError for a table that is none of ours."""
    text = files(__package__).joinpath(f"{standard}.csv").read_text(encoding="utf-8")
    first, *lines = text.splitlines()
    head = FIRST_LINE.fullmatch(first)
    names, *cells = csv.reader(lines)
    if head is None or tuple(names) != COLUMNS[standard]:
        raise ValueError(f"the table of {standard} does not begin as one")
    return CodeTable(
        head["standard"], head["version"], head["how"], [MappedCode(*row) for row in cells]
    )
