"""What Redis answers, however the network cuts it."""

import io
from collections.abc import Sequence
from contextlib import suppress
from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import ConnectionError as Broken
from redis.exceptions import InvalidResponse, RedisError, ResponseError

from hotline.adapters.queue.redis_replies import Replies, Reply

LINE = st.binary(max_size=20).filter(lambda said: b"\r" not in said and b"\n" not in said)
REPLY = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.binary(max_size=200), LINE)


def written(reply: Reply) -> bytes:
    if reply is None:
        return b"$-1\r\n"
    if isinstance(reply, int):
        return b":%d\r\n" % reply
    return b"$%d\r\n%b\r\n" % (len(reply), reply)


def cut(stream: bytes, sizes: Sequence[int]) -> Replies:
    """A server that sends it in pieces of these sizes, over and over, and hangs up."""
    left, turns = io.BytesIO(stream), cycle(sizes)
    return Replies(lambda most: left.read(min(most, next(turns))))


@given(st.lists(REPLY, max_size=5), st.lists(st.integers(1, 50), min_size=1, max_size=5))
def test_answers_come_whole_and_in_their_order(sent: list[Reply], sizes: list[int]) -> None:
    replies = cut(b"".join(map(written, sent)), sizes)
    assert [replies.next() for _ in sent] == sent
    with pytest.raises(Broken):
        replies.next()


def test_a_word_and_an_error() -> None:
    replies = cut(b"+OK\r\n-OOM command not allowed\r\n:1\r\n", [3])
    assert replies.next() == b"OK"
    with pytest.raises(ResponseError) as refused:
        replies.next()
    assert "OOM" not in str(refused.value)
    assert replies.next() == 1


@pytest.mark.parametrize("said", [b"*1\r\n:1\r\n", b"$x\r\n", b"\r\n", b"%1\r\n"])
def test_what_nobody_asked_for_is_no_answer(said: bytes) -> None:
    with pytest.raises(InvalidResponse):
        cut(said, [100]).next()


@given(st.binary(max_size=60))
def test_no_junk_raises_anything_else(junk: bytes) -> None:
    replies = cut(junk, [7])
    for _ in range(len(junk) + 1):
        with suppress(RedisError):
            replies.next()
    with pytest.raises(Broken):
        replies.next()
