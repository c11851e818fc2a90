"""Encrypts tips, callers' answers, phone numbers, and coded answers about persons in cases. Also defines the formats of
encrypted data that `decrypt.py` reads. This module decrypts nothing.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from hmac import compare_digest
from typing import Any

from nacl.bindings import sodium_pad, sodium_unpad
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.utils import random

from hotline.keys.desk_signatures import DeskKey, DeskTrust
from hotline.keys.key_folder import KEY_BYTES, LiveKeys
from hotline.keys.weekly_lock import WeeklyLock
from hotline.text.errors import DecryptionFailed, KeyMissing

VERSION = b"\x01"
"""The first byte of an encrypted value: the version of the value's format."""
PAIRED = b"\x04"
"""The first byte of a tip's encrypted answers, which are encrypted to the tip's key pair."""
MARK_BYTES = 16
HEAD_BYTES = len(PAIRED) + MARK_BYTES + PublicKey.SIZE
"""The number of bytes at the start of a tip's encrypted answers (format `PAIRED`) that are not encrypted. The
unencrypted bytes contain the format's version, two marks, and the public half of the tip's key pair.

A mark is a digest that is computed with a secret key. The first mark is computed from the tip, the desks and the key
pair. The second mark is computed from the tip and the key pair. The secret key for the marks is in the key folder of
the role `hooks`.
"""
HALF = MARK_BYTES // 2
SIZES = (256, 512, 1024, 2048, 4096, 8192)
"""The sizes in bytes to which the code pads each text before it encrypts the text. Because of the padding, the length
of an encrypted text reveals very little about the text. Only a long SMS needs the last two sizes.
"""
NUMBER_BYTES = 32
"""The size of every phone number after padding, in bytes."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An X25519 key pair. The code that makes a pair stores the private half only in encrypted form."""

    public: bytes
    private: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "KeyPair":
        pair = PrivateKey.generate()
        return cls(bytes(pair.public_key), bytes(pair))


def padded(plain: bytes) -> bytes:
    """Pads the content to the next larger size in `SIZES`. Raises ValueError if the content is too long for `SIZES`."""
    size = next((size for size in SIZES if len(plain) < size), None)
    if size is None:
        raise ValueError(f"{len(plain)} bytes are too many to encrypt: the limit is {SIZES[-1]}")
    return bytes(sodium_pad(plain, size))


def unpadded(content: bytes) -> bytes:
    """Removes the padding that `padded` added. Raises ValueError, CryptoError or TypeError for content that `padded`
    did not make."""
    if len(content) not in SIZES:
        raise ValueError("the decrypted text has a wrong length, so it was damaged")
    return bytes(sodium_unpad(content, len(content)))


def padded_document(document: Mapping[str, Any]) -> bytes:
    """Writes a document as JSON and pads the JSON. Raises ValueError if the document is too long."""
    plain = json.dumps(dict(document), ensure_ascii=False, separators=(",", ":"))
    return padded(plain.encode("utf-8", "surrogatepass"))


def document_in(content: bytes) -> dict[str, Any]:
    """Reads a document that `padded_document` wrote. Raises ValueError, CryptoError or TypeError for any other
    content."""
    document = json.loads(unpadded(content).decode("utf-8", "surrogatepass"))
    if not isinstance(document, dict):
        raise ValueError("no document")
    return document


def binding(uid: str, place: str) -> bytes:
    """Returns the tip's uid and place in the form that the encryption of a tip's answers includes. If a program
    decrypts the answers as the answers of another tip or place, the decryption fails.
    """
    return b"tip\0" + uid.encode() + b"\0" + place.encode()


def label(uid: str, desk: str) -> bytes:
    """Returns a tip's uid and a desk's code in the form that a grant contains next to the tip's key.

    If an attacker gives the grant to another tip or desk, the decryption of the grant fails.
    """
    return uid.encode() + b"\0" + desk.encode()


def readers_mark(desks: Mapping[str, bytes]) -> bytes:
    """Returns a digest of desks and their public keys."""
    digest = blake2b(digest_size=MARK_BYTES)
    for code, public_key in sorted(desks.items()):
        digest.update(f"{code}\0{len(public_key)}\0".encode() + public_key)
    return digest.digest()


@dataclass(frozen=True, slots=True)
class EncryptedTip:
    body: bytes
    grants: Mapping[str, bytes]
    """The grants by desk code: each grant is the tip's key, encrypted to that desk."""


@dataclass(frozen=True, slots=True)
class Encrypter:
    relay_public_key: bytes | None = field(default=None, repr=False)
    """The workers' public key, to which phone numbers are encrypted. The value is None in a process that stores no
    phone numbers.
    """
    weekly_lock: WeeklyLock = field(default_factory=WeeklyLock)
    """Encrypts every grant (a tip's key for a desk) a second time, with the key of the week."""
    live: LiveKeys | None = field(default=None, repr=False)
    """Reads the workers' public key again after a rotation. The value is None in a process that does not need to notice
    a rotation."""
    mark_key: Callable[[], bytes] = field(default=bytes, repr=False)
    """Returns the secret key for computing marks (see `HEAD_BYTES`). A mark proves that the hotline made the key pair
    of a tip. Without the secret key, an attacker who can write to the database cannot replace a tip's key pair by
    another pair. If the secret key is empty, `made` and `again` treat every mark as wrong.
    """
    reader: Callable[[], bytes] | None = field(default=None, repr=False)
    """Returns the public key of the reader process. The hotline encrypts a new case's private key with this public
    key."""
    desks: DeskTrust | None = field(default=None, repr=False)
    """Decides which desk keys this process may use. The value is None if the process lacks the hotline's public key.
    Without the hotline's public key, the process uses every desk key in the database.
    """

    def counting(self, rows: Iterable[DeskKey], at: datetime) -> dict[str, bytes]:
        """Maps the code of each given desk to the public key to which tips for this desk may be encrypted. The monitor
        raises an alarm about each desk that is missing in the result.
        """
        keys = {row.code: self.desks.key(row, at) if self.desks else row.public_key for row in rows}
        return {code: key for code, key in keys.items() if key is not None}

    def tip(
        self,
        answers: Mapping[str, str],
        *,
        uid: str,
        place: str,
        desks: Mapping[str, bytes],
        at: datetime | None = None,
        identity: str = "",
    ) -> EncryptedTip:
        """Makes a key pair for a tip, and encrypts the answers to the public half of this pair. Encrypts the private
        half of the pair to each desk in `desks`, which maps desk codes to public keys.

        Each encrypted copy of the private half is called the desk's grant. A desk with an invalid public key gets no
        grant. If `at` is given, also encrypts each grant under the key of the week that contains `at`. Raises
        ValueError for answers that are too long; the flows limit the length of answers.
        """
        key = random(PrivateKey.SEED_SIZE)
        public_key = bytes(PrivateKey.from_seed(key).public_key)
        head = self._head(public_key, uid + identity, desks)
        body = _encrypted(head, answers, uid, place)
        grants = {}
        for desk, desk_key in desks.items():
            with suppress(CryptoError, TypeError, ValueError):
                grants[desk] = self.grant(key, uid=uid, desk=desk, public_key=desk_key, at=at)
        return EncryptedTip(body, grants)

    def again(
        self,
        answers: Mapping[str, str],
        *,
        uid: str,
        place: str,
        desks: Mapping[str, bytes] | None,
        body: bytes,
        identity: str = "",
    ) -> bytes | None:
        """Encrypts a tip's newer answers to the key pair of its present answers. So the desks' existing grants also
        decrypt the newer answers.

        Returns None if the key pair was made for another tip, other desks or other desk keys. If the result is None,
        the calling function must use `tip`. If `desks` is None, the method does not compare the desks. `body` contains
        the present encrypted answers, or only their first `HEAD_BYTES`. Raises ValueError for answers that are too
        long.
        """
        head, name = body[:HEAD_BYTES], uid + identity
        if not self.made(head, uid=uid, identity=identity):
            return None
        if desks is not None and head != self._head(head[-PublicKey.SIZE :], name, desks):
            return None
        return _encrypted(head, answers, uid, place)

    def made(self, body: bytes, *, uid: str, identity: str = "") -> bool:
        """Checks the second mark in `body`, which contains a tip's encrypted answers. Returns True if the mark is
        right. A right mark proves that a process with the same `mark_key` made the key pair for this tip.
        """
        head = body[:HEAD_BYTES]
        marked = head[len(PAIRED) + HALF : -PublicKey.SIZE]
        own = self._mark(b"pair", head[-PublicKey.SIZE :], uid + identity)
        return len(head) == HEAD_BYTES and head.startswith(PAIRED) and compare_digest(marked, own)

    def _head(self, public_key: bytes, name: str, desks: Mapping[str, bytes]) -> bytes:
        own = self._mark(b"pair", public_key, name)
        return (
            PAIRED + self._mark(b"desks", readers_mark(desks) + public_key, name) + own + public_key
        )

    def _mark(self, purpose: bytes, what: bytes, name: str) -> bytes:
        key = self.mark_key() or random(KEY_BYTES)
        return blake2b(what + name.encode(), digest_size=HALF, key=key, person=purpose).digest()

    def grant(
        self, key: bytes, *, uid: str, desk: str, public_key: bytes, at: datetime | None = None
    ) -> bytes:
        """Encrypts a tip's key to the public key of the desk `desk`. Raises CryptoError, TypeError or ValueError for an
        invalid public key."""
        bound = label(uid, desk)
        grant = VERSION + SealedBox(PublicKey(public_key)).encrypt(key + bound)
        return grant if at is None else self.weekly_lock.lock(grant, bound, at)

    def answer(self, answers: Mapping[str, str], *, public_key: bytes) -> bytes:
        """Encrypts a reporter's answer to a desk's question, with the key pair of that question."""
        return VERSION + SealedBox(PublicKey(public_key)).encrypt(padded_document(answers))

    def number(self, msisdn: str) -> bytes:
        """Encrypts a phone number to the workers' public key. Raises KeyMissing if the key folder lacks the workers'
        public key.
        """
        public_key = self._relay_key
        if public_key is None:
            raise KeyMissing("the public key relay.pub is missing: run `hotline keys import`")
        plain = sodium_pad(msisdn.encode(), NUMBER_BYTES)
        return VERSION + SealedBox(PublicKey(public_key)).encrypt(plain)

    def line_mark(self) -> str:
        """Returns a short digest of the workers' public key, which identifies this installation.

        Returns an empty text if the process has no public key of the workers.
        """
        public_key = self._relay_key
        return "" if public_key is None else mark_of(public_key)

    @property
    def _relay_key(self) -> bytes | None:
        return self.relay_public_key if self.live is None else self.live.now()[0]

    def reader_key(self) -> bytes:
        """Returns the reader's public key. Raises KeyMissing if the key folder lacks this key."""
        if self.reader is None:
            raise KeyMissing("the public key reader.pub is missing: run `hotline keys import`")
        return self.reader()


def mark_of(public_key: bytes) -> str:
    """Returns eight hex digits that distinguish this installation from others.

    The digits identify no person and decrypt nothing.
    """
    return blake2b(public_key, digest_size=4, person=b"line").hexdigest()


def _encrypted(head: bytes, answers: Mapping[str, str], uid: str, place: str) -> bytes:
    """Pads a tip's answers, adds the tip's uid and place, and encrypts the answers to the public key in `head`. Returns
    the head, followed by the encrypted answers.
    """
    public_key = PublicKey(head[len(PAIRED) + MARK_BYTES :])
    return head + SealedBox(public_key).encrypt(
        padded_document(answers) + head + binding(uid, place)
    )


# The functions below encrypt coded answers about a person with the public key of the case.

READER = ":reader"
"""A grant of a case's key to the reader process contains this name. Other grants contain a desk's code instead. A
desk's code never begins with a colon.
"""


@dataclass(frozen=True, slots=True)
class NewCase:
    """A new case's public key, and its private key in encrypted form. Only the reader process can decrypt the private
    key."""

    public_key: bytes
    grant: bytes = field(repr=False)


def new_case(encrypter: Encrypter, *, uid: str, at: datetime) -> NewCase:
    """Creates the key pair of a case. Raises KeyMissing if this process lacks the reader's public key."""
    private = random(PrivateKey.SEED_SIZE)
    to = encrypter.reader_key()
    grant = encrypter.grant(private, uid=case_name(uid), desk=READER, public_key=to, at=at)
    return NewCase(bytes(PrivateKey.from_seed(private).public_key), grant)


def encrypt_codes(plain: bytes, *, public_key: bytes, uid: str, entry_id: int | str) -> bytes:
    """Encrypts coded answers about a person, and binds them to a tip and to a case event.

    `entry_id` is the number of the case event. If the form about the person is not finished yet, `entry_id` is a name
    instead. Raises DecryptionFailed for an invalid public key, and ValueError if the coded answers are too long.
    """
    codes = padded(plain) + bound(uid, entry_id)
    try:
        return VERSION + SealedBox(PublicKey(public_key)).encrypt(codes)
    except (CryptoError, TypeError):
        raise DecryptionFailed("the public key of a case is invalid") from None


def case_name(uid: str) -> str:
    """Returns the name in a grant of a case's key. With this name, the grant cannot be used as a grant of a tip's key.
    A grant of a tip's key includes the uid alone."""
    return f"case:{uid}"


def bound(uid: str, entry_id: int | str) -> bytes:
    return b"codes\0" + uid.encode() + b"\0" + str(entry_id).encode()
