"""Tests notes about how sessions began, in a real Valkey. Writing a note does not wait.

A note can be read while the database is down.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.core.ussd import CallerFacts, CommittedText, SessionStart
from hotline.dialogue.redis_adapters import Circuit, RedisStarts, read_note
from tests.support.builders import make_opening
from tests.support.valkey import Valkey

KEY = "a" * 64
OPENING = make_opening(key=KEY, dialled=3, entry="1*2", caller_key="c" * 64)
HEARD = CommittedText(12, {4: 9})


def eventually(valkey: Valkey) -> bytes:
    """Returns the note. It waits up to a minute. Another connection writes the note in the background."""
    with valkey.client() as client:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            noted = client.get(f"opening:{KEY}")
            if noted is not None:
                assert isinstance(noted, bytes)
                return noted
    raise AssertionError("nothing reported")


def test_what_was_told_last_is_found_by_another_process(valkey: Valkey) -> None:
    mine, another = RedisStarts(valkey.url), RedisStarts(valkey.url)
    assert another.find(KEY) is None
    mine.tell(OPENING, CommittedText(3))
    mine.tell(OPENING, HEARD)
    eventually(valkey)
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
def test_a_session_that_asks_for_rows_is_not_noted(valkey: Valkey, opening: SessionStart) -> None:
    notes = RedisStarts(valkey.url)
    notes.tell(opening, HEARD)
    notes.tell(OPENING, HEARD)
    eventually(valkey)
    with valkey.client() as client:
        assert client.keys("*") == [f"opening:{KEY}".encode()]


@pytest.mark.parametrize("junk", [b"junk", b"[]", b"[[1],2,3,4]", b"\xff", b"null"])
def test_what_is_no_note_is_unknown(valkey: Valkey, junk: bytes) -> None:
    with valkey.client() as client:
        client.set(f"opening:{KEY}", junk)
    assert RedisStarts(valkey.url).find(KEY) is None


@pytest.mark.fault(12)
def test_a_hung_redis_costs_no_wait_to_tell_and_one_short_one_to_ask(valkey: Valkey) -> None:
    notes = RedisStarts(valkey.url)
    notes.tell(OPENING, HEARD)
    eventually(valkey)
    valkey.hang()
    began = time.monotonic()
    for _ in range(20):
        notes.tell(OPENING, HEARD)
    assert notes.find(KEY) is None
    assert notes.find(KEY) is None
    assert time.monotonic() - began < 0.6


@pytest.mark.fault(12)
def test_threads_that_tell_a_hung_redis_wait_once_and_not_in_turn(valkey: Valkey) -> None:
    """As in production, the URL has a password and a database number, and the server must answer a greeting."""
    with valkey.client() as client:
        client.config_set("requirepass", "secret")
    url = valkey.url.replace("unix://", "unix://:secret@") + "?db=1"
    notes, another = RedisStarts(url), RedisStarts(url)
    notes.tell(OPENING, HEARD)
    until = time.monotonic() + 60
    while another.find(KEY) is None and time.monotonic() < until:
        time.sleep(0.01)
    assert another.find(KEY) == (OPENING, HEARD)

    valkey.hang()
    fresh = RedisStarts(url)
    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        for _ in range(8):
            threads.submit(fresh.tell, OPENING, HEARD)
    assert time.monotonic() - began < 0.9


def test_a_redis_that_died_is_told_again_a_second_later(valkey: Valkey) -> None:
    at = [0.0]
    notes = RedisStarts(valkey.url, Circuit(elapsed=lambda: at[0]))
    notes.tell(OPENING, HEARD)
    eventually(valkey)
    valkey.kill()
    notes.tell(OPENING, HEARD)
    notes.tell(OPENING, HEARD)
    valkey.restart()
    at[0] = 1.1
    assert notes.find(KEY) is None
    for _ in range(2):
        notes.tell(OPENING, HEARD)
        at[0] += 1.1
    eventually(valkey)
    assert notes.find(KEY) == (OPENING, HEARD)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    )
)
def test_whatever_lies_there_raises_nothing(written: object) -> None:
    read_note(KEY, json.dumps(written).encode())
