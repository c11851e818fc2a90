"""`hotline doctor` on a line that was made a moment ago, and on none."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hotline.cli.main import main

SECRET = "a-key-of-the-gateway"


def hotline(home: Path, *words: str) -> Result:
    environ = {
        "HOTLINE_HOME": str(home),
        "HOTLINE_GATEWAY_API_KEY": SECRET,
        "HOTLINE_GATEWAY_URL": "http://127.0.0.1:9",
        "HOTLINE_DATABASE_URL": None,
        "HOTLINE_REDIS_URL": None,
    }
    return CliRunner(env=environ).invoke(main, words)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("doctor")
    assert hotline(home, "init", "--demo").exit_code == 0
    return home


def test_before_init_everything_says_init(tmp_path: Path) -> None:
    told = hotline(tmp_path / "nowhere", "doctor")
    assert told.exit_code == 1
    assert "hotline init" in told.output


def test_after_init_only_what_does_not_run_is_wrong(made: Path) -> None:
    told = hotline(made, "doctor", "--json")
    wrong = [finding for finding in json.loads(told.stdout)["findings"] if not finding["ok"]]
    assert [finding["name"] for finding in wrong] == ["watchers", "clock", "redis", "gateway"]
    assert all(finding["todo"] for finding in wrong)
    assert told.exit_code == 1


def test_every_setting_with_its_help_and_no_secret(made: Path) -> None:
    told = hotline(made, "doctor").output
    for name in ("HOTLINE_HOME", "HOTLINE_SERVICE_CODE", "HOTLINE_GATEWAY_API_KEY"):
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


def test_it_says_whether_calls_are_offered_and_for_whom_they_open(made: Path) -> None:
    found = json.loads(hotline(made, "doctor", "--json").stdout)["findings"]
    says = {one["name"]: one["says"] for one in found}
    assert says["call-backs"].startswith("not offered: no number is set")
    assert "two people" in says["call-backs open for"]
    assert says["call-backs left"] == "none was opened and left"


def test_every_district_without_anybody_is_in_the_json_and_a_few_in_the_line(
    tmp_path: Path,
) -> None:
    assert hotline(tmp_path, "init").exit_code == 0
    found = json.loads(hotline(tmp_path, "doctor", "--json").stdout)["findings"]
    (districts,) = [one for one in found if one["name"] == "districts"]
    assert len(districts["names"]) == 30
    told = hotline(tmp_path, "doctor").output
    assert "nobody is enrolled for 30 districts (Bugesera, " in told
    assert "and 25 more)" in told
    assert "the line is not open: 0 can be told" in told
