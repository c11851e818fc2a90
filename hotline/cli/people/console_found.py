"""What the doctor finds of the console beside its database: its address, its key folder, its process."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from hotline.bootstrap import Role
from hotline.config import Settings
from hotline.services.check_result import CheckResult
from hotline.text.causes import cause_of

PATIENCE = 2.0
"""Seconds for its process to answer."""
WRONG_HOST = 421
ASKED = "/enter"
LINE = "X-Line"
"""The header by which the console says whose it is."""
NAME = "console"
IN_FRONT = "set HOTLINE_CONSOLE_URL=https://NAME, and put a web server in front: docs/deployment.md, The console"
BEGIN = "`hotline run` or `systemctl start hotline-console` starts it; its log says why it ended"
END_OTHER = "end that program, or set HOTLINE_CONSOLE_PORT; then start the console"
AGAIN = "start the console again: it reads HOTLINE_CONSOLE_URL when it starts"


def address_found(settings: Settings) -> CheckResult:
    """Whether people reach it from their own machines. A demo is looked at on its own."""
    url = settings.console_url
    if urlsplit(url).scheme == "https":
        return CheckResult("console address", True, url)
    says = f"{url}: nobody reaches it but from this machine"
    return CheckResult(
        "console address", settings.pretended, says, "" if settings.pretended else IN_FRONT
    )


def apart_found(owners: Mapping[Role, int], folder: Path) -> CheckResult:
    """Whether the web process may read what opens second factors, by the accounts that own the key folders."""
    name = "console key apart"
    if len(set(owners.values())) < 2:
        says = "one account owns every key folder: `hotline run` gives the web process another one"
        return CheckResult(name, True, says)
    if owners.get(Role.PAGES) != owners.get(Role.HOOKS):
        return CheckResult(name, True, "the web process runs as an account that cannot read it")
    says = f"{folder} belongs to the account of the web process, which talks with strangers"
    return CheckResult(name, False, says, f"chown -R hotline-console: {folder}")


def owners_of(folders: Mapping[Role, Path]) -> Mapping[Role, int]:
    """Of the folders that are there."""
    return {role: path.stat().st_uid for role, path in folders.items() if path.is_dir()}


def process_found(settings: Settings, mark: str) -> CheckResult:
    """Whether this line's console answers to its own name, here or, where nothing listens here, behind its address.

    `mark` tells this line from others; empty where no key of this line is on this machine.
    """
    parts = urlsplit(settings.console_url)
    here = http.client.HTTPConnection("127.0.0.1", settings.console_port, timeout=PATIENCE)
    places = {f"127.0.0.1:{settings.console_port}": here}
    if parts.scheme == "https":
        there = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        places[parts.netloc] = there
    causes = []
    for place, line in places.items():
        answered = _asked(line, parts.netloc)
        if isinstance(answered, Answered):
            return _judged(answered, place, parts.netloc, mark)
        causes.append(f"{place}: {answered}")
    return CheckResult(NAME, False, "; ".join(causes), BEGIN)


@dataclass(frozen=True, slots=True)
class Answered:
    status: int
    mark: str | None
    """None where no console of any line answers so."""


def _judged(answered: Answered, place: str, name: str, mark: str) -> CheckResult:
    if answered.mark is None:
        return CheckResult(NAME, False, f"another program answers at {place}", END_OTHER)
    if mark and answered.mark != mark:
        return CheckResult(NAME, False, f"another line's console answers at {place}", END_OTHER)
    if answered.status == WRONG_HOST:
        says = f"answers at {place}, and to another name than {name}"
        return CheckResult(NAME, False, says, AGAIN)
    if answered.status != http.HTTPStatus.OK:
        says = f"answers at {place} with an error ({answered.status})"
        return CheckResult(NAME, False, says, "its log says why")
    return CheckResult(NAME, True, f"answers at {place}")


def _asked(line: http.client.HTTPConnection, host: str) -> Answered | str:
    """What the sign-in page answers to a request of that name; the cause where nothing does."""
    try:
        line.request("GET", ASKED, headers={"Host": host})
        answer = line.getresponse()
        return Answered(answer.status, answer.headers.get(LINE))
    except (OSError, http.client.HTTPException) as broken:
        return cause_of(broken)
    finally:
        line.close()
