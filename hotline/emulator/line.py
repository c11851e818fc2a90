"""Posts the gateway's callbacks to the hotline as forms, and causes faults of a network and a gateway.

Apart from these callbacks, the emulator shares nothing with the hotline. A fault occurs always, or a given number of
times, or at random. With a seed, random faults can be repeated.
"""

import random
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote_plus

import requests

from hotline.emulator.state import REFUSE_UNKNOWN

USER_AGENT = "at-ussd-api/1.0"
HOOKS = ("ussd", "ended", "sms", "delivery", "optout")
MAX_BODY = 4096


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """The hotline's answer to one callback, or the reason why no answer came."""

    status: int = 0
    body: str = field(default="", repr=False)
    content_type: str = ""
    cookies: bool = False
    error: str | None = None
    """The kind of failure. This text never contains an address, because a hook's address contains a secret."""

    @property
    def ok(self) -> bool:
        return self.error is None and 200 <= self.status < 300


class LineAddress:
    """The hotline's address for each callback. If the network fails during a post, the class raises no error."""

    def __init__(self, hooks: Mapping[str, str] | None = None, ca: Path | None = None) -> None:
        """Stores the addresses for callbacks, and `ca`, the path of a certificate file.

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
        seconds: float = 10.0,
        raw_plus: bool = False,
    ) -> HookAnswer:
        """Posts one callback. If `raw_plus` is True, the method leaves a `+` unescaped, as careless programs do.

        Each callback uses a new connection and no cookies, as if the gateway had many hosts.
        """
        with self._lock:
            url = self._hooks.get(hook)
        if url is None:
            return HookAnswer(error="no address")
        safe = "+" if raw_plus else ""
        body = "&".join(f"{name}={quote_plus(value, safe)}" for name, value in fields.items())
        headers = {"User-Agent": USER_AGENT, "Content-Type": "application/x-www-form-urlencoded"}
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


class Point(StrEnum):
    """The point in the traffic at which a fault occurs, such as a send request or a hop."""

    SEND = "send"
    REPORT = "report"
    HOP = "hop"
    END = "end"
    MO = "mo"


class FaultKind(StrEnum):
    """One kind of fault. Some kinds use the fault's fields `seconds`, `status` and `value`. The text below each kind
    says what these fields mean, with the default in brackets."""

    SLOW = "slow"
    """The gateway waits `seconds` (2) before it records the message."""
    TIMEOUT = "timeout"
    """The gateway records the message, then waits `seconds` (12) before it answers."""
    SILENT = "silent"
    """The gateway records nothing, waits `seconds` (12), and breaks the connection."""
    RESET_BEFORE = "reset_before"
    RESET_AFTER = "reset_after"
    """The connection breaks. `RESET_BEFORE` breaks the connection before the gateway records the message, and
    `RESET_AFTER` breaks it afterwards."""
    ERROR_BEFORE = "error_before"
    ERROR_AFTER = "error_after"
    """The answer is an HTML page with `status` (500, or 429 for throttling).

    `ERROR_BEFORE` records nothing, and `ERROR_AFTER` records the message.
    """
    HTML = "html"
    """The gateway records the message, and answers 201 with an HTML page."""
    CHARSET = "charset"
    """The gateway records the message, and answers with `application/json; charset=utf-8`. The SDK then returns the
    answer as text, not as parsed JSON."""
    TRUNCATED = "truncated"
    """The gateway records the message, and its JSON answer is cut off at the end."""
    DRIP = "drip"
    """The gateway records the message, and sends one byte of its answer every `seconds` (1)."""
    RECIPIENT_STATUS = "recipient_status"
    """The gateway refuses each recipient with `status`, from 401 to 502."""
    UNAUTHORIZED = "unauthorized"

    NO_REPORT = "no_report"
    DUPLICATE_REPORT = "duplicate_report"
    REVERSED_REPORTS = "reversed_reports"
    EARLY_REPORT = "early_report"
    """The final delivery report arrives before the answer to the send request."""
    FAILED_REPORT = "failed_report"
    """The message is not delivered. The field `value` contains the status in the report, or the status and the reason:
    `Status:failureReason`."""
    UNKNOWN_REPORT = "unknown_report"
    """The delivery report has the unknown status in `value`."""

    DUPLICATE_HOP = "duplicate_hop"
    """The gateway posts the hop twice, one post after the other."""
    CONCURRENT_HOP = "concurrent_hop"
    """The gateway posts the hop twice at the same time."""
    OUT_OF_ORDER = "out_of_order"
    """After the current hop, the gateway posts the previous hop again."""
    RETRY_HOP = "retry_hop"
    """A hop that fails is posted once more after `seconds`."""
    LOST_ANSWER = "lost_answer"
    """The hotline's answer never reaches the handset."""
    MISSING_NETWORK = "missing_network"
    MISSING_PLUS = "missing_plus"
    UNESCAPED_PLUS = "unescaped_plus"

    NO_END = "no_end"
    DUPLICATE_END = "duplicate_end"
    LATE_END = "late_end"
    """The notice of the session's end arrives `seconds` (60) late."""

    DUPLICATE_MO = "duplicate_mo"
    LOST_MO = "lost_mo"
    """The hotline gets no callback for an incoming SMS. The gateway's own inbox still lists that SMS."""


_POINTS = {
    Point.REPORT: (
        FaultKind.NO_REPORT,
        FaultKind.DUPLICATE_REPORT,
        FaultKind.REVERSED_REPORTS,
        FaultKind.EARLY_REPORT,
        FaultKind.FAILED_REPORT,
        FaultKind.UNKNOWN_REPORT,
    ),
    Point.HOP: (
        FaultKind.DUPLICATE_HOP,
        FaultKind.CONCURRENT_HOP,
        FaultKind.OUT_OF_ORDER,
        FaultKind.RETRY_HOP,
        FaultKind.LOST_ANSWER,
        FaultKind.MISSING_NETWORK,
        FaultKind.MISSING_PLUS,
        FaultKind.UNESCAPED_PLUS,
    ),
    Point.END: (FaultKind.NO_END, FaultKind.DUPLICATE_END, FaultKind.LATE_END),
    Point.MO: (FaultKind.DUPLICATE_MO, FaultKind.LOST_MO),
}


_ONLY_WHERE_IT_MATTERS = frozenset({FaultKind.RETRY_HOP, FaultKind.OUT_OF_ORDER})
"""The kinds of faults that repeat a failed hop or an earlier hop. The emulator draws these faults at random for every
hop, but they take effect only if there is a failed or earlier hop. So `strike` counts the fault later, when the
emulator repeats the hop."""


@dataclass(frozen=True, slots=True)
class GatewayFault:
    __pydantic_config__ = REFUSE_UNKNOWN

    kind: FaultKind
    probability: float = 1.0
    times: int | None = None
    """The number of times that the fault can still occur. None means no limit."""
    skip: int = 0
    """The number of occasions on which the fault does not occur yet."""
    msisdn: str | None = None
    """The phone number that the fault affects. None means every number."""
    seconds: float | None = None
    status: int | None = None
    value: str | None = None

    @property
    def point(self) -> Point:
        found = (point for point, kinds in _POINTS.items() if self.kind in kinds)
        return next(found, Point.SEND)


DrawnFaults = Mapping[FaultKind, GatewayFault]
"""The faults that occur for one message or hop, by kind of fault."""


class Faults:
    """The active faults. With the same seed, the same calls give the same faults."""

    def __init__(self, seed: int | None = None) -> None:
        self._lock = threading.Lock()
        self._dice = random.Random(seed)
        self._rules: list[GatewayFault] = []
        self.struck: dict[str, int] = {}

    def rules(self) -> tuple[GatewayFault, ...]:
        with self._lock:
            return tuple(self._rules)

    def set(self, rules: Iterable[GatewayFault], *, seed: int | None = None) -> None:
        with self._lock:
            self._rules = list(rules)
            self.struck = {}
            if seed is not None:
                self._dice = random.Random(seed)

    def draw(self, point: Point, msisdn: str) -> DrawnFaults:
        """Returns every fault that occurs at this point for this phone number, by kind. At `Point.SEND`, returns only
        the first fault."""
        faults: dict[FaultKind, GatewayFault] = {}
        with self._lock:
            for at, rule in enumerate(self._rules):
                if rule.point is not point or (faults and point is Point.SEND):
                    continue
                if self._spares(rule, msisdn):
                    continue
                if rule.skip:
                    self._rules[at] = replace(rule, skip=rule.skip - 1)
                    continue
                times = None if rule.times is None else rule.times - 1
                self._rules[at] = replace(rule, times=times)
                faults[rule.kind] = rule
                if rule.kind not in _ONLY_WHERE_IT_MATTERS:
                    self._count(rule.kind)
        return faults

    def strike(self, kind: FaultKind) -> None:
        """Counts a fault when it takes effect. `draw` returned this fault earlier and did not count it."""
        with self._lock:
            self._count(kind)

    def _count(self, kind: FaultKind) -> None:
        """Counts one occurrence of a fault. The calling code must hold the lock."""
        self.struck[kind] = self.struck.get(kind, 0) + 1

    def _spares(self, rule: GatewayFault, msisdn: str) -> bool:
        if rule.msisdn not in (None, msisdn) or rule.times == 0:
            return True
        return rule.probability < 1 and self._dice.random() >= rule.probability
