"""Tests account keys and second factors. Each can be decrypted only for its own account. A key can be decrypted only
with the password or with the recovery key on paper."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.keys.encrypt import KeyPair
from hotline.keys.factor_encryption import FactorEncrypter, Proofs
from hotline.keys.key_folder import KeyFolder
from hotline.keys.passphrase import HEADER, Costs
from hotline.people.encrypt import (
    digest_of,
    dummy_envelope,
    form_key,
    lock_key,
    new_token,
    unlock_key,
    unwrap_by_paper,
    unwrap_by_password,
    wrap_under_paper,
    wrap_under_password,
)
from hotline.text.errors import DecryptionFailed, KeyMissing

QUICK = Costs(passes=1, kib=8)
ME, OTHER = "account:7", "account:8"
PAIR = KeyPair.new()


def test_password_and_paper_open_their_own_account_s_envelope_alone() -> None:
    mine = wrap_under_password(PAIR.private, "kinoto-gabise", account=ME, costs=QUICK)
    assert unwrap_by_password(mine, "kinoto-gabise", account=ME) == PAIR.private
    assert unwrap_by_password(mine, "kinoto-gabisa", account=ME) is None
    assert unwrap_by_password(mine, "kinoto-gabise", account=OTHER) is None
    assert unwrap_by_paper(mine, "kinoto-gabise", account=ME) is None
    assert PAIR.private.hex() not in repr(PAIR)
    with pytest.raises(DecryptionFailed):
        unwrap_by_password(mine[:-1] + bytes([mine[-1] ^ 1]), "kinoto-gabise", account=ME)

    mine = wrap_under_paper(PAIR.private, "abcdefgh", account=ME)
    assert unwrap_by_paper(mine, "abcdefgh", account=ME) == PAIR.private
    assert unwrap_by_paper(mine, "abcdefgh", account=OTHER) is None
    assert unwrap_by_password(mine, "abcdefgh", account=ME) is None


def test_nobody_s_envelope_looks_and_costs_like_somebody_s() -> None:
    costs = Costs(passes=2, kib=16)
    mine = wrap_under_password(PAIR.private, "kinoto-gabise", account=ME, costs=costs)
    nobodys = dummy_envelope(costs)
    assert len(nobodys) == len(mine)
    assert HEADER.unpack_from(nobodys)[:3] == HEADER.unpack_from(mine)[:3]
    assert unwrap_by_password(nobodys, "kinoto-gabise", account="") is None
    assert dummy_envelope(costs) != nobodys


def test_what_is_locked_under_a_token_opens_with_that_token_for_that_account() -> None:
    token, another = new_token(), new_token()
    locked = lock_key(token, PAIR.private, account=ME)
    assert unlock_key(token, locked, account=ME) == PAIR.private
    assert unlock_key(another, locked, account=ME) is None
    assert unlock_key(token, locked, account=OTHER) is None
    assert unlock_key(token, locked[:-1], account=ME) is None
    assert unlock_key("nothing", locked, account=ME) is None


def test_form_key_digest_and_lock_tell_nothing_of_each_other() -> None:
    token = new_token()
    digest, form = digest_of(token), form_key(token)
    assert digest is not None
    assert digest.hex() != form
    assert form != form_key(new_token())
    assert unlock_key(form, lock_key(token, b"k" * 32, account=ME), account=ME) is None


@given(st.text(max_size=80))
def test_whatever_is_typed_for_a_token_is_taken_or_nothing(typed: str) -> None:
    digest = digest_of(typed)
    assert digest is None or len(typed) == 43


def test_a_second_factor_is_one_account_s_under_one_key(tmp_path: Path) -> None:
    encrypter, another = FactorEncrypter(b"k" * 32), FactorEncrypter(b"x" * 32)
    encrypted = encrypter.seal("ABCD" * 8, account=ME)
    assert encrypter.open(encrypted, account=ME) == "ABCD" * 8
    for by, held, account in (
        (encrypter, encrypted, OTHER),
        (another, encrypted, ME),
        (encrypter, encrypted[:-1], ME),
        (encrypter, b"\x09" + encrypted[1:], ME),
        (encrypter, b"", ME),
    ):
        with pytest.raises(DecryptionFailed):
            by.open(held, account=account)
    with pytest.raises(KeyMissing, match=r"totp\.key"):
        Proofs.of(KeyFolder(tmp_path))


def test_digests_are_keyed_and_of_one_purpose() -> None:
    encrypter = FactorEncrypter(b"k" * 32)
    assert encrypter.digest("name", "x") == encrypter.digest("name", "x")
    assert encrypter.digest("name", "x") != encrypter.digest("paper", "x")
    assert encrypter.digest("name", "x") != FactorEncrypter(b"x" * 32).digest("name", "x")
    assert len(encrypter.digest("name", "\udcff")) == 32
