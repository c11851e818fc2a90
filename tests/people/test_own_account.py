"""Tests how people change their own account, and how they recover from a lost password or authenticator."""

from functools import partial

from hotline.core.actors import AccountRole, SignInRefused
from hotline.core.contexts import ConsoleContext
from hotline.people import service_own_account, service_sessions, tables_accounts
from hotline.people.rules_accounts import AccountFault
from hotline.people.rules_sign_in import code_at
from hotline.people.service_sessions import NewSession
from hotline.people.tables_accounts import AccountCode, CodeKind
from tests.support.clock import Clock
from tests.support.signing import PASSWORD, Person, person, refused

NEW = "kinoto-gabise-rumaka"


def public_key(context: ConsoleContext, editor: Person) -> bytes | None:
    with context.database.reading() as session:
        return tables_accounts.get_account(session, editor.account_id).public_key


def test_a_changed_password_ends_other_sessions(context: ConsoleContext, editor: Person) -> None:
    other, mine = editor.enters().token, editor.enters().token
    key = service_sessions.key_of(context, mine)
    assert service_own_account.change_password(context, mine, PASSWORD, NEW) is None

    assert service_sessions.find_session(context, other) is None
    assert service_sessions.find_session(context, mine)
    editor.is_refused()
    editor.password = NEW
    assert service_sessions.key_of(context, editor.enters().token) == key


def test_changing_a_password_needs_the_old(editor: Person, clock: Clock) -> None:
    token = editor.enters().token
    change = partial(service_own_account.change_password, editor.context, token)
    assert change("another-password", NEW) == SignInRefused()
    assert refused(partial(change, PASSWORD, "short")) == AccountFault.SHORT_PASSWORD
    for _ in range(2):
        clock.turn(minutes=8)
        service_sessions.find_session(editor.context, token)
    assert refused(partial(change, PASSWORD, NEW)) == AccountFault.KEY_CLOSED
    assert editor.enters()


def test_another_authenticator_replaces_it(editor: Person, clock: Clock) -> None:
    entered = editor.enters()
    new = service_own_account.new_factor(editor.context, entered.signed_in)
    assert service_own_account.new_factor(editor.context, entered.signed_in, new.encrypted) == new
    take = partial(service_own_account.replace_factor, editor.context, entered.token, new.encrypted)
    code = editor.code()
    assert refused(partial(take, code, PASSWORD, code)) == AccountFault.WRONG_CODE
    old, editor.secret = editor.secret, new.letters.replace("-", "").upper()
    of_the_new = code_at(editor.secret, clock())
    for password, given in ((NEW, code), (PASSWORD, of_the_new), ("", "")):
        assert isinstance(take(of_the_new, password, given), SignInRefused)
    assert take(of_the_new, PASSWORD, code) is None
    assert editor.enters()
    editor.secret = old
    editor.is_refused()


def test_a_secret_of_another_is_refused(context: ConsoleContext, editor: Person) -> None:
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


def test_a_new_sheet_ends_the_one_before(context: ConsoleContext, editor: Person) -> None:
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


def test_one_language_changes_and_no_other_account_s(editor: Person) -> None:
    entered = editor.enters()
    service_own_account.set_language(editor.context, entered.signed_in, "rw")
    service_own_account.set_language(editor.context, entered.signed_in, "tlh")
    assert editor.here(entered.token).language == "rw"


def test_a_lost_password_is_replaced_by_the_key_on_paper(editor: Person) -> None:
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


def test_a_lost_password_needs_the_key(context: ConsoleContext, editor: Person) -> None:
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
