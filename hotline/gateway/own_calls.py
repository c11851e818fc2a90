"""Calls the hotline itself over HTTP, as the gateway does. It makes the first hop of a session, and then a second hop.

It also sends the hotline an SMS from the inbox over HTTP, at an address that only the clock process knows.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from secrets import token_hex

from requests import RequestException
from urllib3.exceptions import HTTPError

from hotline.core import rules_trial
from hotline.gateway.http import WireCall, post
from hotline.gateway.rules_inbox import ListedSms
from hotline.keys.key_folder import listed_secrets

HOP_SECONDS = 5.0
"""The number of seconds within which the hotline must answer. A caller's network would wait longer."""
KEYED = "1"
"""A key that the first screen of every flow set accepts."""


class Dialler:
    """A test caller of a hotline. Each call is a new session, from a number that the statistics do not count."""

    def __init__(
        self, base_url: str, secrets: Callable[[], Sequence[bytes]], service_code: str
    ) -> None:
        """Stores `secrets`, a function that returns the valid secrets of the hook, the newest first.

        Each hop calls this function, because the secrets may change.
        """
        self._base_url, self._secrets = base_url, secrets
        self._service_code = service_code

    def __repr__(self) -> str:
        return "Dialler()"

    def reaches_the_line(self) -> bool:
        """Returns True if the hotline answers both hops correctly and the session continues. Never raises an error."""
        return self.tells(KEYED)

    def tells(self, keys: Sequence[str]) -> bool:
        """Sends these keys one after the other, as a caller does.

        Returns True if the session continues after every hop. Never raises an error.
        """
        session_id = f"ATUid_{token_hex(16)}"
        texts = ["*".join(keys[:count]) for count in range(len(keys) + 1)]
        return all(self._hop(session_id, text).startswith("CON ") for text in texts)

    def _hop(self, session_id: str, text: str) -> str:
        """Returns the text of the hotline's answer. The text is empty if no correct answer arrives in time."""
        fields = {
            "phoneNumber": rules_trial.CALLER,
            "serviceCode": self._service_code,
            "text": text,
            "sessionId": session_id,
        }
        url = f"{self._base_url}/hooks/{self._secrets()[0].decode()}/ussd"
        try:
            response, words = post(url, call=WireCall(), seconds=HOP_SECONDS, data=fields)
        except (RequestException, HTTPError, OSError):
            return ""
        return words if response.status_code == 200 else ""


TELL_SECONDS = 10.0


class ListedHook:
    """A client for the hotline's own hook that receives SMS from the inbox. The clock process uses it."""

    def __init__(self, base_url: str, keys: Path) -> None:
        self._base_url = base_url
        self._keys = keys

    def __repr__(self) -> str:
        return "ListedHook()"

    def tell(self, sms: ListedSms) -> bool:
        """Sends an SMS to the hook.

        Returns True if the hook accepts it. Reads the newest secret from the folder each time, so that a new secret is
        used at once.
        """
        live = listed_secrets(self._keys)
        if not live:
            return False
        fields = {
            "id": f"listed-{sms.number}",
            "from": sms.sender,
            "to": sms.to,
            "text": sms.text,
            "date": f"{sms.sent_at:%Y-%m-%dT%H:%M:%SZ}" if sms.sent_at else "",
        }
        url = f"{self._base_url}/hooks/{live[0]}/sms/listed"
        try:
            response, _ = post(url, call=WireCall(), seconds=TELL_SECONDS, data=fields)
        except (RequestException, HTTPError, OSError):
            return False
        return response.status_code == 200
