"""What was posted, read by name; what may be carried along when a session ends meanwhile; and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SECRET = "secret_"
"""How the name of a field begins that is never carried along: a password, a code, a number."""
FORM_KEY = "form_key"
"""The field of every form that binds it to its session."""
LONGEST = 4000
"""Letters of a field for which nobody said how many it takes."""
Fields = Sequence[tuple[str, str]]
FormFaults = Mapping[str, str]
"""What is to be mended before a form is taken: a sentence in the reader's language by the id of its field."""


def number_of(typed: str, *, digits: int = 9, signed: bool = False) -> int | None:
    """Returns a whole number of at most so many digits, with a minus only where `signed`. None for anything else."""
    plain = typed.removeprefix("-") if signed else typed
    return int(typed) if plain.isascii() and plain.isdecimal() and len(plain) <= digits else None


@dataclass(frozen=True, slots=True)
class PostedForm:
    """Fields in their order, by name perhaps several times. They stay out of `repr`."""

    fields: Fields = field(default=(), repr=False)

    def text(self, name: str, *, most: int = LONGEST) -> str:
        """What was typed, cut at `most` letters, without space around; empty where there is no such field."""
        for found, value in self.fields:
            if found == name:
                return value.replace("\r\n", "\n").strip()[:most]
        return ""

    def many(self, name: str) -> tuple[str, ...]:
        """The values of a group of ticks."""
        return tuple(value for found, value in self.fields if found == name)

    def ticked(self, name: str) -> bool:
        return bool(self.text(name))

    def secret(self, name: str) -> str:
        """A password or a code, by its name without the prefix, exactly as it was typed."""
        return next((value for found, value in self.fields if found == SECRET + name), "")

    def kept(self) -> Fields:
        """What a page may carry along as hidden fields."""
        return tuple(
            (name, value)
            for name, value in self.fields
            if name != FORM_KEY and not name.startswith(SECRET)
        )
