"""Tests `hotline doctor` with a new hotline and without a hotline."""

import json
import os
import re
import socketserver
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from hotline.core.database import open_database
from hotline.gateway import tables
from tests.cli import homes
from tests.cli.homes import copy_home
from tests.faults.disk import full_disk
from tests.support.builders import NOON
from tests.support.stack import free_port
from tests.support.valkey import Valkey

SECRET = "a-key-of-the-gateway"
NO_GATEWAY: dict[str, Any] = {"HOTLINE_GATEWAY_URL": "http://127.0.0.1:9"}


def hotline(home: Path, *words: str, **more: Any) -> Result:
    return homes.hotline(home, *words, code=None, **NO_GATEWAY | more)


def doctor(home: Path, *words: str, **more: Any) -> str:
    return hotline(home, "doctor", *words, **more).output


def findings(home: Path, **more: Any) -> dict[str, dict[str, Any]]:
    """Runs the doctor, and returns the result of each check by its name."""
    told = hotline(home, "doctor", "--json", **more)
    assert "secret" not in told.output
    return {one["name"]: one for one in json.loads(told.stdout)["findings"]}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("doctor")
    copy_home(home)
    database = open_database(f"sqlite:///{home / 'hotline.db'}")
    with database.writing() as session:
        # After `init`, the processes have a minute to start. Then the doctor reports each process that has not
        # started. In this home, the minute ended long ago.
        tables.await_senders(session, NOON)
    database.close()
    return home


def test_before_init_everything_says_init(tmp_path: Path) -> None:
    told = hotline(tmp_path / "nowhere", "doctor")
    assert told.exit_code == 1
    assert "hotline init" in told.output


def test_after_init_only_what_does_not_run_is_wrong(made: Path) -> None:
    told = hotline(made, "doctor", "--json", "--settings")
    document = json.loads(told.stdout)
    assert document["settings"]["home"] == str(made)
    by_state: dict[str, list[str]] = {"ok": [], "warning": [], "wrong": []}
    for finding in document["findings"]:
        by_state[finding["state"]].append(finding["name"])
        assert bool(finding["todo"]) == (finding["state"] != "ok"), finding
    assert by_state["wrong"] == [
        *("clock", "watch", "on-call contacts", "national number"),
        *("redis", "web", "console", "gateway"),
    ]
    counts = {"wrong": 8, "warnings": len(by_state["warning"])}
    assert document["counts"] == {**counts, "checks": len(document["findings"])}
    assert told.exit_code == 1
    says = {one["name"]: one["message"] for one in document["findings"]}
    assert set(by_state["warning"]) == {
        *("emergency text", "workers", "backup", "second channel", "dial", "trial"),
        "data protection",
        "audit log",
    }
    assert "came with the release" in says["emergency text"]
    assert says["call-backs"].startswith("not offered: HOTLINE_CALL_BACK_NUMBER")
    assert "two people" in says["call-backs open for"]
    assert says["call-backs left"] == "every opened call-back has an outcome"
    mended = findings(made, HOTLINE_ALARM_COMMAND="page-somebody")
    assert mended["second channel"]["state"] == "ok"


def test_the_last_line_counts_and_wrong_shows_only_what_is_not_ok(made: Path) -> None:
    whole = doctor(made)
    last = whole.splitlines()[-1]
    assert re.fullmatch(r"8 wrong, 8 warnings of \d\d", last), last
    assert "\nok " in whole
    assert "HOTLINE_SERVICE_CODE:" not in whole, "settings are shown only if they are asked for"

    short = doctor(made, "--wrong", "--settings")
    assert short.splitlines()[-1] == last
    assert "\nok " not in f"\n{short}"
    assert short.count("WRONG ") == 8
    assert short.count("warning ") == 8
    for name in ("HOTLINE_HOME", "HOTLINE_SERVICE_CODE", "HOTLINE_GATEWAY_API_KEY_FILE"):
        assert name in short
    assert SECRET not in short


@pytest.fixture
def refusing() -> Iterator[int]:
    """Yields the port of a server that speaks PostgreSQL's protocol and refuses every password."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            while True:
                (length,) = struct.unpack("!i", self.request.recv(4))
                (code,) = struct.unpack("!i", self.request.recv(length - 4)[:4])
                if code == 196608:
                    break
                self.request.sendall(b"N")
            fields = b'SFATAL\0C28P01\0Mpassword authentication failed for user "line"\0\0'
            self.request.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_the_database_error_is_named(made: Path, tmp_path: Path, refusing: int) -> None:
    (tmp_path / "other.db").write_text("no tables, and no database either\n" * 50)
    server = "postgresql+psycopg://line:secret@127.0.0.1"
    for url, cause in (
        (f"{server}:{free_port()}/line", "connection refused"),
        (f"{server}:{refusing}/line", "wrong password"),
        (f"sqlite:///{tmp_path / 'other.db'}", "the file is no database"),
    ):
        found = findings(made, HOTLINE_DATABASE_URL=url)["database"]
        assert found["state"] == "wrong"
        assert cause in found["message"]


def test_a_database_on_a_full_disk_is_wrong_and_says_that_the_disk_is_full(tmp_path: Path) -> None:
    """The test's own process has the database file open, as a process of the hotline has in production."""
    copy_home(tmp_path)
    line = open_database(f"sqlite:///{tmp_path / 'hotline.db'}")
    with line.writing() as session:
        tables.try_writing(session, NOON)
    with full_disk(os.getpid()):
        told = doctor(tmp_path, "--wrong")
    line.close()
    assert "WRONG   database: disk full" in told
    assert "WRONG   database" not in doctor(tmp_path, "--wrong")


def test_redis_behind_a_password_says_so(made: Path, valkey: Valkey) -> None:
    valkey.client().config_set("requirepass", "long-and-secret")
    for url, cause in (
        (valkey.url, "no password is given"),
        (valkey.url.replace("unix://", "unix://:wrong@"), "wrong password"),
    ):
        assert f"WRONG   redis: {cause}" in doctor(made, "--wrong", HOTLINE_REDIS_URL=url)


def test_a_lost_key_is_named_and_made_again_only_where_somebody_says_so(tmp_path: Path) -> None:
    copy_home(tmp_path)
    for role in ("hooks", "console", "pages"):
        (tmp_path / "keys" / role / "certificate.key").unlink()
    told = doctor(tmp_path)
    assert told.count("lacks certificate.key") == 3
    assert "hotline keys import" in told

    refused = hotline(tmp_path, "init", "--demo")
    assert refused.exit_code == 1
    assert "lacks keys that decrypt stored data: certificate.key" in refused.output
    assert not (tmp_path / "keys" / "hooks" / "certificate.key").exists()
    assert hotline(tmp_path, "init", "--demo", "--new-key", "certificate.key").exit_code == 0
    told = doctor(tmp_path)
    assert "lacks" not in told
    assert "WRONG   keys of" not in told

    (tmp_path / "keys" / "console" / "enrolled.key").unlink()
    assert "lacks enrolled.key" in doctor(tmp_path)
    assert hotline(tmp_path, "upgrade").exit_code == 0, "another role has a copy of this key"
    assert "lacks" not in doctor(tmp_path)


def test_a_file_that_others_read_is_named_with_a_remedy(made: Path) -> None:
    (made / "b").mkdir(mode=0o700)
    (made / "b" / "one").touch(mode=0o600)
    paths = {
        "home": made,
        "database file": made / "hotline.db",
        "backup files": made / "b" / "one",
        "keys of hooks": made / "keys" / "hooks" / "session.key",
    }
    modes = {path: path.stat().st_mode for path in paths.values()}
    for path in modes:
        path.chmod(0o755)
    told = doctor(made, HOTLINE_BACKUPS=str(made / "b"))
    for path, mode in modes.items():
        path.chmod(mode)
    mended = doctor(made, HOTLINE_BACKUPS=str(made / "b"))
    for name, path in paths.items():
        assert f"WRONG   {name}: other accounts can read {path}" in told
        assert f"-> chmod -R go= {path if path.is_dir() else path.parent}" in told
        assert f"WRONG   {name}" not in mended


def test_the_gateways_key_is_put_where_those_who_send_read_it(made: Path) -> None:
    live = {"HOTLINE_GATEWAY_URL": "https://api.africastalking.com"}
    told = doctor(made, **live)
    assert "WRONG   gateway key of workers" in told
    assert "WRONG   gateway key of watch" in told

    file = made.parent / "the-key"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    done = hotline(made, "keys", "gateway", "--file", str(file), **live)
    assert done.exit_code == 0
    places = [made / "keys" / role / "gateway.key" for role in ("workers", "watch")]
    assert [oct(place.stat().st_mode & 0o777) for place in places] == ["0o400", "0o400"]
    assert not (made / "keys" / "hooks" / "gateway.key").exists()
    told = doctor(made, **live)
    assert "WRONG   gateway key" not in told
    assert SECRET not in told + done.output
    assert "the stored key is not used" not in told + done.output

    emulated = hotline(made, "keys", "gateway", "--file", str(file)).output
    assert "the stored key is not used: the emulator gets the key `emulator`" in emulated
    told = doctor(made)
    assert "gateway key: the stored key is not used" in told
    assert "HOTLINE_GATEWAY_API_KEY_FILE" in told
    named = {"HOTLINE_GATEWAY_API_KEY_FILE": str(places[0])}
    assert "ok      gateway key of workers" in doctor(made, **named)
    for place in places:
        place.unlink()


def test_every_empty_district_is_in_the_json_and_a_few_in_the_line(tmp_path: Path) -> None:
    copy_home(tmp_path, demo=False)
    assert len(findings(tmp_path)["districts"]["names"]) == 30
    told = doctor(tmp_path)
    assert "no one is enrolled for 30 districts (Bugesera, " in told
    assert "and 25 more)" in told
    assert "the hotline is not open: 0 can be alerted" in told
