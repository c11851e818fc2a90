"""Tests conversation states in a real Valkey: they are encrypted, kept for a short time, and never cause a long
wait."""

import time

import pytest

from hotline.dialogue.redis_adapters import Circuit, RedisStates
from hotline.errors import RunsUnavailable
from hotline.keys.conversation_state import StateCipher
from tests.support.valkey import Valkey

KEY = "a" * 64
HEARD = {"length": 3, "answer": "CON Zuzuzu é", "run": {"answers": {"landmark": "Zuzuzu"}}}


def make_runs(
    valkey: Valkey, secret: bytes = b"k" * 32, *, circuit: Circuit | None = None
) -> RedisStates:
    return RedisStates(valkey.url, StateCipher(secret), circuit)


def test_what_was_saved_is_loaded(valkey: Valkey) -> None:
    runs = make_runs(valkey)
    assert runs.load(KEY) is None
    runs.save(KEY, HEARD)
    assert runs.load(KEY) == HEARD


def test_it_is_gone_after_ten_minutes_and_never_in_clear(valkey: Valkey) -> None:
    make_runs(valkey).save(KEY, HEARD)
    with valkey.client() as client:
        (name,) = client.keys("*")
        assert 590 < client.ttl(name) <= 600
        assert b"Zuzuzu" not in client.get(name)


def test_a_run_under_another_key_or_of_another_session_is_forgotten(valkey: Valkey) -> None:
    make_runs(valkey).save(KEY, HEARD)
    assert make_runs(valkey, b"x" * 32).load(KEY) is None
    with valkey.client() as client:
        client.copy(f"run:{KEY}", "run:other")
        client.set("run:junk", b"junk")
    assert make_runs(valkey).load("other") is None
    assert make_runs(valkey).load("junk") is None


@pytest.mark.fault(12)
def test_a_hung_redis_costs_one_short_wait(valkey: Valkey) -> None:
    runs = make_runs(valkey)
    runs.save(KEY, HEARD)
    valkey.hang()
    began = time.monotonic()
    with pytest.raises(RunsUnavailable):
        runs.load(KEY)
    with pytest.raises(RunsUnavailable):
        runs.save(KEY, HEARD)
    assert time.monotonic() - began < 0.6


def test_also_with_a_connection_that_was_never_made(valkey: Valkey) -> None:
    runs = make_runs(valkey)
    valkey.hang()
    began = time.monotonic()
    with pytest.raises(RunsUnavailable):
        runs.load(KEY)
    assert time.monotonic() - began < 0.6


def test_it_is_asked_again_a_second_later(valkey: Valkey) -> None:
    at = [0.0]
    runs = make_runs(valkey, circuit=Circuit(elapsed=lambda: at[0]))
    runs.save(KEY, HEARD)
    valkey.kill()
    with pytest.raises(RunsUnavailable):
        runs.load(KEY)
    valkey.restart()
    with pytest.raises(RunsUnavailable):
        runs.load(KEY)
    at[0] = 1.1
    assert runs.load(KEY) is None
