"""Tests the fork server with real processes. Each process that the fork server starts is separate, and continues
after the fork server ends.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp

import pytest

from hotline.cli.fork_server import why_not_start
from tests.cli.test_keeper import Start, _is_gone, keep
from tests.support.eventually import eventually
from tests.support.stack import free_port

__all__ = ["keep"]
pytestmark = pytest.mark.slow(reason="waits for processes that start")


@pytest.fixture
def socket() -> Path:
    """Returns a short path, because the path of a unix socket has a hundred letters at most."""
    return Path(mkdtemp(prefix="hotline-")) / "fork_server"


def fork_server(socket: Path) -> str:
    return f"{socket}=exec {sys.executable} -m hotline.cli.fork_server {socket}"


def parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def words(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().rstrip("\0").replace("\0", " ")


def test_a_fork_is_a_process_of_its_own(keep: Start, socket: Path, tmp_path: Path) -> None:
    command = f"hotline process emulator --port {free_port()}"
    wrong = "line=hotline process emulator --no-such-option"
    kept = keep(fork_server(socket), f"gateway={command}", wrong)
    of_server = int(kept.says(r"fork_server started, process (\d+)")[1])
    first = int(kept.says(r"gateway started, process (\d+)")[1])
    assert parent(first) == of_server
    eventually(lambda: words(first) == command)
    assert os.getpgid(first) == first

    os.kill(first, signal.SIGKILL)
    kept.says("gateway was killed by SIGKILL; starting it again")
    second = int(kept.says(r"gateway started, process (\d+)")[1])
    kept.says("line ended with 2; starting it again")
    home = {"HOTLINE_HOME": str(tmp_path), "HOTLINE_GATEWAY_USERNAME": "sandbox"}
    assert "is missing" in (why_not_start(socket, "workers", home) or ""), "a child asks the gate"
    kept.ends()
    assert all(map(_is_gone, (first, second, of_server)))
    assert why_not_start(socket, "workers", home) is None


def test_a_dead_or_frozen_fork_server_harms_no_process(keep: Start, socket: Path) -> None:
    kept = keep(fork_server(socket), f"gateway=hotline process emulator --port {free_port()}")
    of_server = int(kept.says(r"fork_server started, process (\d+)")[1])
    forked = int(kept.says(r"gateway started, process (\d+)")[1])
    os.kill(of_server, signal.SIGKILL)
    kept.says(r"fork_server was killed by SIGKILL")
    assert not _is_gone(forked)

    of_server = int(kept.says(r"fork_server started, process (\d+)")[1])
    os.kill(forked, signal.SIGKILL)
    kept.says("gateway was killed by SIGKILL; starting it again")
    again = int(kept.says(r"gateway started, process (\d+)")[1])
    os.kill(of_server, signal.SIGSTOP)
    try:
        assert why_not_start(socket, "workers", {}) is None
        os.kill(again, signal.SIGKILL)
        executed = int(kept.says(r"gateway started, process (\d+)")[1])
        assert parent(executed) == kept.process.pid
    finally:
        os.kill(of_server, signal.SIGCONT)
    kept.ends()
    assert all(map(_is_gone, (again, executed)))


def test_without_a_fork_server_a_program_is_executed(keep: Start, socket: Path) -> None:
    kept = keep(
        f"{socket}=exec sleep 300", f"gateway=hotline process emulator --port {free_port()}"
    )
    started = int(kept.says(r"gateway started, process (\d+)")[1])
    assert parent(started) == kept.process.pid
    kept.ends()


def test_a_keeper_that_is_killed_leaves_nothing_that_was_forked(keep: Start, socket: Path) -> None:
    kept = keep(fork_server(socket), f"gateway=hotline process emulator --port {free_port()}")
    forked = int(kept.says(r"gateway started, process (\d+)")[1])
    kept.process.kill()
    eventually(lambda: _is_gone(forked))


def test_the_socket_appears_only_when_a_keeper_can_connect(socket: Path) -> None:
    """The keeper connects as soon as the path appears. If the connection fails, the keeper starts the process without
    the fork server."""
    early = f"""
import socket, sys
from pathlib import Path
from hotline.cli import fork_server
def listen(*_):
    sys.exit(Path({str(socket)!r}).exists())
socket.socket.listen = listen
fork_server.SHARED = ()
fork_server.main({str(socket)!r})
"""
    assert subprocess.run([sys.executable, "-c", early], check=False).returncode == 0
