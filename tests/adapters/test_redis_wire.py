"""One connection a thread to a real server, and what is left unread on it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as Late

from hotline.adapters.queue.redis_replies import Reply
from hotline.adapters.queue.redis_wire import Wire
from tests.valkey import Valkey


def test_what_was_told_is_there_when_it_is_asked(valkey: Valkey) -> None:
    wire = Wire(valkey.url)
    for number in range(3):
        wire.tell("SET", "name", str(number))
    assert wire.ask("GET", "name") == b"2"
    assert wire.ask("GET", "nothing") is None


def test_what_went_wrong_with_a_word_is_raised_by_the_next_and_by_no_other(valkey: Valkey) -> None:
    wire = Wire(valkey.url)
    wire.tell("LPUSH", "list", "1")
    wire.tell("INCR", "list")
    with pytest.raises(ResponseError):
        wire.ask("GET", "name")
    assert wire.ask("LLEN", "list") == 1


def test_a_server_that_came_back_is_asked_once_more(valkey: Valkey) -> None:
    wire = Wire(valkey.url)
    wire.tell("SET", "name", "1")
    valkey.kill()
    valkey.restart()
    assert wire.ask("GET", "name") is None


def test_one_that_is_gone_or_hangs_is_not(valkey: Valkey) -> None:
    wire = Wire(valkey.url)
    assert wire.ask("GET", "name") is None
    valkey.hang()
    with pytest.raises(Late):
        wire.ask("GET", "name")
    valkey.wake()
    valkey.kill()
    with pytest.raises(RedisError):
        wire.ask("GET", "name")


def test_threads_do_not_hear_each_other(valkey: Valkey) -> None:
    wire, together = Wire(valkey.url), Barrier(4)

    def talk(name: str) -> list[Reply]:
        heard: list[Reply] = []
        for number in range(200):
            wire.tell("SET", name, f"{name}{number}")
            if number == 100:
                together.wait()
            heard.append(wire.ask("GET", name))
        return heard

    with ThreadPoolExecutor(4) as threads:
        for name, heard in zip("abcd", threads.map(talk, "abcd"), strict=True):
            assert heard == [f"{name}{number}".encode() for number in range(200)]
