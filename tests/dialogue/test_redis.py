"""Tests what the hotline stores in a real Valkey: signals that a job waits, the starts of sessions, and encrypted
conversation states.

A hung or dead server never causes a long wait, and an adapter calls a repaired server again after a second.
"""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from rq import Queue

from hotline.core.contexts import Job
from hotline.core.ussd import CallerFacts, CommittedText, SessionStart
from hotline.dialogue.redis_adapters import Circuit, RedisStarts, RedisStates, RqJobs
from hotline.text.errors import Unavailable
from tests.support.builders import make_opening, state_cipher
from tests.support.eventually import eventually
from tests.support.valkey import Valkey

STATE = {"length": 3, "answer": "CON Zuzuzu é", "run": {"answers": {"landmark": "Zuzuzu"}}}
KEY = "a" * 64
OPENING = make_opening(key=KEY, dialled=3, entry="1*2", caller_key="c" * 64)
HEARD = CommittedText(12, {4: 9})


def noted(valkey: Valkey) -> None:
    """Waits until Redis has stored the start of the session. The adapter stores the start through another connection,
    in the background."""
    with valkey.client() as client:
        eventually(lambda: client.get(f"opening:{KEY}") is not None, seconds=60)


def _ring(jobs: RqJobs) -> None:
    if not jobs.ring(Job.DELIVER, 1):
        raise Unavailable


def calls(valkey: Valkey, circuit: Circuit) -> dict[str, Callable[[], object]]:
    """Returns the calls of the adapters that fail if Redis does not answer."""
    states = RedisStates(valkey.url, state_cipher(b"k" * 32), circuit)
    return {
        "ring": partial(_ring, RqJobs(valkey.url, circuit)),
        "load": partial(states.load, KEY),
        "save": partial(states.save, KEY, STATE),
    }


@pytest.mark.fault(12)
@pytest.mark.parametrize(
    ("name", "is_connected"), [("ring", True), ("save", True), ("load", False)]
)
def test_hung_redis_costs_one_short_wait_a_second(
    valkey: Valkey, name: str, is_connected: bool
) -> None:
    at = [0.0]
    call = calls(valkey, Circuit(elapsed=lambda: at[0]))[name]
    if is_connected:
        call()
    valkey.hang()
    began = time.monotonic()
    with pytest.raises(Unavailable):
        call()
    with pytest.raises(Unavailable):
        call()
    assert time.monotonic() - began < 0.6
    valkey.wake()
    with pytest.raises(Unavailable):
        call()
    at[0] = 1.1
    call()


def test_another_process_finds_newest_session_start(valkey: Valkey) -> None:
    mine, another = RedisStarts(valkey.url), RedisStarts(valkey.url)
    assert another.find(KEY) is None
    mine.tell(OPENING, CommittedText(3))
    mine.tell(OPENING, HEARD)
    noted(valkey)
    assert another.find(KEY) == (OPENING, HEARD)
    with valkey.client() as client:
        assert 590 < client.ttl(f"opening:{KEY}") <= 600


@pytest.mark.parametrize(
    "opening",
    [
        make_opening(key="b" * 64, responder_id=7, pinned=CallerFacts()),
        make_opening(key="b" * 64, responder_id=7),
        make_opening(key="b" * 64, pinned=CallerFacts()),
    ],
    ids=["a responder's", "one that an older process began", "a roll's"],
)
def test_session_with_database_facts_is_not_cached(valkey: Valkey, opening: SessionStart) -> None:
    notes = RedisStarts(valkey.url)
    notes.tell(opening, HEARD)
    notes.tell(OPENING, HEARD)
    noted(valkey)
    with valkey.client() as client:
        assert client.keys("*") == [f"opening:{KEY}".encode()]


def test_forged_session_start_gives_no_responder(valkey: Valkey) -> None:
    notes = RedisStarts(valkey.url)
    notes.tell(OPENING, HEARD)
    noted(valkey)
    with valkey.client() as client:
        begun, committed = json.loads(client.get(f"opening:{KEY}"))
        forged = {**begun, "key": "b" * 64, "responder_id": 7, "pinned": {"flags": []}}
        client.set(f"opening:{KEY}", json.dumps([forged, committed]))
    assert notes.find(KEY) == (OPENING, HEARD)


@pytest.mark.parametrize(
    "junk",
    [
        b"junk",
        b"[]",
        b"[[1],2,3,4]",
        b"\xff",
        b"null",
        b'[{"started_at": "2026-11-24"}, {"upto": Infinity, "ends": {}}]',
    ],
)
def test_invalid_cache_entry_is_unknown(valkey: Valkey, junk: bytes) -> None:
    with valkey.client() as client:
        client.set(f"opening:{KEY}", junk)
    assert RedisStarts(valkey.url).find(KEY) is None


@pytest.mark.fault(12)
def test_hung_redis_delays_no_write_and_one_read_shortly(valkey: Valkey) -> None:
    notes = RedisStarts(valkey.url)
    notes.tell(OPENING, HEARD)
    noted(valkey)
    valkey.hang()
    began = time.monotonic()
    for _ in range(20):
        notes.tell(OPENING, HEARD)
    assert notes.find(KEY) is None
    assert notes.find(KEY) is None
    assert time.monotonic() - began < 0.6


@pytest.mark.fault(12)
def test_threads_wait_only_once_for_hung_redis(valkey: Valkey) -> None:
    """As in production, the address of Redis has a password and a database number, so a new connection waits for
    Redis's greeting."""
    with valkey.client() as client:
        client.config_set("requirepass", "secret")
    url = valkey.url.replace("unix://", "unix://:secret@") + "?db=1"
    notes, another = RedisStarts(url), RedisStarts(url)
    notes.tell(OPENING, HEARD)
    eventually(lambda: another.find(KEY) == (OPENING, HEARD), seconds=60)

    valkey.hang()
    fresh = RedisStarts(url)
    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        for _ in range(8):
            threads.submit(fresh.tell, OPENING, HEARD)
    assert time.monotonic() - began < 0.9


def test_restarted_redis_is_used_after_a_second(valkey: Valkey) -> None:
    at = [0.0]
    notes = RedisStarts(valkey.url, Circuit(elapsed=lambda: at[0]))
    notes.tell(OPENING, HEARD)
    noted(valkey)
    valkey.kill()
    notes.tell(OPENING, HEARD)
    notes.tell(OPENING, HEARD)
    valkey.restart()
    at[0] = 1.1
    assert notes.find(KEY) is None
    for _ in range(2):
        notes.tell(OPENING, HEARD)
        at[0] += 1.1
    noted(valkey)
    assert notes.find(KEY) == (OPENING, HEARD)


def test_job_contains_only_the_row_s_id(valkey: Valkey) -> None:
    RqJobs(valkey.url).ring(Job.DELIVER, 42)

    (job,) = Queue("worker", connection=valkey.client(), serializer="json").jobs
    assert (job.func_name, job.args, job.kwargs) == ("workers.jobs.deliver", [42], {})
    assert (job.description, job.result_ttl, job.failure_ttl) == ("a42", 0, 3600)
    assert (job.timeout, job.retries_left) == (20, None)


def test_job_without_redis_returns_false(tmp_path: Path) -> None:
    assert RqJobs(f"unix://{tmp_path}/none").ring(Job.DELIVER, 1) is False


@pytest.mark.fault(10)
def test_restarted_redis_gets_the_first_job(valkey: Valkey) -> None:
    jobs = RqJobs(valkey.url)
    jobs.ring(Job.DELIVER, 1)
    valkey.kill()
    valkey.restart()
    assert jobs.ring(Job.DELIVER, 2)
    assert valkey.client().llen("rq:queue:worker") == 1


def make_runs(valkey: Valkey, secret: bytes = b"k" * 32) -> RedisStates:
    return RedisStates(valkey.url, state_cipher(secret))


def test_saved_state_is_loaded(valkey: Valkey) -> None:
    runs = make_runs(valkey)
    assert runs.load(KEY) is None
    runs.save(KEY, STATE)
    assert runs.load(KEY) == STATE


def test_state_is_encrypted_and_expires_in_ten_minutes(valkey: Valkey) -> None:
    make_runs(valkey).save(KEY, STATE)
    with valkey.client() as client:
        (name,) = client.keys("*")
        assert 590 < client.ttl(name) <= 600
        assert b"Zuzuzu" not in client.get(name)


def test_state_of_other_key_or_session_is_ignored(valkey: Valkey) -> None:
    make_runs(valkey).save(KEY, STATE)
    assert make_runs(valkey, b"x" * 32).load(KEY) is None
    with valkey.client() as client:
        client.copy(f"run:{KEY}", "run:other")
        client.set("run:junk", b"junk")
    assert make_runs(valkey).load("other") is None
    assert make_runs(valkey).load("junk") is None
