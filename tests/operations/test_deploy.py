"""Tests `deploy/` and `compose.yaml`: systemd rates the units as protected, and a process reaches only its own keys."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from hotline.cli.contexts import Role
from hotline.cli.keeper import read_procfile
from hotline.cli.run import PROCESSES
from hotline.core.settings import NAMES, variable_of
from tests.architecture.tree import ROOT

UNITS = sorted((ROOT / "deploy").glob("*.service"))
TIMERS = sorted((ROOT / "deploy").glob("*.timer"))
EXPOSURE = 15
"""The highest allowed exposure, out of 100. systemd calls every value below 20 safe."""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Returns a folder with the units. The units point to this checkout instead of /opt/hotline."""
    for unit in (*UNITS, *TIMERS, ROOT / "deploy" / "hotline.target"):
        words = unit.read_text(encoding="utf-8").replace("/opt/hotline", str(ROOT))
        (tmp_path / unit.name).write_text(words, encoding="utf-8")
    return tmp_path


def analyze(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True, check=False)


def test_systemd_has_nothing_to_say(installed: Path) -> None:
    done = analyze("verify", "--man=no", *map(str, installed.iterdir()))
    ours = [line for line in done.stderr.splitlines() if "hotline" in line]
    assert (done.returncode, ours) == (0, [])


def test_systemd_calls_each_unit_hardened_and_a_bare_one_not(tmp_path: Path) -> None:
    bare = tmp_path / "bare.service"
    bare.write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")
    for unit in (*UNITS, bare):
        done = analyze("security", "--offline=true", f"--threshold={EXPOSURE}", str(unit))
        assert (done.returncode == 0) is (unit is not bare), done.stdout[-300:]


@pytest.mark.parametrize(
    ("unit", "own"),
    [("web", Role.HOOKS), ("watch", Role.WATCH), ("console", Role.PAGES), ("reader", Role.READER)],
)
def test_a_process_sees_no_key_but_its_own(unit: str, own: Role) -> None:
    """Only the processes that send SMS have the gateway's key, in a file of their key folder. No systemd unit puts this
    key into the environment of a process."""
    words = (ROOT / "deploy" / f"hotline-{unit}.service").read_text(encoding="utf-8")
    (hidden,) = re.findall("InaccessiblePaths=(.*)", words)
    closed = [f"keys/{role}" for role in {*Role} - {own}] + ["watch.env"] * (unit == "web")
    assert {f"-/etc/hotline/{path}" for path in closed} <= {*hidden.split()}
    if own in (Role.PAGES, Role.READER):
        assert f"HOTLINE_KEYS=/etc/hotline/keys/{own}" in words
    assert "GATEWAY_API_KEY" not in "".join(one.read_text(encoding="utf-8") for one in UNITS)


def test_a_process_is_run_by_its_name(tmp_path: Path) -> None:
    """The Procfile has one command for each process, and the script `deploy/process` runs the command of the given
    process."""
    (tmp_path / "deploy").mkdir()
    script = tmp_path / "deploy" / "process"
    script.write_bytes((ROOT / "deploy" / "process").read_bytes())
    (tmp_path / "Procfile").write_text(
        "web: echo web ${X:-y}\nworker: echo worker\n"
        "watch: echo watch\nreader: echo reader\nconsole: echo console\n"
    )
    names = ("web", "worker-1", "watch", "reader", "console", "nothing")
    for name, code in zip(names, (0, 0, 0, 0, 0, 64), strict=True):
        argv = ["sh", str(script), name]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
        said = [] if code else [name.partition("-")[0]]
        assert (done.returncode, done.stdout.split()[:1]) == (code, said)


@pytest.fixture
def compose() -> dict[str, Any]:
    document = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def test_compose_runs_every_process_with_the_keys_of_its_own_trust(compose: dict[str, Any]) -> None:
    services = compose["services"]
    procfile = (ROOT / "Procfile").read_text(encoding="utf-8")
    for name in PROCESSES.keys() & read_procfile(procfile):
        service = services[name]
        assert service["command"] == [name]
        role = PROCESSES[name].role
        own = [":ro", "watch:/var/lib/hotline"] if role == Role.WATCH else [""]
        assert service["volumes"] == [f"keys_{role}:/keys{own[0]}", *own[1:]]
        assert not any("API_KEY" in name for name in service["environment"])


def test_no_image_and_no_password_of_compose_has_a_default(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["web"]["build"]["args"]["BASE"].startswith("${HOTLINE_BASE_IMAGE:?")
    for name in ("database", "redis"):
        assert re.fullmatch(r"\$\{HOTLINE_\w+_IMAGE:\?[^}]+\}", services[name]["image"])
    assert (
        services["database"]["environment"]["POSTGRES_PASSWORD"] == "${HOTLINE_DATABASE_PASSWORD}"
    )
    assert "${HOTLINE_REDIS_PASSWORD}" in services["redis"]["command"]
    for name in ("HOTLINE_DATABASE_URL", "HOTLINE_REDIS_URL"):
        assert re.search(r"_PASSWORD:\?", services["web"]["environment"][name])


def test_every_container_says_whether_it_is_well(compose: dict[str, Any]) -> None:
    assert [name for name, one in compose["services"].items() if not one.get("healthcheck")] == []


def test_every_setting_in_compose_and_examples_is_ours(compose: dict[str, Any]) -> None:
    given = {name for one in compose["services"].values() for name in one.get("environment", {})}
    for example in (ROOT / "deploy").glob("*.example"):
        given |= {*re.findall("^([A-Za-z].*?)=", example.read_text(), re.M)}
    ours = {name for name in given if name.startswith("HOTLINE_")}
    assert ours <= {*map(variable_of, NAMES)}


def test_compose_passes_every_setting_through(compose: dict[str, Any]) -> None:
    """The compose file passes every setting except three kinds: settings that a container fixes, settings that a test
    changes, and the path of the key file."""
    fixed = {"home", "port", "console_port", "keys", "backups", "clock", "faults"}
    fixed |= {"gateway_api_key_file", "web_host", "console_host"}
    wanted = {f"HOTLINE_{name.upper()}" for name in {*NAMES} - fixed} - {"HOTLINE_MAIL_SERVER"}
    mailing = [
        n
        for n, one in compose["services"].items()
        if "HOTLINE_MAIL_SERVER" in one.get("environment", {})
    ]
    assert mailing == ["worker"], "only the workers get the password of the mail server"
    assert wanted <= set(compose["services"]["watch"]["environment"])
    alarms = {"HOTLINE_ALARM_COMMAND", "HOTLINE_ALARM_MAIL"}
    for name in ("web", "worker", "reader", "console", "release"):
        assert wanted - alarms <= set(compose["services"][name]["environment"])


def test_the_processes_of_the_target_end_with_it() -> None:
    target = (ROOT / "deploy" / "hotline.target").read_text(encoding="utf-8")
    (wants,) = re.findall("^Wants=(.*)$", target, re.M)
    for name in {re.sub("@.*[.]", "@.", one) for one in wants.split()}:
        unit = (ROOT / "deploy" / name).read_text(encoding="utf-8")
        assert "PartOf=hotline.target\n" in unit
