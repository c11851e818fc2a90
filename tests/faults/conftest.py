from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.callers import line
from tests.chaos.stand import ground as chaos
from tests.district import district
from tests.homes import LayHome
from tests.servers import Pair, pair
from tests.valkey import valkey

__all__ = ["district", "line", "pair", "valkey"]


@pytest.fixture
def beneath(pair: Pair, tmp_path: Path, lay_home: LayHome) -> Iterator[chaos.Ground]:
    """Yields the servers under a whole line of real processes.

    On SQLite also copies a home into the test's folder.
    """
    if pair is Pair.EMBEDDED:
        lay_home(tmp_path)
    chosen = chaos.Pair.SQLITE if pair is Pair.EMBEDDED else chaos.Pair.POSTGRES
    with chaos.ground(chosen) as servers:
        yield servers
