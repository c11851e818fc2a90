"""Tests `hotline backup`, `restore` and `keys` as an operator types them: from one machine to an empty one."""

import base64
import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from hotline.cli.main import main
from tests.cli.homes import copy_home
from tests.cli.test_init import file_tip
from tests.faults.rehearsal import drill

WORDS = "carried on paper"


@dataclass
class Operator:
    """One machine, and the files that an operator carries to the next one."""

    folder: Path
    home: str = "home"

    def __call__(
        self, *words: str, typed: str | None = None, command: click.Command = main
    ) -> Result:
        environ: dict[str, str | None] = {
            name: None for name in os.environ if name.startswith("HOTLINE_")
        }
        environ["HOTLINE_HOME"] = str(self.folder / self.home)
        return CliRunner(env=environ).invoke(command, words, input=typed)

    def well(self, *words: str) -> Result:
        done = self(*words)
        assert done.exit_code == 0, done.output
        return done

    @property
    def passphrase(self) -> tuple[str, str]:
        return "--passphrase-file", str(self.folder / "words")

    @property
    def key(self) -> tuple[str, ...]:
        return "--key", str(self.folder / "backup.key"), *self.passphrase


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """Returns a line with one tip, its backup key, a backup and its exported keys."""
    operator = Operator(tmp_path_factory.mktemp("machine"))
    (operator.folder / "words").write_text(f"{WORDS}\n")
    copy_home(operator.folder / "home")
    file_tip(operator.folder / "home")
    operator.well("backup", "key", str(operator.folder / "backup.key"), *operator.passphrase)
    operator.well("backup", str(operator.folder / "a.backup"))
    operator.well("keys", "export", str(operator.folder / "all.keys"), *operator.passphrase)
    return operator


@pytest.mark.row("P3")
def test_from_one_machine_to_an_empty_one(made: Operator) -> None:
    """The operator carries only the backup, the exported keys and three things on paper."""
    empty = Operator(made.folder, home="empty")
    backup = str(made.folder / "a.backup")
    restored = empty.well("restore", backup, *made.key, "--by", "Aline")
    assert "HELD" in restored.stdout
    assert "hotline outgoing resume" in restored.stderr
    brought = empty.well("keys", "import", str(made.folder / "all.keys"), *made.passphrase)
    assert "brought back workers/relay.key" in brought.stdout
    assert "created again: hooks/contact-" in brought.stdout
    assert "still missing: pepper.key: `hotline keys pepper enter`" in brought.stderr
    assert_no_pepper_was_carried(made, brought.stdout)

    assert "PAUSED by Aline" in empty.well("outgoing", "status").stdout
    assert "whole" in empty.well("audit", "verify").stdout
    words = made.folder / "home" / "enrolment-passphrase"
    desk = ("--desk", "gasabo", "--passphrase-file", str(words))
    signed = ("--by", "Aline", "--second", "Bosco", "--reason", "a rehearsal")
    read = empty.well("tips", "read", "1", *desk, *signed)
    assert "hafi" in read.stdout


def assert_no_pepper_was_carried(made: Operator, brought: str) -> None:
    """Checks that the pepper comes from paper alone. Neither the restored backup nor the export holds it."""
    pepper = (made.folder / "home" / "keys" / "reader" / "pepper.key").read_bytes()
    assert "reader/pepper.key" not in brought
    restored = [path for path in (made.folder / "empty").rglob("*") if path.is_file()]
    assert len(restored) > 20
    spellings = (pepper, pepper.hex().encode(), base64.b64encode(pepper))
    held = [path.read_bytes() for path in restored]
    assert not any(spelling in one for one in held for spelling in spellings)


def test_a_restored_line_that_is_there_is_not_overwritten(made: Operator) -> None:
    there = Operator(made.folder, home="there")
    restore = ("restore", str(made.folder / "a.backup"), *made.key, "--by", "Aline")
    there.well(*restore)
    refused = there(*restore)
    assert refused.exit_code == 1
    assert "--replace" in refused.output

    again = there.well(*restore, "--replace", "--json")
    assert json.loads(again.stdout)["held"] is True
    assert list((made.folder / "there").glob("hotline.db.before-*"))


def test_the_private_half_is_on_no_server_in_clear(made: Operator) -> None:
    key = made.folder / "backup.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o400
    wrong = made.folder / "wrong"
    wrong.write_text("guess\n")
    backup = str(made.folder / "a.backup")
    told = made("backup", "verify", backup, "--key", str(key), "--passphrase-file", str(wrong))
    assert told.exit_code == 1
    assert "this passphrase does not decrypt" in told.output


def test_another_backup_key_needs_a_clear_word(made: Operator) -> None:
    refused = made("backup", "key", str(made.folder / "other.key"), *made.passphrase)
    assert refused.exit_code == 1
    assert "--replace" in refused.output
    assert not (made.folder / "other.key").exists()


def test_it_is_listed_and_verified_with_and_without_the_key(made: Operator) -> None:
    (row,) = json.loads(made.well("backup", "list", str(made.folder), "--json").stdout)
    assert (row["file"], row["engine"]) == ("a.backup", "sqlite")
    backup = str(made.folder / "a.backup")
    assert "opens" not in made.well("backup", "verify", backup).stdout
    assert "1 tips" in made.well("backup", "verify", backup, *made.key).stdout


def test_a_damaged_one_is_told_and_listed_as_such(made: Operator) -> None:
    folder = made.folder / "damaged"
    folder.mkdir()
    (folder / "rubbish.backup").write_bytes(b"rubbish")
    written = bytearray((made.folder / "a.backup").read_bytes())
    written[-100] ^= 1
    (folder / "bad.backup").write_bytes(written)
    assert "not a backup of a line" in made.well("backup", "list", str(folder)).stdout
    told = made("backup", "verify", str(folder / "bad.backup"))
    assert told.exit_code == 1
    assert "damaged" in told.output


def test_before_a_key_is_made_it_says_how(tmp_path: Path) -> None:
    copy_home(tmp_path / "home")
    operator = Operator(tmp_path)
    told = operator("backup", str(tmp_path / "a.backup"))
    assert told.exit_code == 1
    assert "hotline backup key" in told.output


@pytest.mark.row("P3")
def test_a_drill_restores_a_real_backup_and_leaves_nothing(made: Operator) -> None:
    backup = ("--backup", str(made.folder / "a.backup"))
    done = made(*backup, *made.key, "--json", command=drill)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["clean"], told["restored"], told["breaches"]) == (True, 1, [])
    assert [step["name"] for step in told["steps"]] == ["restore"]
    assert "needs --key" in made(*backup, command=drill).output
