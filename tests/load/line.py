"""A web process for a bench: the Procfile's own command, with a null endpoint beside the line."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from hotline.cli.line.procfile import read_procfile
from hotline.environment import CHECKOUT
from tests.load.hops.addresses import SPENT, WAYS
from tests.load.hops.hits import WaysCount
from tests.stack import Stack

SERVED = "tests.load.hops.served:application"


@dataclass(frozen=True, slots=True)
class Web:
    port: int
    hook: str
    """The path, with its secret, at which hops are taken."""

    def spent(self) -> float:
        """Seconds of processor that the process has taken."""
        return float(self._asked(SPENT))

    def ways(self) -> WaysCount:
        return WaysCount.read(self._asked(WAYS))

    def _asked(self, path: str) -> str:
        return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=10).text


@contextmanager
def web_line(folder: Path, *, environ: Mapping[str, str] | None = None) -> Iterator[Web]:
    """A line of one web process, without those behind it."""
    entries = read_procfile((CHECKOUT / "Procfile").read_text(encoding="utf-8"))
    (command,) = (entry.command for entry in entries if entry.name == "web")
    procfile = folder / "Procfile"
    procfile.write_text(f"web: {command.replace('wsgi:application', SERVED)}\n", encoding="utf-8")

    with Stack(folder, environ=environ, procfile=procfile) as stack:
        addresses = json.loads(stack.command("keys", "hooks", "--json"))
        yield Web(stack.port, urlsplit(addresses["ussd"]).path)
