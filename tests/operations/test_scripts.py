"""Tests the scripts of bin/ in a POSIX shell: what they install, their output, and a fast second run."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

SCRIPTS = sorted(path for path in (ROOT / "bin").iterdir() if path.is_file())
SHELLS = [shell for shell in ("sh", "dash", "bash") if shutil.which(shell)]


class Machine:
    """A folder of programs that replace those of the machine, and a record of their calls."""

    def __init__(self, folder: Path, *, uid: int) -> None:
        self.programs = folder / "programs"
        self.programs.mkdir()
        self.asked = folder / "asked"
        self.asked.touch()
        self.program("id", f"echo {uid}")
        self.program("apt-get", f'echo "$*" >> {self.asked}')

    def program(self, name: str, body: str) -> None:
        file = self.programs / name
        file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        file.chmod(0o755)

    def sh(self, script: str, *, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", "-euc", f". {ROOT}/bin/environment.sh\n{script}"],
            cwd=cwd,
            env={"PATH": f"{self.programs}:/usr/bin:/bin", "HOME": str(self.programs)},
            capture_output=True,
            text=True,
            check=False,
        )

    def installed(self) -> list[str]:
        lines = self.asked.read_text(encoding="utf-8").splitlines()
        return [
            line.split("--no-install-recommends ")[1] for line in lines if " install" in f" {line}"
        ]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("script", [*SCRIPTS, ROOT / ".ci" / "run"], ids=lambda path: path.name)
def test_every_shell_can_read_it(script: Path, shell: str) -> None:
    subprocess.run([shell, "-n", str(script)], check=True)


@pytest.mark.row("P1")
def test_root_installs_what_is_missing_in_one_go(tmp_path: Path) -> None:
    machine = Machine(tmp_path, uid=0)
    machine.program("there", "")
    done = machine.sh("need there=there-package gone=one-package lost=another-package")
    assert done.returncode == 0
    assert machine.installed() == ["one-package another-package"]


def test_anybody_else_is_told_in_one_line(tmp_path: Path) -> None:
    machine = Machine(tmp_path, uid=1000)
    done = machine.sh("need gone=one-package lost=another-package; echo went on")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Missing. As root: apt-get install --yes one-package another-package\n"
    assert machine.installed() == []


def test_an_apt_that_fails_is_shown(tmp_path: Path) -> None:
    machine = Machine(tmp_path, uid=0)
    machine.program("apt-get", "echo no such package; exit 100")
    done = machine.sh("need gone=one-package; echo went on")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no such package" in done.stderr


@pytest.mark.row("P1")
def test_what_is_installed_is_said_while_it_is(tmp_path: Path) -> None:
    """The second package waits until the test has read the line about the first one."""
    machine = Machine(tmp_path, uid=0)
    os.mkfifo(tmp_path / "go")
    steps = (
        f"echo 'Setting up one'; echo 'a detail'; read line <{tmp_path}/go; echo 'Setting up two'"
    )
    machine.program("apt-get", f'case "$*" in *install*) {steps};; esac')
    running = subprocess.Popen(
        ["/bin/sh", "-euc", f". {ROOT}/bin/environment.sh\nneed gone=one-package"],
        env={"PATH": f"{machine.programs}:/usr/bin:/bin"},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    said = [running.stderr.readline() for _ in range(2)]
    (tmp_path / "go").write_text("on\n", encoding="utf-8")
    said += running.stderr.readlines()
    running.stderr.close()
    assert running.wait() == 0
    assert said == [
        "Asking Debian for one-package ...\n",
        "  Setting up one\n",
        "  Setting up two\n",
    ]


@pytest.mark.parametrize(("status", "shown"), [("0", "  One\n"), ("1", "  One\nOne\ntwo\n")])
def test_what_fails_is_shown_whole(tmp_path: Path, status: str, shown: str) -> None:
    machine = Machine(tmp_path, uid=0)
    machine.program("tries", f"echo One; echo two; exit {status}")
    done = machine.sh("telling 'One|Three' tries || exit 7")
    assert (done.stdout, done.stderr) == ("", shown)
    assert done.returncode == (7 if status == "1" else 0)


def test_an_old_python_is_not_taken(tmp_path: Path) -> None:
    machine = Machine(tmp_path, uid=1000)
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        machine.program(name, "exit 1")
    done = machine.sh(
        "newest_python() { return 1; }; environment requirements.lock", cwd=_checkout(tmp_path)
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_the_second_time_costs_nothing(tmp_path: Path) -> None:
    """The stamp file contains the digest of the lock file and of the project's settings. If the lock file and the
    settings are unchanged, the script does not make the environment again."""
    machine = Machine(tmp_path, uid=1000)
    checkout = _checkout(tmp_path)
    made = "make_venv() { echo made; mkdir -p .venv/bin; ln -s /bin/true .venv/bin/python; }; fill_venv() { :; }"
    run = f"{made}; environment requirements.lock"

    assert machine.sh(run, cwd=checkout).stdout == "made\n"
    assert machine.sh(run, cwd=checkout).stdout == ""

    (checkout / "requirements.lock").write_text("changed", encoding="utf-8")
    assert machine.sh(f"ln() {{ :; }}; {run}", cwd=checkout).stdout == "made\n"


def _checkout(tmp_path: Path) -> Path:
    checkout = tmp_path / "checkout"
    checkout.mkdir(exist_ok=True)
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, checkout)
    return checkout
