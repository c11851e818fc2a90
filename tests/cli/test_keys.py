"""Tests `hotline keys list`, `rotate` and `end-old` as an operator uses them."""

import json
from pathlib import Path

import pytest

from hotline.core.database import open_database
from hotline.keys.decrypt import decrypt_number
from hotline.keys.key_folder import KeyFolder
from hotline.keys.one_off import public_of
from hotline.operations import key_export
from hotline.operations.vaults import encrypted_values
from hotline.people.tables import Responder
from tests.cli.homes import copy_home
from tests.cli.test_backup import Operator
from tests.cli.test_init import file_tip

SIGNED = ("--by", "Aline", "--reason", "once a year")


@pytest.fixture
def line(tmp_path: Path) -> Operator:
    copy_home(tmp_path / "home")
    return Operator(tmp_path)


def key_of(line: Operator, name: str) -> bytes:
    return KeyFolder(line.folder / "home" / "keys" / "workers").read(name)


def test_every_number_is_moved_and_the_old_key_destroyed(line: Operator) -> None:
    before = key_of(line, "relay.key")
    rotated = line.well("keys", "rotate", "relay", *SIGNED)
    assert "62 numbers encrypted again" in rotated.stdout
    assert key_of(line, "relay.old.key") == before

    assert "--now" in line.fails("keys", "end-old", *SIGNED)
    line.well("keys", "end-old", "--now", *SIGNED)
    assert not (line.folder / "home" / "keys" / "workers" / "relay.old.key").exists()

    database = open_database(f"sqlite:///{line.folder}/home/hotline.db")
    with database.reading() as session:
        for one in encrypted_values(session, 0, Responder.encrypted_number):
            found = decrypt_number(one.value, private_key=key_of(line, "relay.key"))
            assert found.startswith("+250788")
    database.close()
    assert "unbroken" in line.well("audit", "verify").stdout
    assert "no old key" in line.well("keys", "end-old", *SIGNED).stderr


def test_said_again_it_goes_on_and_rotates_nothing_anew(line: Operator) -> None:
    line.well("keys", "rotate", "relay", "--stage", *SIGNED)
    staged = key_of(line, "relay.key")
    again = line.well("keys", "rotate", "relay", *SIGNED)
    assert "continuing" in again.stdout
    assert "62 numbers" in again.stdout
    assert key_of(line, "relay.key") == staged


def test_the_key_of_second_factors_is_rotated_and_the_old_one_destroyed(line: Operator) -> None:
    pages = KeyFolder(line.folder / "home" / "keys" / "pages")
    assert "6 second factors encrypted again" in line.well("keys", "rotate", "totp", *SIGNED).stdout
    again = line.well("keys", "rotate", "totp", *SIGNED)
    assert "continuing" in again.stdout
    assert "0 second factors encrypted again" in again.stdout
    line.well("keys", "end-old", "--now", *SIGNED)
    assert [name for name in pages.names() if "digest" in name or "totp" in name] == [
        "digest.key",
        "totp.key",
    ]
    log = line.well("audit", "list").stdout
    assert log.count("replaced the encryption key totp") == 1
    assert "destroyed the old encryption key totp" in log


def test_the_list_shows_digests_and_no_key(line: Operator) -> None:
    told = line.well("keys", "list", "--json").stdout
    rows = {(row["role"], row["file"]): row for row in json.loads(told)}
    assert rows["hooks", "runs.key"]["rotates"] == "runs"
    assert rows["workers", "stop.key"]["digest"] == rows["console", "stop.key"]["digest"]
    assert key_of(line, "stop.key").hex() not in told
    assert "hotline keys rotate relay" in line.well("keys", "list").stdout


@pytest.mark.slow(reason="waits for the disk, which has each new key before the next")
def test_the_desks_get_a_new_passphrase(line: Operator) -> None:
    file_tip(line.folder / "home")
    two = (*SIGNED, "--second", "Bosco")
    (line.folder / "new").write_text("another one\n")
    own = str(line.folder / "home" / "enrolment-passphrase")
    new = str(line.folder / "new")
    files = ("--passphrase-file", own, "--new-passphrase-file", new)
    done = line.well("keys", "rotate-desks", *files, *two)
    assert "31 desks have new keys, and 2 grants" in done.stdout
    assert "contains the old passphrase" in done.stderr

    read = ("tips", "read", "1", *two, "--desk", "gasabo", "--passphrase-file")
    assert "hafi" in line.well(*read, new).stdout
    assert line(*read, own).exit_code == 1


def test_the_watchman_s_secret_is_rotated_too(line: Operator) -> None:
    line.well("keys", "rotate", "dial", *SIGNED)
    hooks, watch = (KeyFolder(line.folder / "home" / "keys" / role) for role in ("hooks", "watch"))
    assert hooks.read("dial.secret") == watch.read("dial.secret") != hooks.read("dial.old.secret")
    line.well("keys", "end-old", "--now", *SIGNED)
    assert not hooks.holds("dial.old.secret")
    line.well("init", "--demo")


def test_the_reader_s_keys_are_rotated_and_its_pepper_goes_on_paper_alone(line: Operator) -> None:
    reader, hooks = (
        KeyFolder(line.folder / "home" / "keys" / role) for role in ("reader", "hooks")
    )
    before = reader.read("pepper.key")
    told = line.well("keys", "rotate", "reader", *SIGNED).stdout
    assert "0 keys of cases encrypted again" in told
    assert hooks.read("reader.pub") == public_of(KeyFolder(reader.path).read("reader.key"))
    assert "responder next enters" in line.well("keys", "rotate", "pepper", *SIGNED).stdout
    assert KeyFolder(reader.path).read("pepper.old.key") == before
    line.well("keys", "end-old", "--now", *SIGNED)
    assert reader.names() == ("audit.key", "epoch.key", "line.pub", "pepper.key", "reader.key")

    shown = line.well("keys", "pepper", "show", *SIGNED).stdout.splitlines()[0]
    checked = line("keys", "pepper", "enter", "--check", *SIGNED, typed=f"{shown}\n")
    assert "this is the pepper of this hotline" in checked.stdout
    reader.replace("pepper.key", b"another" * 4 + b"keys")
    assert line("keys", "pepper", "enter", "--check", *SIGNED, typed=shown).exit_code == 1
    assert line("keys", "pepper", "enter", *SIGNED, typed=shown).exit_code == 0
    assert KeyFolder(reader.path).read("pepper.key") == key_export.read_letters(shown)
    assert "restored the secret value pepper, which" in line.well("audit", "list").stdout
