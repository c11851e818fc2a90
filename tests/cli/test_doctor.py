"""`hotline doctor` on a line that was made a moment ago, and on none."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli.main import main
from tests.cli.homes import copy_home

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
    return home


def test_before_init_everything_says_init(tmp_path: Path) -> None:
    told = hotline(tmp_path / "nowhere", "doctor")
    assert told.exit_code == 1
    assert "hotline init" in told.output


def test_after_init_only_what_does_not_run_is_wrong(made: Path) -> None:
    told = hotline(made, "doctor", "--json")
    wrong = [finding for finding in json.loads(told.stdout)["findings"] if not finding["ok"]]
    assert [finding["name"] for finding in wrong] == [
        "watchers",
        "clock",
        "national number",
        "redis",
        "console",
        "gateway",
    ]
    assert all(finding["todo"] for finding in wrong)
    assert told.exit_code == 1


def test_every_setting_with_its_help_and_no_secret(made: Path) -> None:
    told = hotline(made, "doctor").output
    for name in ("HOTLINE_HOME", "HOTLINE_SERVICE_CODE", "HOTLINE_GATEWAY_API_KEY_FILE"):
        assert name in told
    assert SECRET not in told


def test_a_key_that_is_missing_is_named_and_init_makes_it(made: Path) -> None:
    for role in ("hooks", "console"):
        (made / "keys" / role / "certificate.key").unlink()
    told = hotline(made, "doctor").output
    assert "keys of hooks: " in told
    assert told.count("lacks certificate.key") == 2
    assert hotline(made, "init", "--demo").exit_code == 0
    assert "lacks" not in hotline(made, "doctor").output


def test_a_key_that_others_may_read_is_wrong(made: Path) -> None:
    key = next((made / "keys" / "hooks").iterdir())
    key.chmod(0o444)
    try:
        told = hotline(made, "doctor").output
    finally:
        key.chmod(0o400)
    assert "WRONG keys of hooks" in told


@pytest.mark.parametrize(
    ("opened", "name"), [("", "home"), ("hotline.db", "database file"), ("b/one", "backup files")]
)
def test_what_others_may_read_is_wrong_and_the_doctor_says_what_to_type(
    made: Path, opened: str, name: str
) -> None:
    (made / "b").mkdir(mode=0o700, exist_ok=True)
    (made / "b" / "one").touch(mode=0o600)
    path = made / opened
    mode = path.stat().st_mode
    path.chmod(0o755)
    try:
        told = hotline(made, "doctor", HOTLINE_BACKUPS=str(made / "b")).output
    finally:
        path.chmod(mode)
    assert f"WRONG {name}: others may read {path}" in told
    assert f"-> chmod -R go= {path if path.is_dir() else path.parent}" in told
    told = hotline(made, "doctor", HOTLINE_BACKUPS=str(made / "b")).output
    assert f"WRONG {name}" not in told


def test_the_gateways_key_is_put_where_those_who_send_read_it(made: Path) -> None:
    live = {"HOTLINE_GATEWAY_URL": "https://api.africastalking.com"}
    told = hotline(made, "doctor", **live).output
    assert "WRONG gateway key of workers" in told
    assert "WRONG gateway key of watch" in told

    file = made.parent / "the-key"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    done = hotline(made, "keys", "gateway", "--file", str(file), **live)
    assert done.exit_code == 0
    places = [made / "keys" / role / "gateway.key" for role in ("workers", "watch")]
    assert [oct(place.stat().st_mode & 0o777) for place in places] == ["0o400", "0o400"]
    assert not (made / "keys" / "hooks" / "gateway.key").exists()
    told = hotline(made, "doctor", **live).output
    assert "WRONG gateway key" not in told
    assert SECRET not in told + done.output
    for place in places:
        place.unlink()


def test_it_says_whether_calls_are_offered_and_for_whom_they_open(made: Path) -> None:
    found = json.loads(hotline(made, "doctor", "--json").stdout)["findings"]
    says = {one["name"]: one["says"] for one in found}
    assert says["call-backs"].startswith("not offered: no number is set")
    assert "two people" in says["call-backs open for"]
    assert says["call-backs left"] == "none was opened and left"


def test_every_district_without_anybody_is_in_the_json_and_a_few_in_the_line(
    tmp_path: Path,
) -> None:
    copy_home(tmp_path, demo=False)
    found = json.loads(hotline(tmp_path, "doctor", "--json").stdout)["findings"]
    (districts,) = [one for one in found if one["name"] == "districts"]
    assert len(districts["names"]) == 30
    told = hotline(tmp_path, "doctor").output
    assert "nobody is enrolled for 30 districts (Bugesera, " in told
    assert "and 25 more)" in told
    assert "the line is not open: 0 can be told" in told
