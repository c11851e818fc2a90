"""The places of `domain.places.places` as lists that the engine's flows choose from."""

from collections.abc import Iterator, Mapping
from functools import cache

from hotline.domain.places import place_names, places
from hotline.engine.run import Option

NAMED = "named."
"""`named.<what she typed>`: the places that may be meant."""


class PlaceLists(Mapping[str, tuple[Option, ...]]):
    """Lists that are written down, and those that are made of what somebody typed.

    The second kind is no member: whoever remembers what she drew by a list's name would remember her words.
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
    """What `Book.lists` holds: `provinces`, `districts.<province>`, `sectors.<district>`, `named.<typed>`."""
    return PlaceLists(
        {
            name: tuple(Option(value, label) for value, label in choices)
            for name, choices in places.place_lists().items()
        }
    )
