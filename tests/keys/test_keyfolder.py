"""Tests key folders: each role has its own folder, and each key is made once and completely. If a key changes while a
process runs, first the old and the new key work, and then only the new one."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.keys import rotation
from hotline.keys.conversation_state import STATES_KEY, StateCipher
from hotline.keys.decrypt import LiveNumbers
from hotline.keys.encrypt import Encrypter
from hotline.keys.key_folder import HOOKS, KeyFolder, LiveKeys, hook_secrets, previous_name
from hotline.keys.key_making import make_keys
from hotline.keys.rotation import ROTATING
from hotline.keys.weekly_lock import WeeklyLock
from hotline.text.errors import DecryptionFailed, KeyMissing, KeysDiffer
from tests.support.builders import NOON

CONTENTS = {
    "hooks": "audit.key certificate.key contact-2026-W48.key contact-2026-W49.key"
    " contact-2026-W50.key dial.secret enrolled.key epoch.key hooks.json joined.key listed.secret"
    " people-2026-11.key people-2026-12.key people-2026-W48.key people-2026-W49.key"
    " people-2026-W50.key reader.pub receipt.key relay.pub runs.key session.key stop.key",
    "workers": "audit.key epoch.key listed.secret relay.key relay.pub stop.key",
    "watch": "audit.key dial.secret watch.key",
    "console": "audit.key backup-sign.key certificate.key enrolled.key epoch.key joined.key"
    " reader.pub relay.pub stop.key watch.pub",
    "pages": "audit.key certificate.key enrolled.key epoch.key joined.key reader.pub relay.pub"
    " stop.key totp.key watch.pub",
    "reader": "audit.key epoch.key pepper.key reader.key",
}


def all_files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_each_role_has_exactly_its_keys_readable_by_owner(tmp_path: Path) -> None:
    first = make_keys(tmp_path / "keys", NOON)
    for role, names in CONTENTS.items():
        assert " ".join(KeyFolder(tmp_path / "keys" / role).names()) == names
    for path in (tmp_path / "keys", *(tmp_path / "keys").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o400)

    before = all_files(tmp_path)
    assert len(first) == len(" ".join(CONTENTS.values()).split())
    assert make_keys(tmp_path / "keys", NOON) == []
    assert all_files(tmp_path) == before
    assert make_keys(tmp_path / "keys", NOON + timedelta(weeks=1)) == [
        "hooks/contact-2026-W51.key",
        "hooks/people-2026-W51.key",
    ]


def test_each_purpose_has_one_key_of_its_own(tmp_path: Path) -> None:
    make_keys(tmp_path, NOON)
    keys = all_files(tmp_path)
    secrets = hook_secrets(tmp_path / "hooks")
    everyone = [secret for hook in HOOKS for secret in secrets[hook]]
    assert [len(secrets[hook]) for hook in HOOKS] == [2] * len(HOOKS)
    assert len(set(everyone)) == len(everyone)
    assert all(len(secret) == 43 for secret in everyone), "32 bytes, urlsafe"

    assert keys["hooks/stop.key"] == keys["workers/stop.key"] == keys["console/stop.key"]
    assert keys["hooks/enrolled.key"] == keys["console/enrolled.key"]
    assert keys["workers/relay.pub"] == keys["console/relay.pub"]
    by_name = {name.partition("/")[2]: secret for name, secret in keys.items()}
    assert len(set(by_name.values())) == len(by_name)
    assert len({keys[f"{role}/audit.key"] for role in CONTENTS}) == len(CONTENTS)


def test_lost_shared_key_is_restored_and_differing_copies_fail(
    tmp_path: Path,
) -> None:
    make_keys(tmp_path, NOON)
    before = all_files(tmp_path)
    (tmp_path / "console" / "enrolled.key").unlink()

    assert make_keys(tmp_path, NOON) == ["console/enrolled.key"]
    assert all_files(tmp_path) == before
    (tmp_path / "workers" / "stop.key").unlink()
    KeyFolder(tmp_path / "workers").make("stop.key", b"another" * 4)

    with pytest.raises(KeysDiffer, match=r"stop\.key"):
        make_keys(tmp_path, NOON)


def test_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeyMissing, match=r"runs\.key"):
        KeyFolder(tmp_path).read("runs.key")
    with pytest.raises(KeyMissing):
        hook_secrets(tmp_path)


def test_many_makers_of_one_key_agree(tmp_path: Path) -> None:
    def make(n: int) -> bytes:
        folder = KeyFolder(tmp_path)
        folder.make("a.key", bytes([n]) * 32)
        return folder.read("a.key")

    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(make, range(32)))

    assert len(set(read)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["a.key"], "no draft stays behind"


NUMBER = "+250788000001"
RUNS, RELAY = ROTATING["runs"], ROTATING["relay"]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    make_keys(tmp_path, NOON)
    return tmp_path


def test_conversation_state_lasts_as_long_as_its_key(keys: Path) -> None:
    folder = KeyFolder(keys / "hooks")
    cipher = StateCipher.of(folder, WeeklyLock(), lambda: NOON)
    before = cipher.seal("session", b"answers")
    assert rotation.stage_key(keys, RUNS)
    assert cipher.open("session", before) == b"answers"
    after = cipher.seal("session", b"more")

    rotation.destroy_previous(keys, RUNS)
    assert cipher.open("session", after) == b"more"
    with pytest.raises(DecryptionFailed):
        cipher.open("session", before)
    again = StateCipher.of(folder, WeeklyLock(), lambda: NOON)
    assert again.open("session", after) == b"more"


def test_old_and_new_relay_key_decrypt_numbers(keys: Path) -> None:
    relay = LiveNumbers(LiveKeys(keys / "workers", RELAY.file))
    old = Encrypter(KeyFolder(keys / "console").read("relay.pub")).number(NUMBER)
    rotation.stage_key(keys, RELAY)
    public_key = rotation.publish_key(keys, RELAY)
    assert public_key is not None
    new = Encrypter(KeyFolder(keys / "console").read("relay.pub")).number(NUMBER)

    assert [relay.decrypt_number(old), relay.decrypt_number(new)] == [NUMBER, NUMBER]
    rotation.destroy_previous(keys, RELAY)
    assert relay.decrypt_number(new) == NUMBER
    with pytest.raises(DecryptionFailed):
        relay.decrypt_number(old)


def test_staged_pair_is_used_only_after_publication(keys: Path) -> None:
    before = KeyFolder(keys / "console").read("relay.pub")
    rotation.stage_key(keys, RELAY)
    assert KeyFolder(keys / "console").read("relay.pub") == before
    make_keys(keys, NOON)
    assert KeyFolder(keys / "workers").read("relay.pub") == before, "init changes nothing"


def test_interrupted_rotation_continues(keys: Path) -> None:
    """The first rotation stopped after it had stored the old key as the previous key."""
    now = KeyFolder(keys / "workers").read(RELAY.file)
    KeyFolder(keys / "workers").make(previous_name(RELAY.file), now)

    assert rotation.stage_key(keys, RELAY)
    assert rotation.private_halves(keys, RELAY)[1] == now
    assert rotation.private_halves(keys, RELAY)[0] != now
    assert not rotation.stage_key(keys, RELAY), "a second rotation waits for the end of the first"


def test_deleted_key_keeps_its_last_value(keys: Path) -> None:
    live = LiveKeys(keys / "hooks", STATES_KEY)
    before = live.now()
    (keys / "hooks" / STATES_KEY).unlink()
    assert live.now() == before
    with pytest.raises(KeyMissing, match=r"runs\.key"):
        LiveKeys(keys / "hooks", STATES_KEY)


def test_unchanged_keys_are_cached_and_not_in_repr(keys: Path) -> None:
    live = LiveKeys(keys / "hooks", STATES_KEY)
    assert live.now() is live.now()
    assert live.now()[0].hex() not in repr(live)
    assert "b'" not in repr(LiveNumbers(live))


def test_live_keys_read_disk_once_a_second(keys: Path) -> None:
    at = [0.0]
    live = LiveKeys(keys / "hooks", STATES_KEY, each=1.0, elapsed=lambda: at[0])
    before = live.now()
    rotation.stage_key(keys, RUNS)
    at[0] = 0.9
    assert live.now() is before
    at[0] = 1.0
    assert live.now() == (KeyFolder(keys / "hooks").read(STATES_KEY), *before)
    rotation.destroy_previous(keys, RUNS)
    assert len(live.now()) == 2
    assert len(live.again()) == 1, "at once where it must"
