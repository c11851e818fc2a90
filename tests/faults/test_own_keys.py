"""Tests processes that each have their own key folder and no other on the disk. The whole story must still pass."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from hotline.cli import run
from hotline.text.places import districts
from tests.faults.callers import plan, tell
from tests.faults.ledger import REFERENCE
from tests.support.eventually import eventually
from tests.support.handsets import EmulatorClient
from tests.support.homes import LayHome
from tests.support.stack import free_port

WORDS = "hafi y'isoko"
CHECKOUT = Path(__file__).parents[2]
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(180),
    pytest.mark.slow(reason="waits for real processes to start"),
]


class Trusts:
    """A hotline in parts: one home without keys, and a separate key folder for each role."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.port, self.page_port = free_port(), free_port()
        self.socket = folder / "redis.sock"
        others = {
            name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")
        }
        self.environ = others | {
            "HOTLINE_HOME": str(self.home),
            "HOTLINE_PORT": str(self.port),
            "HOTLINE_REDIS_URL": f"unix://{self.socket}",
            "HOTLINE_GATEWAY_URL": f"http://127.0.0.1:{self.page_port}",
            "HOTLINE_INBOUND_SMS": "yes",
        }
        self.emulator = EmulatorClient(f"http://127.0.0.1:{self.page_port}")

    def part(self) -> None:
        """Moves the key folders out of the home, each to its own place."""
        for keys in list((self.home / "keys").iterdir()):
            shutil.move(keys, self.folder / f"only-{keys.name}" / keys.name)
        (self.home / "keys").rmdir()

    def keys(self, role: str) -> dict[str, str]:
        return {"HOTLINE_KEYS": str(self.folder / f"only-{role}" / role)}

    def hotline(self, *words: str, role: str | None = None) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "hotline.cli.main", *words],
            env=self.environ | (self.keys(role) if role else {}),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    @contextmanager
    def process(self, *argv: str, role: str | None = None) -> Iterator[None]:
        environ = self.environ | (self.keys(role) if role else {})
        with (self.folder / "line.log").open("ab") as log:
            child = subprocess.Popen(argv, env=environ, cwd=CHECKOUT, stdout=log, stderr=log)
        try:
            yield
        finally:
            child.terminate()
            child.wait(20)

    def ready(self) -> bool:
        try:
            self.emulator.outbox()
            return requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=2).ok
        except requests.RequestException:
            return False


@contextmanager
def running(trusts: Trusts) -> Iterator[None]:
    hooks = trusts.folder / "hooks.json"
    hooks.write_text(trusts.hotline("keys", "hooks", "--json", role="hooks"))
    python = (sys.executable, "-m")
    granian = ("granian", "--interface", "wsgi", "--port", str(trusts.port), "wsgi:application")
    emulator = (
        "hotline.cli.main",
        "process",
        "emulator",
        "--port",
        str(trusts.page_port),
        "--hooks",
        str(hooks),
    )
    with ExitStack() as parts:
        parts.enter_context(
            trusts.process(*run.redis_command(trusts.socket, trusts.folder / "redis"))
        )
        parts.enter_context(trusts.process(*python, *emulator))
        parts.enter_context(trusts.process(*python, *granian, role="hooks"))
        parts.enter_context(
            trusts.process(*python, "hotline.cli.main", "process", "worker", role="workers")
        )
        eventually(trusts.ready, seconds=90)
        yield


def test_the_whole_story_passes_with_one_key_folder_each(tmp_path: Path, lay_home: LayHome) -> None:
    trusts = Trusts(lay_home(tmp_path))
    passphrase = trusts.home / "enrolment-passphrase"
    trusts.part()

    with running(trusts):
        tell(trusts.emulator, plan(2, [districts()[0].code] * 2, WORDS)[1])
        eventually(lambda: len(alerts(trusts)) == 3)
        first = alerts(trusts)[0]
        trusts.emulator.text(f"1 {first['text'][:4]}", msisdn=first["to"])
        eventually(lambda: listed(trusts)[0]["acknowledged_by"] is not None)

    (tip,) = listed(trusts)
    read = trusts.hotline(
        *("tips", "read", str(tip["id"]), "--desk", "national"),
        *(
            "--passphrase-file",
            str(passphrase),
            "--by",
            "Alice",
            "--reason",
            "to act",
            "--second",
            "Bosco",
        ),
        role="console",
    )
    assert WORDS in read


def alerts(trusts: Trusts) -> list[dict[str, str]]:
    return [
        sms for sms in trusts.emulator.outbox() if sms["accepted"] and REFERENCE.match(sms["text"])
    ]


def listed(trusts: Trusts) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(
        trusts.hotline("tips", "list", "--json", role="console")
    )
    return found
