"""Tests how people change their own account, and how they recover from a lost password or authenticator. Each account
key and second factor can be decrypted only for its own account."""

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.core.actors import AccountRole, SignInRefused
from hotline.core.contexts import ConsoleContext
from hotline.keys.encrypt import KeyPair
from hotline.keys.factor_encryption import FactorEncrypter, Proofs
from hotline.keys.key_folder import KeyFolder
from hotline.keys.passphrase import HEADER, Costs
from hotline.people import service_own_account, service_sessions, tables_accounts
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
from hotline.people.rules_accounts import AccountFault
from hotline.people.rules_sign_in import code_at
from hotline.people.service_sessions import NewSession
from hotline.people.tables_accounts import AccountCode, CodeKind
from hotline.text.errors import DecryptionFailed, KeyMissing
from tests.support.clock import Clock
from tests.support.signing import PASSWORD, Person, person, refused

NEW = "kinoto-gabise-rumaka"


def public_key(context: ConsoleContext, editor: Person) -> bytes | None:
    with context.database.reading() as session:
        return tables_accounts.get_account(session, editor.account_id).public_key


def test_changed_password_ends_other_sessions(context: ConsoleContext, editor: Person) -> None:
    other, mine = editor.enters().token, editor.enters().token
    key = service_sessions.key_of(context, mine)
    assert service_own_account.change_password(context, mine, PASSWORD, NEW) is None

    assert service_sessions.find_session(context, other) is None
    assert service_sessions.find_session(context, mine)
    editor.is_refused()
    editor.password = NEW
    assert service_sessions.key_of(context, editor.enters().token) == key


def test_password_change_needs_old_password(editor: Person, clock: Clock) -> None:
    token = editor.enters().token
    change = partial(service_own_account.change_password, editor.context, token)
    assert change("another-password", NEW) == SignInRefused()
    assert refused(partial(change, PASSWORD, "short")) == AccountFault.SHORT_PASSWORD
    for _ in range(2):
        clock.turn(minutes=8)
        service_sessions.find_session(editor.context, token)
    assert refused(partial(change, PASSWORD, NEW)) == AccountFault.KEY_CLOSED
    assert editor.enters()


def test_new_authenticator_replaces_old_one(editor: Person, clock: Clock) -> None:
    entered = editor.enters()
    new = service_own_account.new_factor(editor.context, entered.signed_in)
    assert service_own_account.new_factor(editor.context, entered.signed_in, new.encrypted) == new
    take = partial(service_own_account.replace_factor, editor.context, entered.token, new.encrypted)
    code = editor.code()
    assert refused(partial(take, code, PASSWORD, code)) == AccountFault.WRONG_CODE
    old, editor.secret = editor.secret, new.letters.replace("-", "").upper()
    of_the_new = code_at(editor.secret, clock())
    for password, typed in ((NEW, code), (PASSWORD, of_the_new), ("", "")):
        assert isinstance(take(of_the_new, password, typed), SignInRefused)
    assert take(of_the_new, PASSWORD, code) is None
    assert editor.enters()
    editor.secret = old
    editor.is_refused()


def test_secret_of_other_account_is_refused(context: ConsoleContext, editor: Person) -> None:
    other = person(context, editor.clock, "Translator 1", AccountRole.TRANSLATOR)
    theirs = service_own_account.new_factor(context, other.enters().signed_in)
    token = editor.enters().token
    for encrypted in (theirs.encrypted, "", "é", theirs.encrypted[:-4]):
        take = partial(service_own_account.replace_factor, context, token, encrypted, editor.code())
        take = partial(take, PASSWORD, editor.code())
        assert refused(take) == AccountFault.STEP_MISSING


def codes_left(context: ConsoleContext) -> int:
    """Counts the recovery codes on paper that are still unused."""
    with context.database.reading() as session:
        rows = session.query(AccountCode).filter_by(kind=CodeKind.RECOVERY, used_at=None)
        return rows.count()


def test_new_recovery_sheet_ends_the_old_one(context: ConsoleContext, editor: Person) -> None:
    entered = service_sessions.sign_in(context, "Editor 1", PASSWORD, editor.sheet.codes[1])
    assert isinstance(entered, NewSession)
    token = entered.token
    assert codes_left(context) == 9
    before = editor.sheet
    for proof in ((NEW, editor.code()), (PASSWORD, "000000"), ("", "")):
        told = service_own_account.new_paper(context, token, *proof)
        assert isinstance(told, SignInRefused)
    sheet = service_own_account.new_paper(context, token, PASSWORD, editor.code())
    assert not isinstance(sheet, SignInRefused)
    editor.is_refused(code=before.codes[0])
    reset = partial(service_own_account.reset_password, context, "Editor 1")
    assert reset(before.key, editor.code(), NEW) == SignInRefused()
    assert reset(sheet.key, sheet.codes[0], NEW) is None
    assert codes_left(context) == 9


def test_language_change_affects_own_account_only(editor: Person) -> None:
    entered = editor.enters()
    service_own_account.set_language(editor.context, entered.signed_in, "rw")
    service_own_account.set_language(editor.context, entered.signed_in, "tlh")
    assert editor.here(entered.token).language == "rw"


def test_printed_recovery_key_resets_password(editor: Person) -> None:
    token = editor.enters().token
    key = service_sessions.key_of(editor.context, token)
    before = public_key(editor.context, editor)
    typed = editor.sheet.key.upper().replace("-", " ")
    assert (
        service_own_account.reset_password(editor.context, "Editor 1", typed, editor.code(), NEW)
        is None
    )

    assert service_sessions.find_session(editor.context, token) is None
    editor.is_refused()
    editor.password = NEW
    assert service_sessions.key_of(editor.context, editor.enters().token) == key
    assert public_key(editor.context, editor) == before


def test_password_reset_needs_key_and_code(context: ConsoleContext, editor: Person) -> None:
    other = person(context, editor.clock, "Translator 1", AccountRole.TRANSLATOR)
    reset = partial(service_own_account.reset_password, context)
    for key in (other.sheet.key, editor.sheet.key[:-1], "", PASSWORD):
        assert isinstance(reset("Editor 1", key, editor.code(), NEW), SignInRefused)
        editor.clock.turn(minutes=1)
    used = editor.code()
    assert isinstance(service_sessions.sign_in(context, "Editor 1", PASSWORD, used), NewSession)
    assert isinstance(reset("Editor 1", editor.sheet.key, used, NEW), SignInRefused)
    assert isinstance(reset("Nobody", editor.sheet.key, editor.code(), NEW), SignInRefused)
    assert editor.enters()


QUICK = Costs(passes=1, kib=8)
ME, OTHER = "account:7", "account:8"
PAIR = KeyPair.new()


def test_password_and_paper_decrypt_only_own_envelope() -> None:
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


def test_dummy_envelope_looks_and_costs_like_a_real_one() -> None:
    costs = Costs(passes=2, kib=16)
    mine = wrap_under_password(PAIR.private, "kinoto-gabise", account=ME, costs=costs)
    nobodys = dummy_envelope(costs)
    assert len(nobodys) == len(mine)
    assert HEADER.unpack_from(nobodys)[:3] == HEADER.unpack_from(mine)[:3]
    assert unwrap_by_password(nobodys, "kinoto-gabise", account="") is None
    assert dummy_envelope(costs) != nobodys


def test_locked_key_opens_only_with_its_token_and_account() -> None:
    token, another = new_token(), new_token()
    locked = lock_key(token, PAIR.private, account=ME)
    assert unlock_key(token, locked, account=ME) == PAIR.private
    assert unlock_key(another, locked, account=ME) is None
    assert unlock_key(token, locked, account=OTHER) is None
    assert unlock_key(token, locked[:-1], account=ME) is None
    assert unlock_key("nothing", locked, account=ME) is None


def test_form_key_digest_and_lock_are_independent() -> None:
    token = new_token()
    digest, form = digest_of(token), form_key(token)
    assert digest is not None
    assert digest.hex() != form
    assert form != form_key(new_token())
    assert unlock_key(form, lock_key(token, b"k" * 32, account=ME), account=ME) is None


@given(st.text(max_size=80))
def test_any_typed_token_is_checked(typed: str) -> None:
    digest = digest_of(typed)
    assert digest is None or len(typed) == 43


def test_second_factor_decrypts_for_one_account_and_key(tmp_path: Path) -> None:
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


def test_digests_are_keyed_for_one_purpose() -> None:
    encrypter = FactorEncrypter(b"k" * 32)
    assert encrypter.digest("name", "x") == encrypter.digest("name", "x")
    assert encrypter.digest("name", "x") != encrypter.digest("paper", "x")
    assert encrypter.digest("name", "x") != FactorEncrypter(b"x" * 32).digest("name", "x")
    assert len(encrypter.digest("name", "\udcff")) == 32
