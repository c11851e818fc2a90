"""What was posted, read by name; what may be carried along when a session ends meanwhile; and what is wrong with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

SECRET = "secret_"
"""How the name of a field begins that is never carried along: a password, a code, a number."""
FORM_KEY = "form_key"
"""The field of every form that binds it to its session."""
LONGEST = 4000
"""Letters of a field for which nobody said how many it takes."""
Fields = Sequence[tuple[str, str]]


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


@dataclass(frozen=True, slots=True)
class FormFault:
    """What is wrong with one field, in the reader's language."""

    field: str
    says: str


@dataclass(frozen=True, slots=True)
class FormFaults:
    """What is to be mended before a form is taken. A page with any begins with the list of them."""

    found: tuple[FormFault, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.found)

    def __iter__(self) -> Iterator[FormFault]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def of(self, name: str) -> str:
        """The sentence beside a field; empty where it is well."""
        return next((fault.says for fault in self.found if fault.field == name), "")


def faults(**says: str) -> FormFaults:
    """By field; those with an empty sentence are none."""
    return FormFaults(tuple(FormFault(name, words) for name, words in says.items() if words))
