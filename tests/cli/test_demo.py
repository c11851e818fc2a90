"""Tests `hotline demo` with real processes: it prints an address when it is ready, and ends completely at Ctrl-C."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hotline.cli.demo import environ_of
from hotline.core.environment import OWNER_ONLY
from hotline.core.settings import Settings
from tests.cli.newcomer import first_walk
from tests.support.stack import free_port


def hotline(home: Path, port: int, page_port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "hotline.cli.main", "demo", "--page-port", str(page_port)],
        env={
            "PATH": os.environ["PATH"],
            "HOTLINE_HOME": str(home),
            "HOTLINE_PORT": str(port),
            "HOTLINE_CONSOLE_PORT": str(free_port()),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        umask=0o022,
    )


def healthy(home: Path) -> str:
    """Returns the output of the doctor for a running demo."""
    kept = json.loads((home / "demo-settings.json").read_text(encoding="utf-8"))
    found = subprocess.run(
        [sys.executable, "-m", "hotline.cli.main", "doctor"],
        env={"PATH": os.environ["PATH"], **kept},
        capture_output=True,
        text=True,
        check=False,
    )
    return found.stdout + found.stderr


def is_running(pid: int) -> bool:
    return (
        Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    )


@pytest.mark.parametrize(
    ("given", "inbound"),
    [({}, True), ({"HOTLINE_INBOUND_SMS": "no"}, False), ({"HOTLINE_INBOUND_SMS": "yes"}, True)],
)
def test_replies_by_sms_unless_told_otherwise(given: dict[str, str], inbound: bool) -> None:
    assert Settings.read(environ_of(given, 8001)).inbound_sms is inbound


def test_a_live_gateway_s_settings_are_not_the_demo_s() -> None:
    live = {
        "HOTLINE_GATEWAY_URL": "https://api.africastalking.com",
        "HOTLINE_GATEWAY_API_KEY": "a-live-key",
        "HOTLINE_GATEWAY_API_KEY_FILE": "/nowhere/key",
        "HOTLINE_GATEWAY_USERNAME": "ministry",
    }
    settings = Settings.read(environ_of(live, 8009))
    told = (settings.gateway_url, settings.gateway_api_key_file, settings.gateway_username)
    assert told == ("http://127.0.0.1:8009", None, "sandbox")


@pytest.mark.row("P1")
@pytest.mark.timeout(300)
@pytest.mark.slow(reason="waits for the processes of a demo")
def test_ready_then_gone(tmp_path: Path) -> None:
    """While the demo is ready, the test follows the README like a new user."""
    port, page_port = free_port(), free_port()
    home = tmp_path / "var" / "demo"
    demo = hotline(home, port, page_port)
    assert demo.stdout is not None
    said: list[str] = []
    try:
        for line in demo.stdout:
            said.append(line)
            if line.startswith("Ready."):
                break
        checked = healthy(home)
        # On a busy machine a hop may be slow. A slow hop is no fault of the demo.
        warned = re.findall(r"^warning (?!service levels)", checked, re.MULTILINE)
        assert "0 wrong" in checked, checked
        assert not warned, checked
        assert re.search(r"ok +call-backs: offered to callers", checked), checked
        assert re.search(r"ok +national number: messages tell responders to call it", checked)
        first_walk(tmp_path)
        demo.send_signal(signal.SIGINT)
        rest = demo.stdout.read()
        assert demo.wait(30) == 0
    finally:
        demo.kill()
        demo.wait()
        demo.stdout.close()

    everything = "".join(said) + rest
    assert f"http://127.0.0.1:{page_port}/" in said[-1]
    assert "The console is http://127.0.0.1:" in everything
    assert "starting it again" not in everything
    pids = [int(pid) for pid in re.findall(r"started, process (\d+)", everything)]
    assert len(pids) == 9
    assert not any(is_running(pid) for pid in pids)
    kept = [path for path in home.rglob("*") if not path.is_symlink()]
    names = {"hotline.db", "relay.key", "demo-hooks.json", "demo-settings.json"}
    assert names <= {path.name for path in kept}
    assert [path for path in kept if path.stat().st_mode & OWNER_ONLY] == []


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = int(taken.getsockname()[1])
        demo = hotline(tmp_path / "home", port, free_port())
        output, _ = demo.communicate(timeout=30)
    assert demo.returncode == 1
    assert f"port {port} is taken" in output
    assert "Traceback" not in output
