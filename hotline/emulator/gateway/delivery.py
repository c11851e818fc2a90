"""From acceptance to the handset, with the reports that the gateway makes of it, lies included.

The gateway's callbacks: forms posted to the line, and nothing else shared with it.

The gateway's recipient status codes, and the names it has for them.

The ids that the gateway gives, the same ones again for the same seed.

MO: an SMS typed on a handset, told to the line again and again until it says 200.
"""

import random
import re
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote_plus

import requests

from hotline.emulator.gateway.faults import FaultKind, Faults, GatewayFault, Point
from hotline.emulator.gateway.outbox import Sent
from hotline.emulator.network.handsets import Direction, Scheduler, Sms
from hotline.emulator.settings import MoDate
from hotline.emulator.state import EmulatorState, Incoming
from hotline.errors import HandsetRefused
from hotline.text.gsm7 import EACH, segments

USER_AGENT = "at-ussd-api/1.0"
HOOKS = ("ussd", "ended", "sms", "delivery", "optout")
LONGEST_BODY = 4096


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What came back, or why nothing did."""

    status: int = 0
    body: str = field(default="", repr=False)
    content_type: str = ""
    metadata: str = ""
    cookies: bool = False
    error: str | None = None
    """The kind of failure, never an address: that holds the hooks' secret."""

    @property
    def ok(self) -> bool:
        return self.error is None and 200 <= self.status < 300


class LineAddress:
    """Where the line listens, by callback. Posts, and never raises for what the network does."""

    def __init__(self, hooks: Mapping[str, str] | None = None, ca: Path | None = None) -> None:
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
        headers: Mapping[str, str] | None = None,
        connect: float = 10.0,
        total: float = 10.0,
        raw_plus: bool = False,
    ) -> HookAnswer:
        """One callback. `raw_plus` leaves a `+` unescaped, as careless tools do."""
        with self._lock:
            url = self._hooks.get(hook)
        if url is None:
            return HookAnswer(error="no address")
        body = "&".join(
            f"{name}={quote_plus(value, safe='+' if raw_plus else '')}"
            for name, value in fields.items()
        )
        sent = {
            "User-Agent": USER_AGENT,
            "Content-Type": "application/x-www-form-urlencoded",
            **(headers or {}),
        }
        return _exchange(url, body, sent, self._proof, connect=connect, total=total)


def _exchange(
    url: str,
    body: str,
    headers: Mapping[str, str],
    proof: bool | str,
    *,
    connect: float,
    total: float,
) -> HookAnswer:
    """A new connection and no memory of the last one, as a gateway with many hosts has. `proof`: of the certificate."""
    deadline = time.monotonic() + total
    with requests.Session() as session:
        session.trust_env = False
        try:
            response = session.post(
                url,
                data=body.encode(),
                headers=dict(headers),
                timeout=(connect, total),
                verify=proof,
                allow_redirects=False,
                stream=True,
            )
            content = _read(response, deadline)
        except requests.Timeout:
            return HookAnswer(error="too slow")
        except requests.RequestException as error:
            return HookAnswer(error=type(error).__name__)
        finally:
            # The line's own cookies are nobody's here: the next hop comes from another host.
            session.cookies.clear()
    return HookAnswer(
        status=response.status_code,
        body=content.decode("utf-8", "replace"),
        content_type=response.headers.get("Content-Type", ""),
        metadata=response.headers.get("at-ussd-hop-metadata", ""),
        cookies="Set-Cookie" in response.headers,
    )


def _read(response: requests.Response, deadline: float) -> bytes:
    """No more than the longest body. Raises requests.Timeout."""
    content = bytearray()
    for piece in response.iter_content(1):
        content += piece
        if time.monotonic() > deadline:
            raise requests.Timeout
        if len(content) >= LONGEST_BODY:
            break
    return bytes(content)


Struck = Mapping[FaultKind, GatewayFault]
DELIVERED = "Success"


@dataclass(frozen=True, slots=True)
class Delivery:
    state: EmulatorState
    line: LineAddress
    faults: Faults
    scheduler: Scheduler
    waiting: dict[str, list[tuple[Sent, Struck]]] = field(default_factory=dict)
    """By number: what waits for a phone to be switched on. Under the state's lock."""

    def begin(self, sent: Sent) -> None:
        faults = self.faults.draw(Point.REPORT, sent.to)
        if FaultKind.EARLY_REPORT in faults:
            self._report(sent, DELIVERED, faults)
        reversed_ = FaultKind.REVERSED_REPORTS in faults
        self._go_on(sent, () if reversed_ else self.state.settings.interim, faults, wait=0.0)

    def switched_on(self, msisdn: str) -> None:
        with self.state.lock:
            waiting = self.waiting.pop(msisdn, [])
        for sent, faults in waiting:
            self._arrive(sent, faults)

    def force(self, message_id: str, status: str, reason: str = "") -> bool:
        """One report on demand, whatever happened to the message. False where the id is unknown."""
        with self.state.lock:
            found = [sent for sent in self.state.outbox if sent.id == message_id]
        for sent in found[:1]:
            self._report(sent, status, {}, reason)
        return bool(found)

    def _go_on(self, sent: Sent, interim: Sequence[str], faults: Struck, *, wait: float) -> None:
        """Each step is set before the last is told: in order, and no slower for a line that hangs."""
        settings = self.state.settings
        if not interim:
            self.scheduler.after(settings.deliver_after, lambda: self._arrive(sent, faults))
            return

        def step() -> None:
            self._queue(sent, interim[0], faults)
            self._go_on(sent, interim[1:], faults, wait=settings.report_gap)
            self._tell(sent)

        self.scheduler.after(wait, step)

    def _arrive(self, sent: Sent, faults: Struck) -> None:
        if FaultKind.FAILED_REPORT in faults:
            status, _, reason = (faults[FaultKind.FAILED_REPORT].value or "Failed").partition(":")
            self._report(sent, status, faults, reason)
            return
        with self.state.changing() as state:
            held = state.handset(sent.to)
            if held.power:
                sent.delivered_at = time.time()
                held.received += 1
                held.messages.append(
                    Sms(sent.id, Direction.RECEIVED, sent.sender, sent.text, sent.delivered_at)
                )
                state.travelled("delivered", sent.to)
            else:
                self.waiting.setdefault(sent.to, []).append((sent, faults))
        if sent.delivered_at is None:
            self._report(sent, "Buffered", faults)
            patience = self.state.settings.give_up_after
            self.scheduler.after(patience, lambda: self._give_up(sent, faults))
            return
        if FaultKind.UNKNOWN_REPORT in faults:
            self._report(sent, faults[FaultKind.UNKNOWN_REPORT].value or "Teleported", faults)
        if FaultKind.EARLY_REPORT not in faults:
            self._report(sent, DELIVERED, faults)
        if FaultKind.REVERSED_REPORTS in faults:
            for place, status in enumerate(reversed(self.state.settings.interim), start=1):
                self._later(place * self.state.settings.report_gap, sent, status, faults)

    def _give_up(self, sent: Sent, faults: Struck) -> None:
        """The phone stayed off: what waited for it is thrown away, and the line is told."""
        with self.state.lock:
            waiting = self.waiting.get(sent.to, [])
            if (sent, faults) not in waiting:
                return
            waiting.remove((sent, faults))
        self._report(sent, "Failed", faults, "UserIsInactive")

    def _later(self, seconds: float, sent: Sent, status: str, faults: Struck) -> None:
        self.scheduler.after(seconds, lambda: self._report(sent, status, faults))

    def _report(self, sent: Sent, status: str, faults: Struck, reason: str = "") -> None:
        self._queue(sent, status, faults, reason)
        self._tell(sent)

    def _queue(self, sent: Sent, status: str, faults: Struck, reason: str = "") -> None:
        if FaultKind.NO_REPORT in faults:
            return
        with self.state.changing() as state:
            fields = {
                "id": sent.id,
                "status": status,
                "phoneNumber": sent.to,
                "networkCode": state.handset(sent.to).network,
            }
            if reason:
                fields["failureReason"] = reason
            sent.reports.append(status)
            sent.untold += [fields] * (2 if FaultKind.DUPLICATE_REPORT in faults else 1)
            state.travelled("report", sent.to, status)

    def _tell(self, sent: Sent) -> None:
        with self.state.lock:
            if sent.telling:
                return
            sent.telling = True
        while True:
            with self.state.lock:
                if not sent.untold:
                    sent.telling = False
                    return
                fields = sent.untold.pop(0)
            self.line.post("delivery", fields)


QUEUED, SENT, PROCESSED = 102, 101, 100
BAD_NUMBER, BLACKLISTED = 403, 406

NAMES = {
    401: "RiskHold",
    402: "InvalidSenderId",
    BAD_NUMBER: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    BLACKLISTED: "UserInBlacklist",
    407: "CouldNotRoute",
    409: "DoNotDisturbRejection",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}
E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class Ids:
    def __init__(self, seed: int | None = None) -> None:
        self._dice = random.Random(seed)
        self._lock = threading.Lock()

    def session(self) -> str:
        return f"ATUid_{self._bits():032x}"

    def message(self) -> str:
        return f"ATXid_{self._bits():032x}"

    def incoming(self) -> str:
        return str(uuid.UUID(int=self._bits(), version=4))

    def token(self) -> str:
        return f"{self._bits():032x}"

    def _bits(self) -> int:
        with self._lock:
            return self._dice.getrandbits(128)


@dataclass(frozen=True, slots=True)
class Inbound:
    state: EmulatorState
    line: LineAddress
    faults: Faults
    scheduler: Scheduler
    ids: Ids

    def text(self, msisdn: str, to: str, text: str) -> list[str]:
        """The ids under which the gateway tells it. An MO to anybody else ends on that handset.

        Raises HandsetRefused where the phone is off.
        """
        with self.state.changing() as state:
            held = state.handset(msisdn)
            if not held.power:
                raise HandsetRefused("the phone is off")
            held.messages.append(
                Sms(self.ids.incoming(), Direction.SENT, to, text, time.time(), read=True)
            )
            state.travelled("mo", msisdn)
            if to != state.settings.shortcode:
                return []
            told = [self._listed(msisdn, to, part) for part in self._parts(text)]
        faults = self.faults.draw(Point.MO, msisdn)
        for incoming in told if FaultKind.LOST_MO not in faults else ():
            for _ in range(2 if FaultKind.DUPLICATE_MO in faults else 1):
                self._later(0.0, incoming, self.scheduler.now())
        return [incoming.id for incoming in told]

    def opt_out(self, msisdn: str, sender: str) -> None:
        """The gateway's own stop: no bulk message to this number any more, and a notice."""
        with self.state.changing() as state:
            state.blacklist.add(msisdn)
        self.line.post("optout", {"senderId": sender, "phoneNumber": msisdn})

    def _listed(self, msisdn: str, to: str, text: str) -> Incoming:
        incoming = Incoming(
            len(self.state.incoming) + 1, self.ids.incoming(), msisdn, to, text, time.time()
        )
        self.state.incoming.append(incoming)
        return incoming

    def _parts(self, text: str) -> list[str]:
        if not self.state.settings.mo_split or segments(text) == 1:
            return [text]
        return [text[at : at + EACH] for at in range(0, len(text), EACH)]

    def _later(self, seconds: float, incoming: Incoming, since: float) -> None:
        self.scheduler.after(seconds, lambda: self._tell(incoming, since))

    def _tell(self, incoming: Incoming, since: float) -> None:
        settings, began = self.state.settings, self.scheduler.now()
        answer = self.line.post("sms", self._fields(incoming))
        told = answer.error is None and answer.status == 200
        with self.state.changing() as state:
            state.travelled("mo told" if told else "mo refused", incoming.msisdn)
        now = self.scheduler.now()
        if not told and now - since < settings.mo_patience:
            self._later(max(0.0, began + settings.mo_repeat - now), incoming, since)

    def _fields(self, incoming: Incoming) -> dict[str, str]:
        plain = self.state.settings.mo_date is MoDate.PLAIN
        with self.state.lock:
            network = self.state.handset(incoming.msisdn).network
        return {
            "linkId": "",
            "text": incoming.text,
            "to": incoming.to,
            "id": incoming.id,
            "date": datetime.fromtimestamp(incoming.at, UTC).strftime(
                "%Y-%m-%d %H:%M:%S" if plain else "%Y-%m-%dT%H:%M:%SZ"
            ),
            "from": incoming.msisdn,
            "networkCode": network,
        }
