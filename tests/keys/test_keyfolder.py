"""Tests key folders: each role has its own folder, and each key is made once and completely."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.keys.key_folder import HOOKS, KeyFolder, hook_secrets
from hotline.keys.key_making import make_keys
from hotline.text.errors import KeyMissing, KeysDiffer
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


def whole(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_each_role_holds_exactly_its_keys_for_its_owner_alone(tmp_path: Path) -> None:
    first = make_keys(tmp_path / "keys", NOON)
    for role, names in CONTENTS.items():
        assert " ".join(KeyFolder(tmp_path / "keys" / role).names()) == names
    for path in (tmp_path / "keys", *(tmp_path / "keys").rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o400)

    before = whole(tmp_path)
    assert len(first) == len(" ".join(CONTENTS.values()).split())
    assert make_keys(tmp_path / "keys", NOON) == []
    assert whole(tmp_path) == before
    assert make_keys(tmp_path / "keys", NOON + timedelta(weeks=1)) == [
        "hooks/contact-2026-W51.key",
        "hooks/people-2026-W51.key",
    ]


def test_no_two_purposes_share_a_key_and_the_same_purpose_does(tmp_path: Path) -> None:
    make_keys(tmp_path, NOON)
    keys = whole(tmp_path)
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


def test_a_lost_shared_key_comes_back_and_two_different_copies_stop_everything(
    tmp_path: Path,
) -> None:
    make_keys(tmp_path, NOON)
    before = whole(tmp_path)
    (tmp_path / "console" / "enrolled.key").unlink()

    assert make_keys(tmp_path, NOON) == ["console/enrolled.key"]
    assert whole(tmp_path) == before
    (tmp_path / "workers" / "stop.key").unlink()
    KeyFolder(tmp_path / "workers").make("stop.key", b"another" * 4)

    with pytest.raises(KeysDiffer, match=r"stop\.key"):
        make_keys(tmp_path, NOON)


def test_a_key_that_is_not_there_is_named(tmp_path: Path) -> None:
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
