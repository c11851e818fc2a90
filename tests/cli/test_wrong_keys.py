"""Tests keys that are damaged or belong to another hotline: no process starts with such a key, and each key is
named."""

import os
import secrets
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from nacl.public import PrivateKey

from hotline.cli.contexts import (
    BUILDERS,
    Role,
    build_monitor,
    build_web,
    build_web_without_wrong_keys,
    build_worker,
    key_folder,
    wrong_keys,
)
from hotline.cli.main import main
from hotline.core.database import open_database
from hotline.core.settings import Settings
from hotline.errors import KeyMissing, KeyWrong
from hotline.keys import tables_canaries
from hotline.keys.key_folder import KeyFolder
from hotline.keys.tables_canaries import KeyCanary, ProcessStart
from hotline.keys.weekly_lock import LOCKED
from hotline.monitoring import service_checks_keys
from hotline.people.tables import Responder
from hotline.text.codes import NATIONAL
from tests.cli.homes import copy_home
from tests.support.builders import NOON

SIGNED = ("--by", "Aline", "--reason", "once a year")
COMMANDS = {
    Role.WORKERS: ("process", "worker"),
    Role.READER: ("process", "reader"),
    Role.WATCH: ("process", "watch"),
}
HELD = [
    (Role.WORKERS, "relay.key"),
    (Role.WORKERS, "relay.pub"),
    (Role.WORKERS, "stop.key"),
    (Role.WORKERS, "epoch.key"),
    (Role.WATCH, "watch.key"),
    (Role.READER, "pepper.key"),
    (Role.READER, "reader.key"),
    (Role.READER, "epoch.key"),
]
Hotline = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    copy_home(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings.read({"HOTLINE_HOME": str(home)})


@pytest.fixture
def hotline(home: Path) -> Hotline:
    unset = {name: None for name in os.environ if name.startswith("HOTLINE_")}

    def run(*words: str, **more: str) -> Result:
        return CliRunner(env={**unset, "HOTLINE_HOME": str(home), **more}).invoke(main, words)

    return run


def exchange(home: Path, role: Role, name: str) -> None:
    """Replaces a key with another one of the same form, as if the folder of another hotline were mounted."""
    keys = KeyFolder(home / "keys" / role)
    was = keys.read(name)
    keys.replace(name, was[: len(was) - 32] + secrets.token_bytes(32))


def all_wrong(settings: Settings) -> dict[Role, Sequence[str]]:
    with closing(open_database(settings.database_url)) as database:
        found = {
            role: service_checks_keys.check_keys(database, key_folder(settings, role)).wrong
            for role in Role
        }
    return {role: wrong for role, wrong in found.items() if wrong}


def test_init_seals_a_canary_for_every_key_and_no_process_is_refused(settings: Settings) -> None:
    assert all_wrong(settings) == {}
    for role, build in BUILDERS.items():
        context = build(settings)
        with closing(context.database):
            assert wrong_keys(context, settings, role) == []


@pytest.mark.parametrize(("role", "name"), HELD)
def test_no_process_starts_with_a_wrong_key_and_the_doctor_names_it(
    home: Path, settings: Settings, hotline: Hotline, role: Role, name: str
) -> None:
    exchange(home, role, name)
    assert all_wrong(settings) == {role: [name]}

    refused = hotline(*COMMANDS[role])
    assert refused.exit_code == 1
    (said,) = [line for line in refused.output.splitlines() if line]
    assert name in said
    assert str(home / "keys" / role) in said
    assert "hotline init" not in said
    told = hotline("doctor", "--wrong").output
    assert f"WRONG   keys of {role}: {name} in " in told


@pytest.mark.parametrize("damage", [b"", b"short"])
def test_a_damaged_relay_key_is_wrong_too(home: Path, hotline: Hotline, damage: bytes) -> None:
    KeyFolder(home / "keys" / "workers").replace("relay.key", damage)
    refused = hotline("process", "worker")
    assert refused.exit_code == 1
    assert "relay.key" in refused.output


def test_a_wrong_key_of_a_start_is_noted(home: Path, settings: Settings, hotline: Hotline) -> None:
    before = KeyFolder(home / "keys" / "workers").read("relay.key")
    exchange(home, Role.WORKERS, "relay.key")
    hotline("process", "worker")

    def noted() -> dict[str, str]:
        with closing(open_database(settings.database_url)) as database, database.reading() as one:
            return {row.role: row.wrong_keys for row in one.query(ProcessStart)}

    assert noted() == {"workers": "relay.key"}
    KeyFolder(home / "keys" / "workers").replace("relay.key", before)
    context = build_worker(settings)
    with closing(context.database):
        assert wrong_keys(context, settings, Role.WORKERS) == []
    assert noted() == {"workers": ""}


def test_an_exchanged_key_differs_from_a_damaged_number(home: Path, settings: Settings) -> None:
    context = build_worker(settings)
    with closing(context.database):
        with context.database.reading() as session:
            encrypted = session.get_one(Responder, 1).encrypted_number
        assert context.numbers.decrypt_number(encrypted).startswith("+250")
        exchange(home, Role.WORKERS, "relay.key")
        with pytest.raises(KeyWrong):
            context.numbers.decrypt_number(encrypted)


@pytest.mark.parametrize("key", ["relay", "watch", "reader", "totp", "pepper", "runs"])
def test_a_rotation_stops_no_process(settings: Settings, hotline: Hotline, key: str) -> None:
    for step in (("--stage",), ()):
        done = hotline("keys", "rotate", key, *step, *SIGNED)
        assert done.exit_code == 0, done.output
        assert all_wrong(settings) == {}
    if key != "pepper":
        done = hotline("keys", "end-old", "--now", *SIGNED)
        assert done.exit_code == 0, done.output
        assert all_wrong(settings) == {}


def test_the_key_before_is_wrong(home: Path, settings: Settings, hotline: Hotline) -> None:
    old = KeyFolder(home / "keys" / "workers").read("relay.key")
    hotline("keys", "rotate", "relay", *SIGNED)
    hotline("keys", "end-old", "--now", *SIGNED)
    KeyFolder(home / "keys" / "workers").replace("relay.key", old)
    assert all_wrong(settings) == {Role.WORKERS: ["relay.key"]}


def test_a_release_seals_missing_canaries(settings: Settings, hotline: Hotline) -> None:
    with closing(open_database(settings.database_url)) as database:
        with database.writing() as session:
            session.query(KeyCanary).delete()
        assert (
            service_checks_keys.check_keys(database, key_folder(settings, Role.WORKERS)).wrong == []
        )
    told = hotline("doctor", "--wrong").output
    assert "warning keys of workers: nothing proves that" in told
    assert "hotline upgrade" in told

    assert hotline("upgrade").exit_code == 0
    assert "keys of workers" not in hotline("doctor", "--wrong").output


def test_init_makes_no_lost_key_and_ends_at_a_wrong_one(home: Path, hotline: Hotline) -> None:
    (home / "keys" / "workers").rename(home / "not-mounted")
    refused = hotline("init")
    assert refused.exit_code == 1
    assert "relay.key" in refused.output
    assert hotline("upgrade").exit_code == 0, "an office may have the console's folder alone"
    assert not (home / "keys" / "workers").exists()
    (home / "not-mounted").rename(home / "keys" / "workers")

    exchange(home, Role.WATCH, "watch.key")
    refused = hotline("init")
    assert refused.exit_code == 1
    assert "watch.key" in refused.output


def test_a_new_pair_replaces_a_lost_one(home: Path, settings: Settings, hotline: Hotline) -> None:
    (home / "keys" / "workers" / "relay.key").unlink()
    done = hotline("init", "--demo", "--new-key", "relay.key")
    assert done.exit_code == 0, done.output
    assert all_wrong(settings) == {}
    relay = PrivateKey(KeyFolder(home / "keys" / "workers").read("relay.key"))
    assert KeyFolder(home / "keys" / "hooks").read("relay.pub") == bytes(relay.public_key)
    held = hotline("init", "--demo", "--new-key", "relay.key")
    assert held.exit_code == 1
    assert "move this file out" in held.output


class TestTheWebProcess:
    """Tests that the web process files reports with wrong keys, but encrypts nothing with those keys."""

    def test_it_starts_with_a_wrong_key_and_says_so(self, home: Path, settings: Settings) -> None:
        exchange(home, Role.HOOKS, "enrolled.key")
        context = build_web_without_wrong_keys(settings)
        with closing(context.database), context.database.reading() as session:
            (start,) = session.query(ProcessStart)
        assert (start.role, start.wrong_keys) == ("hooks", "enrolled.key")

    def test_a_wrong_weekly_key_locks_no_tip(self, home: Path, settings: Settings) -> None:
        desk = PrivateKey.generate()
        exchange(home, Role.HOOKS, "epoch.key")
        context = build_web_without_wrong_keys(settings)
        context.database.close()
        encrypted = context.encrypter.tip(
            {"danger": "yes"},
            uid="a tip",
            place="12",
            desks={NATIONAL: bytes(desk.public_key)},
            at=NOON,
        )
        assert encrypted.grants[NATIONAL][:1] != LOCKED

    def test_no_number_is_sealed_to_a_wrong_relay(self, home: Path, settings: Settings) -> None:
        exchange(home, Role.HOOKS, "relay.pub")
        trusting, careful = build_web(settings), build_web_without_wrong_keys(settings)
        trusting.database.close()
        careful.database.close()
        assert trusting.encrypter.number("+250788000001")
        with pytest.raises(KeyMissing):
            careful.encrypter.number("+250788000001")


def test_a_command_seals_no_number_to_a_wrong_relay(home: Path, hotline: Hotline) -> None:
    exchange(home, Role.CONSOLE, "watch.pub")
    refused = hotline("oncall", "add", "Keza", "+250788700001", "--by", "Aline")
    assert refused.exit_code == 1
    assert "watch.pub" in refused.output


def test_the_doctor_asks_watch_for_the_channel(settings: Settings, hotline: Hotline) -> None:
    """The settings of the second channel are in a file that no command may read."""
    context = build_monitor(replace(settings, alarm_command="page-somebody"))
    with closing(context.database):
        wrong_keys(context, replace(settings, alarm_command="page-somebody"), Role.WATCH)
        assert "second channel" not in hotline("doctor", "--wrong").output
        wrong_keys(context, settings, Role.WATCH)
    assert "warning second channel" in hotline("doctor", "--wrong").output


def test_starts_of_machines_that_are_gone_are_forgotten(settings: Settings) -> None:
    """A container has a different name at each start."""
    with closing(open_database(settings.database_url)) as database, database.writing() as session:
        for number in range(3):
            start = ProcessStart(
                role=Role.WORKERS,
                host=f"container {number}",
                at=NOON + timedelta(days=20 * number),
                wrong_keys="",
                second_channel=None,
            )
            tables_canaries.note_start(session, start)
        hosts = [row.host for row in session.query(ProcessStart).order_by(ProcessStart.host)]
    assert hosts == ["container 1", "container 2"]
