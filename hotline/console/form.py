"""Reads posted fields by name, and selects the fields to keep when a session ends before the form is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SECRET = "secret_"
"""The prefix of fields that are never kept: passwords, codes, numbers."""
FORM_KEY = "form_key"
"""The field that binds every form to its session."""
LONGEST = 4000
"""The longest text of a field without a limit of its own, in letters."""
Fields = Sequence[tuple[str, str]]
FormFaults = Mapping[str, str]
"""A sentence for each field that must be corrected, in the reader's language, by the field's id."""


def number_of(typed: str, *, digits: int = 9, signed: bool = False) -> int | None:
    """Returns an integer of at most so many digits, with a minus only if `signed`. Returns None for anything else."""
    plain = typed.removeprefix("-") if signed else typed
    return int(typed) if plain.isascii() and plain.isdecimal() and len(plain) <= digits else None


@dataclass(frozen=True, slots=True)
class PostedForm:
    """One posted form: its fields in order, with repeated names. `repr` does not show them."""

    fields: Fields = field(default=(), repr=False)

    def text(self, name: str, *, most: int = LONGEST) -> str:
        """Returns a field's text without surrounding space, cut at `most` letters. Empty if there is no such field."""
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
        """Returns a password or code exactly as typed, by the field's name without the prefix."""
        return next((value for found, value in self.fields if found == SECRET + name), "")

    def kept(self) -> Fields:
        """Returns the fields that a page may keep as hidden fields."""
        return tuple(
            (name, value)
            for name, value in self.fields
            if name != FORM_KEY and not name.startswith(SECRET)
        )
