"""Tests keys that change while a process runs: first the old and the new key work, then only the new one."""

from pathlib import Path

import pytest

from hotline.keys import rotation
from hotline.keys.conversation_state import STATES_KEY, StateCipher
from hotline.keys.decrypt import LiveNumbers
from hotline.keys.encrypt import Encrypter
from hotline.keys.key_folder import KeyFolder, LiveKeys, previous_name
from hotline.keys.key_making import make_keys
from hotline.keys.rotation import ROTATING
from hotline.keys.weekly_lock import WeeklyLock
from hotline.text.errors import DecryptionFailed, KeyMissing
from tests.support.builders import NOON

NUMBER = "+250788000001"
RUNS, RELAY = ROTATING["runs"], ROTATING["relay"]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    make_keys(tmp_path, NOON)
    return tmp_path


def test_a_run_goes_on_over_a_rotation_and_no_longer_than_the_old_key(keys: Path) -> None:
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


def test_numbers_open_whichever_of_the_two_they_are_sealed_to(keys: Path) -> None:
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


def test_a_staged_pair_is_sealed_to_only_when_it_is_published(keys: Path) -> None:
    before = KeyFolder(keys / "console").read("relay.pub")
    rotation.stage_key(keys, RELAY)
    assert KeyFolder(keys / "console").read("relay.pub") == before
    make_keys(keys, NOON)
    assert KeyFolder(keys / "workers").read("relay.pub") == before, "init changes nothing"


def test_a_rotation_that_was_interrupted_is_taken_up(keys: Path) -> None:
    """The first rotation stopped after it had stored the old key as the previous key."""
    now = KeyFolder(keys / "workers").read(RELAY.file)
    KeyFolder(keys / "workers").make(previous_name(RELAY.file), now)

    assert rotation.stage_key(keys, RELAY)
    assert rotation.private_halves(keys, RELAY)[1] == now
    assert rotation.private_halves(keys, RELAY)[0] != now
    assert not rotation.stage_key(keys, RELAY), "a second rotation waits for the end of the first"


def test_a_key_that_cannot_be_read_later_is_what_it_was(keys: Path) -> None:
    live = LiveKeys(keys / "hooks", STATES_KEY)
    before = live.now()
    (keys / "hooks" / STATES_KEY).unlink()
    assert live.now() == before
    with pytest.raises(KeyMissing, match=r"runs\.key"):
        LiveKeys(keys / "hooks", STATES_KEY)


def test_nothing_changed_is_the_same_tuple_and_shows_no_key(keys: Path) -> None:
    live = LiveKeys(keys / "hooks", STATES_KEY)
    assert live.now() is live.now()
    assert live.now()[0].hex() not in repr(live)
    assert "b'" not in repr(LiveNumbers(live))


def test_who_asks_at_every_hop_looks_once_a_second(keys: Path) -> None:
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
