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

PATHS_ALONE = {"hooks.json", "dial.secret", "listed.secret", "line.pub", "audit.key"}
"""Key files without a canary. Three of them contain secrets of web addresses: each request to such an address shows if
the secret is right.

`line.pub` contains the public half of the signing key. An attacker who can write to the database could replace its
canary, so that the right key looks wrong. The rows of the audit log show if `audit.key` is right."""


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    make_keys(tmp_path, NOON)
    return tmp_path


def test_each_lasting_key_but_the_secrets_of_paths_has_a_canary(keys: Path) -> None:
    held = {name for role in ROLES for name, _ in key_making.held_keys(keys / role)}
    assert held == set(HELD_BY) - PATHS_ALONE


def test_every_role_opens_what_one_of_them_sealed_and_another_or_damaged_key_opens_nothing(
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


def test_a_weekly_key_opens_its_canary_however_far_it_has_walked(keys: Path) -> None:
    folder = KeyFolder(keys / "workers")
    encrypted = key_making.canary_of(WEEKLY_KEY, folder.read(WEEKLY_KEY))
    WeeklyLock(folder).forget(week_of(NOON + timedelta(weeks=700)))
    walked = (keys / "workers" / WEEKLY_KEY).read_bytes()
    assert walked != (keys / "hooks" / WEEKLY_KEY).read_bytes()
    assert key_making.decrypts(WEEKLY_KEY, walked, encrypted)


def test_a_canary_holds_nothing_of_its_key(keys: Path) -> None:
    key = secrets.token_bytes(32)
    assert key_making.canary_of("relay.key", key) != key_making.canary_of("relay.key", key)
    assert key not in key_making.canary_of("relay.key", key)


def test_a_public_half_of_another_pair_is_refused_and_one_of_a_rotation_is_not(keys: Path) -> None:
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


def test_a_key_that_lost_a_zero_at_its_end_is_another_key() -> None:
    key = bytes(range(1, 32)) + b"\0"
    assert key_making.decrypts("watch.key", key, key_making.canary_of("watch.key", key))
    assert not key_making.decrypts("watch.key", key[:-1], key_making.canary_of("watch.key", key))
