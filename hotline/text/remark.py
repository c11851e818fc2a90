"""A sentence and its values apart, so that one remark is said in any language. Pure.

The English template is the name of the sentence in a catalogue. `remark` marks it, as `phrase` does on pages.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


def as_it_is(_name: str, value: str) -> str:
    return value


@dataclass(frozen=True, slots=True)
class Remark:
    """`"{field} has no {language}"` with its values. As text it is the English."""

    template: str
    values: "tuple[tuple[str, str | Remark], ...]" = ()

    def __str__(self) -> str:
        return self.said(str)

    def said(self, say: Callable[[str], str], shown: Callable[[str, str], str] = as_it_is) -> str:
        """`say` finds a template in another language; `shown` says a value by its name there."""
        given = {
            name: value.said(say, shown) if isinstance(value, Remark) else shown(name, value)
            for name, value in self.values
        }
        return say(self.template).format_map(given)

    def to_json(self) -> list[Any]:
        return [
            self.template,
            {name: one.to_json() if isinstance(one, Remark) else one for name, one in self.values},
        ]


def remark(template: str, **values: str | int | Remark) -> Remark:
    """Marks the English: `hotline words update` puts it into the catalogue."""
    told = tuple(
        (name, str(value) if isinstance(value, int) else value) for name, value in values.items()
    )
    return Remark(template, told)


def remark_of(written: list[Any]) -> Remark:
    """What `to_json` wrote."""
    template, values = written
    told: Mapping[str, Any] = values
    return Remark(
        template,
        tuple(
            (name, remark_of(one) if isinstance(one, list) else one) for name, one in told.items()
        ),
    )
