"""Asks the web process, for the doctor, whether it lives and whether callers may be offered everything."""

import http.client
import json
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from hotline.config import Settings
from hotline.services.check_result import CheckResult, warning
from hotline.text.causes import cause_of

NAME = "web"
PATIENCE = 2.0
"""Seconds until it must say that it lives."""
READY_PATIENCE = 5.0
"""Seconds for the longer question: it waits for the database."""
MOST_BYTES = 64 * 1024
REFUSED = "connection refused"
ALIVE, READY = "/healthz", "/readyz"
ANYWHERE = {"", "0.0.0.0", "::"}
BEGIN = (
    "`hotline run` or `systemctl restart hotline-web` starts it; its log says why it ended."
    " Where it runs on another machine, set HOTLINE_LINE_URL"
)
END_OTHER = "end that program, or set HOTLINE_PORT; then start the web process"
ELSEWHERE = "say `hotline doctor` on the machine of the web process; `dial` says what the watch process finds"
NOT_READY = "see the lines above; docs/runbook.md says what each reason means"


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Place:
    host: str
    port: int
    encrypted: bool = False

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def process_found(settings: Settings) -> CheckResult:
    """Asks the web process of this machine; where nothing listens here, the address in HOTLINE_LINE_URL."""
    here = Place(_host(settings.web_host), settings.port)
    answered = _asked(here, ALIVE, PATIENCE)
    if isinstance(answered, Answered):
        return _judged(here, answered, END_OTHER)
    there = _line_place(settings.line_url)
    if there is None or there == here or answered != REFUSED:
        return CheckResult(NAME, False, f"{here}: {answered}: no caller is answered", BEGIN)
    answered_there = _asked(there, ALIVE, PATIENCE)
    if not isinstance(answered_there, Answered):
        says = f"{here}: {answered}; {there}: {answered_there}: no caller is answered"
        return CheckResult(NAME, False, says, BEGIN)
    if _is_alive(answered_there):
        return _ready(there)
    says = f"not asked from here: nothing listens at {here}, and {there} shows no {ALIVE}"
    return warning(NAME, says, ELSEWHERE)


def _host(listens: str) -> str:
    return "127.0.0.1" if listens in ANYWHERE else listens


def _line_place(url: str) -> Place | None:
    parts = urlsplit(url)
    if not parts.hostname:
        return None
    encrypted = parts.scheme == "https"
    return Place(parts.hostname, parts.port or (443 if encrypted else 80), encrypted)


def _is_alive(answered: Answered) -> bool:
    return answered.status == HTTPStatus.OK and answered.body == "ok"


def _judged(place: Place, answered: Answered, todo: str) -> CheckResult:
    if not _is_alive(answered):
        return CheckResult(NAME, False, f"another program answers at {place}", todo)
    return _ready(place)


def _ready(place: Place) -> CheckResult:
    """Returns what the living process says of itself."""
    answered = _asked(place, READY, READY_PATIENCE)
    if not isinstance(answered, Answered):
        says = f"lives at {place}, and does not say whether it is ready: {answered}"
        return CheckResult(NAME, False, says, "see `database` above")
    if answered.status == HTTPStatus.OK:
        return CheckResult(NAME, True, f"answers at {place}, and offers callers everything")
    reasons = _reasons(answered.body) or f"an error ({answered.status})"
    return CheckResult(NAME, False, f"answers at {place}, and is not ready: {reasons}", NOT_READY)


def _reasons(body: str) -> str:
    with suppress(ValueError, TypeError, KeyError):
        return "; ".join(str(one) for one in json.loads(body)["reasons"])
    return ""


def _asked(place: Place, path: str, patience: float) -> Answered | str:
    """Returns the answer, or why there is none."""
    kind = http.client.HTTPSConnection if place.encrypted else http.client.HTTPConnection
    line = kind(place.host, place.port, timeout=patience)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        return Answered(answer.status, answer.read(MOST_BYTES).decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException) as broken:
        return cause_of(broken)
    finally:
        line.close()
