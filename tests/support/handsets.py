"""Controls the phones that the emulator simulates (handsets), for tests, fault tests and benchmarks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from hotline.emulator.state import CITIZEN
from hotline.text.errors import HandsetRefused, NotFound, SettingsInvalid

_REFUSALS = {400: SettingsInvalid, 404: NotFound, 409: HandsetRefused}


@dataclass
class ClientSession:
    """One call, as the simulated phone shows it."""

    _client: "EmulatorClient" = field(repr=False)
    _document: dict[str, Any] = field(repr=False)

    @property
    def id(self) -> str:
        return str(self._document["session"])

    @property
    def screen(self) -> str:
        """Returns the text on the handset's screen, without CON or END."""
        return str(self._document["screen"])

    @property
    def open(self) -> bool:
        """Returns True if the phone waits for a reply of the caller."""
        return bool(self._document["open"])

    @property
    def status(self) -> str | None:
        """Returns `Success`, `Incomplete` or `Failed` after the session has ended, otherwise None."""
        status = self._document["status"]
        return None if status is None else str(status)

    @property
    def error(self) -> str:
        """Returns the reason that the gateway gives for a failed session."""
        return str(self._document["error"])

    @property
    def septets(self) -> int:
        return int(self._document["septets"])

    @property
    def hops(self) -> list[dict[str, Any]]:
        """Returns the hops of the session, each with `text`, `asked_at`, `answered_at`, `answer` and `error`."""
        return list(self._document["hops"])

    def reply(self, text: str) -> str:
        """Sends a reply and returns the next screen. Raises HandsetRefused if the phone does not wait for a reply."""
        self._document = self._client.post("reply", session=self.id, text=text)
        return self.screen

    def hang_up(self) -> None:
        self._document = self._client.post("hangup", session=self.id)


class EmulatorClient:
    def __init__(self, url: str, *, timeout: float = 60.0) -> None:
        self._url = url.rstrip("/")
        self._timeout = timeout

    def dial(
        self, code: str = "*384*777#", *, msisdn: str = CITIZEN, network: str | None = None
    ) -> ClientSession:
        """Dials the code and returns the session. Raises HandsetRefused if the phone is off."""
        document = self.post("dial", **{"from": msisdn}, code=code, network=network or "")
        return ClientSession(self, document)

    def text(self, text: str, *, msisdn: str, to: str | None = None) -> list[str]:
        """Sends an SMS from a phone, to the hotline's short code unless `to` is given. Returns the gateway's ids of
        the SMS."""
        more = {} if to is None else {"to": to}
        return list(self.post("sms", **{"from": msisdn}, text=text, **more)["ids"])

    def power(self, msisdn: str, *, on: bool) -> None:
        self.post("power", msisdn=msisdn, on=on)

    def handset(self, msisdn: str) -> dict[str, Any]:
        """Returns the handset's `screen`, `inbox`, `unread`, `calls` and `power`."""
        return self.get(f"handset/{msisdn}")

    def inbox(self, msisdn: str) -> list[dict[str, Any]]:
        """Returns the messages that the handset received, newest first, with `id`, `peer`, `text`, `at`, `read`."""
        listed = self.handset(msisdn)["inbox"]
        return [sms for sms in listed if sms["direction"] == "received"]

    def outbox(self, after: int = 0) -> list[dict[str, Any]]:
        """Returns every SMS from the hotline in order, without the first `after` SMS.

        Each SMS has `id`, `to`, `text`, `accepted`, `accepted_at` and more fields.
        """
        return list(self.get(f"outbox?after={after}")["outbox"])

    def sessions(self) -> list[dict[str, Any]]:
        return list(self.get("sessions")["sessions"])

    def violations(self) -> list[dict[str, Any]]:
        """Returns the hotline's violations of the gateway's protocol. Tests expect an empty list."""
        return list(self.get("violations")["violations"])

    def set_faults(self, *faults: Mapping[str, Any], seed: int | None = None) -> None:
        """Replaces all faults that the emulator simulates. Each fault is `{"kind": ..., "probability": ..., "times":
        ..., ...}`."""
        self.post("faults", faults=[dict(fault) for fault in faults], seed=seed)

    def clear_faults(self) -> None:
        self._call("DELETE", "faults")

    def struck(self) -> dict[str, int]:
        """Returns how often each kind of fault has occurred since the faults were set."""
        return dict(self.get("faults")["struck"])

    def set(self, **settings: Any) -> None:
        self.post("settings", **settings)

    def move_line(self, hooks: Mapping[str, str]) -> None:
        """Sets the addresses of the callbacks: `ussd`, `ended`, `sms`, `delivery`, `optout`."""
        self.post("hooks", **hooks)

    def enrol(self, people: Iterable[Mapping[str, str]]) -> None:
        """Sets the people whose phones the emulator's page offers: `{msisdn, label}` for each."""
        self.post("people", people=[dict(person) for person in people])

    def turn(self, seconds: float) -> None:
        """Moves the emulator's clock forward by this many seconds."""
        self.post("clock", turn=seconds)

    def run_clock_at(self, scale: float) -> None:
        self.post("clock", scale=scale)

    def turn_line(self, seconds: int) -> None:
        """Moves the clock of the hotline's processes in a demo. Raises SettingsInvalid if the hotline does not run as a
        demo."""
        self.post("line-clock", by=seconds)

    def right_line(self) -> None:
        """Sets the clock of the hotline's processes back to the true time."""
        self._call("DELETE", "line-clock")

    def report(self, message_id: str, status: str, reason: str = "") -> None:
        """Sends a delivery report about one message immediately. Raises NotFound."""
        self.post("report", id=message_id, status=status, failureReason=reason)

    def opt_out(self, msisdn: str) -> None:
        self.post("optout", msisdn=msisdn)

    def reset(self) -> None:
        self.post("reset")

    def changes(self, since: int, wait: float) -> dict[str, Any]:
        """Waits until the emulator's state has a version above `since`."""
        return self.get(f"changes?since={since}&wait={wait}")

    def get(self, path: str) -> dict[str, Any]:
        return self._call("GET", path)

    def post(self, path: str, **fields: Any) -> dict[str, Any]:
        return self._call("POST", path, fields)

    def _call(
        self, method: str, path: str, fields: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        with requests.Session() as session:
            session.trust_env = False
            response = session.request(
                method, f"{self._url}/control/{path}", json=fields, timeout=self._timeout
            )
        if response.status_code in _REFUSALS:
            refused = response.json()["error"]
            raise _REFUSALS[response.status_code](
                refused.splitlines() if response.status_code == 400 else refused
            )
        response.raise_for_status()
        document = response.json()
        assert isinstance(document, dict)
        return document
