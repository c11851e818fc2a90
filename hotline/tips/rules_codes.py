"""Maps the hotline's codes to the names of HTCDS 2.0 and to the elements of IC-TIP. Both are international standards.
Pure.

Each mapping is a CSV file in this folder. The first line of a file names the standard and the version of the mapping. A
code has one row for each field of the standard that it maps to. A code that maps to no field has one row with the
reason. The hotline does not claim that it conforms to IC-TIP. Before such a claim, a person must compare the mapping
with the code list of IC-TIP.
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

ANY = "*"
"""Means all codes and values of a list whose codes are those of the standard."""
FIRST_LINE = re.compile(r"# (?P<standard>[^,]+), table (?P<version>\d+): (?P<how>.+)")


class CodeStandard(StrEnum):
    HTCDS = "htcds"
    """The Human Trafficking Case Data Standard of the International Organization for Migration (IOM)."""
    ICTIP = "ictip"
    """The International Classification for Administrative Data on Trafficking in Persons, by IOM and UNODC."""


COLUMNS: Mapping[CodeStandard, tuple[str, ...]] = {
    CodeStandard.HTCDS: ("list", "code", "field", "value", "note"),
    CodeStandard.ICTIP: ("list", "code", "element", "part", "note"),
}


@dataclass(frozen=True, slots=True)
class MappedCode:
    """One code of the hotline, with the field of a standard that has the same meaning."""

    of: str
    """The name of the list that contains the code, such as `form`."""
    code: str
    field: str
    """For HTCDS the name of a field, for IC-TIP the name of an element. Empty if the standard has nothing with this
    meaning. In this case, the note gives the reason.
    """
    value: str
    """For HTCDS, the value in the field. It is empty if the field contains the hotline's own code. For IC-TIP, the part
    of the element.
    """
    note: str

    @property
    def row(self) -> tuple[str, ...]:
        return (self.of, self.code, self.field, self.value, self.note)


@dataclass(frozen=True, slots=True)
class CodeTable:
    standard: str
    """The standard with its version, such as `HTCDS 2.0`."""
    version: str
    """The version of the mapping, not of the standard."""
    how: str
    """The statement about this mapping that we may publish."""
    rows: Sequence[MappedCode]


@cache
def code_table(standard: CodeStandard) -> CodeTable:
    """Returns the mapping to a standard. Raises ValueError if its file has a wrong first line or wrong columns."""
    text = files(__package__).joinpath(f"{standard}.csv").read_text(encoding="utf-8")
    first, *lines = text.splitlines()
    head = FIRST_LINE.fullmatch(first)
    names, *cells = csv.reader(lines)
    if head is None or tuple(names) != COLUMNS[standard]:
        raise ValueError(f"the table of {standard} has a wrong first line or wrong columns")
    return CodeTable(
        head["standard"], head["version"], head["how"], [MappedCode(*row) for row in cells]
    )
