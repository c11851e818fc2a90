from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.stand import ground as chaos
from tests.support.homes import LayHome
from tests.support.servers import Pair


@pytest.fixture
def beneath(pair: Pair, tmp_path: Path, lay_home: LayHome) -> Iterator[chaos.Ground]:
    """Yields the servers for a whole hotline of real processes.

    For SQLite, also copies a prepared home (the hotline's folder) into the test's folder.
    """
    if pair is Pair.EMBEDDED:
        lay_home(tmp_path)
    chosen = chaos.Pair.SQLITE if pair is Pair.EMBEDDED else chaos.Pair.POSTGRES
    with chaos.ground(chosen) as servers:
        yield servers
