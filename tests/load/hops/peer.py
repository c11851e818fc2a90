"""A menu of another make beside the line: ussd-menu-builder in Node, its sessions as hashes in Redis.

Both packages are fetched by their names with npm, into the bench's own folder. The program is ours: `peer.js`.
"""

import random
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import requests

from hotline.errors import ProgramMissing, StartFailed
from tests.embedded import redis_at
from tests.load.hops.addresses import SPENT
from tests.load.hops.endpoints import Endpoint, HopPart, Rows, caller_number, session_name
from tests.load.hops.habits import MIDDLE, MORE
from tests.load.load import TimedRequest, form, hop
from tests.stack import free_port

PEER = "peer"
PACKAGES = ("ussd-menu-builder@1.2.0", "ioredis@6.0.0")
PROGRAM = Path(__file__).with_name("peer.js")
PATH = "/"
FETCH_SECONDS = 120
READY_SECONDS = 20.0
TOPICS = ("1", "2", "3", "4")


@contextmanager
def peer_beside(folder: Path) -> Iterator[Endpoint]:
    """The peer on loopback, for as long as the block. Raises ProgramMissing, StartFailed."""
    node = _fetched(folder)
    port, socket = free_port(), folder / "redis.sock"
    with redis_at(socket, folder / "redis", "--appendonly", "no"):
        process = subprocess.Popen(
            [node, PROGRAM.name, str(port), str(socket)], cwd=folder, stdout=subprocess.DEVNULL
        )
        try:
            _until_ready(process, port)
            callers = PeerCallers(port)
            yield Endpoint(port, callers.apart, callers.whole, lambda: _spent(port))
        finally:
            process.kill()
            process.wait()


class PeerCallers:
    """Callers of the peer: sessions as long as the line's, through topics and their pages."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._taken = count(1)
        self._dice = random.Random(1)
        self._answers: dict[str, bytes] = {}

    def apart(self, callers: int) -> Mapping[HopPart, Rows]:
        sessions = self.whole(callers)
        return {
            HopPart.FIRST: [row[:1] for row in sessions],
            HopPart.MENU: [row[1:] for row in sessions],
        }

    def whole(self, callers: int) -> Rows:
        return [self._session() for _ in range(callers)]

    def _session(self) -> list[TimedRequest]:
        keys = [self._dice.choice(TOPICS), *[MORE] * (MIDDLE - 1)]
        number = next(self._taken)
        return [self._request(number, "*".join(keys[:pressed])) for pressed in range(len(keys) + 1)]

    def _request(self, number: int, text: str) -> TimedRequest:
        fields = form(session_name(number), text, caller_number(number))
        if text not in self._answers:
            answer = requests.post(f"http://127.0.0.1:{self._port}{PATH}", data=fields, timeout=10)
            self._answers[text] = answer.content
        return TimedRequest(hop(PATH, fields), self._answers[text])


def _fetched(folder: Path) -> str:
    """Node's path, once its packages lie in this folder. Raises ProgramMissing."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise ProgramMissing("no Node on this machine: apt-get install nodejs npm")
    folder.mkdir()
    shutil.copy(PROGRAM, folder)
    quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock")
    fetched = subprocess.run(
        [npm, "install", *quiet, *PACKAGES],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=FETCH_SECONDS,
    )
    if fetched.returncode != 0:
        raise ProgramMissing(f"npm brings no {' and no '.join(PACKAGES)}")
    return node


def _until_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + READY_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            _spent(port)
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return
    raise StartFailed("the peer does not start")


def _spent(port: int) -> float:
    return float(requests.get(f"http://127.0.0.1:{port}{SPENT}", timeout=10).text)
