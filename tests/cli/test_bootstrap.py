"""Tests that the context of each role needs only the key folder of this role, and cannot do the work of another
role.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from hotline.cli.contexts import (
    Failpoints,
    Role,
    build_context,
    build_web,
    build_worker,
    no_failpoint,
    sender_of,
)
from hotline.core.contexts import (
    CliContext,
    Context,
    Job,
    SendingContext,
    WebContext,
    WorkerContext,
)
from hotline.core.settings import Settings
from hotline.core.ussd import CommittedText
from hotline.keys.encrypt import Encrypter
from hotline.keys.gateway_secrets import GATEWAY_KEY
from hotline.keys.key_folder import KeyFolder
from hotline.keys.key_making import make_keys
from hotline.text.errors import CircuitOpen, KeyMissing, NotReady, RunsUnavailable, SettingsInvalid
from tests.support.builders import NOON, make_opening
from tests.support.made_once import lay_keys, lay_tables
from tests.support.valkey import Valkey

PHONE = "+250788000001"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Returns the settings of a hotline with keys and tables."""
    settings = Settings.read({"HOTLINE_HOME": str(tmp_path / "home")})
    settings.home.mkdir()
    lay_keys(settings.home / "keys", NOON)
    lay_tables(settings.home / "hotline.db")
    return settings


def alone(settings: Settings, role: Role, tmp_path: Path) -> Context:
    """Returns the context of a process whose machine has only the key folder of this role. All other key folders are
    deleted."""
    own = tmp_path / "own"
    shutil.copytree(settings.home / "keys" / role, own)
    shutil.rmtree(settings.home / "keys")
    return build_context(replace(settings, keys=own), role)


@pytest.mark.parametrize("role", Role)
def test_a_role_needs_no_other_role_s_keys(settings: Settings, role: Role, tmp_path: Path) -> None:
    context = alone(settings, role, tmp_path)

    with context.database.reading():
        pass
    context.failpoint("tip.before_commit")
    assert context.now().tzinfo is not None
    assert context.line.service_code == "*384*777#"
    context.database.close()


@pytest.mark.adversary("a thief of the running server")
def test_the_hooks_seal_and_name_phones_and_open_none(settings: Settings, tmp_path: Path) -> None:
    relay_key = (settings.home / "keys" / "console" / "relay.pub").read_bytes()
    context = alone(settings, Role.HOOKS, tmp_path)

    encrypted = context.encrypter.tip(
        {"danger": "yes"}, uid="0" * 32, place="12", desks={"12": relay_key}
    )
    assert encrypted.grants.keys() == {"12"}
    assert context.pseudonyms.contact(PHONE, NOON) != context.pseudonyms.enrolled(PHONE)
    assert isinstance(context, WebContext)
    assert not isinstance(context, SendingContext)
    held = {path.name for path in (tmp_path / "own").iterdir()}
    assert not held & {"relay.key", "pepper.key"}


def test_the_workers_open_numbers_but_no_session(settings: Settings, tmp_path: Path) -> None:
    number = Encrypter((settings.home / "keys/console/relay.pub").read_bytes()).number(PHONE)
    context = alone(settings, Role.WORKERS, tmp_path)

    assert isinstance(context, WorkerContext)
    assert not isinstance(context, WebContext)
    assert context.numbers.decrypt_number(number) == PHONE
    assert context.pseudonyms.stopped(PHONE)
    with pytest.raises(KeyMissing):
        context.pseudonyms.session("s")
    with pytest.raises(KeyMissing):
        context.pseudonyms.enrolled(PHONE)


def test_the_console_seals_numbers_and_cannot_open_one(settings: Settings, tmp_path: Path) -> None:
    for role in (Role.HOOKS, Role.WORKERS):
        with pytest.raises(KeyMissing):
            build_context(replace(settings, keys=settings.home / "keys" / "console"), role)
    context = alone(settings, Role.CONSOLE, tmp_path)
    assert context.encrypter.number(PHONE)
    assert isinstance(context, CliContext)
    assert not isinstance(context, SendingContext)


def test_before_init_the_command_is_named(tmp_path: Path) -> None:
    settings = Settings.read({"HOTLINE_HOME": str(tmp_path / "home")})

    with pytest.raises(NotReady, match="hotline init"):
        build_web(settings)
    make_keys(tmp_path / "home" / "keys", NOON)
    with pytest.raises(NotReady, match=r"hotline\.db is missing") as without_tables:
        build_web(settings)
    assert "hotline init" not in str(without_tables.value)
    assert not (tmp_path / "home" / "hotline.db").exists(), "looking makes nothing"


@pytest.mark.parametrize("role", [Role.WORKERS, Role.WATCH])
def test_whoever_sends_to_the_live_gateway_needs_a_key_file(settings: Settings, role: Role) -> None:
    live = replace(settings, gateway_url="https://api.africastalking.com")
    with pytest.raises(SettingsInvalid, match="hotline keys gateway"):
        build_context(live, role)

    KeyFolder(live.home / "keys" / role).replace(GATEWAY_KEY, b"atsk_0\n")
    build_context(live, role).database.close()
    (live.home / "keys" / role / GATEWAY_KEY).chmod(0o440)
    with pytest.raises(SettingsInvalid, match="chmod 0400"):
        build_context(live, role)


def test_whoever_sends_nothing_reads_no_key_of_the_gateway(settings: Settings) -> None:
    """Processes that send nothing start even if the gateway's key file cannot be read."""
    live = replace(
        settings,
        gateway_url="https://api.africastalking.com",
        gateway_api_key_file=settings.home / "nowhere",
    )
    for role in (Role.HOOKS, Role.CONSOLE, Role.READER):
        build_context(live, role).database.close()


BUILD = """
import os, sys
from hotline.cli.contexts import build_web
from hotline.core.settings import Settings
build_web(Settings.read(os.environ))
found = {"rq", "africastalking", "alembic", "requests", "flask"} & sys.modules.keys()
import hotline.monitoring.service_alarms, workers.clock, workers.jobs
print(*sorted(found | {"pydantic", "yaml", "zxcvbn"} & sys.modules.keys()))
"""


def test_an_alert_that_wants_a_reply_has_a_number() -> None:
    inbound = {"HOTLINE_INBOUND_SMS": "yes"}
    assert sender_of(Settings.read({})) == ""
    assert sender_of(Settings.read(inbound)) == "3847"
    assert sender_of(Settings.read({**inbound, "HOTLINE_SENDER_ID": "4000"})) == "4000"
    assert sender_of(Settings.read({"HOTLINE_SENDER_ID": "AKAZI"})) == "AKAZI"


@pytest.mark.slow(reason="waits for the disk from which Pythons start")
def test_building_a_context_imports_no_vendor_before_it_is_used(settings: Settings) -> None:
    """Processes that run all day must not import the modules that read flow files. These imports would take a quarter
    of the time of a start."""
    environ = {"HOTLINE_HOME": str(settings.home)}
    assert not subprocess.check_output([sys.executable, "-c", BUILD], env=environ).strip()


@pytest.mark.fault(12)
@pytest.mark.slow(reason="waits for a Redis that hangs")
def test_a_hung_redis_costs_a_whole_hop_one_short_wait(
    settings: Settings, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hop uses Redis five times. Only the first use of a hanging Redis waits; the later uses skip Redis."""
    opening = make_opening()
    refused: list[str] = []

    class CountedRefusal(CircuitOpen):
        def __init__(self, reason: str) -> None:
            refused.append(reason)

    monkeypatch.setattr("hotline.dialogue.redis_adapters.CircuitOpen", CountedRefusal)
    for hung_before in range(5):
        context = build_web(replace(settings, redis_url=valkey.url))
        asks: list[Callable[[], object]] = [
            partial(context.notes.tell, opening, CommittedText(0)),
            partial(context.notes.find, opening.key),
            partial(context.runs.load, "a" * 64),
            partial(context.jobs.ring, Job.ASSIGN_TIP, 1),
            partial(context.runs.save, "a" * 64, {"length": 0, "answer": "CON"}),
        ]
        for ask in asks:
            ask()

        for place, ask in enumerate(asks):
            if place == hung_before:
                valkey.hang()
            with suppress(RunsUnavailable):
                ask()
        valkey.wake()
        context.database.close()
        assert refused.count("TimeoutError") == hung_before + 1


FAULTY = """
import os, sys
from pathlib import Path
from hotline.cli.contexts import Failpoints
failpoint = Failpoints(Path(sys.argv[1]))
failpoint("tip.before_commit")
print("lived", flush=True)
"""


def test_a_failpoint_kills_once_for_each_token(settings: Settings, tmp_path: Path) -> None:
    assert build_worker(settings).failpoint is no_failpoint
    assert build_worker(replace(settings, faults=tmp_path)).failpoint == Failpoints(tmp_path)

    (tmp_path / "tip.before_commit").touch()
    (tmp_path / "tip.after_commit").touch()
    argv = [sys.executable, "-c", FAULTY, str(tmp_path)]
    killed, lived = (
        subprocess.run(argv, capture_output=True, text=True, check=False) for _ in range(2)
    )

    assert (killed.returncode, killed.stdout) == (-9, "")
    assert (lived.returncode, lived.stdout) == (0, "lived\n")
    assert (tmp_path / "log").read_text() == "tip.before_commit\n"
    assert (tmp_path / "tip.after_commit").exists()
