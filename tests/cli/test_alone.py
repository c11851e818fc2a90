"""Tests that a second hotline on the same port or in the same home is refused. The first hotline continues to run."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline.cli.keeper import LOCK, only_run, read_procfile
from hotline.cli.main import main
from hotline.text.errors import Occupied
from tests.architecture.tree import ROOT


@pytest.fixture
def shared() -> Iterator[int]:
    """Yields a port on which several processes may listen, as the workers of a web server do."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def run(home: Path, port: int, **settings: str) -> str:
    """Runs `hotline run`, which must fail to start, and returns its error output. The test runs the command in a
    separate process, because the command ends the process in which it runs."""
    told = subprocess.run(
        (sys.executable, "-m", "hotline.cli.main", "run"),
        env={**os.environ, "HOTLINE_HOME": str(home), "HOTLINE_PORT": str(port), **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert told.returncode == 1, told
    return told.stderr


@pytest.mark.slow(reason="waits two seconds for whoever has the port to let go of it")
def test_a_port_that_another_line_shares_out_is_refused(shared: int) -> None:
    told = CliRunner(env={"HOTLINE_PORT": str(shared)}).invoke(
        main, ["process", "listen", "web", "false"]
    )
    assert told.exit_code == 1
    assert f"port {shared} is taken" in told.output


@pytest.mark.parametrize(("process", "workers"), [("web", "3"), ("console", "1")])
def test_the_server_gets_its_settings(tmp_path: Path, process: str, workers: str) -> None:
    """This test puts the settings of the server into a file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    name = {"web": "port"}.get(process, "console_port")
    file = tmp_path / "settings.toml"
    file.write_text(f"{name} = {port}\nweb_workers = 3\n")
    told = subprocess.run(
        (sys.executable, "-m", "hotline.cli.main", "process", "listen", process, "echo", "--x"),
        cwd=ROOT,
        env={**os.environ, "HOTLINE_SETTINGS": str(file)},
        capture_output=True,
        text=True,
        check=True,
    )
    given = ["--host", "127.0.0.1", "--port", port, "--workers", workers]
    assert told.stdout.split() == ["--x", *given]


def test_settings_that_are_wrong_are_told_before_the_server_begins() -> None:
    """If wrong settings were found later, the web server would print its own usage message again and again."""
    told = CliRunner(env={"HOTLINE_WEB_WORKERS": "-1"}).invoke(
        main, ["process", "listen", "web", "a-server"]
    )
    assert (told.exit_code, told.output) == (
        1,
        "Error: HOTLINE_WEB_WORKERS: the value of this setting must be a number from 1 to 64\n",
    )


def test_the_procfile_tries_each_port_and_its_console_writes_down_no_address() -> None:
    text = (ROOT / "Procfile").read_text(encoding="utf-8")
    found = read_procfile(text)
    for name in ("web", "console"):
        assert f"hotline process listen {name} granian" in found[name]
    assert "--no-access-log" in found["console"]


@pytest.mark.slow(reason="waits two seconds for whoever has the port to let go of it")
def test_run_starts_nothing_on_a_taken_port(home: Path, shared: int) -> None:
    said = run(home, shared)
    assert f"port {shared} is taken" in said
    assert "started" not in said


@pytest.mark.slow(reason="waits two seconds for whoever has the port to let go of it")
def test_run_starts_nothing_where_the_consoles_port_is_taken(home: Path, shared: int) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    said = run(home, port, HOTLINE_CONSOLE_PORT=str(shared))
    assert f"port {shared} is taken" in said
    assert "started" not in said


def test_a_second_run_in_one_home_harms_nothing(home: Path, shared: int) -> None:
    socket_file = home / "redis.sock"
    socket_file.touch()
    with only_run(home):
        said = run(home, shared)
        with pytest.raises(Occupied), only_run(home):
            pass
    assert "a hotline already runs in" in said
    assert "started" not in said
    assert socket_file.exists()
    with only_run(home):
        assert (home / LOCK).stat().st_mode & 0o777 == 0o600
