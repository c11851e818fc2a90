"""Tests keyed digests: a phone has one digest for each purpose, and a different digest for each other purpose and each
week."""

import errno
import re
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.keys.key_folder import KeyFolder
from hotline.keys.pseudonyms import Pseudonyms, contact_keys, people_keys
from hotline.text.errors import KeyMissing
from tests.support.builders import NOON, make_keyfolder, make_pseudonyms

PHONE = "+250788000001"


DIGESTS: dict[str, Callable[[Pseudonyms], str]] = {
    "session": lambda one: one.session(PHONE),
    "heard": lambda one: one.heard(PHONE, ""),
    "identity": lambda one: one.identity(PHONE, ""),
    "contact": lambda one: one.contact(PHONE, NOON),
    "enrolled": lambda one: one.enrolled(PHONE),
    "stopped": lambda one: one.stopped(PHONE),
    "joined": lambda one: one.joined("leaders", PHONE),
    "joins": lambda one: one.joins("leaders", PHONE),
}


def all_of(pseudonyms: Pseudonyms) -> list[str]:
    return [say(pseudonyms) for say in DIGESTS.values()]


def test_each_purpose_has_different_digest(tmp_path: Path) -> None:
    digests = all_of(make_pseudonyms(tmp_path))

    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)
    assert len(set(digests)) == len(digests)


def test_purposes_differ_even_with_equal_keys(tmp_path: Path) -> None:
    folder = KeyFolder(tmp_path)
    for name in ("session.key", "enrolled.key", "stop.key", "joined.key", "contact-2026-W48.key"):
        folder.make(name, b"k" * 32)

    assert len(set(all_of(Pseudonyms(folder)))) == 8


def test_digests_are_stable_and_differ_between_hotlines(tmp_path: Path) -> None:
    ours = all_of(make_pseudonyms(tmp_path / "ours"))

    assert all_of(make_pseudonyms(tmp_path / "ours")) == ours
    assert not set(all_of(make_pseudonyms(tmp_path / "theirs"))) & set(ours)


def test_a_week_is_an_iso_week_of_utc(tmp_path: Path) -> None:
    for moment, week in (
        (datetime(2026, 11, 29, 23, 59, tzinfo=UTC), "2026-W48"),
        (datetime(2026, 11, 30, 0, 0, tzinfo=UTC), "2026-W49"),
        (datetime(2026, 12, 31, 12, 0, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 3, 12, 0, tzinfo=UTC), "2026-W53"),
        (datetime(2027, 1, 4, 0, 0, tzinfo=UTC), "2027-W01"),
    ):
        assert contact_keys(KeyFolder(tmp_path)).name(moment) == f"contact-{week}.key"


def test_contact_changes_every_week(tmp_path: Path) -> None:
    pseudonyms = make_pseudonyms(tmp_path)
    monday = pseudonyms.contact(PHONE, NOON - timedelta(days=1))

    assert pseudonyms.contact(PHONE, NOON) == monday
    assert pseudonyms.contact(PHONE, NOON + timedelta(weeks=1)) != monday


def test_missing_weekly_key_is_made_on_first_use(tmp_path: Path) -> None:
    far = NOON + timedelta(weeks=30)
    first = make_pseudonyms(tmp_path).contact(PHONE, far)

    assert Pseudonyms(KeyFolder(tmp_path / "keys" / "hooks")).contact(PHONE, far) == first


def test_an_empty_key_is_made_again(tmp_path: Path) -> None:
    folder = make_keyfolder(tmp_path)
    folder.replace("contact-2026-W48.key", b"")
    assert len(contact_keys(folder).at(NOON)) == 32


def test_older_weekly_keys_are_destroyed(tmp_path: Path) -> None:
    folder = make_keyfolder(tmp_path)
    weekly = contact_keys(folder)
    weekly.at(NOON)
    weekly.at(NOON + timedelta(weeks=2))

    assert weekly.held() == ["contact-2026-W49.key", "contact-2026-W50.key"]


class FullDisk(KeyFolder):
    """A key folder on a full disk, so that no new key can be stored."""

    def make(self, name: str, secret: bytes) -> bool:
        raise OSError(errno.ENOSPC, "no room")


def test_full_disk_keeps_newest_contact_key_in_use(tmp_path: Path) -> None:
    folder = make_keyfolder(tmp_path)
    newest = folder.read("contact-2026-W50.key")
    far = NOON + timedelta(weeks=30)

    for _process in range(2):
        assert contact_keys(FullDisk(folder.path)).at(far) == newest
    for keys in people_keys(FullDisk(folder.path)):
        with pytest.raises(KeyMissing, match="make this folder writable"):
            keys.at(NOON)


@pytest.mark.parametrize(
    ("role", "held"),
    [
        ("workers", ["stopped"]),
        ("console", ["enrolled", "stopped", "joined", "joins"]),
        ("reader", []),
    ],
)
def test_role_computes_only_its_own_digests(tmp_path: Path, role: str, held: list[str]) -> None:
    pseudonyms = make_pseudonyms(tmp_path, role=role)
    for verb, say in DIGESTS.items():
        with nullcontext() if verb in held else pytest.raises(KeyMissing):
            say(pseudonyms)


def test_missing_dated_keys_name_remedy(tmp_path: Path) -> None:
    pseudonyms = make_pseudonyms(tmp_path, role="workers")
    folder = KeyFolder(tmp_path / "keys" / "workers")
    for ask in (lambda: pseudonyms.contact(PHONE, NOON), lambda: people_keys(folder)[0].at(NOON)):
        with pytest.raises(KeyMissing, match="no key export contains: run `hotline init`"):
            ask()


@given(st.lists(st.text(), min_size=2, max_size=2), st.lists(st.text(), min_size=2, max_size=2))
def test_different_parts_have_different_digests(
    tmp_path_factory: pytest.TempPathFactory, one: list[str], other: list[str]
) -> None:
    folder = KeyFolder(tmp_path_factory.getbasetemp() / "pseudonyms")
    folder.make("session.key", b"k" * 32)
    pseudonyms = Pseudonyms(folder)

    same = pseudonyms.identity(*one) == pseudonyms.identity(*other)
    assert same == (one == other)
