"""Tests the secrets in the addresses of the hooks. A running process accepts a new secret at once, and an old secret
until it expires."""

import os
from pathlib import Path

import pytest

from hotline.keys import gateway_secrets, rotation
from hotline.keys.gateway_secrets import LiveSecrets
from hotline.keys.key_folder import (
    DIAL_SECRET,
    HOOKS,
    HOOKS_FILE,
    LISTED,
    LISTED_SECRET,
    KeyFolder,
    LiveKeys,
    listed_secrets,
)
from hotline.keys.key_making import make_keys
from hotline.keys.rotation import ROTATING
from hotline.text.errors import KeyMissing
from tests.support.builders import NOON

DIAL = ROTATING["dial"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Returns a folder of the hooks' keys without the secret of the monitoring process, because no rotation changes
    this secret."""
    make_keys(tmp_path, NOON)
    (tmp_path / "hooks" / DIAL_SECRET).unlink()
    return tmp_path / "hooks"


def test_rotation_is_seen_in_100_ms_and_keeps_old_secrets(folder: Path) -> None:
    """A read from disk releases Python's interpreter lock, so most hops must not read the file of the secrets."""
    at = [0.0]
    live = LiveSecrets(folder, elapsed=lambda: at[0])
    before = {hook: live[hook] for hook in HOOKS}
    gateway_secrets.rotate_secrets(folder)
    at[0] = 0.099
    assert {hook: live[hook] for hook in HOOKS} == before
    at[0] = 0.1
    for hook in HOOKS:
        assert live[hook][1:] == before[hook]
        assert len({*live[hook]}) == 3
    assert len({live[hook][0] for hook in HOOKS}) == len(HOOKS)
    assert (folder / HOOKS_FILE).stat().st_mode & 0o777 == 0o400


def test_old_secrets_end_at_once(folder: Path) -> None:
    live = LiveSecrets(folder)
    newest = {hook: known[:1] for hook, known in gateway_secrets.rotate_secrets(folder).items()}
    gateway_secrets.end_old_secrets(folder)
    assert dict(live) == newest


def test_rotation_renews_relay_secret_in_both_folders(folder: Path) -> None:
    live, relay = LiveSecrets(folder), folder.parent / "workers"
    (before,) = listed_secrets(relay)
    assert live[LISTED] == (before,)

    gateway_secrets.rotate_secrets(folder, relay)
    assert listed_secrets(relay) == live[LISTED]
    assert live[LISTED][1:] == (before,)
    assert make_keys(folder.parent, NOON) == [f"hooks/{DIAL_SECRET}"]

    gateway_secrets.end_old_secrets(folder, relay)
    assert listed_secrets(relay) == live[LISTED]
    assert len(live[LISTED]) == 1
    assert before not in live[LISTED]


def test_rotation_without_relay_folder_keeps_its_secret(folder: Path) -> None:
    before = listed_secrets(folder)
    assert gateway_secrets.rotate_secrets(folder)[LISTED] == before
    gateway_secrets.end_old_secrets(folder)
    assert listed_secrets(folder) == before


def test_missing_relay_secret_accepts_no_relay(folder: Path) -> None:
    (folder / LISTED_SECRET).unlink()
    live = LiveSecrets(folder)
    assert live[LISTED] == ()
    gateway_secrets.rotate_secrets(folder)
    gateway_secrets.end_old_secrets(folder)
    assert live[LISTED] == ()
    assert len(live["sms"]) == 1


def test_monitor_secret_survives_rotation_of_hooks(tmp_path: Path) -> None:
    make_keys(tmp_path, NOON)
    live = LiveSecrets(tmp_path / "hooks")
    his = KeyFolder(tmp_path / "watch").read(DIAL_SECRET).decode()
    gateway_secrets.rotate_secrets(tmp_path / "hooks")
    gateway_secrets.end_old_secrets(tmp_path / "hooks")
    assert live["ussd"][1:] == (his,)
    assert len(live["sms"]) == 1


def test_monitor_secret_rotates_without_refused_calls(tmp_path: Path) -> None:
    make_keys(tmp_path, NOON)
    live = LiveSecrets(tmp_path / "hooks", each=0)
    his = LiveKeys(tmp_path / "watch", DIAL_SECRET)
    (before,) = his.now()
    assert rotation.stage_key(tmp_path, DIAL)
    assert his.now() == (before,), "he goes on with the old one until every door knows the new"
    assert before.decode() in live["ussd"]

    assert rotation.publish_key(tmp_path, DIAL) is None
    (after,) = his.now()
    assert after != before
    assert {before.decode(), after.decode()} < {*live["ussd"]}
    assert rotation.publish_key(tmp_path, DIAL) is None, "said again, it changes nothing"
    assert his.now() == (after,)

    rotation.destroy_previous(tmp_path, DIAL)
    assert before.decode() not in live["ussd"]
    assert after.decode() in live["ussd"]
    assert not make_keys(tmp_path, NOON), "both folders hold the same"


def test_last_use_of_each_secret_is_known(folder: Path) -> None:
    live = LiveSecrets(folder)
    assert gateway_secrets.last_used(folder, live["ussd"]) is None
    live.used("ussd", live["ussd"][1])

    assert gateway_secrets.last_used(folder, live["ussd"][:1]) is None
    assert gateway_secrets.last_used(folder, live["ussd"][1:]) is not None
    assert gateway_secrets.last_used(folder, live["sms"]) is None
    assert not [name for name in os.listdir(folder) if live["ussd"][1] in name]


def test_old_secret_ends_after_gateway_uses_only_new_one(folder: Path) -> None:
    (old,) = gateway_secrets.live_secrets(folder)["ussd"][:1]
    both = gateway_secrets.rotate_secrets(folder)["ussd"][:2]
    assert both[1] == old
    LiveSecrets(folder).used("ussd", old)
    LiveSecrets(folder).used("ussd", both[0])
    assert gateway_secrets.live_secrets(folder)["ussd"][:2] == both, "the old one was just used"
    for note in folder.glob(".used-*"):
        os.utime(note, (1, 1))
    LiveSecrets(folder).used("ussd", old)
    LiveSecrets(folder).used("sms", gateway_secrets.live_secrets(folder)["sms"][0])
    assert old in gateway_secrets.live_secrets(folder)["ussd"]
    for note in folder.glob(".used-*"):
        os.utime(note, (1, 1))
    LiveSecrets(folder).used("ussd", both[0])
    live = gateway_secrets.live_secrets(folder)
    assert live["ussd"] == both[:1]
    assert len(live["sms"]) == 1 < len(live["delivery"]), "each hook by itself"


def test_damaged_file_keeps_known_secrets(folder: Path) -> None:
    live = LiveSecrets(folder, each=0)
    before = dict(live)
    for slip in (b"", b"rubbish", b"{}", b'["ussd"]', b"\xff"):
        KeyFolder(folder).replace(HOOKS_FILE, slip)
        assert dict(live) == before, slip
    (folder / HOOKS_FILE).unlink()
    assert dict(live) == before
    live.used("ussd", before["ussd"][0])


def test_secrets_are_not_in_repr_and_must_exist(folder: Path) -> None:
    live = LiveSecrets(folder)
    assert live["ussd"][0] not in repr(live)
    with pytest.raises(KeyMissing):
        LiveSecrets(folder.parent)
