"""Dials the line itself over HTTP, as the gateway does. Makes a first hop, and a second one in the same session.

Passes a listed SMS to the line over HTTP, at an address that only the relay knows.
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
"""Seconds in which the line promises an answer. A caller's network waits longer."""
KEYED = "1"
"""A key that the first screen offers in every flow set."""


class Dialler:
    """One test caller of one line. Each call is a session of its own, from the number that statistics leave out."""

    def __init__(
        self, base_url: str, secrets: Callable[[], Sequence[bytes]], service_code: str
    ) -> None:
        """Stores `secrets`, a function that returns them with the newest first. Each hop calls it, because they may
        rotate."""
        self._base_url, self._secrets = base_url, secrets
        self._service_code = service_code

    def __repr__(self) -> str:
        return "Dialler()"

    def reaches_the_line(self) -> bool:
        """Returns True if the line answers both hops correctly and the session continues. Never raises."""
        return self.tells(KEYED)

    def tells(self, keys: Sequence[str]) -> bool:
        """Sends the keys one after the other, as a caller does. Returns True if the session continues after every hop.
        Never raises."""
        session_id = f"ATUid_{token_hex(16)}"
        texts = ["*".join(keys[:count]) for count in range(len(keys) + 1)]
        return all(self._hop(session_id, text).startswith("CON ") for text in texts)

    def _hop(self, session_id: str, text: str) -> str:
        """Returns the text of the answer, or an empty text if no correct answer arrives in time."""
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
    """One client of the line's own hook for listed SMS. The relay uses it."""

    def __init__(self, base_url: str, keys: Path) -> None:
        self._base_url = base_url
        self._keys = keys

    def __repr__(self) -> str:
        return "ListedHook()"

    def tell(self, sms: ListedSms) -> bool:
        """Passes one SMS to the line. Returns True if the line accepts it. Reads the newest secret from the folder each
        time, so a rotation takes effect at once."""
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
