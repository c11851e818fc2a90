"""Tests the processes that `hotline run` starts: how many processes there are, which keys each process gets, and
which processes get the gateway's key.
"""

from pathlib import Path

from hotline.cli.keeper import Program, read_procfile
from hotline.cli.run import programs_of
from hotline.core.environment import CHECKOUT
from hotline.core.settings import Settings

PLACE = "/a/place/of/the/gateways/key"


def programs(tmp_path: Path, **settings: str) -> dict[str, Program]:
    environ = {"HOTLINE_HOME": str(tmp_path), "HOTLINE_GATEWAY_API_KEY_FILE": PLACE, **settings}
    others = {"SOMEBODYS_TOKEN": "not ours", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    entries = read_procfile((CHECKOUT / "Procfile").read_text(encoding="utf-8"))
    found = programs_of(Settings.read(environ), entries, environ | others, tmp_path / "fork_server")
    return {program.name: program for program in found}


def test_each_process_knows_only_its_own_keys(tmp_path: Path) -> None:
    found = programs(tmp_path)
    told = {
        name: Path(program.environ.get("HOTLINE_KEYS", "")).name for name, program in found.items()
    }
    assert told == {
        "redis": "",
        "fork_server": "",
        "web": "hooks",
        "worker.1": "workers",
        "worker.2": "workers",
        "watch": "watch",
        "reader": "reader",
        "console": "pages",
    }
    knowing = {name for name, program in found.items() if PLACE in program.environ.values()}
    assert knowing == {"worker.1", "worker.2", "watch"}, "only those that send"
    assert PLACE not in repr(found)
    for program in found.values():
        assert "SOMEBODYS_TOKEN" not in program.environ
        assert program.environ["LANG"] == "C.UTF-8"


def test_where_a_redis_is_given_none_is_embedded(tmp_path: Path) -> None:
    given = programs(tmp_path, HOTLINE_REDIS_URL="redis://127.0.0.1:6379/0")
    assert "redis" not in given
    assert given["web"].environ["HOTLINE_REDIS_URL"] == "redis://127.0.0.1:6379/0"


def test_settings_of_a_file_reach_each_process_as_far_as_it_may_know_them(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('alarm_command = "page-somebody"\nshortcode = "8010"\n', encoding="utf-8")

    for name, program in programs(tmp_path, HOTLINE_SETTINGS=str(file)).items():
        assert str(file) not in program.environ.values(), name
        assert ("page-somebody" in program.environ.values()) is (name == "watch"), name
        told = program.environ.get("HOTLINE_SHORTCODE")
        assert told == (None if name in ("redis", "fork_server") else "8010")


def test_the_fork_server_knows_no_setting_and_forks_all_others(tmp_path: Path) -> None:
    found = programs(tmp_path)
    assert not [name for name in found["fork_server"].environ if name.startswith("HOTLINE_")]
    forked = {name for name, program in found.items() if program.fork_server is not None}
    assert forked == found.keys() - {"redis", "fork_server"}
