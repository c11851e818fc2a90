"""Provides the places of `domain.places.places` as lists for the engine's flows."""

from collections.abc import Iterator, Mapping
from functools import cache

from hotline.domain.places import place_names, places
from hotline.engine.run import Option

NAMED = "named."
"""Prefix of a list: `named.<typed text>` contains the places with a similar name."""


class PlaceLists(Mapping[str, tuple[Option, ...]]):
    """Fixed lists, and lists made from typed text.

    A list of the second kind is not a member. Code that stores used lists by name would otherwise store the typed text.
    """

    def __init__(self, written: Mapping[str, tuple[Option, ...]]) -> None:
        self._written = {**written, NAMED: ()}

    def __getitem__(self, name: str) -> tuple[Option, ...]:
        if name not in self._written and name.startswith(NAMED):
            found = place_names.find(name.removeprefix(NAMED))
            says = place_names.label if len(found) > 1 else place_names.whole_label
            return tuple(Option(area.code, says(area)) for area in found)
        return self._written[name]

    def __contains__(self, name: object) -> bool:
        return name in self._written

    def __iter__(self) -> Iterator[str]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)


@cache
def place_lists() -> PlaceLists:
    """Returns the place lists of a flow set.

    They are `provinces`, `districts.<province>`, `sectors.<district>` and `named.<typed>`.
    """
    return PlaceLists(
        {
            name: tuple(Option(value, label) for value, label in choices)
            for name, choices in places.place_lists().items()
        }
    )
