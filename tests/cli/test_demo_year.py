"""An invented year is made in an empty home alone, says what it is for ever, and reaches no phone."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline.adapters.gateway.real_lines import INVENTED, SmsOfRealLines
from hotline.cli.line.demo import environ_of
from hotline.cli.line.demo_home import SETTINGS, UNFINISHED
from hotline.cli.main import main
from hotline.cli.year.filling import fill, refuse_taken_home
from hotline.config import Settings
from hotline.domain.outbox.delivery import Outcome
from hotline.errors import Occupied
from hotline.services.evidence import origin as origins
from hotline.store.database import Database, open_database
from hotline.store.evidence import origin
from hotline.testing import FakeSms
from tests.builders import NOON
from tests.kits import make_kit
from tests.made_once import lay_released

NUMBER = "+250788000001"


def refused(home: Path, **more: str) -> str:
    named = {f"HOTLINE_{name}": value for name, value in more.items()}
    with pytest.raises(Occupied) as told:
        refuse_taken_home(Settings.read({"HOTLINE_HOME": str(home), **named}))
    return str(told.value)


def test_an_empty_home_takes_a_year(tmp_path: Path) -> None:
    refuse_taken_home(Settings.read({"HOTLINE_HOME": str(tmp_path)}))
    refuse_taken_home(Settings.read({"HOTLINE_HOME": str(tmp_path / "none yet")}))


def test_where_a_line_is_it_says_what_to_do(tmp_path: Path) -> None:
    assert "unset HOTLINE_KEYS" in refused(tmp_path, KEYS=str(tmp_path))
    (tmp_path / "keys").mkdir()
    assert "name an empty folder by HOTLINE_HOME" in refused(tmp_path)
    (tmp_path / SETTINGS).touch()
    assert "remove that folder" in refused(tmp_path)

    lay_released(tmp_path / "other.db")
    elsewhere = f"sqlite:///{tmp_path / 'other.db'}"
    assert "unset HOTLINE_DATABASE_URL" in refused(tmp_path / "new", DATABASE_URL=elsewhere)


def test_a_year_that_was_broken_off_looks_whole_to_no_command(tmp_path: Path) -> None:
    (tmp_path / UNFINISHED).touch()
    assert "was broken off" in refused(tmp_path)
    for words in (["demo"], ["demo", "--year"]):
        told = CliRunner().invoke(main, words, env={"HOTLINE_HOME": str(tmp_path)})
        assert (told.exit_code, "remove that folder" in told.output) == (1, True)


def test_the_command_refuses_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    told = CliRunner().invoke(main, ["demo", "--year"], env={"HOTLINE_HOME": str(tmp_path)})
    assert told.exit_code == 1
    assert "are no demo's" in told.output


def test_a_real_gateway_sends_nothing_of_an_invented_line(database: Database) -> None:
    sms = FakeSms()
    assert SmsOfRealLines(sms, database).send(NUMBER, "1").outcome is Outcome.ACCEPTED
    with database.writing() as session:
        origin.mark_invented(session, NOON)
    result = SmsOfRealLines(sms, database).send(NUMBER, "1")
    assert (result.outcome, result.provider_status) == (Outcome.CONFIG_FAULT, INVENTED)
    assert len(sms.sent) == 1

    found = origins.findings(make_kit(database=database, now=lambda: NOON), pretended=False)
    assert [one.ok for one in found] == [False]


def test_before_it_is_known_nothing_is_sent() -> None:
    sms = FakeSms()
    nowhere = open_database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert SmsOfRealLines(sms, nowhere).send(NUMBER, "1").outcome is Outcome.NOT_SENT
    assert not sms.sent


def test_a_home_that_was_left_in_the_midst_of_its_year_says_so(tmp_path: Path) -> None:
    home = tmp_path / "home"
    breaks_off(home)
    assert "was broken off" in hotline(home, "reach").stderr
    assert "remove that folder" in hotline(home, "demo", "--year", good=False).stderr


def test_a_small_year_is_full_and_no_command_hides_what_it_is(tmp_path: Path) -> None:
    home = tmp_path / "home"
    said = hotline(home, "demo", "--year", "--scale", "0.005")
    assert "invented year" in said.stdout
    assert " sessions so far" in said.stdout + said.stderr
    assert not (home / UNFINISHED).exists()

    with sqlite3.connect(home / "hotline.db") as rows:
        for table in ("dialogue", "tip", "figure_edition", "coverage"):
            assert rows.execute(f"SELECT count(*) FROM {table}").fetchone()[0], table
        with pytest.raises(sqlite3.IntegrityError):
            rows.execute("DELETE FROM home_origin")
    assert "Everything here is invented" in hotline(home, "reach").stderr
    assert "holds a demo already" in hotline(home, "demo", "--year", good=False).stderr


def breaks_off(home: Path) -> None:
    """Once the year has begun."""

    def stop(_said: str) -> None:
        raise KeyboardInterrupt

    environ = environ_of({"PATH": os.environ["PATH"], "HOTLINE_HOME": str(home)}, 8001)
    with pytest.raises(KeyboardInterrupt):
        fill(environ, 1, 0.005, stop)


def hotline(home: Path, *words: str, good: bool = True) -> "subprocess.CompletedProcess[str]":
    told = subprocess.run(
        [sys.executable, "-m", "hotline.cli.main", *words],
        env={"PATH": os.environ["PATH"], "HOTLINE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode == 0) is good, told.stderr
    return told
