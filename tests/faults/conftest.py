from collections.abc import Iterator

import pytest

from hotline.cli.chaos import ground as chaos
from tests.callers import line
from tests.district import district
from tests.servers import Pair, pair
from tests.valkey import valkey

__all__ = ["district", "line", "pair", "valkey"]


@pytest.fixture
def beneath(pair: Pair) -> Iterator[chaos.Ground]:
    """What a whole line of real processes stands on."""
    chosen = chaos.Pair.SQLITE if pair is Pair.EMBEDDED else chaos.Pair.POSTGRES
    with chaos.ground(chosen) as servers:
        yield servers
