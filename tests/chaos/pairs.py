"""What a fault run stands on: the embedded pair, or servers of our own which the run may kill as well."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tests.servers import Pair, Postgres, postgres_in, short_folder
from tests.valkey import Valkey, valkey_in

PAIR = Pair.SERVERS if os.environ.get("CHAOS_PAIR") == "postgres" else Pair.EMBEDDED
"""`CHAOS_PAIR=postgres` puts every fault run on PostgreSQL and Redis."""


@dataclass
class Ground:
    """What a `Stack` is told, and the deaths that only these servers can die."""

    environ: Mapping[str, str] = field(default_factory=dict)
    deaths: Mapping[str, Callable[[], None]] = field(default_factory=dict)


@contextmanager
def ground(pair: Pair = PAIR) -> Iterator[Ground]:
    """Servers for one run; none where the line brings its own."""
    if pair is Pair.EMBEDDED:
        yield Ground()
        return
    with ExitStack() as servers:
        folder = servers.enter_context(short_folder("hotline-pg-"))
        postgres = servers.enter_context(postgres_in(folder))
        postgres.make("line")
        home = servers.enter_context(short_folder("v"))
        redis = servers.enter_context(valkey_in(home, pair))
        yield Ground(_environ(postgres, redis), _deaths(postgres, redis))


def _environ(postgres: Postgres, redis: Valkey) -> dict[str, str]:
    return {"HOTLINE_DATABASE_URL": postgres.tcp_url("line"), "HOTLINE_REDIS_URL": redis.url}


def _deaths(postgres: Postgres, redis: Valkey) -> dict[str, Callable[[], None]]:
    def kill_redis() -> None:
        redis.kill()
        redis.restart()

    return {"postgres": postgres.restart, "redis": kill_redis}
