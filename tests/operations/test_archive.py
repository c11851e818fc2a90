"""Tests that a sealed backup opens with its exact content, or reports any damage."""

import io
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey

from hotline.errors import BackupInvalid
from hotline.operations.backup_archive import MAGIC, PIECE, encrypt_archive
from hotline.operations.decrypt_backup import Archive, is_whole

PAIR = PrivateKey.generate()
LABEL = b'{"a label": "in clear"}'
CONTENTS = b"what must be found"


def encrypted(pieces: Iterable[bytes], label: bytes = LABEL) -> bytes:
    return b"".join(encrypt_archive(label, pieces, lambda: CONTENTS, bytes(PAIR.public_key)))


def opened(archive: bytes, key: PrivateKey = PAIR) -> tuple[bytes, bytes, bytes]:
    reading = Archive(io.BytesIO(archive))
    copy = b"".join(reading.pieces(bytes(key)))
    return reading.label, copy, reading.contents


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_it_opens_as_what_was_sealed(pieces: list[bytes]) -> None:
    archive = encrypted(pieces)
    assert opened(archive) == (LABEL, b"".join(pieces), CONTENTS)
    assert is_whole(io.BytesIO(archive))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_any_size(size: int) -> None:
    assert opened(encrypted([b"x" * size]))[1] == b"x" * size


def test_what_is_sealed_stands_nowhere_in_it() -> None:
    archive = encrypted([b"words of a tip"])
    assert b"words of a tip" not in archive
    assert CONTENTS not in archive


def test_no_other_key_opens_it() -> None:
    with pytest.raises(BackupInvalid, match="this key"):
        opened(encrypted([b"words"]), PrivateKey.generate())


def test_every_single_letter_counts() -> None:
    archive = encrypted([b"words", b"more"])
    for at in range(len(archive) - 32):
        altered = bytearray(archive)
        altered[at] ^= 1
        with pytest.raises(BackupInvalid):
            opened(bytes(altered))
        assert not is_whole(io.BytesIO(altered))


def test_cut_anywhere_it_is_told() -> None:
    archive = encrypted([b"words", b"more"])
    for end in range(len(archive) - 32):
        with pytest.raises(BackupInvalid):
            opened(archive[:end])
        assert not is_whole(io.BytesIO(archive[:end]))


def test_pieces_cannot_change_places() -> None:
    """The test swaps two pieces of one length: each is genuine, but their order is wrong."""
    archive = encrypted([b"one", b"two"])
    frame = 4 + 3 + 17
    start = archive.index(LABEL) + len(LABEL) + 80 + 24
    swapped = (
        archive[:start]
        + archive[start + frame : start + 2 * frame]
        + archive[start : start + frame]
        + archive[start + 2 * frame :]
    )
    assert opened(archive)[1] == b"onetwo"
    with pytest.raises(BackupInvalid):
        opened(swapped)


@given(st.binary(max_size=400), st.booleans())
def test_rubbish_is_refused_and_breaks_nothing(rubbish: bytes, begins_well: bool) -> None:
    with pytest.raises(BackupInvalid):
        opened((MAGIC if begins_well else b"") + rubbish)
