"""Asks the web process and the console, for the doctor, if they run and which line they belong to."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from hotline.bootstrap import Role
from hotline.config import Settings
from hotline.services.check_result import CheckResult, warning
from hotline.text.causes import cause_of

PATIENCE = 2.0
"""Seconds until a process must answer that it runs."""
READY_PATIENCE = 5.0
"""Seconds for the longer question, because the web process waits for the database."""
MOST_BYTES = 64 * 1024
OK, WRONG_HOST = 200, 421
LINE = "X-Line"
"""The header in which the console names its line."""
ANYWHERE = {"", "0.0.0.0", "::"}
BEGIN_WEB = (
    "`hotline run` or `systemctl restart hotline-web` starts it; its log says why it ended."
    " Where it runs on another machine, set HOTLINE_LINE_URL"
)
BEGIN_CONSOLE = (
    "`hotline run` or `systemctl start hotline-console` starts it; its log says why it ended"
)
END_OTHER = "end that program, or set HOTLINE_PORT; then start the web process"
END_OTHER_CONSOLE = "end that program, or set HOTLINE_CONSOLE_PORT; then start the console"
ELSEWHERE = "say `hotline doctor` on the machine of the web process; `dial` says what the watch process finds"
NOT_READY = "see the lines above; docs/runbook.md says what each reason means"
AGAIN = "start the console again: it reads HOTLINE_CONSOLE_URL when it starts"
IN_FRONT = "set HOTLINE_CONSOLE_URL=https://NAME, and put a web server in front: docs/deployment.md, The console"


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of a program at an address. `mark` is None if no console of any line answers there."""

    status: int
    body: str
    mark: str | None

    @property
    def is_alive(self) -> bool:
        return (self.status, self.body) == (OK, "ok")


@dataclass(frozen=True, slots=True)
class Place:
    host: str
    port: int
    encrypted: bool = False

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    def asked(
        self, path: str, *, patience: float = PATIENCE, name: str = ""
    ) -> tuple[Answered | None, str]:
        """Asks for a page, by the host's own name or another. Returns the answer, or why there is none."""
        kind = HTTPSConnection if self.encrypted else HTTPConnection
        line = kind(self.host, self.port, timeout=patience)
        try:
            line.request("GET", path, headers={"Host": name} if name else {})
            found = line.getresponse()
            body = found.read(MOST_BYTES).decode("utf-8", "replace")
            return Answered(found.status, body, found.headers.get(LINE)), ""
        except (OSError, HTTPException) as broken:
            return None, cause_of(broken)
        finally:
            line.close()


def web_found(settings: Settings) -> CheckResult:
    """Checks the web process of this machine. If nothing listens here, checks the address in HOTLINE_LINE_URL."""
    host = "127.0.0.1" if settings.web_host in ANYWHERE else settings.web_host
    here, there = Place(host, settings.port), _place_of(settings.line_url)
    answered, cause = here.asked("/healthz")
    if answered is not None:
        says = f"another program answers at {here}"
        return _ready(here) if answered.is_alive else CheckResult("web", False, says, END_OTHER)
    says = f"{here}: {cause}"
    if there is not None and there != here and cause == "connection refused":
        answered, elsewhere = there.asked("/healthz")
        if answered is not None and answered.is_alive:
            return _ready(there)
        if answered is not None:
            says = f"not asked from here: nothing listens at {here}, and {there} shows no /healthz"
            return warning("web", says, ELSEWHERE)
        says = f"{says}; {there}: {elsewhere}"
    return CheckResult("web", False, f"{says}: no caller is answered", BEGIN_WEB)


def _place_of(url: str) -> Place | None:
    parts = urlsplit(url)
    if not parts.hostname:
        return None
    encrypted = parts.scheme == "https"
    return Place(parts.hostname, parts.port or (443 if encrypted else 80), encrypted)


def _ready(place: Place) -> CheckResult:
    """Checks that the running web process is ready, and gives its reasons if it is not."""
    answered, cause = place.asked("/readyz", patience=READY_PATIENCE)
    if answered is None:
        says = f"lives at {place}, and does not say whether it is ready: {cause}"
        return CheckResult("web", False, says, "see `database` above")
    if answered.status == OK:
        return CheckResult("web", True, f"answers at {place}, and offers callers everything")
    reasons = f"an error ({answered.status})"
    with suppress(ValueError, TypeError, KeyError):
        reasons = "; ".join(map(str, json.loads(answered.body)["reasons"])) or reasons
    return CheckResult("web", False, f"answers at {place}, and is not ready: {reasons}", NOT_READY)


def console_found(settings: Settings, mark: str) -> CheckResult:
    """Checks that this line's console answers to its own name. Asks here first, then at its encrypted address.

    `mark` tells this line from others. It is empty if no key of this line is on this machine.
    """
    causes = []
    name = urlsplit(settings.console_url).netloc
    for shown, place in _console_places(settings):
        answered, cause = place.asked("/enter", name=name)
        if answered is None:
            causes.append(f"{shown}: {cause}")
            continue
        says, todo = _wrong_console(answered, shown, name, mark)
        return CheckResult("console", not says, says or f"answers at {shown}", todo)
    return CheckResult("console", False, "; ".join(causes), BEGIN_CONSOLE)


def _console_places(settings: Settings) -> Iterator[tuple[str, Place]]:
    here = Place("127.0.0.1", settings.console_port)
    yield str(here), here
    there = _place_of(settings.console_url)
    if there is not None and there.encrypted:
        yield urlsplit(settings.console_url).netloc, there


def _wrong_console(answered: Answered, place: str, name: str, mark: str) -> tuple[str, str]:
    """Returns what is wrong with the console that answered, and the next step. Both are empty if nothing is wrong."""
    if answered.mark is None:
        return f"another program answers at {place}", END_OTHER_CONSOLE
    if mark and answered.mark != mark:
        return f"another line's console answers at {place}", END_OTHER_CONSOLE
    if answered.status == WRONG_HOST:
        return f"answers at {place}, and to another name than {name}", AGAIN
    if answered.status != OK:
        return f"answers at {place} with an error ({answered.status})", "its log says why"
    return "", ""


def address_found(settings: Settings) -> CheckResult:
    """Checks that people can reach the console from their own machines. A demo needs no such address."""
    url = settings.console_url
    if urlsplit(url).scheme == "https":
        return CheckResult("console address", True, url)
    says = f"{url}: nobody reaches it but from this machine"
    todo = "" if settings.pretended else IN_FRONT
    return CheckResult("console address", settings.pretended, says, todo)


def apart_found(owners: Mapping[Role, int], folder: Path) -> CheckResult:
    """Checks that the web process cannot read the key of second factors. Compares the owners of the key folders."""
    name = "console key apart"
    if len(set(owners.values())) < 2:
        says = "one account owns every key folder: `hotline run` gives the web process another one"
        return CheckResult(name, True, says)
    if owners.get(Role.PAGES) != owners.get(Role.HOOKS):
        return CheckResult(name, True, "the web process runs as an account that cannot read it")
    says = f"{folder} belongs to the account of the web process, which talks with strangers"
    return CheckResult(name, False, says, f"chown -R hotline-console: {folder}")


def owners_of(folders: Mapping[Role, Path]) -> Mapping[Role, int]:
    """Returns the user number of the owner of each folder that exists."""
    return {role: path.stat().st_uid for role, path in folders.items() if path.is_dir()}
