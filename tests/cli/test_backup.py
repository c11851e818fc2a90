"""Tests how an operator moves a hotline from one machine to an empty machine with `hotline backup`, `restore` and
`keys`.
"""

import base64
import gzip
import hashlib
import json
import shutil
import sqlite3
import stat
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click
import pyrage
import pytest
from click.testing import Result

from hotline.cli.main import main
from hotline.operations import migrate
from hotline.operations.backup import signed
from tests.cli.homes import copy_home, hotline
from tests.cli.test_init import file_tip
from tests.faults.rehearsal import drill

WORDS = "carried on paper"
ADMIN = ("--by", "Aline", "--reason", "a new colleague")


@dataclass
class Operator:
    """One machine, and the files that an operator carries to the next machine."""

    folder: Path
    home: str = "home"

    def __call__(
        self, *words: str, typed: str | None = None, command: click.Command = main
    ) -> Result:
        home = self.folder / self.home
        return hotline(home, *words, code=None, typed=typed, command=command)

    def well(self, *words: str) -> Result:
        return hotline(self.folder / self.home, *words)

    def fails(self, *words: str) -> str:
        """Returns the output of a command that fails."""
        return hotline(self.folder / self.home, *words, code=1).output

    @property
    def passphrase(self) -> tuple[str, str]:
        return "--passphrase-file", str(self.folder / "words")

    @property
    def key(self) -> tuple[str, ...]:
        """Returns the options that name the key file. The key has no passphrase, because each use of a passphrase takes
        a second."""
        return "--key", str(self.folder / "identity")

    def add_own_key(self, key: Path) -> str:
        """Adds a backup key that the program `age` made. The key has no passphrase. Returns the fingerprint of the
        hotline's signing key, which the command prints.
        """
        argv = ["age-keygen", "--output", str(key)]
        public = subprocess.run(argv, capture_output=True, check=True, text=True).stderr.split()[-1]
        told = self.well("backup", "key", "--add", "--recipient", public).stdout
        return told.split("signed by ")[1].split(":")[0]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """Returns a hotline with one tip, its backup key, a backup and its exported keys."""
    operator = Operator(tmp_path_factory.mktemp("machine"))
    (operator.folder / "words").write_text(f"{WORDS}\n")
    copy_home(operator.folder / "home")
    file_tip(operator.folder / "home")
    operator.well("backup", "key", str(operator.folder / "backup.key"), *operator.passphrase)
    sealed, opened = operator.folder / "backup.key", operator.folder / "identity"
    opened.write_bytes(pyrage.passphrase.decrypt(sealed.read_bytes(), WORDS))
    operator.well("backup", str(operator.folder / "a.age"))
    operator.well("keys", "export", str(operator.folder / "all.keys"), *operator.passphrase)
    return operator


@pytest.mark.row("P3")
def test_from_one_machine_to_an_empty_one(made: Operator) -> None:
    """The operator carries only the backup, the exported keys and three things on paper."""
    empty = Operator(made.folder, home="empty")
    backup = str(made.folder / "a.age")
    sealed = ("--key", str(made.folder / "backup.key"), *made.passphrase)
    restored = empty.well("restore", backup, *sealed, "--by", "Aline")
    assert "PAUSED" in restored.stdout
    assert "hotline outgoing resume" in restored.stderr
    brought = empty.well("keys", "import", str(made.folder / "all.keys"), *made.passphrase)
    assert "brought back workers/relay.key" in brought.stdout
    assert "created again: hooks/contact-" in brought.stdout
    assert "still missing: pepper.key: `hotline keys pepper enter`" in brought.stderr
    assert_no_pepper_was_carried(made, brought.stdout)

    assert "PAUSED by Aline" in empty.well("outgoing", "status").stdout
    assert "unbroken" in empty.well("audit", "verify").stdout
    words = made.folder / "home" / "enrolment-passphrase"
    desk = ("--desk", "gasabo", "--passphrase-file", str(words))
    signed = ("--by", "Aline", "--second", "Bosco", "--reason", "a rehearsal")
    read = empty.well("tips", "read", "1", *desk, *signed)
    assert "hafi" in read.stdout


def assert_no_pepper_was_carried(made: Operator, brought: str) -> None:
    """Checks that the pepper comes only from paper. The restored files and the imported keys do not contain the
    pepper."""
    pepper = (made.folder / "home" / "keys" / "reader" / "pepper.key").read_bytes()
    assert "reader/pepper.key" not in brought
    restored = [path for path in (made.folder / "empty").rglob("*") if path.is_file()]
    assert len(restored) > 20
    spellings = (pepper, pepper.hex().encode(), base64.b64encode(pepper))
    held = [path.read_bytes() for path in restored]
    assert not any(spelling in one for one in held for spelling in spellings)


def test_a_restored_line_that_is_there_is_not_overwritten(made: Operator) -> None:
    there = Operator(made.folder, home="there")
    restore = ("restore", str(made.folder / "a.age"), *made.key, "--by", "Aline")
    there.well(*restore)
    assert "--replace" in there.fails(*restore)
    again = there.well(*restore, "--replace", "--json")
    assert json.loads(again.stdout)["held"] is True
    assert list((made.folder / "there").glob("hotline.db.before-*"))


def test_the_private_half_is_on_no_server_in_clear(made: Operator) -> None:
    key = made.folder / "backup.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o400
    wrong = made.folder / "wrong"
    wrong.write_text("guess\n")
    backup = str(made.folder / "a.age")
    opened = ("--key", str(key), "--passphrase-file", str(wrong))
    assert "this passphrase does not decrypt" in made.fails("backup", "verify", backup, *opened)


def test_another_backup_key_needs_a_clear_word(made: Operator) -> None:
    other = ("backup", "key", str(made.folder / "other.key"), *made.passphrase)
    assert "--replace" in made.fails(*other)
    assert not (made.folder / "other.key").exists()


def test_it_is_listed_and_verified_with_and_without_the_key(made: Operator) -> None:
    (row,) = json.loads(made.well("backup", "list", str(made.folder), "--json").stdout)
    assert (row["file"], row["engine"]) == ("a.age", "sqlite")
    backup = str(made.folder / "a.age")
    assert "data: " not in made.well("backup", "verify", backup).stdout
    assert "1 tips" in made.well("backup", "verify", backup, *made.key).stdout


def test_a_damaged_one_is_told_and_listed_as_such(made: Operator) -> None:
    folder = made.folder / "damaged"
    folder.mkdir()
    (folder / "rubbish.age").write_bytes(b"rubbish")
    written = bytearray((made.folder / "a.age").read_bytes())
    written[-100] ^= 1
    (folder / "bad.age").write_bytes(written)
    (folder / "rubbish.age.sig").write_bytes(b"rubbish")
    assert "unknown form" in made.well("backup", "list", str(folder)).stdout
    shutil.copy(made.folder / "a.age.sig", folder / "bad.age.sig")
    assert "changed" in made.fails("backup", "verify", str(folder / "bad.age"))


def test_before_a_key_is_made_it_says_how(tmp_path: Path) -> None:
    copy_home(tmp_path / "home")
    assert "hotline backup key" in Operator(tmp_path).fails("backup", str(tmp_path / "a.age"))


@pytest.fixture
def forged(made: Operator, tmp_path: Path) -> Path:
    """Returns a backup of another database, made by an attacker who knows the operators' public keys."""
    copy = tmp_path / "a.age"
    public = made.folder / "home" / "keys" / "console" / "backup.pub"
    argv = ["age", "--encrypt", "--recipients-file", str(public), "--output", str(copy)]
    subprocess.run(argv, input=gzip.compress(b"their database"), check=True)
    manifest = json.loads((made.folder / "a.age.sig").read_bytes().partition(b"\n")[0])
    manifest["digest"] = hashlib.sha256(copy.read_bytes()).hexdigest()
    (tmp_path / "a.age.sig").write_bytes(signed(json.dumps(manifest).encode(), bytes(32)))
    return copy


@pytest.mark.row("P7")
@pytest.mark.adversary("a person who writes where backups are kept")
@pytest.mark.row("P3")
def test_a_backup_of_another_signer_changes_nothing(made: Operator, forged: Path) -> None:
    """The hotline on the machine is not replaced, even with --replace."""
    there = Operator(made.folder, home="kept")
    there.well("restore", str(made.folder / "a.age"), *made.key, "--by", "Aline")
    database = made.folder / "kept" / "hotline.db"
    before = database.read_bytes()
    for home in ("kept", "nothing"):
        victim = Operator(made.folder, home=home)
        said = victim.fails("restore", str(forged), *made.key, "--by", "Aline", "--replace")
        assert "did not sign this backup" in said
        assert "take both files again" in said
        assert "did not sign" in victim.fails("backup", "verify", str(forged), *made.key)
    assert database.read_bytes() == before
    assert not list((made.folder / "kept").glob("*.before-*"))
    assert not (made.folder / "nothing" / "hotline.db").exists()


def test_an_empty_machine_needs_the_signer(made: Operator, tmp_path: Path) -> None:
    own = tmp_path / "own.key"
    signer = made.add_own_key(own)
    backup = str(tmp_path / "a.age")
    made.well("backup", backup)
    empty = Operator(made.folder, home="unknown")
    assert "--signer" in empty.fails("restore", backup, "--key", str(own), "--by", "Aline")
    for key in (("--key", str(own), "--signer", signer), made.key):
        empty.well("backup", "verify", backup, *key)
    empty.well("restore", backup, "--key", str(own), "--signer", signer, "--by", "Aline")


@pytest.mark.row("P3")
def test_a_restore_prints_who_was_added_or_removed(made: Operator, tmp_path: Path) -> None:
    """A person outside the hotline knows the newest digest of the audit log. The rows that were added after the backup
    are in the replaced database file."""

    def newest(line: Operator) -> str:
        said: str = json.loads(line.well("audit", "verify", "--json").stdout)["newest"]
        return said

    line = Operator(made.folder, home="roster")
    copy_home(made.folder / "roster")
    own = tmp_path / "own.key"
    signer = line.add_own_key(own)
    sent_out = newest(line)
    line.well("accounts", "invite", "Editor 7", "--role", "editor", *ADMIN)
    line.well("backup", str(tmp_path / "a.age"))
    line.well("accounts", "invite", "Admin 7", "--role", "admin", *ADMIN)
    later = newest(line)

    key = ("--key", str(own), "--signer", signer, "--by", "Aline", "--replace")
    restore = ("restore", str(tmp_path / "a.age"), *key)
    told = line.well(*restore, "--digest", sent_out).stdout
    since, _, lost = told.partition("changed after this backup")
    assert "created the account" in since
    assert ("Editor 7" in since, "Admin 7" in since) == (True, False)
    assert ("Editor 7" in lost, "Admin 7" in lost) == (False, True)
    assert "PAUSED by Aline" in line.well("outgoing", "status").stdout

    elsewhere = Operator(made.folder, home="empty-roster")
    assert "WARNING" in elsewhere.well(*restore, "--digest", later).stdout
    assert "no --digest was given" in elsewhere.well(*restore).stdout


LATER = """
from alembic import op
revision = "a later tip"
down_revision = "{newest}"
branch_labels = depends_on = None


def upgrade():
    op.execute("ALTER TABLE tip ADD COLUMN later VARCHAR")
"""


@pytest.fixture
def next_release(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> pytest.MonkeyPatch:
    """Adds a migration of a later release to the program, and removes this migration at the end of the test."""
    later = tmp_path_factory.mktemp("later") / "versions"
    shutil.copytree(migrate.VERSIONS, later)
    (later / "v9999_later.py").write_text(LATER.format(newest=migrate.newest_version()))
    monkeypatch.setattr(migrate, "VERSIONS", later)
    return monkeypatch


@pytest.mark.row("P8")
def test_an_upgrade_takes_a_backup_that_leads_back(
    made: Operator, tmp_path: Path, next_release: pytest.MonkeyPatch
) -> None:
    """Without a backup key, an upgrade changes nothing, unless an option allows it."""

    def version(line: Operator) -> object:
        with closing(sqlite3.connect(line.folder / line.home / "hotline.db")) as opened:
            return opened.execute("SELECT version_num FROM alembic_version").fetchone()[0]

    line = Operator(tmp_path)
    copy_home(tmp_path / "home")
    (tmp_path / "words").write_text(f"{WORDS}\n")
    before = version(line)
    assert "hotline backup key FILE" in line.fails("upgrade")
    assert version(line) == before

    line.add_own_key(tmp_path / "identity")
    told = line.well("upgrade").stdout
    assert version(line) == "a later tip"
    (backup,) = (tmp_path / "home" / "backups").glob("*.age")
    assert str(backup) in told
    line.well("upgrade")
    assert len(list(backup.parent.glob("*.age"))) == 1, "nothing was left to upgrade"

    next_release.undo()
    assert line.fails("tips", "list"), "the earlier release refuses the later tables"
    line.well("restore", str(backup), *line.key, "--by", "Aline", "--replace")
    assert version(line) == before
    line.well("tips", "list")

    other = Operator(tmp_path, home="other")
    copy_home(tmp_path / "other")
    other.well("upgrade", "--no-backup")
    assert not (tmp_path / "other" / "backups").exists()


def test_the_public_tool_opens_a_backup_as_the_runbook_says(made: Operator, tmp_path: Path) -> None:
    """The operator has no copy of this project, only the programs `age` and `gunzip` and the two files of the
    backup."""
    identity = made.folder / "identity"
    argv = ["age", "--decrypt", "--identity", str(identity), str(made.folder / "a.age")]
    packed = subprocess.run(argv, capture_output=True, check=True).stdout
    (tmp_path / "line.db").write_bytes(gzip.decompress(packed))
    with closing(sqlite3.connect(tmp_path / "line.db")) as opened:
        assert opened.execute("SELECT count(*) FROM tip").fetchone() == (1,)


@pytest.mark.row("P3")
def test_a_drill_restores_a_real_backup_and_leaves_nothing(made: Operator) -> None:
    backup = ("--backup", str(made.folder / "a.age"))
    done = made(*backup, *made.key, "--json", command=drill)
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["clean"], told["restored"], told["breaches"]) == (True, 1, [])
    assert [step["name"] for step in told["steps"]] == ["restore"]
    assert "needs --key" in made(*backup, command=drill).output
