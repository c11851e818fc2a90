"""Maps our codes to two standards: to HTCDS 2.0 by its exact names, and to IC-TIP by its elements. Pure.

Each table is a CSV file in this folder. Its first line names the standard and the version of the table. A code has one
row for each field that it maps to. A code that maps to no field has one row with the reason. We do not claim that the
hotline conforms to IC-TIP. Before such a claim, a person must compare the code list of IC-TIP with the table.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

ANY = "*"
"""Means every code and value of a list that uses the codes of the standard."""
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
    """One of our codes, with a field of a standard that means the same."""

    of: str
    """The list that has the code, such as `form`."""
    code: str
    field: str
    """In HTCDS a field, in IC-TIP an element. Empty if there is none. Then the note gives the reason."""
    value: str
    """In HTCDS the value. It is empty if the field contains our own code. In IC-TIP the part of the element."""
    note: str

    @property
    def row(self) -> tuple[str, ...]:
        return (self.of, self.code, self.field, self.value, self.note)


@dataclass(frozen=True, slots=True)
class CodeTable:
    standard: str
    """The standard with its version, such as `HTCDS 2.0`."""
    version: str
    """The version of the table, not of the standard."""
    how: str
    """The statement that we may publish about this mapping."""
    rows: Sequence[MappedCode]


@cache
def code_table(standard: CodeStandard) -> CodeTable:
    """Returns the table of a standard. Raises ValueError if its file has a wrong first line or wrong columns."""
    text = files(__package__).joinpath(f"{standard}.csv").read_text(encoding="utf-8")
    first, *lines = text.splitlines()
    head = FIRST_LINE.fullmatch(first)
    names, *cells = csv.reader(lines)
    if head is None or tuple(names) != COLUMNS[standard]:
        raise ValueError(f"the table of {standard} has a wrong first line or wrong columns")
    return CodeTable(
        head["standard"], head["version"], head["how"], [MappedCode(*row) for row in cells]
    )
