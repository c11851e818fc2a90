"""The places of `domain.places` as lists that the engine's flows choose from."""

from hotline.domain import places
from hotline.engine.run import Option


def place_lists() -> dict[str, tuple[Option, ...]]:
    """What `Book.lists` holds: `provinces`, `districts.<province>`, `sectors.<district>`."""
    return {
        name: tuple(Option(value, label) for value, label in choices)
        for name, choices in places.place_lists().items()
    }
