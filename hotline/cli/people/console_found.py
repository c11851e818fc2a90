"""What the doctor finds of the console beside its database: its address, its key folder, its process."""

import http.client
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from hotline.bootstrap import Role
from hotline.config import Settings
from hotline.services.check_result import CheckResult

PATIENCE = 2.0
"""Seconds for its process to answer."""
WRONG_HOST = 421
ASKED = "/enter"
IN_FRONT = "set HOTLINE_CONSOLE_URL=https://NAME, and put a web server in front: docs/deployment.md, The console"
BEGIN = "`hotline run` or `systemctl start hotline-console` starts it; its log says why it ended"
AGAIN = "start the console again: it reads HOTLINE_CONSOLE_URL when it starts"


def address_found(settings: Settings) -> CheckResult:
    """Whether people reach it from their own machines. A demo is looked at on its own."""
    url = settings.console_url
    if urlsplit(url).scheme == "https":
        return CheckResult("console address", True, url)
    says = f"{url}: nobody reaches it but from this machine"
    return CheckResult("console address", settings.pretended, says, IN_FRONT)


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


def process_found(settings: Settings) -> CheckResult:
    """Whether its process answers to its own name, here or, where nothing listens here, behind its address."""
    parts = urlsplit(settings.console_url)
    here = http.client.HTTPConnection("127.0.0.1", settings.console_port, timeout=PATIENCE)
    places = {f"127.0.0.1:{settings.console_port}": here}
    if parts.scheme == "https":
        there = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
        places[parts.netloc] = there
    for place, line in places.items():
        status = _asked(line, parts.netloc)
        if status == http.HTTPStatus.OK:
            return CheckResult("console", True, f"answers at {place}")
        if status == WRONG_HOST:
            says = f"answers at {place}, and to another name than {parts.netloc}"
            return CheckResult("console", False, says, AGAIN)
    return CheckResult("console", False, f"does not answer at {' or '.join(places)}", BEGIN)


def _asked(line: http.client.HTTPConnection, host: str) -> int | None:
    """What the sign-in page answers to a request of that name; None where nothing does."""
    try:
        line.request("GET", ASKED, headers={"Host": host})
        return line.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        line.close()
