"""Tests the canaries (encrypted test values): each permanent key decrypts its own canary, and no other key does."""

import secrets
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.keys import key_making
from hotline.keys.key_folder import KeyFolder
from hotline.keys.key_making import HELD_BY, ROLES, make_keys
from hotline.keys.rotation import ROTATING, newest_keys, publish_key, stage_key
from hotline.keys.weekly_lock import WEEKLY_KEY, WeeklyLock, week_of
from hotline.text.errors import KeysDiffer
from tests.support.builders import NOON

NO_CANARY = {"hooks.json", "dial.secret", "listed.secret", "line.pub", "audit.key"}
"""Key files without a canary. Three of them contain secrets of web addresses: each request to such an address shows if
the secret is right.

`line.pub` contains the public half of the signing key. An attacker who can write to the database could replace its
canary, so that the right key looks wrong. The rows of the audit log show if `audit.key` is right."""


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    make_keys(tmp_path, NOON)
    return tmp_path


def test_each_permanent_key_has_canary_except_listed_ones(keys: Path) -> None:
    held = {name for role in ROLES for name, _ in key_making.held_keys(keys / role)}
    assert held == set(HELD_BY) - NO_CANARY


def test_canary_decrypts_only_with_its_own_key(
    keys: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    make_keys(other, NOON)
    for role in ROLES:
        foreign = dict(key_making.held_keys(other / role))
        for name, (key,) in key_making.held_keys(keys / role):
            encrypted = key_making.canary_of(name, key)
            assert all(
                key_making.decrypts(name, one, encrypted)
                for holder in HELD_BY[name]
                for one in dict(key_making.held_keys(keys / holder))[name]
            )
            for wrong in (foreign[name][0], b"", key[:-1], key[:-1] + bytes([key[-1] ^ 1])):
                assert not key_making.decrypts(name, wrong, encrypted)
            assert not key_making.decrypts("another.key", key, encrypted)


def test_weekly_key_decrypts_its_canary_after_many_weeks(keys: Path) -> None:
    folder = KeyFolder(keys / "workers")
    encrypted = key_making.canary_of(WEEKLY_KEY, folder.read(WEEKLY_KEY))
    WeeklyLock(folder).forget(week_of(NOON + timedelta(weeks=700)))
    walked = (keys / "workers" / WEEKLY_KEY).read_bytes()
    assert walked != (keys / "hooks" / WEEKLY_KEY).read_bytes()
    assert key_making.decrypts(WEEKLY_KEY, walked, encrypted)


def test_canary_does_not_reveal_key(keys: Path) -> None:
    key = secrets.token_bytes(32)
    assert key_making.canary_of("relay.key", key) != key_making.canary_of("relay.key", key)
    assert key not in key_making.canary_of("relay.key", key)


def test_public_key_of_other_pair_is_refused_except_in_rotation(keys: Path) -> None:
    stage_key(keys, ROTATING["relay"])
    assert make_keys(keys, NOON) == []
    publish_key(keys, ROTATING["relay"])
    assert make_keys(keys, NOON) == []
    assert (
        dict(newest_keys(keys, ROTATING["relay"]))["relay.pub"]
        == (keys / "hooks" / "relay.pub").read_bytes()
    )

    for role in HELD_BY["relay.pub"]:
        KeyFolder(keys / role).replace("relay.pub", secrets.token_bytes(32))
    with pytest.raises(KeysDiffer, match=r"relay\.pub .* does not match"):
        make_keys(keys, NOON)


def test_key_without_its_last_zero_byte_is_refused() -> None:
    key = bytes(range(1, 32)) + b"\0"
    assert key_making.decrypts("watch.key", key, key_making.canary_of("watch.key", key))
    assert not key_making.decrypts("watch.key", key[:-1], key_making.canary_of("watch.key", key))
