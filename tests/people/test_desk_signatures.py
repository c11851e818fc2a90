"""Simulates an attacker who replaces desk keys in the database. The attacker's key must not decrypt a tip, and the
doctor must report the replaced key."""

import json
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from nacl.public import PrivateKey
from sqlalchemy import text

from hotline.alerts import service_drills
from hotline.alerts.service_drills import DrilledDesk
from hotline.cli.contexts import Role, build_web, wrong_keys
from hotline.core.contexts import WebContext
from hotline.core.database import Database, sqlite_file
from hotline.core.settings import Settings
from hotline.keys.decrypt import opens_grant
from hotline.keys.encrypt import label
from hotline.keys.key_folder import KeyFolder
from hotline.people import tables_desks
from hotline.people.rules_sign_in import fingerprint_words
from hotline.text.places import NATIONAL
from hotline.tips.queries_visible import tip_with_grant
from hotline.tips.rules import Urgency
from tests.cli.homes import PASSPHRASE, hotline, opened
from tests.support.made_once import lay_rows

GASABO, HERE = "12", DrilledDesk("12", "12")
ATTACKER = PrivateKey.generate()
NAMES = ("--by", "Alice", "--second", "Bosco")


@dataclass(frozen=True)
class Attacked:
    """A hotline on one machine, whose database an attacker can change."""

    environ: dict[str, Any]
    database: Database

    home: Path

    def typed(self, answer: str, *words: str, code: int = 0) -> str:
        """Runs a command that needs two people's names, and types the answer to its question."""
        file = ("--passphrase-file", str(self.home.parent / "passphrase"))
        said = hotline(self.home, *words, *file, *NAMES, code=code, typed=answer, **self.environ)
        return said.output

    def hooks(self) -> AbstractContextManager[WebContext]:
        return opened(self.home, build_web, **self.environ)

    def write(self, statement: str, **values: object) -> None:
        with self.database.writing() as session:
            session.execute(text(statement), values)

    def words(self, desk: str) -> str:
        with self.database.reading() as session:
            return fingerprint_words(tables_desks.get_desk(session, desk).public_key)

    def file_tip(self) -> int:
        """Files a tip of Gasabo, encrypted as the web process does it."""
        with self.hooks() as context, context.database.writing() as session:
            tip = service_drills.make_tip(session, context, HERE, Urgency.DANGER, context.now())
            return tip.id

    def opens(self, tip_id: int, desk: str, private_key: PrivateKey) -> bool:
        """Returns True if this key can decrypt the desk's grant of the tip."""
        with self.hooks() as context, context.database.reading() as session:
            tip, grant = tip_with_grant(session, tip_id, desk)
        uid, lock = tip.uid, context.encrypter.weekly_lock
        if grant is None:
            return False
        inner = lock.unlock(grant, label(uid, desk))
        return opens_grant(inner, uid=uid, desk=desk, private_key=bytes(private_key))

    def has_grant(self, tip_id: int, desk: str) -> bool:
        with self.database.reading() as session:
            return tip_with_grant(session, tip_id, desk)[1] is not None

    def doctor(self) -> dict[str, Any]:
        """Returns the doctor's results that are wrong, by name."""
        told = hotline(self.home, "doctor", "--json", code=1, **self.environ)
        found = json.loads(told.stdout)["findings"]
        return {one["name"]: one["message"] for one in found if one["state"] == "wrong"}


@pytest.fixture(scope="module")
def home_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Returns the folder for the hotline's home. The first test makes the home, and the other tests use a copy of
    it."""
    return tmp_path_factory.mktemp("attacked") / "home"


@pytest.fixture
def attacked(empty: Database, tmp_path: Path, home_made: Path) -> Attacked:
    file, home = tmp_path / "passphrase", tmp_path / "home"
    file.write_text(f"{PASSPHRASE}\n")
    url = empty.engine.url.render_as_string(hide_password=False)
    environ: dict[str, Any] = {
        "HOTLINE_DATABASE_URL": url,
        "HOTLINE_GATEWAY_URL": "http://127.0.0.1:9",
    }
    line = Attacked(environ, empty, home)

    def init() -> None:
        hotline(home, "init", "--passphrase-file", str(file), **environ)
        if sqlite_file(url):
            shutil.copytree(home, home_made)

    lay_rows(empty, "attacked", init)
    if not home.exists():
        shutil.copytree(home_made, home)
    return line


@pytest.mark.adversary("a person who writes the database")
def test_swapped_key_decrypts_nothing_and_doctor_reports_it(attacked: Attacked) -> None:
    assert attacked.has_grant(attacked.file_tip(), GASABO)
    key = bytes(ATTACKER.public_key)
    attacked.write("UPDATE desk SET public_key = :key WHERE code = '12'", key=key)

    tip_id = attacked.file_tip()

    assert not attacked.opens(tip_id, GASABO, ATTACKER)
    assert attacked.has_grant(tip_id, NATIONAL), "a tip is never refused"
    assert "12" in attacked.doctor()["desk signatures"]


@pytest.mark.row("P7")
def test_a_swapped_national_key_loses_no_tip(attacked: Attacked) -> None:
    """The hotline ignores the replaced key, and uses the key that it signed before."""
    key = bytes(ATTACKER.public_key)
    attacked.write("UPDATE desk SET public_key = :key WHERE code = 'national'", key=key)

    tip_id = attacked.file_tip()

    assert attacked.has_grant(tip_id, NATIONAL)
    assert not attacked.opens(tip_id, NATIONAL, ATTACKER)
    assert "national" in attacked.doctor()["desk signatures"]


def test_the_command_shows_what_it_signs_and_asks(attacked: Attacked) -> None:
    words = attacked.words(GASABO)
    key = bytes(ATTACKER.public_key)
    attacked.write("UPDATE desk SET public_key = :key WHERE code = '12'", key=key)
    sign = ("desks", "sign", "--reason", "an attack")
    assert words in attacked.typed("n\n", *sign, code=1)
    assert "12" in attacked.doctor()["desk signatures"]
    assert "12: signed" in attacked.typed("y\n", *sign)
    assert "desk signatures" not in attacked.doctor()
    assert attacked.words(GASABO) == words


def test_the_doctor_names_a_process_with_another_public_key_of_the_line(attacked: Attacked) -> None:
    """A process with another public key would accept keys of desks that a stranger signed."""
    keys = attacked.home / "keys"
    settings = Settings.read({"HOTLINE_HOME": str(attacked.home), **attacked.environ})
    right = (keys / "console" / "line.pub").read_bytes()
    found = []
    for content in (bytes(ATTACKER.public_key), right):
        KeyFolder(keys / "hooks").replace("line.pub", content)
        with attacked.hooks() as context:
            wrong_keys(context, settings, Role.HOOKS)
        found.append("hooks on " in attacked.doctor().get("desk signatures", ""))
    assert found == [True, False]


def test_a_folder_without_the_line_s_public_key_is_wrong(attacked: Attacked) -> None:
    for file in attacked.home.rglob("line.pub"):
        file.unlink()
    assert "line.pub" in attacked.doctor()["desk signatures"]
