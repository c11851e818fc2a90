"""Connects the hotline to the gateway Africa's Talking: sends SMS, reads the inbox, and reads the account's balance. No
other module knows the codes of this gateway.

The gateway answers a request for the balance like this:

    GET /version1/user?username=... -> {"UserData": {"balance": "RWF 250000.0000"}}

The gateway's documentation writes `userData` in place of `UserData`. This module accepts both spellings.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from africastalking.SMS import SMSService

from hotline.gateway.http import CALL_ERRORS, MAX_BYTES, Connections, WireCall, ask_once
from hotline.gateway.rules import InboxPage, ListedSms, Outcome, SendResult
from hotline.text.errors import InboxUnavailable

CALL_SECONDS = 10.0
BALANCE = re.compile(r"[A-Z]{3} (-?[0-9]{1,12}(?:\.[0-9]{1,6})?)")


class Account:
    def __init__(self, base_url: str, username: str, api_key: str) -> None:
        self._url = f"{base_url}/version1/user"
        self._username = username
        self._api_key = api_key

    def __repr__(self) -> str:
        return "Account()"

    def balance(self) -> float | None:
        """Returns the balance in the currency of the account, or None if the gateway does not answer with a balance.

        Never raises an error.
        """
        try:
            response, text = ask_once(
                "GET",
                self._url,
                seconds=CALL_SECONDS,
                params={"username": self._username},
                headers={"apiKey": self._api_key, "Accept": "application/json"},
            )
        except CALL_ERRORS:
            return None
        return read_balance(text) if response.status_code == 200 else None


def read_balance(text: str) -> float | None:
    """Returns the balance in the gateway's answer, or None if the answer contains no balance. Never raises an error."""
    match _parsed(text):
        case {"UserData": {"balance": str(written)}} | {"userData": {"balance": str(written)}}:
            found = BALANCE.fullmatch(written.strip())
            return float(found[1]) if found else None
        case _:
            return None


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


SEND_SECONDS = 10.0
"""The number of seconds after which the code ends a request to the gateway, even if the gateway is still sending its
answer."""

E164 = re.compile(r"\+[1-9][0-9]{6,14}")

MEANINGS: Mapping[tuple[str, str], Outcome] = {
    ("recipient", "100"): Outcome.ACCEPTED,  # Processed
    ("recipient", "101"): Outcome.ACCEPTED,  # Sent
    ("recipient", "102"): Outcome.ACCEPTED,  # Queued
    ("recipient", "401"): Outcome.MONEY_FAULT,  # RiskHold
    ("recipient", "402"): Outcome.CONFIG_FAULT,  # InvalidSenderId
    ("recipient", "403"): Outcome.PERMANENT,  # InvalidPhoneNumber
    ("recipient", "404"): Outcome.PERMANENT,  # UnsupportedNumberType
    ("recipient", "405"): Outcome.MONEY_FAULT,  # InsufficientBalance
    ("recipient", "406"): Outcome.STOPPED,  # UserInBlacklist
    ("recipient", "407"): Outcome.TRANSIENT,  # CouldNotRoute
    ("recipient", "409"): Outcome.PERMANENT,  # DoNotDisturbRejection
    ("recipient", "500"): Outcome.TRANSIENT,  # InternalServerError
    ("recipient", "501"): Outcome.TRANSIENT,  # GatewayError
    ("recipient", "502"): Outcome.TRANSIENT,  # RejectedByGateway
    # In an older form of its answers, the gateway gives a status and no code.
    ("recipient", "could not send"): Outcome.TRANSIENT,
    ("recipient", "donotdisturbrejection"): Outcome.PERMANENT,
    ("recipient", "userinblacklist"): Outcome.STOPPED,
    ("recipient", "invalidphonenumber"): Outcome.PERMANENT,
    ("request", "invalidsenderid"): Outcome.CONFIG_FAULT,
    ("http", "401"): Outcome.CONFIG_FAULT,
    ("http", "403"): Outcome.CONFIG_FAULT,
    # Status 429 means that the gateway got too many requests and did not accept the message.
    ("http", "429"): Outcome.NOT_SENT,
}
"""Maps each status code of the gateway to an outcome. Any other code has the outcome UNKNOWN."""


GatewayAnswer = tuple[int, str]
"""An HTTP answer of the gateway: its status and its text."""


class AfricasTalkingSms:
    """Sends SMS with an account at the gateway. Every hotline uses this class as its `SmsGateway`. In the demo, the
    emulator answers its calls."""

    def __init__(
        self,
        base_url: str,
        username: str,
        api_key: str,
        sender_id: str,
        at_once: int = 1,
        *,
        seconds: float = SEND_SECONDS,
    ) -> None:
        """Opens at most `at_once` connections, so that the object can send at most `at_once` SMS at the same time."""
        self._service = Service(base_url, username, api_key, seconds, at_once=at_once)
        self._sender_id = sender_id or None

    def send(self, msisdn: str, text: str) -> SendResult:
        if not E164.fullmatch(msisdn):
            return SendResult(Outcome.PERMANENT, provider_status="malformed")
        call = WireCall()
        try:
            answer = self._service.submit(text, msisdn, self._sender_id, call)
        except CALL_ERRORS as broken:
            # The exception quotes the request with the phone number, so the code uses only the name of the
            # exception's class.
            outcome = Outcome.UNKNOWN if call.connected else Outcome.NOT_SENT
            return SendResult(outcome, provider_status=type(broken).__name__)
        return outcome_of(answer)


def outcome_of(answer: GatewayAnswer) -> SendResult:
    """Returns the outcome for an answer of the gateway.

    Never raises an error. For an unknown answer, returns UNKNOWN.
    """
    http_status, text = answer
    if not 200 <= http_status < 300:
        outcome = MEANINGS.get(("http", str(http_status)), Outcome.UNKNOWN)
        return SendResult(outcome, http_status=http_status)

    # The SDK reads JSON only with one exact content type. This code accepts any content type, so that the hotline can
    # read the message id in each answer.
    match _parsed(text):
        case {"SMSMessageData": {"Recipients": [dict() as recipient]}}:
            return _of_recipient(recipient, http_status)
        case {"SMSMessageData": {"Recipients": [], "Message": str(message)}}:
            outcome = MEANINGS.get(("request", message.strip().casefold()), Outcome.UNKNOWN)
            return SendResult(outcome, http_status, provider_status=_word(message))
        case _:
            return SendResult(Outcome.UNKNOWN, http_status)


def _of_recipient(recipient: Mapping[str, Any], http_status: int) -> SendResult:
    status = str(recipient.get("statusCode", recipient.get("status", ""))).strip()
    outcome = MEANINGS.get(("recipient", status.casefold()), Outcome.UNKNOWN)
    provider_id = recipient.get("messageId")
    if provider_id in (None, "", "None") or not isinstance(provider_id, str):
        provider_id = None
    if outcome is Outcome.ACCEPTED and provider_id is None:
        outcome = Outcome.UNKNOWN
    return SendResult(outcome, http_status, _word(status), provider_id)


def _word(text: str) -> str:
    """Returns the gateway's status if the status is a single word, and otherwise "other". A longer status may contain
    the phone number."""
    return text if re.fullmatch(r"[A-Za-z0-9]{1,40}", text) else "other"


class Service(SMSService):  # type: ignore[misc]
    """A client of the gateway's SDK that uses the address from the settings. The client keeps the HTTP status, which
    the SDK alone would drop."""

    def __init__(
        self,
        base_url: str,
        username: str,
        api_key: str,
        seconds: float,
        *,
        most: int = MAX_BYTES,
        at_once: int = 1,
    ) -> None:
        self._override = base_url.rstrip("/")
        self._connections = Connections(at_once)
        self._seconds = seconds
        self._most = most
        super().__init__(username, api_key)

    def submit(
        self, text: str, msisdn: str, sender_id: str | None, call: WireCall
    ) -> GatewayAnswer:
        # Threads share this service, so the code passes the `WireCall` of each request as an argument. The SDK passes
        # this argument on unchanged.
        answer: GatewayAnswer = self.send(text, [msisdn], sender_id=sender_id, callback=call)
        return answer

    def _init_service(self) -> None:
        super()._init_service()
        if self._override:
            self._baseUrl = self._contentUrl = f"{self._override}/version1"

    def _make_request(
        self,
        url: str,
        method: str,
        headers: Mapping[str, str],
        data: Mapping[str, Any],
        params: Mapping[str, str] | None,
        callback: WireCall,
        timeout: tuple[float, float],
    ) -> GatewayAnswer:
        response, text = self._connections.ask(
            method,
            url,
            call=callback,
            seconds=self._seconds,
            most=self._most,
            headers=headers,
            data=data,
            params=params,
            timeout=timeout,
        )
        return response.status_code, text


MAX_LISTED = 100
MAX_INBOX_BYTES = MAX_LISTED * (1600 * 12 + 1000)
"""The largest size of a page of the inbox in bytes. A message has at most 1,600 letters, and a letter may be an
emoji, which takes two JSON escapes."""
MAX_NUMBER = 2**63 - 1
"""The largest number that the database can store."""
DATE = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d{1,9})?(?:Z|\+00:?00)?", re.ASCII)


class AfricasTalkingInbox:
    """Reads the inbox at the gateway. The inbox lists every SMS to the short code, even if the callback about the SMS
    never arrived. Every hotline uses this class as its `SmsInbox`. In the demo, this class reads the emulator's
    inbox."""

    def __init__(
        self, base_url: str, username: str, api_key: str, *, seconds: float = SEND_SECONDS
    ) -> None:
        self._service = Service(base_url, username, api_key, seconds, most=MAX_INBOX_BYTES)

    def after(self, number: int) -> InboxPage:
        try:
            http_status, text = self._service.fetch_messages(
                last_received_id=number, callback=WireCall()
            )
        except CALL_ERRORS as broken:
            # The exception quotes the request with the phone number, so the code uses only the name of the
            # exception's class.
            raise InboxUnavailable(
                f"no answer from the SMS gateway: {type(broken).__name__}"
            ) from None
        if http_status != 200:
            raise InboxUnavailable(f"the gateway answered with HTTP status {http_status}")
        return read_page(text)


def read_page(text: str) -> InboxPage:
    """Returns the messages that the gateway's answer lists, in the order of their numbers in the inbox. Leaves out
    entries that the function cannot read. If the function leaves out an entry, or if an entry has no date, it marks the
    page as incomplete. Raises InboxUnavailable if the answer contains no list."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise InboxUnavailable("the SMS gateway's answer is not JSON") from None
    match document:
        case {"SMSMessageData": {"Messages": list(entries)}}:
            read = [_entry(entry) for entry in entries]
            listed = {sms.number: sms for sms in read if sms is not None}
            is_whole = len(listed) == len(read) and all(sms.sent_at for sms in listed.values())
            return InboxPage(sorted(listed.values(), key=lambda sms: sms.number), whole=is_whole)
        case _:
            raise InboxUnavailable("the SMS gateway's answer has no list of messages")


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
    """Replaces half of an emoji with a question mark, because an HTTP form cannot contain half of an emoji."""
    return written.encode("utf-8", "replace").decode()


def _number(written: int | str) -> int | None:
    if isinstance(written, bool) or not re.fullmatch(r"[0-9]{1,19}", str(written), re.ASCII):
        return None
    number = int(written)
    return number if 0 < number <= MAX_NUMBER else None


def _date(written: Any) -> datetime | None:
    """Returns the time of an SMS in whole seconds, like the time in the callback. Returns None if the text is not a
    time. A time without a time zone is in UTC."""
    found = DATE.fullmatch(written) if isinstance(written, str) else None
    if found is None:
        return None
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=UTC)
    except ValueError:
        return None
