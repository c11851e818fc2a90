"""Tests that exported keys can be restored with their passphrase: all or none, and without expired keys."""

from pathlib import Path

import pytest

from hotline.keys.key_folder import KeyFolder
from hotline.keys.key_making import make_keys
from hotline.keys.passphrase import Costs, WrappingKey
from hotline.operations.key_export import OWNER, export_keys, import_keys, permanent_keys
from hotline.text.errors import BackupInvalid, DecryptionFailed, Occupied, PassphraseWrong
from tests.support.builders import NOON

QUICK = Costs(passes=1, kib=8)
WORDS = "correct horse"


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    make_keys(tmp_path / "keys", NOON)
    return tmp_path / "keys"


def test_import_restores_permanent_keys_only(keys: Path, tmp_path: Path) -> None:
    KeyFolder(keys / "reader").make("pepper.old.key", b"another" * 4)
    back = tmp_path / "back"
    parcel = export_keys(keys, WORDS, QUICK)
    assert not any(key in parcel for key in permanent_keys(keys).values()), "none is in clear"
    assert import_keys(parcel, WORDS, keys) == []
    brought = import_keys(parcel, WORDS, back)

    assert permanent_keys(back) == permanent_keys(keys)
    assert {"hooks/session.key", "workers/relay.key", "reader/reader.key"} <= set(brought)
    assert not any("contact" in path.name for path in back.rglob("*"))
    assert not any("pepper" in path.name for path in back.rglob("*"))
    assert {path.stat().st_mode & 0o777 for path in back.rglob("*.key")} == {0o400}


def test_import_never_replaces_another_key(keys: Path, tmp_path: Path) -> None:
    back = tmp_path / "back"
    KeyFolder(back / "workers").make("relay.key", b"another" * 4)
    with pytest.raises(Occupied, match=r"workers/relay\.key"):
        import_keys(export_keys(keys, WORDS, QUICK), WORDS, back)
    assert list(permanent_keys(back)) == ["workers/relay.key"]


def test_wrong_passphrase_or_altered_export_fails(keys: Path, tmp_path: Path) -> None:
    parcel = export_keys(keys, WORDS, QUICK)
    with pytest.raises(PassphraseWrong):
        import_keys(parcel, "guess", tmp_path / "back")
    with pytest.raises(DecryptionFailed):
        import_keys(parcel[:-1] + bytes([parcel[-1] ^ 1]), WORDS, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_import_rejects_invalid_contents(tmp_path: Path) -> None:
    for document in (
        b"[]",
        b"rubbish",
        b'{"hooks/../../escape.key": "aaaa"}',
        b'{"/etc/passwd": "aaaa"}',
        b'{"hooks/contact-2026-W48.key": "aaaa"}',
        b'{"hooks/a.key": 1}',
    ):
        parcel = WrappingKey.stretch(WORDS, QUICK).wrap(document, owner=OWNER)
        with pytest.raises(BackupInvalid):
            import_keys(parcel, WORDS, tmp_path / "back")
        assert not (tmp_path / "back").exists()
