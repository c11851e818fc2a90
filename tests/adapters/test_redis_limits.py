"""Counters in a real Valkey: they count, they forget, and a dead one turns nobody away."""

from hotline.adapters.queue.redis_limits import RedisLimits
from tests.valkey import Valkey


def test_a_limit_is_passed_once_it_is_reached(valkey: Valkey) -> None:
    limits = RedisLimits(valkey.url)
    hits = [limits.hit("tips", "digest", limit=2, seconds=60) for _ in range(3)]
    assert hits == [True, True, False]
    assert limits.hit("tips", "other", limit=2, seconds=60)
    assert limits.hit("receipts", "digest", limit=2, seconds=60)


def test_a_window_ends_by_itself(valkey: Valkey) -> None:
    limits = RedisLimits(valkey.url)
    for _ in range(2):
        limits.hit("tips", "digest", limit=1, seconds=60)
    with valkey.client() as client:
        (name,) = client.keys("*")
        assert 50 < client.ttl(name) <= 60


def test_a_dead_one_says_that_all_is_well(valkey: Valkey) -> None:
    limits = RedisLimits(valkey.url)
    valkey.kill()
    assert limits.hit("tips", "digest", limit=0, seconds=60)
