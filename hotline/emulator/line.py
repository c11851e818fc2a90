"""Posts the gateway's callbacks to the hotline as forms. The emulator shares nothing else with the hotline."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus

import requests

USER_AGENT = "at-ussd-api/1.0"
HOOKS = ("ussd", "ended", "sms", "delivery", "optout")
MAX_BODY = 4096


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """The hotline's answer to one callback, or the reason why no answer came."""

    status: int = 0
    body: str = field(default="", repr=False)
    content_type: str = ""
    metadata: str = ""
    cookies: bool = False
    error: str | None = None
    """The kind of failure. It never contains an address, because the address contains the secret of the hooks."""

    @property
    def ok(self) -> bool:
        return self.error is None and 200 <= self.status < 300


class LineAddress:
    """The hotline's address for each callback. A network failure during a post raises no error."""

    def __init__(self, hooks: Mapping[str, str] | None = None, ca: Path | None = None) -> None:
        """Takes the callback addresses and `ca`, the path of a certificate file.

        `ca` is used to verify the hotline's certificate if no public authority signed it.
        """
        self._lock = threading.Lock()
        self._proof = True if ca is None else str(ca)
        self._hooks = dict(hooks or {})

    def move(self, hooks: Mapping[str, str]) -> None:
        with self._lock:
            self._hooks = dict(hooks)

    def known(self) -> list[str]:
        with self._lock:
            return sorted(self._hooks)

    def post(
        self,
        hook: str,
        fields: Mapping[str, str],
        *,
        metadata: str = "",
        seconds: float = 10.0,
        raw_plus: bool = False,
    ) -> HookAnswer:
        """Posts one callback. `raw_plus` leaves a `+` unescaped, as careless programs do.

        It opens a new connection each time and stores no cookies, like a gateway with many hosts.
        """
        with self._lock:
            url = self._hooks.get(hook)
        if url is None:
            return HookAnswer(error="no address")
        safe = "+" if raw_plus else ""
        body = "&".join(f"{name}={quote_plus(value, safe)}" for name, value in fields.items())
        headers = {"User-Agent": USER_AGENT, "Content-Type": "application/x-www-form-urlencoded"}
        if metadata:
            headers["at-ussd-hop-metadata"] = metadata
        deadline = time.monotonic() + seconds
        with requests.Session() as session:
            session.trust_env = False
            try:
                response = session.post(
                    url,
                    data=body.encode(),
                    headers=headers,
                    timeout=seconds,
                    verify=self._proof,
                    allow_redirects=False,
                    stream=True,
                )
                content = _read(response, deadline)
            except requests.Timeout:
                return HookAnswer(error="too slow")
            except requests.RequestException as error:
                return HookAnswer(error=type(error).__name__)
        return HookAnswer(
            status=response.status_code,
            body=content.decode("utf-8", "replace"),
            content_type=response.headers.get("Content-Type", ""),
            metadata=response.headers.get("at-ussd-hop-metadata", ""),
            cookies="Set-Cookie" in response.headers,
        )


def _read(response: requests.Response, deadline: float) -> bytes:
    """Reads the body of an answer, up to about `MAX_BODY` bytes. Raises requests.Timeout after the deadline."""
    content = bytearray()
    for piece in response.iter_content(1):
        content += piece
        if time.monotonic() > deadline:
            raise requests.Timeout
        if len(content) >= MAX_BODY:
            break
    return bytes(content)
