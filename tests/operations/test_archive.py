"""Tests that only a backup with this hotline's signature is accepted, and that the public program `age` can decrypt a
backup."""

import gzip
import io
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyrage.x25519 import Identity

from hotline.operations.backup import (
    encrypt_copy,
    encrypt_text,
    new_key_file,
    read_recipients,
    signature_path,
    signed,
    signer_of,
)
from hotline.operations.decrypt_backup import (
    check_digest,
    decrypt_copy,
    open_backup_key,
    read_manifest,
)
from hotline.operations.rules_backup import Contents, Engine, Manifest
from hotline.text.errors import BackupInvalid, DecryptionFailed, NotReady, PassphraseWrong
from tests.support.builders import NOON

MINE, SECOND = Identity.generate(), Identity.generate()
SIGNING_KEY = bytes(range(32))
SIGNERS = {signer_of(SIGNING_KEY)}
CONTENTS = Contents(rows={"tip": 3}, audit_rows=2, audit_newest="aa")


def write(
    folder: Path,
    pieces: Iterable[bytes],
    signing_key: bytes = SIGNING_KEY,
    to: Iterable[Identity] = (MINE,),
) -> Path:
    """Writes a backup, as any person who knows the operators' public keys can do. The backup counts as a backup of this
    hotline only if it is signed with this hotline's signing key."""
    recipients, copy = [str(one.to_public()) for one in to], folder / "a.age"
    with copy.open("wb") as file:
        digest = encrypt_copy(pieces, recipients, file.write)
    contents = encrypt_text(CONTENTS.document(), recipients)
    manifest = Manifest(Engine.SQLITE, "0.1.0", "0001", NOON, recipients, digest, contents)
    signature_path(copy).write_bytes(signed(manifest.document(), signing_key))
    return copy


def opened(copy: Path, key: Identity = MINE) -> tuple[bytes, Contents]:
    manifest, back = read_manifest(copy, SIGNERS), io.BytesIO()
    with copy.open("rb") as stream:
        check_digest(stream, manifest)
        contents = decrypt_copy(stream, manifest, [key], back.write)
    return back.getvalue(), contents


def refused(copy: Path) -> bool:
    try:
        opened(copy)
    except BackupInvalid:
        return True
    return False


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_it_opens_unchanged(tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes]) -> None:
    copy = write(tmp_path_factory.mktemp("pieces"), pieces)
    assert opened(copy) == (b"".join(pieces), CONTENTS)


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 3 << 20])
def test_any_size(tmp_path: Path, size: int) -> None:
    assert opened(write(tmp_path, [b"x" * size]))[0] == b"x" * size


@pytest.mark.row("P3")
def test_the_public_tool_decrypts_it(tmp_path: Path) -> None:
    """An operator decrypts a backup with the program `age` alone, using either of the two keys for which it is
    encrypted."""
    copy = write(tmp_path, [b"words ", b"of a tip"], to=(MINE, SECOND))
    age = shutil.which("age")
    assert age, "bin/test installs age"
    for identity in (MINE, SECOND):
        key = tmp_path / "key"
        key.write_text(f"{identity}\n")
        done = subprocess.run(
            [age, "--decrypt", "--identity", str(key), str(copy)], capture_output=True, check=True
        )
        assert gzip.decompress(done.stdout) == b"words of a tip"


def test_a_key_of_the_public_tool_decrypts_it(tmp_path: Path) -> None:
    """Operators make their keys themselves, and give the hotline only the public half."""
    made = subprocess.run(["age-keygen"], capture_output=True, check=True, text=True)
    (public,) = read_recipients(made.stderr.split()[-1].encode())
    key = open_backup_key(made.stdout.encode(), lambda: "never asked")
    assert (str(key.identities[0].to_public()), key.signers) == (public, frozenset())
    assert opened(write(tmp_path, [b"words"], to=key.identities), *key.identities)[0] == b"words"


def test_neither_backup_nor_signature_contains_words_of_a_tip(tmp_path: Path) -> None:
    copy = write(tmp_path, [b"words of a tip"])
    both = copy.read_bytes() + signature_path(copy).read_bytes()
    assert b"words of a tip" not in both
    assert b'"tip"' not in both


@pytest.mark.adversary("a thief of a backup")
def test_no_other_key_opens_it(tmp_path: Path) -> None:
    with pytest.raises(BackupInvalid, match="this key"):
        opened(write(tmp_path, [b"words"]), SECOND)


class TestForged:
    """Attacks by a person who can write to the folder of backups, and who knows the operators' public keys."""

    def test_every_single_letter_of_the_copy_counts(self, tmp_path: Path) -> None:
        copy = write(tmp_path, [b"words", b"more"])
        whole = copy.read_bytes()
        for at in range(len(whole)):
            copy.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert refused(copy)
            copy.write_bytes(whole[:at])
            assert refused(copy)

    def test_every_single_letter_of_the_manifest_counts(self, tmp_path: Path) -> None:
        copy = write(tmp_path, [b"words"])
        signature = signature_path(copy)
        whole = signature.read_bytes().rstrip()
        for at in range(len(whole)):
            signature.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert refused(copy)

    @pytest.mark.adversary("a person who writes where backups are kept")
    def test_another_key_signed_it(self, tmp_path: Path) -> None:
        copy = write(tmp_path, [b"a database of the attacker"], signing_key=bytes(32))
        with pytest.raises(BackupInvalid, match="did not sign this backup"):
            opened(copy)

    def test_a_signature_of_another_backup(self, tmp_path: Path) -> None:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
        one, two = (write(tmp_path / name, [name.encode()]) for name in ("one", "two"))
        shutil.copy(signature_path(one), signature_path(two))
        with pytest.raises(BackupInvalid, match="take both files again"):
            opened(two)

    def test_the_signature_is_gone(self, tmp_path: Path) -> None:
        copy = write(tmp_path, [b"words"])
        signature_path(copy).unlink()
        with pytest.raises(BackupInvalid, match=r"a\.age\.sig is missing: copy it"):
            opened(copy)

    def test_a_signature_of_another_kind(self, tmp_path: Path) -> None:
        """The signing key may one day sign other documents. A signature that was made for another document must never
        make a backup valid."""
        copy = write(tmp_path, [b"words"])
        signature = signature_path(copy)
        manifest = signature.read_bytes().partition(b"\n")[0]
        signature.write_bytes(signed(b"notice\n" + manifest, SIGNING_KEY).removeprefix(b"notice\n"))
        assert refused(copy)

    def test_without_any_signer_nothing_counts(self, tmp_path: Path) -> None:
        with pytest.raises(NotReady, match="--signer"):
            read_manifest(write(tmp_path, [b"words"]), set())

    @given(st.binary(max_size=400))
    def test_rubbish_is_refused_and_breaks_nothing(
        self, tmp_path_factory: pytest.TempPathFactory, rubbish: bytes
    ) -> None:
        copy = tmp_path_factory.mktemp("rubbish") / "a.age"
        copy.write_bytes(rubbish)
        signature_path(copy).write_bytes(rubbish)
        assert refused(copy)


def test_the_copy_may_not_change_while_it_is_read(tmp_path: Path) -> None:
    """An attacker replaces the file after the check of its digest and before its decryption."""
    copy = write(tmp_path, [b"words"])
    manifest = read_manifest(copy, SIGNERS)
    with copy.open("rb") as stream:
        check_digest(stream, manifest)
    write(tmp_path, [b"others"])
    with copy.open("rb") as stream, pytest.raises(BackupInvalid, match="changed"):
        decrypt_copy(stream, manifest, [MINE], lambda _piece: None)


def test_the_error_of_the_reader_and_of_the_writer_is_told(tmp_path: Path) -> None:
    def broken() -> Iterable[bytes]:
        yield b"x"
        raise DecryptionFailed("of the reader")

    def full(_piece: bytes) -> None:
        raise OSError(28, "No space left on device")

    recipients = [str(MINE.to_public())]
    with pytest.raises(DecryptionFailed, match="of the reader"):
        encrypt_copy(broken(), recipients, io.BytesIO().write)
    with pytest.raises(OSError, match="No space"):
        encrypt_copy([b"x"], recipients, full)
    copy = write(tmp_path, [b"words"])
    with copy.open("rb") as stream, pytest.raises(OSError, match="No space"):
        decrypt_copy(stream, read_manifest(copy), [MINE], full)


class TestKeyFile:
    def test_it_names_the_signer_under_its_passphrase(self) -> None:
        public, file = new_key_file("carried on paper", "aa00")
        assert b"aa00" not in file
        assert b"SECRET" not in file
        key = open_backup_key(file, lambda: "carried on paper")
        assert (str(key.identities[0].to_public()), key.signers) == (public, frozenset({"aa00"}))
        with pytest.raises(PassphraseWrong):
            open_backup_key(file, lambda: "guess")

    def test_a_machine_that_seems_slow_tries_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """age first measures how fast the machine is, and refuses an expensive passphrase while other programs use
        the processor."""
        said = ["Excessive work parameter for passphrase.", "Excessive work parameter"]

        def busy(_file: bytes, _passphrase: str) -> bytes:
            if said:
                raise pyrage.DecryptError(said.pop())
            return f"{MINE}\n".encode()

        monkeypatch.setattr(pyrage.passphrase, "decrypt", busy)
        assert open_backup_key(b"age-encryption.org/v1", lambda: "x").signers == frozenset()
        said += ["Excessive work parameter for passphrase."] * 1000
        with pytest.raises(DecryptionFailed, match="too slow or too busy"):
            open_backup_key(b"age-encryption.org/v1", lambda: "x")

    @pytest.mark.parametrize("file", [b"", b"# a comment\n", b"rubbish\n", b"\xff\xfe"])
    def test_a_file_without_a_key_is_refused(self, file: bytes) -> None:
        with pytest.raises(DecryptionFailed):
            open_backup_key(file, lambda: "never asked")

    def test_only_public_keys_of_age_are_recipients(self) -> None:
        with pytest.raises(BackupInvalid, match="age1"):
            read_recipients(b"age1rubbish\n")
