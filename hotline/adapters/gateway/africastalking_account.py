"""Reads the balance of the account at Africa's Talking.

    GET /version1/user?username=... -> {"UserData": {"balance": "RWF 250000.0000"}}

Its documentation spells the key `userData`. This module reads both spellings.
"""

import json
import re

from requests import RequestException
from urllib3.exceptions import HTTPError

from hotline.adapters.gateway.deadline import WireCall, get

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
        """Returns the balance in the account's currency, or None if the gateway does not give it. Never raises."""
        try:
            response, text = get(
                self._url,
                call=WireCall(),
                seconds=CALL_SECONDS,
                params={"username": self._username},
                headers={"apiKey": self._api_key, "Accept": "application/json"},
            )
        except (RequestException, HTTPError, OSError):
            return None
        return read_balance(text) if response.status_code == 200 else None


def read_balance(text: str) -> float | None:
    """Returns the balance in an answer's text, or None if the text holds none. Never raises."""
    try:
        match json.loads(text):
            case {"UserData": {"balance": str(written)}} | {"userData": {"balance": str(written)}}:
                found = BALANCE.fullmatch(written.strip())
                return float(found[1]) if found else None
            case _:
                return None
    except (ValueError, RecursionError):
        return None
