"""Dialling the line itself, over HTTP, as the gateway would: a first hop, and a second one in the same session.

Telling the line an SMS over HTTP, as the gateway would have, by the address that only the relay knows.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from secrets import token_hex

from requests import RequestException
from urllib3.exceptions import HTTPError

from hotline.adapters.gateway.deadline import WireCall, post
from hotline.domain import trial
from hotline.domain.sms.listing import ListedSms
from hotline.sealing.keys.keyfolder import listed_secrets

HOP_SECONDS = 5.0
"""What a caller's network would wait is longer; what the line promises is this."""
KEYED = "1"
"""Something that the first screen offers, whatever it says."""


class Dialler:
    """Calls one line. Each call is a session of its own, from the number that no figure counts."""

    def __init__(
        self, base_url: str, secrets: Callable[[], Sequence[bytes]], service_code: str
    ) -> None:
        """`secrets` are asked for at each hop, the newest first: they may have been rotated."""
        self._base_url, self._secrets = base_url, secrets
        self._service_code = service_code

    def __repr__(self) -> str:
        return "Dialler()"

    def reaches_the_line(self) -> bool:
        """Whether both hops were answered as a hop must be, and the session went on. Never raises."""
        return self.tells(KEYED)

    def tells(self, keys: Sequence[str]) -> bool:
        """Key them one after the other, as a caller would; whether every hop was answered. Never raises."""
        session_id = f"ATUid_{token_hex(16)}"
        texts = ["*".join(keys[:count]) for count in range(len(keys) + 1)]
        return all(self._hop(session_id, text).startswith("CON ") for text in texts)

    def _hop(self, session_id: str, text: str) -> str:
        """The answer's words; none where there was no proper answer in time."""
        fields = {
            "phoneNumber": trial.CALLER,
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
    """The relay's way to the line's own hook."""

    def __init__(self, base_url: str, keys: Path) -> None:
        self._base_url = base_url
        self._keys = keys

    def __repr__(self) -> str:
        return "ListedHook()"

    def tell(self, sms: ListedSms) -> bool:
        """By the newest secret, as the folder stands: a rotation is seen at once."""
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
