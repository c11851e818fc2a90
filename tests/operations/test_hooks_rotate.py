"""Replaces the secrets of the hooks while callers dial. The two web workers must answer every hop and refuse no
caller."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event, Lock, Thread

import pytest
import requests

from hotline.cli.keeper import read_procfile
from hotline.core.environment import CHECKOUT
from tests.support.eventually import eventually
from tests.support.homes import LayHome
from tests.support.stack import free_port

CALLERS = 3


@dataclass
class Web:
    """The web command of the Procfile, with its own home and without Redis."""

    home: Path
    port: int = field(default_factory=free_port)

    @property
    def environ(self) -> dict[str, str]:
        others = {name: os.environ[name] for name in os.environ if not name.startswith("HOTLINE_")}
        return others | {
            "HOTLINE_HOME": str(self.home),
            "HOTLINE_PORT": str(self.port),
            "PYTHONPATH": str(CHECKOUT),
        }

    def hotline(self, *words: str) -> "subprocess.CompletedProcess[str]":
        argv = [sys.executable, "-m", "hotline.cli.main", *words]
        return subprocess.run(
            argv, env=self.environ, capture_output=True, text=True, check=False, timeout=60
        )

    def addresses(self, *command: str) -> dict[str, str]:
        done = self.hotline(*command, "--json")
        assert done.returncode == 0, done.stderr
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found

    def ready(self) -> bool:
        with suppress(requests.RequestException):
            return requests.get(f"http://127.0.0.1:{self.port}/healthz", timeout=5).ok
        return False


@pytest.fixture
def web(tmp_path: Path, lay_home: LayHome) -> Iterator[Web]:
    web = Web(lay_home(tmp_path) / "home")
    line = read_procfile((CHECKOUT / "Procfile").read_text(encoding="utf-8"))["web"]
    process = subprocess.Popen(["/bin/sh", "-c", f"exec {line}"], env=web.environ, cwd=CHECKOUT)
    try:
        eventually(web.ready)
        yield web
    finally:
        process.terminate()
        process.wait(20)


class Callers:
    """Callers who dial without a pause, each time at the newest address of the hooks."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.wrong: list[str] = []
        self.hops = 0
        self._numbers = count(1)
        self._lock = Lock()
        self._stop = Event()
        self._threads = [Thread(target=self._dial) for _ in range(CALLERS)]

    def __enter__(self) -> "Callers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_broken: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def hop(self, address: str) -> str:
        with self._lock:
            number = next(self._numbers)
        form = {
            "sessionId": f"ATUid_{number:08}",
            "phoneNumber": f"+25078800{number % 10000:04}",
            "networkCode": "63510",
            "serviceCode": "*384*777#",
            "text": "",
        }
        answer = requests.post(address, data=form, timeout=10)
        return f"{answer.status_code} {answer.text[:4]}"

    def goes_on(self, hops: int = 20) -> None:
        """Waits until the hotline has answered `hops` more hops."""
        goal = self.hops + hops
        eventually(lambda: self.hops >= goal)

    def _dial(self) -> None:
        while not self._stop.is_set():
            told = self.hop(self.address)
            with self._lock:
                self.hops += 1
                if told != "200 CON ":
                    self.wrong.append(told)


@pytest.mark.slow(reason="waits for real processes to start")
def test_no_hop_is_dropped_from_the_old_address_to_the_new(web: Web) -> None:
    old = web.addresses("keys", "hooks")["ussd"]
    with Callers(old) as callers:
        callers.goes_on()
        new = web.addresses("keys", "hooks", "rotate")["ussd"]
        callers.goes_on()
        assert new != old

        busy = web.hotline("keys", "hooks", "end-old")
        assert busy.returncode == 1
        assert "ussd" in busy.stderr
        assert "--now" in busy.stderr

        callers.address = new
        callers.goes_on()
        ended = web.hotline("keys", "hooks", "end-old", "--now")
        assert ended.returncode == 0, ended.stderr
        callers.goes_on()
        assert callers.hop(old).startswith("404")

    assert callers.wrong == []
    ussd, delivery = (
        next(row for row in ended.stdout.splitlines() if row.startswith(hook))
        for hook in ("ussd", "delivery")
    )
    assert "last called 20" in ussd
    assert "last called never" in delivery
    assert old.split("/")[4] not in ended.stdout + busy.stderr
