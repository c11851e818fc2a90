"""Telling the line an SMS over HTTP, as the gateway would have, by the address that only the relay knows."""

from pathlib import Path

from requests import RequestException
from urllib3.exceptions import HTTPError

from hotline.adapters.gateway.deadline import WireCall, post
from hotline.domain.sms.listing import ListedSms
from hotline.sealing.keys.keyfolder import listed_secrets

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
