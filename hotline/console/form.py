"""Reads posted fields by name, and selects the fields to keep if a session ends before the form is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SECRET = "secret_"
"""The prefix of fields that are never kept: passwords, codes, numbers."""
FORM_KEY = "form_key"
"""The field that connects every form with its session."""
LONGEST = 4000
"""The maximum letters of a field that has no limit of its own."""
Fields = Sequence[tuple[str, str]]
FormFaults = Mapping[str, str]
"""An error sentence for each field that must be corrected, in the reader's language, by the field's id."""


def number_of(typed: str, *, digits: int = 9, signed: bool = False) -> int | None:
    """Returns an integer with at most `digits` digits. A minus is allowed only if `signed` is True. Returns None for
    anything else."""
    plain = typed.removeprefix("-") if signed else typed
    return int(typed) if plain.isascii() and plain.isdecimal() and len(plain) <= digits else None


@dataclass(frozen=True, slots=True)
class PostedForm:
    """One posted form: its fields in order, with repeated names. `repr` does not show the fields."""

    fields: Fields = field(default=(), repr=False)

    def text(self, name: str, *, most: int = LONGEST) -> str:
        """Returns a field's text without spaces at its ends, cut to `most` letters. The result is empty if there is
        no such field."""
        for found, value in self.fields:
            if found == name:
                return value.replace("\r\n", "\n").strip()[:most]
        return ""

    def many(self, name: str) -> tuple[str, ...]:
        """Returns the values of a group of checkboxes."""
        return tuple(value for found, value in self.fields if found == name)

    def ticked(self, name: str) -> bool:
        return bool(self.text(name))

    def secret(self, name: str) -> str:
        """Returns a password or code exactly as it was typed. `name` is the field's name without the prefix."""
        return next((value for found, value in self.fields if found == SECRET + name), "")

    def kept(self) -> Fields:
        """Returns the fields that a page may store as hidden fields."""
        return tuple(
            (name, value)
            for name, value in self.fields
            if name != FORM_KEY and not name.startswith(SECRET)
        )
