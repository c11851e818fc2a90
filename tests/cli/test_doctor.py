"""Tests `hotline doctor` with a new hotline and without a hotline."""

import json
import os
import re
import socketserver
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli.main import main
from hotline.core.database import open_database
from hotline.gateway import tables, tables_sessions
from tests.cli.homes import copy_home
from tests.faults.disk import full_disk
from tests.support.builders import NOON
from tests.support.stack import free_port
from tests.support.valkey import Valkey

SECRET = "a-key-of-the-gateway"


def hotline(home: Path, *words: str, **more: str) -> Result:
    environ = {
        "HOTLINE_HOME": str(home),
        "HOTLINE_GATEWAY_URL": "http://127.0.0.1:9",
        "HOTLINE_DATABASE_URL": None,
        "HOTLINE_REDIS_URL": None,
    } | more
    return CliRunner(env=environ).invoke(main, words)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("doctor")
    copy_home(home)
    database = open_database(f"sqlite:///{home / 'hotline.db'}")
    with database.writing() as session:
        # After `init`, the processes have a minute to start. That minute is over.
        tables.await_senders(session, NOON)
    database.close()
    return home


def test_before_init_everything_says_init(tmp_path: Path) -> None:
    told = hotline(tmp_path / "nowhere", "doctor")
    assert told.exit_code == 1
    assert "hotline init" in told.output


def test_after_init_only_what_does_not_run_is_wrong(made: Path) -> None:
    told = hotline(made, "doctor", "--json")
    document = json.loads(told.stdout)
    by_state: dict[str, list[str]] = {"ok": [], "warning": [], "wrong": []}
    for finding in document["findings"]:
        by_state[finding["state"]].append(finding["name"])
        assert bool(finding["todo"]) == (finding["state"] != "ok"), finding
    assert by_state["wrong"] == [
        "clock",
        "watch",
        "watchers",
        "national number",
        "redis",
        "web",
        "console",
        "gateway",
    ]
    checks = len(document["findings"])
    assert document["counts"] == {
        "wrong": 8,
        "warnings": len(by_state["warning"]),
        "checks": checks,
    }
    assert told.exit_code == 1


def test_what_nobody_has_seen_to_yet_is_a_warning_and_never_green(made: Path) -> None:
    found = json.loads(hotline(made, "doctor", "--json").stdout)["findings"]
    warned = {one["name"]: one["message"] for one in found if one["state"] == "warning"}
    assert set(warned) == {
        *("urgent words", "workers", "backup", "second channel", "dial", "trial"),
        "data protection",
        "audit log",
    }
    assert "came with the release" in warned["urgent words"]

    mended = hotline(made, "doctor", "--json", HOTLINE_ALARM_COMMAND="page-somebody")
    states = {one["name"]: one["state"] for one in json.loads(mended.stdout)["findings"]}
    assert states["second channel"] == "ok"


def test_the_last_line_counts_and_wrong_shows_only_what_is_not_ok(made: Path) -> None:
    whole = hotline(made, "doctor")
    last = whole.output.splitlines()[-1]
    assert re.fullmatch(r"8 wrong, 8 warnings of \d\d", last), last
    assert "\nok " in whole.output

    short = hotline(made, "doctor", "--wrong")
    assert short.output.splitlines()[-1] == last
    assert "\nok " not in f"\n{short.output}"
    assert short.output.count("WRONG ") == 8
    assert short.output.count("warning ") == 8
    assert short.exit_code == 1


def test_settings_are_shown_only_where_they_are_asked_for(made: Path) -> None:
    assert "HOTLINE_SERVICE_CODE:" not in hotline(made, "doctor").output
    assert "settings" not in json.loads(hotline(made, "doctor", "--json").stdout)
    asked = json.loads(hotline(made, "doctor", "--json", "--settings").stdout)
    assert asked["settings"]["home"] == str(made)


CAUSES = {
    "a port where nobody listens": "connection refused",
    "a server that refuses the password": "wrong password",
    "a file of something else": "the file is no database",
}


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


@pytest.mark.parametrize("fault", CAUSES)
def test_the_database_error_is_named(made: Path, tmp_path: Path, refusing: int, fault: str) -> None:
    (tmp_path / "other.db").write_text("no tables, and no database either\n" * 50)
    url = {
        "a port where nobody listens": f"postgresql+psycopg://line:secret@127.0.0.1:{free_port()}/line",
        "a server that refuses the password": f"postgresql+psycopg://line:secret@127.0.0.1:{refusing}/line",
        "a file of something else": f"sqlite:///{tmp_path / 'other.db'}",
    }[fault]
    told = hotline(made, "doctor", "--json", HOTLINE_DATABASE_URL=url)
    found = {one["name"]: one for one in json.loads(told.stdout)["findings"]}
    assert found["database"]["state"] == "wrong"
    assert CAUSES[fault] in found["database"]["message"]
    assert "secret" not in told.output


def test_a_database_on_a_full_disk_is_wrong_and_says_that_the_disk_is_full(tmp_path: Path) -> None:
    """A process of the hotline has the file open, as in production."""
    copy_home(tmp_path)
    line = open_database(f"sqlite:///{tmp_path / 'hotline.db'}")
    with line.writing() as session:
        tables_sessions.try_writing(session, NOON)
    with full_disk(os.getpid()):
        told = hotline(tmp_path, "doctor", "--wrong").output
    line.close()
    assert "WRONG   database: disk full" in told
    assert "WRONG   database" not in hotline(tmp_path, "doctor", "--wrong").output


def test_redis_behind_a_password_says_so(made: Path, valkey: Valkey) -> None:
    valkey.client().config_set("requirepass", "long-and-secret")
    for url, cause in (
        (valkey.url, "no password is given"),
        (valkey.url.replace("unix://", "unix://:wrong@"), "wrong password"),
    ):
        told = hotline(made, "doctor", "--wrong", HOTLINE_REDIS_URL=url).output
        assert f"WRONG   redis: {cause}" in told


def test_every_setting_with_its_help_and_no_secret(made: Path) -> None:
    told = hotline(made, "doctor", "--settings").output
    for name in ("HOTLINE_HOME", "HOTLINE_SERVICE_CODE", "HOTLINE_GATEWAY_API_KEY_FILE"):
        assert name in told
    assert SECRET not in told


def test_a_lost_key_is_named_and_made_again_only_where_somebody_says_so(tmp_path: Path) -> None:
    copy_home(tmp_path)
    for role in ("hooks", "console", "pages"):
        (tmp_path / "keys" / role / "certificate.key").unlink()
    told = hotline(tmp_path, "doctor").output
    assert told.count("lacks certificate.key") == 3
    assert "hotline keys import" in told

    refused = hotline(tmp_path, "init", "--demo")
    assert refused.exit_code == 1
    assert "lacks keys of stored data: certificate.key" in refused.output
    assert not (tmp_path / "keys" / "hooks" / "certificate.key").exists()
    assert hotline(tmp_path, "init", "--demo", "--new-key", "certificate.key").exit_code == 0
    told = hotline(tmp_path, "doctor").output
    assert "lacks" not in told
    assert "WRONG   keys of" not in told


def test_a_copy_that_one_role_lost_is_brought_back_from_another(tmp_path: Path) -> None:
    copy_home(tmp_path)
    (tmp_path / "keys" / "console" / "enrolled.key").unlink()
    assert "lacks enrolled.key" in hotline(tmp_path, "doctor").output
    assert hotline(tmp_path, "upgrade").exit_code == 0
    assert "lacks" not in hotline(tmp_path, "doctor").output


def test_a_key_that_others_may_read_is_wrong(made: Path) -> None:
    key = next((made / "keys" / "hooks").iterdir())
    key.chmod(0o444)
    try:
        told = hotline(made, "doctor").output
    finally:
        key.chmod(0o400)
    assert "WRONG   keys of hooks" in told


@pytest.mark.parametrize(
    ("opened", "name"), [("", "home"), ("hotline.db", "database file"), ("b/one", "backup files")]
)
def test_a_file_that_others_read_is_named_with_a_remedy(made: Path, opened: str, name: str) -> None:
    (made / "b").mkdir(mode=0o700, exist_ok=True)
    (made / "b" / "one").touch(mode=0o600)
    path = made / opened
    mode = path.stat().st_mode
    path.chmod(0o755)
    try:
        told = hotline(made, "doctor", HOTLINE_BACKUPS=str(made / "b")).output
    finally:
        path.chmod(mode)
    assert f"WRONG   {name}: other accounts can read {path}" in told
    assert f"-> chmod -R go= {path if path.is_dir() else path.parent}" in told
    told = hotline(made, "doctor", HOTLINE_BACKUPS=str(made / "b")).output
    assert f"WRONG   {name}" not in told


def test_the_gateways_key_is_put_where_those_who_send_read_it(made: Path) -> None:
    live = {"HOTLINE_GATEWAY_URL": "https://api.africastalking.com"}
    told = hotline(made, "doctor", **live).output
    assert "WRONG   gateway key of workers" in told
    assert "WRONG   gateway key of watch" in told

    file = made.parent / "the-key"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    done = hotline(made, "keys", "gateway", "--file", str(file), **live)
    assert done.exit_code == 0
    places = [made / "keys" / role / "gateway.key" for role in ("workers", "watch")]
    assert [oct(place.stat().st_mode & 0o777) for place in places] == ["0o400", "0o400"]
    assert not (made / "keys" / "hooks" / "gateway.key").exists()
    told = hotline(made, "doctor", **live).output
    assert "WRONG   gateway key" not in told
    assert SECRET not in told + done.output
    assert "the stored key is not used" not in told + done.output

    is_emulated = hotline(made, "keys", "gateway", "--file", str(file))
    assert "the stored key is not used: the emulator gets the key `emulator`" in (
        is_emulated.output
    )
    told = hotline(made, "doctor").output
    assert "gateway key: the stored key is not used" in told
    assert "HOTLINE_GATEWAY_API_KEY_FILE" in told
    named = {"HOTLINE_GATEWAY_API_KEY_FILE": str(places[0])}
    assert "ok      gateway key of workers" in hotline(made, "doctor", **named).output
    for place in places:
        place.unlink()


def test_it_says_whether_calls_are_offered_and_for_whom_they_open(made: Path) -> None:
    found = json.loads(hotline(made, "doctor", "--json").stdout)["findings"]
    says = {one["name"]: one["message"] for one in found}
    assert says["call-backs"].startswith("not offered: HOTLINE_CALL_BACK_NUMBER")
    assert "two people" in says["call-backs open for"]
    assert says["call-backs left"] == "every opened call-back has an outcome"


def test_every_empty_district_is_in_the_json_and_a_few_in_the_line(tmp_path: Path) -> None:
    copy_home(tmp_path, demo=False)
    found = json.loads(hotline(tmp_path, "doctor", "--json").stdout)["findings"]
    (districts,) = [one for one in found if one["name"] == "districts"]
    assert len(districts["names"]) == 30
    told = hotline(tmp_path, "doctor").output
    assert "no one is enrolled for 30 districts (Bugesera, " in told
    assert "and 25 more)" in told
    assert "the line is not open: 0 can be alerted" in told
