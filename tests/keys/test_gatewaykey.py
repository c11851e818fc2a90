"""Tests the gateway's key: the hotline reads it from a private file, refuses any other file, and never quotes it."""

import os
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hotline.cli.keeper import read_procfile
from hotline.cli.run import PROCESSES, programs_of
from hotline.core.environment import CHECKOUT
from hotline.core.settings import Settings
from hotline.keys.gateway_secrets import (
    GATEWAY_KEY,
    SENDING_ROLES,
    gateway_key_in,
    read_gateway_key,
)
from hotline.keys.key_folder import KeyFolder
from hotline.keys.key_making import make_keys
from hotline.text.errors import SettingsInvalid
from tests.support.builders import NOON

KEY = "atsk_0-s3cret"


def problem_of(file: Path) -> str:
    with pytest.raises(SettingsInvalid) as refused:
        read_gateway_key(file)
    (problem,) = refused.value.problems
    assert KEY not in problem
    return problem


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / GATEWAY_KEY
    path.write_text(f"{KEY}\n", encoding="utf-8")
    path.chmod(0o400)
    return path


def test_key_file_must_be_readable_only_by_owner(file: Path) -> None:
    for mode in (0o400, 0o600):
        file.chmod(mode)
        assert read_gateway_key(file) == KEY
    for mode in (0o440, 0o404, 0o644, 0o620, 0o602, 0o700, 0o410):
        file.chmod(mode)
        assert f"chmod 0400 {file}" in problem_of(file)


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives a file away")
def test_key_file_of_other_account_is_refused(file: Path) -> None:
    os.chown(file, 65534, -1)
    assert f"chown {os.geteuid()} {file}" in problem_of(file)


def test_missing_or_unreadable_key_file_is_refused(tmp_path: Path) -> None:
    assert "hotline keys gateway" in problem_of(tmp_path / "nowhere")
    assert "cannot be read" in problem_of(tmp_path)


@example(b"\x1c!")
@given(st.one_of(st.binary(max_size=60), st.from_regex(rb"[!-~]{1,60}\n?", fullmatch=True)))
def test_key_is_one_printable_line_or_refused(written: bytes) -> None:
    try:
        key = gateway_key_in(written, Path("it"))
    except SettingsInvalid as refused:
        said = str(refused)
    else:
        said = ""
        assert key.encode() == written.strip()
        assert all("!" <= letter <= "~" for letter in key)
    assert len(written.strip()) < 4 or written.decode("latin-1").strip() not in said


def test_only_sending_processes_get_gateway_key() -> None:
    """The test starts real processes in the environments that `hotline run` gives them."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        make_keys(home / "keys", NOON)
        for role in SENDING_ROLES:
            KeyFolder(home / "keys" / role).make(GATEWAY_KEY, f"{KEY}\n".encode())
        own = {"HOTLINE_HOME": name, "HOTLINE_GATEWAY_API_KEY_FILE": f"{name}/elsewhere"}
        entries = read_procfile((CHECKOUT / "Procfile").read_text(encoding="utf-8"))
        for program in programs_of(Settings.read(own), entries, own, home):
            if program.name in ("redis", "fork_server"):
                continue
            told = subprocess.run(
                ["/bin/sh", "-c", "tr '\\0' '\\n' </proc/$$/environ; ls $HOTLINE_KEYS"],
                env=dict(program.environ),
                capture_output=True,
                text=True,
                check=True,
            ).stdout
            sends = PROCESSES[program.name.partition(".")[0]].sends
            assert (GATEWAY_KEY in told, "elsewhere" in told) == (sends, sends)
            assert KEY not in told


@pytest.mark.skipif(os.getuid() != 0, reason="only root takes another account")
def test_other_account_cannot_read_key() -> None:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        make_keys(Path(name) / "keys", NOON)
        (Path(name) / "keys").chmod(0o755)
        for role in SENDING_ROLES:
            KeyFolder(Path(name) / "keys" / role).make(GATEWAY_KEY, KEY.encode())
            argv = ["/bin/cat", f"{name}/keys/{role}/{GATEWAY_KEY}"]
            opened = subprocess.run(argv, user=65534, capture_output=True, check=False)
            assert (opened.returncode != 0, opened.stdout) == (True, b"")
