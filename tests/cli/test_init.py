"""Tests `hotline init` and the commands that need it, as an operator uses them."""

import json
import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest

from hotline.cli.contexts import build_web
from hotline.text.places import NATIONAL
from tests.cli.homes import PASSPHRASE, copy_home, file_encrypted, hotline, opened
from tests.support.builders import make_tip

SIGNED = ("--by", "Alice", "--reason", "court asked")


SECOND = ("--second", "Bosco")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Returns the folder in which a test makes its hotline."""
    return tmp_path / "home"


def rows_of(home: Path, *words: str) -> list[dict[str, object]]:
    rows = json.loads(hotline(home, *words, "--json").stdout)
    assert isinstance(rows, list)
    return rows


def whole(folder: Path) -> dict[str, bytes]:
    return {
        str(p): p.read_bytes() for p in folder.rglob("*") if p.is_file() and ".db" not in p.name
    }


def file_tip(
    home: Path,
    to: tuple[str, ...] = ("12", NATIONAL),
    settings: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """Stores one tip, encrypted as the hooks encrypt a caller's tip. Returns the id of the tip."""
    tip = make_tip(place="12")
    answers = {"danger": "yes", "district": "12", "landmark": "hafi y'\x1b[2Jishuri"}
    with opened(home, build_web, **settings) as context:
        return file_encrypted(context, tip, answers, *to)


def test_init_makes_a_line_and_again_changes_nothing(home: Path) -> None:
    assert "made" in hotline(home, "init", "--demo").stdout
    before = whole(home)
    again = hotline(home, "init", "--demo")
    assert "made" not in again.stdout
    assert again.stdout.count("exist already") == 5
    for _ in range(2):
        assert "revision 1 is live" in hotline(home, "upgrade").stdout, "no flow changed"
    assert whole(home) == before
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    year, week, _ = datetime.now(UTC).isocalendar()
    assert (home / "keys" / "hooks" / f"contact-{year}-W{week:02}.key").exists()


def test_a_broken_init_starts_again_and_repairs(home: Path, tmp_path: Path) -> None:
    """Makes keys, tables and flows with `init`, which then refuses the file with the passphrase. Afterwards, the home
    is in the same state as if the operator had pressed Ctrl-C."""
    empty = tmp_path / "empty"
    empty.touch()
    assert "empty" in hotline(home, "init", "--passphrase-file", str(empty), code=1).output
    missing = ("init", "--passphrase-file", str(tmp_path / "missing"))
    assert "cannot be read" in hotline(home, *missing, code=1).output
    (home / "hotline.db").unlink()
    told = hotline(home, "doctor", "--wrong", code=1).output
    assert "WRONG   database:" in told
    assert "-> `hotline init` was interrupted here: run `hotline init` again" in told
    assert "mount what is missing" not in told

    hotline(home, "init")
    assert "WRONG   database:" not in hotline(home, "doctor", "--wrong", code=1).output
    (home / "hotline.db").unlink()
    assert "mount what is missing" in hotline(home, "doctor", "--wrong", code=1).output


def test_init_writes_a_new_passphrase_for_its_owner_alone(home: Path) -> None:
    told = hotline(home, "init")
    file = home / "enrolment-passphrase"
    assert stat.S_IMODE(file.stat().st_mode) == 0o400
    assert len(file.read_text().strip()) == 29
    assert "write it on paper" in told.stderr
    assert file.read_text().strip() not in told.output
    read = ("tips", "read", str(file_tip(home)), "--desk", "gasabo", *SIGNED, *SECOND)
    hotline(home, *read, typed=file.read_text())


def test_init_takes_the_passphrase_of_a_file(tmp_path: Path) -> None:
    copy_home(tmp_path / "home", demo=False)

    assert not (tmp_path / "home" / "enrolment-passphrase").exists()
    assert PASSPHRASE.encode() not in b"".join(
        path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file()
    )


def test_before_init_a_command_names_it_and_makes_nothing(home: Path) -> None:
    for words in ("tips list", "people list", "audit verify", "upgrade"):
        assert "run `hotline init`" in hotline(home, *words.split(), code=1).output
    assert not home.exists()


def test_a_home_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for home in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/line")):
        told = hotline(home, "init", code=1)
        assert isinstance(told.exception, SystemExit), told.exception
        assert f"{home} cannot be created" in told.output


def test_hooks_prints_five_secret_addresses(home: Path) -> None:
    copy_home(home)
    told = json.loads(hotline(home, "keys", "hooks", "--json").stdout)
    assert list(told) == ["ussd", "ended", "sms", "delivery", "optout"]
    shapes = {hook: address.split("/") for hook, address in told.items()}
    assert {hook: parts[5:] for hook, parts in shapes.items()} == {
        "ussd": ["ussd"],
        "ended": ["ussd", "ended"],
        "sms": ["sms"],
        "delivery": ["delivery"],
        "optout": ["optout"],
    }
    assert all(parts[:4] == ["http:", "", "127.0.0.1:8000", "hooks"] for parts in shapes.values())
    assert len({parts[4] for parts in shapes.values()}) == 5

    elsewhere = hotline(home, "keys", "hooks", "--base", "https://line.example.org/")
    assert elsewhere.stdout.count("https://line.example.org/hooks/") == 5


def test_the_demo_s_responders_are_listed_without_numbers(home: Path) -> None:
    copy_home(home)
    people = rows_of(home, "people", "list")
    assert len(people) == 62
    assert people[-1] == {
        "id": 62,
        "name": "National desk 2",
        "level": "national",
        "language": "fr",
        "languages": ["fr"],
        "districts": [],
        "categories": [],
        "reachable": True,
        "active": True,
        "state": "no PIN, cannot read tips by phone",
    }
    for words in ((), ("--json",)):
        assert "2507" not in hotline(home, "people", "list", *words).output


@pytest.mark.row("A7")
def test_responders_are_imported_whole_or_not_at_all(home: Path, tmp_path: Path) -> None:
    copy_home(home, demo=False)
    assert "no tips yet" in hotline(home, "tips", "list").stderr
    assert "hotline people import" in hotline(home, "people", "list").stderr
    head = "name,msisdn,language,level,districts,categories"
    rows = f"{head}\nGasabo 1,+250788000001,rw,responder,Gasabo,\n"
    file = tmp_path / "people.csv"
    for text, said in (
        (f"{rows}Gasabo 2,+25078800000,rw,boss,Gasabo,\n", ("line 3: level", "line 3: msisdn")),
        ("name,number\nGasabo 1,+250788000001\n", ("no one was enrolled", head)),
        ("é", ("UTF-8",)),
    ):
        file.write_text(text, encoding="latin-1")
        refused = hotline(home, "people", "import", str(file), code=1).output
        assert [one for one in said if one not in refused] == []
        assert "788" not in refused
        assert rows_of(home, "people", "list") == []

    file.write_text(rows, encoding="utf-8")
    assert hotline(home, "people", "import", str(file)).stdout == "enrolled 1\n"
    assert "Gasabo 1" in hotline(home, "people", "list").stdout


def test_a_tip_is_listed_without_its_words(home: Path) -> None:
    copy_home(home)
    tip_id = file_tip(home)
    (row,) = rows_of(home, "tips", "list")
    shown = {name: row[name] for name in ("id", "filed_at", "place", "category", "urgency")}
    assert shown == {
        "id": tip_id,
        "filed_at": "2026-11-24T10:00:00+00:00",
        "place": "Gasabo",
        "category": "labour",
        "urgency": 1,
    }
    plain = hotline(home, "tips", "list").stdout
    assert "NOT TAKEN" in plain
    assert "ishuri" not in plain + str(row)


@pytest.mark.row("A10")
def test_a_tip_opens_by_the_passphrase(home: Path) -> None:
    copy_home(home, demo=False)
    words = ("tips", "read", str(file_tip(home)), *SIGNED, *SECOND, "--desk")
    for desk in ("Gasabo", "gasabo", "national"):
        read = hotline(home, *words, desk, typed=f"{PASSPHRASE}\n")
        assert "Gasabo (12)" in read.stdout
        assert "hafi y'?[2Jishuri" in read.stdout, "nothing that a terminal would obey"
    assert hotline(home, "audit", "verify").stdout.startswith("unbroken: 6 rows")

    wrong = hotline(home, *words, "gasabo", typed="guess\n", code=1)
    assert "passphrase" in wrong.output
    assert "guess" not in wrong.output
    assert "ishuri" not in wrong.output


def test_a_desk_without_a_grant_is_refused_at_once(home: Path) -> None:
    copy_home(home, demo=False)
    tip_id = str(file_tip(home, to=(NATIONAL,)))
    for tip, desk, why in (
        (tip_id, "gasabo", "cannot read tip"),
        (tip_id, "gasbo", "no desk with"),
        ("99", "gasabo", "no tip 99"),
    ):
        said = hotline(home, "tips", "read", tip, "--desk", desk, *SIGNED, *SECOND, code=1).output
        assert (why in said, "Passphrase" in said) == (True, False)


def test_harmful_flows_are_refused_and_the_live_ones_stay(home: Path, tmp_path: Path) -> None:
    copy_home(home)
    mine = tmp_path / "mine"
    hotline(home, "flows", "export", str(mine))
    signs = (mine / "law.yaml").read_text(encoding="utf-8")
    (mine / "law.yaml").write_text(signs.replace("Uburenganzira mu kazi", "Hamagara 3677"), "utf-8")
    for command in ("init", "upgrade"):
        refused = hotline(home, command, "--flows", str(mine), code=1)
        assert "[number_unsigned]. Fix: " in refused.output
    hotline(home, "flows", "export", str(tmp_path / "live"))
    assert "3677" not in (tmp_path / "live" / "law.yaml").read_text(encoding="utf-8")
