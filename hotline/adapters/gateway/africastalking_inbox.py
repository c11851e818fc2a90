"""Reads Africa's Talking's own inbox. It lists every MO of the shortcode, even if its callback never arrived.

    GET /version1/messaging?username=...&lastReceivedId=41 -> {"SMSMessageData": {"Messages": [{"linkId": "",
        "text": "1 K7Q4", "to": "3847", "id": 42, "date": "2026-11-24T08:00:05.120Z", "from": "+2507..."}]}}

Its ids are whole numbers, but the ids of callbacks are not. One answer lists at most a hundred messages.
"""

import json
import re
from datetime import UTC, datetime
from typing import Any

from requests import RequestException
from urllib3.exceptions import HTTPError

from hotline.adapters.gateway.africastalking_sms import CALL_SECONDS, Service
from hotline.adapters.gateway.deadline import WireCall
from hotline.domain.sms.listing import InboxPage, ListedSms
from hotline.errors import InboxUnavailable

MOST_LISTED = 100
MOST_BYTES = MOST_LISTED * (1600 * 12 + 1000)
"""Maximum bytes of an answer: 1,600 letters a message, each written as the two escapes of an emoji."""
MOST_NUMBER = 2**63 - 1
"""The largest whole number that the database stores."""
DATE = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|\+00:?00)?", re.ASCII)


class AfricasTalkingInbox:
    """One inbox at the gateway, the `SmsInbox` of production. The demo points it at the emulator."""

    def __init__(
        self, base_url: str, username: str, api_key: str, *, seconds: float = CALL_SECONDS
    ) -> None:
        self._service = Service(base_url, username, api_key, seconds, most=MOST_BYTES)

    def after(self, number: int) -> InboxPage:
        try:
            answer = self._service.fetch_messages(last_received_id=number, callback=WireCall())
        except (RequestException, HTTPError, OSError) as broken:
            # The exception quotes the request, so only its class is passed on.
            raise InboxUnavailable(f"does not answer ({type(broken).__name__})") from None
        if answer.http_status != 200:
            raise InboxUnavailable(f"answers {answer.http_status}")
        return read_page(answer.text)


def read_page(text: str) -> InboxPage:
    """Returns the messages of an answer by number. Leaves out an entry that it cannot read. The page is not whole if an
    entry is left out or has no date. Raises InboxUnavailable if the answer holds no list."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise InboxUnavailable("answers no JSON") from None
    match document:
        case {"SMSMessageData": {"Messages": list(entries)}}:
            read = [_entry(entry) for entry in entries]
            listed = {one.number: one for one in read if one is not None}
            whole = len(listed) == len(read) and all(one.sent_at for one in listed.values())
            return InboxPage(sorted(listed.values(), key=lambda one: one.number), whole=whole)
        case _:
            raise InboxUnavailable("answers no list")


def _entry(entry: Any) -> ListedSms | None:
    match entry:
        case {
            "id": int() | str() as written,
            "from": str(sender),
            "to": str() | int() as to,
            "text": str(text),
        }:
            number = _number(written)
            date = _date(entry.get("date"))
            words = (_sound(sender), _sound(str(to)), _sound(text))
            return None if number is None else ListedSms(number, *words, date)
        case _:
            return None


def _sound(written: str) -> str:
    """Replaces half an emoji by a question mark, because a form cannot carry it."""
    return written.encode("utf-8", "replace").decode()


def _number(written: int | str) -> int | None:
    if isinstance(written, bool) or not re.fullmatch(r"[0-9]{1,19}", str(written), re.ASCII):
        return None
    number = int(written)
    return number if 0 < number <= MOST_NUMBER else None


def _date(written: Any) -> datetime | None:
    """Returns the time to the second, as the callback gives it, or None. A date without a zone is UTC."""
    found = DATE.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        return None
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=UTC)
    except ValueError:
        return None
