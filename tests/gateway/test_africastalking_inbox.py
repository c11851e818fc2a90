"""Tests how the gateway's inbox is read. No answer raises an error other than InboxUnavailable."""

import json
import socket
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.gateway.africastalking import MAX_INBOX_BYTES as MOST_BYTES
from hotline.gateway.africastalking import AfricasTalkingInbox, read_page
from hotline.gateway.rules import InboxPage
from hotline.text.errors import InboxUnavailable
from tests.gateway.gateway import Gateway, http, serving

SECOND = datetime(2026, 11, 24, 8, 0, 5, tzinfo=UTC)


def entry(**fields: Any) -> dict[str, Any]:
    whole = {
        "linkId": "",
        "text": "1 K7Q4",
        "to": "3847",
        "id": 42,
        "date": "2026-11-24T08:00:05.120Z",
        "from": "+250788000001",
    }
    kept = whole | fields
    return {name: value for name, value in kept.items() if value is not None}


def page(*entries: Any) -> str:
    return json.dumps({"SMSMessageData": {"Messages": list(entries)}})


def inbox_at(url: str, *, seconds: float = 5.0) -> AfricasTalkingInbox:
    return AfricasTalkingInbox(url, "hotline", "secret-key", seconds=seconds)


def asked(reply: bytes, *, number: int = 41) -> tuple[InboxPage, Gateway]:
    with serving(lambda _, connection: connection.sendall(reply)) as gateway:
        return inbox_at(gateway.url).after(number), gateway


def test_it_is_asked_for_what_stands_behind_a_number() -> None:
    read, gateway = asked(http(200, page(entry())))
    (request,) = gateway.requests
    first, *head = request.decode().split("\r\n")
    method, url, _ = first.split()
    assert (method, urlsplit(url).path) == ("GET", "/version1/messaging")
    assert parse_qs(urlsplit(url).query) == {"username": ["hotline"], "lastReceivedId": ["41"]}
    assert "apiKey: secret-key" in head
    (one,) = read.listed
    assert (one.number, one.sender, one.to, one.text, one.sent_at) == (
        42,
        "+250788000001",
        "3847",
        "1 K7Q4",
        SECOND,
    )
    assert read.whole


def test_no_number_and_no_word_in_a_repr() -> None:
    shown = repr(read_page(page(entry())))
    assert "788000001" not in shown
    assert "K7Q4" not in shown


def test_a_page_of_a_hundred_long_ones_is_read_to_its_end() -> None:
    """The page is longer than 64 KiB, the limit for the gateway's answer to a sent SMS."""
    written = page(*(entry(id=n, text="\N{GRINNING FACE}" * 1600) for n in range(1, 101)))
    assert 64 * 1024 < len(written) < MOST_BYTES
    read, _ = asked(http(200, written))
    assert [one.number for one in read.listed] == [*range(1, 101)]
    assert read.whole


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (http(401, "The supplied authentication is invalid", "text/plain"), "401"),
        (http(500, "<html>"), "500"),
        (http(200, "<html>"), "JSON"),
        (http(200, ""), "JSON"),
        (http(200, page(entry())[:-3]), "JSON"),
        (http(200, "[" * 100_000), "JSON"),
        (http(200, "{}"), "list"),
        (http(200, '{"SMSMessageData": []}'), "list"),
        (http(200, '{"SMSMessageData": {"Messages": {}}}'), "list"),
        (b"", "no answer from the SMS gateway"),
    ],
)
def test_what_is_no_page_is_asked_for_again(reply: bytes, says: str) -> None:
    with pytest.raises(InboxUnavailable, match=says) as told:
        asked(reply)
    assert "secret-key" not in str(told.value)


def test_an_inbox_that_hangs_is_given_up() -> None:
    def hang(gateway: Gateway, _connection: socket.socket) -> None:
        gateway.over.wait(30)

    with (
        serving(hang) as gateway,
        pytest.raises(InboxUnavailable, match="no answer from the SMS gateway"),
    ):
        inbox_at(gateway.url, seconds=0.2).after(0)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        "text",
        entry(id=None),
        entry(id=True),
        entry(id=-1),
        entry(id=0),
        entry(id=2**63),
        entry(id="4 2"),
        entry(id=1.5),
        entry(text=None),
        entry(text=7),
        entry(to=None),
        {"from": None, **entry()} | {"from": 7},
    ],
)
def test_an_entry_that_cannot_be_read_is_left_out_and_the_page_proves_nothing(broken: Any) -> None:
    read = read_page(page(broken, entry(id=43)))
    assert [one.number for one in read.listed] == [43]
    assert not read.whole


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-24T08:00:05Z", SECOND),
        ("2026-11-24T08:00:05.999Z", SECOND),
        ("2026-11-24 08:00:05", SECOND),
        ("2026-11-24T08:00:05+00:00", SECOND),
        ("2026-11-24T10:00:05+02:00", None),
        ("2026-02-30T08:00:05Z", None),
        ("2026-11-24T08:00:60Z", None),
        ("yesterday", None),
        ("", None),
        (7, None),
        (None, None),
    ],
)
def test_a_second_is_read_or_it_is_none(written: Any, meant: datetime | None) -> None:
    read = read_page(page(entry(date=written)))
    assert read.listed[0].sent_at == meant
    assert read.whole is (meant is not None)


def test_they_are_in_order_and_each_is_there_once() -> None:
    read = read_page(page(entry(id="9"), entry(id=4), entry(id=11), entry(id=4, text="again")))
    assert [one.number for one in read.listed] == [4, 9, 11]
    assert not read.whole


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "id": st.integers() | ANY,
        "from": st.text() | ANY,
        "to": st.text() | ANY,
        "text": st.text(st.characters(codec=None)) | ANY,
        "date": st.datetimes().map(lambda at: f"{at.isoformat()}Z") | ANY,
    },
)


@given(st.lists(ENTRY | ANY, max_size=5))
def test_whatever_is_listed_is_in_order_and_can_be_told(entries: list[Any]) -> None:
    read = read_page(page(*entries))
    numbers = [one.number for one in read.listed]
    assert numbers == sorted({*numbers})
    assert all(0 < number < 2**63 for number in numbers)
    for one in read.listed:
        # The hotline must be able to encode the sender, the recipient and the text as UTF-8.
        f"{one.sender}{one.to}{one.text}".encode()
        assert one.sent_at is None or (one.sent_at.tzinfo, one.sent_at.microsecond) == (UTC, 0)
    assert not read.whole or len(numbers) == len(entries)


@given(st.text() | ANY.map(json.dumps))
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        read_page(text)
    except InboxUnavailable:
        return
