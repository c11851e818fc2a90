"""Tests `hotline init` and the commands that need it, as an operator uses them."""

import csv
import io
import json
import os
import stat
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest
from click.testing import CliRunner, Result

from hotline.cli.contexts import build_cli, build_web
from hotline.cli.main import main
from hotline.core.settings import Settings
from hotline.people import tables_desks
from hotline.text.codes import NATIONAL
from hotline.tips import queries_report
from tests.cli.homes import PASSPHRASE, copy_home
from tests.support.builders import make_tip
from tests.support.servers import drop_guard

Hotline = Callable[..., Result]
SIGNED = ("--by", "Alice", "--reason", "court asked")


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    """Returns a function that runs `hotline …` with its own home."""
    environ = {name: None for name in os.environ if name.startswith("HOTLINE_")}

    def run(*words: str, typed: str | None = None) -> Result:
        home = {"HOTLINE_HOME": str(tmp_path / "home")}
        return CliRunner(env={**environ, **home}).invoke(main, words, input=typed)

    return run


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase"
    file.write_text(f"{PASSPHRASE}\n")
    return file


def rows_of(result: Result) -> list[dict[str, object]]:
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
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
    """Stores one tip, which the hooks encrypt as for a caller. Returns the id of the tip."""
    context = build_web(Settings.read({"HOTLINE_HOME": str(home), **settings}))
    tip = make_tip(place="12")
    answers = {"danger": "yes", "district": "12", "landmark": "hafi y'\x1b[2Jishuri"}
    with context.database.writing() as session:
        keys = tables_desks.public_keys(session, to)
        encrypted = context.encrypter.tip(answers, uid=tip.uid, place="12", desks=keys)
        tip.body = encrypted.body
        session.add(tip)
        session.flush()
        queries_report.give_keys(session, tip.id, encrypted.grants, first=True)
    context.database.close()
    return tip.id


def test_init_makes_a_line_and_again_changes_nothing(hotline: Hotline, tmp_path: Path) -> None:
    first = hotline("init", "--demo")
    assert first.exit_code == 0, first.output
    before = whole(tmp_path / "home")

    again = hotline("init", "--demo")
    assert again.exit_code == 0, again.output
    assert "made" in first.stdout
    assert "made" not in again.stdout
    assert again.stdout.count("were there") == 5
    assert whole(tmp_path / "home") == before
    assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_a_broken_init_starts_again_and_repairs(hotline: Hotline, tmp_path: Path) -> None:
    """The passphrase is refused after keys, tables and flows were made, as if the operator pressed Ctrl-C then."""
    home, empty = tmp_path / "home", tmp_path / "empty"
    empty.touch()
    assert hotline("init", "--passphrase-file", str(empty)).exit_code == 1
    (home / "hotline.db").unlink()
    told = hotline("doctor", "--wrong").output
    assert "WRONG   database:" in told
    assert "-> `hotline init` was broken off here: run `hotline init` again" in told
    assert "mount what is missing" not in told

    assert hotline("init").exit_code == 0
    assert "WRONG   database:" not in hotline("doctor", "--wrong").output
    (home / "hotline.db").unlink()
    assert "mount what is missing" in hotline("doctor", "--wrong").output


def test_init_writes_a_new_passphrase_for_its_owner_alone(hotline: Hotline, tmp_path: Path) -> None:
    told = hotline("init")
    file = tmp_path / "home" / "enrolment-passphrase"

    assert stat.S_IMODE(file.stat().st_mode) == 0o400
    assert len(file.read_text().strip()) == 29
    assert "write it on paper" in told.stderr
    assert file.read_text().strip() not in told.output
    tip_id = file_tip(tmp_path / "home")
    read = hotline(
        "tips",
        "read",
        str(tip_id),
        "--desk",
        "gasabo",
        *SIGNED,
        "--second",
        "Bosco",
        typed=file.read_text(),
    )
    assert read.exit_code == 0, read.output


def test_init_takes_the_passphrase_of_a_file(tmp_path: Path) -> None:
    copy_home(tmp_path / "home", demo=False)

    assert not (tmp_path / "home" / "enrolment-passphrase").exists()
    assert PASSPHRASE.encode() not in b"".join(
        path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file()
    )


def test_an_empty_passphrase_file_is_refused(hotline: Hotline, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()

    told = hotline("init", "--passphrase-file", str(tmp_path / "empty"))
    assert told.exit_code == 1
    assert "empty" in told.output
    missing = hotline("init", "--passphrase-file", str(tmp_path / "missing"))
    assert "cannot be read" in missing.output


def test_a_release_publishes_nothing_if_no_flow_changed(hotline: Hotline, tmp_path: Path) -> None:
    copy_home(tmp_path / "home")
    assert "revision 1 is live" in hotline("upgrade").stdout


def test_release_may_be_repeated(hotline: Hotline, tmp_path: Path) -> None:
    copy_home(tmp_path / "home", demo=False)

    for _ in range(2):
        told = hotline("upgrade")
        assert told.exit_code == 0, told.output
        assert "revision 1 is live" in told.stdout


def test_commands_before_init_name_it(hotline: Hotline) -> None:
    for words in (("tips", "list"), ("people", "list"), ("audit", "verify")):
        told = hotline(*words)
        assert told.exit_code == 1
        assert "hotline init" in told.output


def test_a_home_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for home in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/line")):
        told = CliRunner(env={"HOTLINE_HOME": str(home)}).invoke(main, ["init"])
        assert told.exit_code == 1
        assert isinstance(told.exception, SystemExit), told.exception
        assert f"{home} cannot be created" in told.output


def test_release_before_init_names_init(hotline: Hotline, tmp_path: Path) -> None:
    told = hotline("upgrade")
    assert "run `hotline init`" in told.output
    assert not (tmp_path / "home").exists()


def test_hooks_prints_five_secret_addresses(hotline: Hotline, tmp_path: Path) -> None:
    copy_home(tmp_path / "home")

    told = json.loads(hotline("keys", "hooks", "--json").stdout)
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

    elsewhere = hotline("keys", "hooks", "--base", "https://line.example.org/")
    assert elsewhere.stdout.count("https://line.example.org/hooks/") == 5


def test_the_demo_s_responders_are_listed_without_numbers(hotline: Hotline, tmp_path: Path) -> None:
    copy_home(tmp_path / "home")

    people = rows_of(hotline("people", "list", "--json"))
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
        "living": True,
        "state": "no PIN, cannot read tips",
    }
    for told in (hotline("people", "list"), hotline("people", "list", "--json")):
        assert "2507" not in told.output


@pytest.mark.row("A7")
def test_responders_are_imported_whole_or_not_at_all(hotline: Hotline, tmp_path: Path) -> None:
    copy_home(tmp_path / "home", demo=False)
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(("name", "msisdn", "language", "level", "districts", "categories"))
    rows.writerow(("Gasabo 1", "+250788000001", "rw", "responder", "Gasabo", ""))
    good, bad, latin = (tmp_path / name for name in ("good.csv", "bad.csv", "latin.csv"))
    good.write_text(text.getvalue())
    bad.write_text(text.getvalue() + "Gasabo 2,+25078800000,rw,boss,Gasabo,\n")
    latin.write_bytes("é".encode("latin-1"))

    refused = hotline("people", "import", str(bad))
    assert refused.exit_code == 1
    assert "line 3: level" in refused.output
    assert "line 3: msisdn" in refused.output
    assert "788" not in refused.output
    assert rows_of(hotline("people", "list", "--json")) == []
    assert "UTF-8" in hotline("people", "import", str(latin)).output

    assert hotline("people", "import", str(good)).stdout == "enrolled 1\n"
    assert "Gasabo 1" in hotline("people", "list").stdout


NOT_YET = (
    "acknowledged_by",
    "question",
    "outcome",
    "unproven",
    "closed_at",
    "outcome_asked",
    "closure_by",
    "closure_requested_at",
    "responsible",
    "next_clock",
    "due_at",
    "acknowledged_at",
    "erasure_asked_at",
    "visit_decision",
    "visit",
    "within",
)
"""The columns of a row that are empty before a responder or an admin acts."""


def test_a_tip_is_listed_without_its_words(hotline: Hotline, tmp_path: Path) -> None:
    copy_home(tmp_path / "home")
    tip_id = file_tip(tmp_path / "home")

    (row,) = rows_of(hotline("tips", "list", "--json"))
    assert isinstance(row.pop("waited_seconds"), int)
    assert row == dict.fromkeys(NOT_YET) | {
        "id": tip_id,
        "filed_at": "2026-11-24T10:00:00+00:00",
        "matter": "tip",
        "place": "Gasabo",
        "category": "labour",
        "urgency": 1,
        "state": "filed",
        "do_not_visit": False,
        "assignments": 0,
        "same_contact": 0,
        "words_erased": False,
        "red": False,
        "late": True,
        "promised_seconds": 180,
        "exercise": False,
    }
    plain = hotline("tips", "list").stdout
    assert "NOT TAKEN" in plain
    assert "ishuri" not in plain


@pytest.mark.row("A10")
def test_a_tip_opens_by_the_passphrase(hotline: Hotline, tmp_path: Path, passphrase: Path) -> None:
    copy_home(tmp_path / "home", demo=False)
    tip_id = str(file_tip(tmp_path / "home"))
    words = (
        "tips",
        "read",
        tip_id,
        *SIGNED,
        "--second",
        "Bosco",
        "--passphrase-file",
        str(passphrase),
        "--desk",
    )

    for desk in ("Gasabo", "gasabo", "national"):
        read = hotline(*words, desk)
        assert read.exit_code == 0, read.output
        assert "Gasabo (12)" in read.stdout
        assert "hafi y'?[2Jishuri" in read.stdout, "nothing that a terminal would obey"
    verified = hotline("audit", "verify")
    assert verified.stdout.startswith("unbroken: 6 rows")

    wrong = hotline(
        "tips", "read", tip_id, "--desk", "gasabo", *SIGNED, "--second", "Bosco", typed="guess\n"
    )
    assert wrong.exit_code == 1
    assert "passphrase" in wrong.output
    assert "guess" not in wrong.output
    assert "ishuri" not in wrong.output


def test_a_desk_without_a_grant_is_refused_at_once(hotline: Hotline, tmp_path: Path) -> None:
    copy_home(tmp_path / "home", demo=False)
    tip_id = str(file_tip(tmp_path / "home", to=(NATIONAL,)))

    refused = hotline("tips", "read", tip_id, "--desk", "gasabo", *SIGNED, "--second", "Bosco")
    assert refused.exit_code == 1
    assert "no access" in refused.output
    assert "Passphrase" not in refused.output
    for words, why in (((tip_id, "gasbo"), "no desk with"), (("99", "gasabo"), "no tip 99")):
        told = hotline("tips", "read", words[0], "--desk", words[1], *SIGNED, "--second", "Bosco")
        assert why in told.output


def test_a_log_that_was_touched_is_told_with_its_row(hotline: Hotline, tmp_path: Path) -> None:
    copy_home(tmp_path / "home")
    context = build_cli(Settings.read({"HOTLINE_HOME": str(tmp_path / "home")}))
    with context.database.writing() as session:
        drop_guard(session, "audit")
        session.connection().exec_driver_sql("UPDATE audit SET subject = 'nothing' WHERE id = 2")
    context.database.close()

    told = hotline("audit", "verify")
    assert told.exit_code == 1
    assert "BROKEN at row 2" in told.stderr


def test_the_weeks_of_contacts_begin_with_this_one(tmp_path: Path) -> None:
    copy_home(tmp_path / "home")

    year, week, _ = datetime.now(UTC).isocalendar()
    assert (tmp_path / "home" / "keys" / "hooks" / f"contact-{year}-W{week:02}.key").exists()


def test_an_empty_line_says_so_and_what_to_do(hotline: Hotline, tmp_path: Path) -> None:
    copy_home(tmp_path / "home", demo=False)
    assert "no tips yet" in hotline("tips", "list").stderr
    assert "hotline people import" in hotline("people", "list").stderr


def test_a_refused_import_names_its_first_line(hotline: Hotline, tmp_path: Path) -> None:
    copy_home(tmp_path / "home", demo=False)
    (tmp_path / "people.csv").write_text("name,number\nGasabo 1,+250788000001\n")
    refused = hotline("people", "import", str(tmp_path / "people.csv"))
    assert refused.exit_code != 0
    assert "no one was enrolled" in refused.output
    assert "name,msisdn,language,level,districts,categories" in refused.output


def test_harmful_flows_are_refused_and_the_live_ones_stay(hotline: Hotline, tmp_path: Path) -> None:
    copy_home(tmp_path / "home")
    mine = tmp_path / "mine"
    assert hotline("flows", "export", str(mine)).exit_code == 0
    signs = (mine / "law.yaml").read_text(encoding="utf-8")
    (mine / "law.yaml").write_text(signs.replace("Uburenganzira mu kazi", "Hamagara 3677"), "utf-8")
    for command in ("init", "upgrade"):
        refused = hotline(command, "--flows", str(mine))
        assert refused.exit_code == 1
        assert "[number_unsigned]. Fix: " in refused.output
    assert hotline("flows", "export", str(tmp_path / "live")).exit_code == 0
    assert "3677" not in (tmp_path / "live" / "law.yaml").read_text(encoding="utf-8")
