"""Tests `hotline run` with a wrong relay.key as an operator and a caller see it, and then with the correct key."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from hotline.keys.key_folder import HOOKS_FILE, KeyFolder
from tests.support.eventually import eventually
from tests.support.handsets import EmulatorClient
from tests.support.homes import LayHome, processes
from tests.support.stack import free_port

pytestmark = [
    pytest.mark.slow(reason="waits for processes that start, and for one that is asked for again"),
    pytest.mark.timeout(240),
]
DANGER = ("5", "1", "2", "1", "1")
CALLER = "+250788000001"
PATIENCE = 60.0


class Running:
    """A `hotline run` with its processes `web`, `worker` and `watch`, and a simulated gateway."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.keys = KeyFolder(self.home / "keys" / "workers")
        self.paged = folder / "paged"
        self.log = folder / "run.log"
        self.port, self.gateway = free_port(), free_port()
        ours = {
            "HOTLINE_HOME": str(self.home),
            "HOTLINE_PORT": str(self.port),
            "HOTLINE_WEB_WORKERS": "1",
            "HOTLINE_GATEWAY_URL": f"http://127.0.0.1:{self.gateway}",
            "HOTLINE_ALARM_COMMAND": f"cat >> {self.paged}; echo >> {self.paged}",
            "HOTLINE_LOG": "text",
        }
        others = {name: it for name, it in os.environ.items() if not name.startswith("HOTLINE_")}
        self.environ = others | ours
        self.procfile = processes(folder, ("web", "worker", "watch"))
        self.started: list[subprocess.Popen[bytes]] = []

    def begin(self, *words: str) -> None:
        with self.log.open("ab") as log:
            self.started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "hotline.cli.main", *words],
                    env=self.environ,
                    stdout=log,
                    stderr=log,
                )
            )

    def run(self) -> None:
        secrets = json.loads(self.keys_of_hooks().read(HOOKS_FILE))
        hooks = {
            name: f"http://127.0.0.1:{self.port}/hooks/{secrets[name][0]}/{path}"
            for name, path in (("ussd", "ussd"), ("delivery", "delivery"))
        }
        file = self.home / "hooks-of-the-gateway.json"
        file.write_text(json.dumps(hooks), encoding="utf-8")
        self.begin("process", "emulator", "--port", str(self.gateway), "--hooks", str(file))
        self.begin("run", "--procfile", str(self.procfile))
        eventually(lambda: self.asked("/healthz") == 200, seconds=PATIENCE)

    def keys_of_hooks(self) -> KeyFolder:
        return KeyFolder(self.home / "keys" / "hooks")

    def pages(self) -> str:
        """Returns the notices that the second channel to the on-call contacts has received so far."""
        return self.paged.read_text() if self.paged.exists() else ""

    def asked(self, path: str) -> int:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}{path}", timeout=5).status_code
        except requests.RequestException:
            return 0

    def dial(self, session: str, *keyed: str) -> str:
        """Dials in the session `session`, presses the keys in `keyed`, and returns the last screen."""
        secret = json.loads(self.keys_of_hooks().read(HOOKS_FILE))["ussd"][0]
        shown = ""
        for length in range(len(keyed) + 1):
            fields = {
                "sessionId": session,
                "phoneNumber": CALLER,
                "serviceCode": "*384*777#",
                "networkCode": "63510",
                "text": "*".join(keyed[:length]),
            }
            address = f"http://127.0.0.1:{self.port}/hooks/{secret}/ussd"
            shown = requests.post(address, data=fields, timeout=10).text
        return shown

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def sent(self) -> int:
        return len(EmulatorClient(f"http://127.0.0.1:{self.gateway}").outbox())

    def end(self) -> None:
        for process in reversed(self.started):
            process.send_signal(signal.SIGTERM)
        for process in self.started:
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture
def running(tmp_path: Path, lay_home: LayHome) -> Iterator[Running]:
    line = Running(lay_home(tmp_path))
    yield line
    line.end()


def test_wrong_relay_key_warns_caller_and_on_call(running: Running) -> None:
    right = running.keys.read("relay.key")
    running.keys.replace("relay.key", bytes(reversed(right)))
    running.run()
    refused = [f"{name} is not started: relay.key" for name in ("worker.1", "worker.2")]
    eventually(lambda: all(one in running.output() for one in refused), seconds=PATIENCE)
    assert running.output().count("worker.1 is not started") == 1
    told = [line for line in running.output().splitlines() if "is not started" in line]
    assert all(" ERROR keeper: " in line for line in told), told

    screen = running.dial("ATUid_first", *DANGER)
    assert "Byoherejwe" not in screen
    assert "112" in screen
    assert running.asked("/readyz") == 503
    eventually(lambda: "keys" in running.pages(), seconds=PATIENCE)

    running.keys.replace("relay.key", right)
    eventually(lambda: running.asked("/readyz") == 200, seconds=PATIENCE)
    assert "Byoherejwe" in running.dial("ATUid_second", *DANGER)
    eventually(lambda: running.sent() >= 2, seconds=PATIENCE)


def test_wrong_monitor_key_notifies_second_channel_once(running: Running) -> None:
    watch = KeyFolder(running.home / "keys" / "watch")
    watch.replace("watch.key", bytes(reversed(watch.read("watch.key"))))
    running.run()
    eventually(lambda: "watch is not started: watch.key" in running.output(), seconds=PATIENCE)
    eventually(running.paged.exists, seconds=PATIENCE)
    eventually(lambda: running.asked("/readyz") == 503, seconds=PATIENCE)
    assert "Byoherejwe" in running.dial("ATUid_first", *DANGER), "alerts leave"
    assert running.paged.read_text().count("Fault: keys") == 1
