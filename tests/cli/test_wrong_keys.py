"""Tests keys that are damaged or belong to another hotline. No process starts with such a key, and an error message
names each wrong key.
"""

import secrets
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
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
from hotline.core.database import open_database
from hotline.core.settings import Settings
from hotline.keys import tables_canaries
from hotline.keys.key_folder import KeyFolder
from hotline.keys.tables_canaries import KeyCanary, ProcessStart
from hotline.keys.weekly_lock import LOCKED
from hotline.monitoring import service_checks_keys
from hotline.people.tables import Responder
from hotline.text.errors import KeyMissing, KeyWrong
from hotline.text.places import NATIONAL
from tests.cli.homes import copy_home, hotline
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


@pytest.fixture
def home(tmp_path: Path) -> Path:
    copy_home(tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def settings(home: Path) -> Settings:
    return Settings.read({"HOTLINE_HOME": str(home)})


def fails(home: Path, *words: str) -> str:
    """Returns the output of a command that fails."""
    return hotline(home, *words, code=1).output


def doctor(home: Path) -> str:
    return fails(home, "doctor", "--wrong")


def exchange(home: Path, role: Role, name: str) -> None:
    """Replaces a key with a different key of the same type, as if the key folder of another hotline were mounted."""
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
def test_a_wrong_key_stops_a_start(home: Path, settings: Settings, role: Role, name: str) -> None:
    exchange(home, role, name)
    assert all_wrong(settings) == {role: [name]}

    (said,) = [line for line in fails(home, *COMMANDS[role]).splitlines() if line]
    assert name in said
    assert str(home / "keys" / role) in said
    assert "hotline init" not in said
    assert f"WRONG   keys of {role}: {name} in " in doctor(home)


def test_a_damaged_relay_key_is_wrong_too(home: Path) -> None:
    for damage in (b"", b"short"):
        KeyFolder(home / "keys" / "workers").replace("relay.key", damage)
        assert "relay.key" in fails(home, "process", "worker")


def test_a_wrong_key_of_a_start_is_noted(home: Path, settings: Settings) -> None:
    before = KeyFolder(home / "keys" / "workers").read("relay.key")
    exchange(home, Role.WORKERS, "relay.key")
    fails(home, "process", "worker")

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


def test_a_rotation_stops_no_process(home: Path, settings: Settings) -> None:
    old = KeyFolder(home / "keys" / "workers").read("relay.key")

    def rotate(*keys: str) -> None:
        for key in keys:
            for step in (("--stage",), ()):
                hotline(home, "keys", "rotate", key, *step, *SIGNED)
                assert all_wrong(settings) == {}, key

    rotate("relay", "watch", "reader", "totp", "runs")
    hotline(home, "keys", "end-old", "--now", *SIGNED)
    assert all_wrong(settings) == {}
    rotate("pepper")
    KeyFolder(home / "keys" / "workers").replace("relay.key", old)
    assert all_wrong(settings) == {Role.WORKERS: ["relay.key"]}


def test_a_release_seals_missing_canaries(home: Path, settings: Settings) -> None:
    with closing(open_database(settings.database_url)) as database:
        with database.writing() as session:
            session.query(KeyCanary).delete()
        folder = key_folder(settings, Role.WORKERS)
        assert service_checks_keys.check_keys(database, folder).wrong == []
    told = doctor(home)
    assert "warning keys of workers: nothing proves that" in told
    assert "hotline upgrade" in told

    hotline(home, "upgrade")
    assert "keys of workers" not in doctor(home)


def test_init_makes_no_lost_key_and_ends_at_a_wrong_one(home: Path) -> None:
    (home / "keys" / "workers").rename(home / "not-mounted")
    assert "relay.key" in fails(home, "init")
    hotline(home, "upgrade")  # The console's machine may have only the key folder of the console.
    assert not (home / "keys" / "workers").exists()
    (home / "not-mounted").rename(home / "keys" / "workers")

    exchange(home, Role.WATCH, "watch.key")
    assert "watch.key" in fails(home, "init")


def test_a_new_pair_replaces_a_lost_one(home: Path, settings: Settings) -> None:
    (home / "keys" / "workers" / "relay.key").unlink()
    new = ("init", "--demo", "--new-key", "relay.key")
    hotline(home, *new)
    assert all_wrong(settings) == {}
    relay = PrivateKey(KeyFolder(home / "keys" / "workers").read("relay.key"))
    assert KeyFolder(home / "keys" / "hooks").read("relay.pub") == bytes(relay.public_key)
    assert "move all its copies out of" in fails(home, *new)


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
        keys = {NATIONAL: bytes(desk.public_key)}
        said = {"danger": "yes"}
        encrypted = context.encrypter.tip(said, uid="a tip", place="12", desks=keys, at=NOON)
        assert encrypted.grants[NATIONAL][:1] != LOCKED

    def test_no_number_is_sealed_to_a_wrong_relay(self, home: Path, settings: Settings) -> None:
        exchange(home, Role.HOOKS, "relay.pub")
        trusting, careful = build_web(settings), build_web_without_wrong_keys(settings)
        trusting.database.close()
        careful.database.close()
        assert trusting.encrypter.number("+250788000001")
        with pytest.raises(KeyMissing):
            careful.encrypter.number("+250788000001")


def test_a_command_seals_no_number_to_a_wrong_relay(home: Path) -> None:
    exchange(home, Role.CONSOLE, "watch.pub")
    assert "watch.pub" in fails(home, "oncall", "add", "Keza", "+250788700001", "--by", "Aline")


def test_the_doctor_asks_watch_for_the_channel(home: Path, settings: Settings) -> None:
    """The settings of the second channel for alarms are in a file that no command may read. So the doctor command
    relies on the monitor's report about this channel.
    """
    context = build_monitor(replace(settings, alarm_command="page-somebody"))
    with closing(context.database):
        wrong_keys(context, replace(settings, alarm_command="page-somebody"), Role.WATCH)
        assert "second channel" not in doctor(home)
        wrong_keys(context, settings, Role.WATCH)
    assert "warning second channel" in doctor(home)


def test_starts_of_machines_that_are_gone_are_forgotten(settings: Settings) -> None:
    """A container has a new name at each start."""
    with closing(open_database(settings.database_url)) as database, database.writing() as session:
        for number in range(3):
            start = ProcessStart(role=Role.WORKERS, host=f"container {number}", wrong_keys="")
            start.at, start.second_channel = NOON + timedelta(days=20 * number), None
            tables_canaries.note_start(session, start)
        hosts = [row.host for row in session.query(ProcessStart).order_by(ProcessStart.host)]
    assert hosts == ["container 1", "container 2"]
