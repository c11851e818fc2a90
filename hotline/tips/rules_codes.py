"""Maps our codes to two standards: HTCDS 2.0 by its exact names, and IC-TIP by its elements. Pure.

A table is a CSV in this folder. Its first line names the standard and the version of the table. A code has a row for
each field that it maps to. A code without a field has one row with the reason. Nothing here claims that the line
conforms to IC-TIP. A person must first compare its list of codes with the table.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

ANY = "*"
"""The code, and the value, of a list that uses the standard's own codes."""
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
    """One code of ours, and one field of a standard with the same meaning."""

    of: str
    """Our list with the code, such as `form`."""
    code: str
    field: str
    """HTCDS: a field. IC-TIP: an element. If it is empty, there is none, and the note says why."""
    value: str
    """HTCDS: a value, empty if the field holds our own. IC-TIP: the part of the element."""
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
    """The standard with its version, such as `HTCDS 2.0`."""
    version: str
    """The version of the table, not of the standard."""
    how: str
    """The statement about the mapping that may be made."""
    rows: Sequence[MappedCode]


@cache
def code_table(standard: CodeStandard) -> CodeTable:
    """Returns the table of a standard. Raises ValueError if its file does not begin as one."""
    text = files(__package__).joinpath(f"{standard}.csv").read_text(encoding="utf-8")
    first, *lines = text.splitlines()
    head = FIRST_LINE.fullmatch(first)
    names, *cells = csv.reader(lines)
    if head is None or tuple(names) != COLUMNS[standard]:
        raise ValueError(f"the table of {standard} does not begin as one")
    return CodeTable(
        head["standard"], head["version"], head["how"], [MappedCode(*row) for row in cells]
    )
