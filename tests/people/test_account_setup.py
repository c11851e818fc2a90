"""Tests the steps that set up an account: password, authenticator, paper.

No account is active before the last step, and a link works only once.
"""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from hotline.core.actors import AccountRole, AccountState, SignInRefused
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Database
from hotline.duty import service_accounts, service_invitations
from hotline.keys.password_queue import Entrant
from hotline.people import service_own_account, service_sessions
from hotline.people.encrypt import new_token
from hotline.people.rules_accounts import AccountFault
from hotline.people.rules_sign_in import code_at
from hotline.people.service_own_account import WelcomeStep
from hotline.people.service_sessions import NewSession
from hotline.people.tables_accounts import AccountCode
from tests.support.clock import Clock
from tests.support.contexts import make_console_context
from tests.support.signing import PASSWORD, SERVER, Person, refused


@pytest.fixture
def link(context: ConsoleContext) -> str:
    return service_invitations.invite(context, SERVER, "Editor 1", [AccountRole.EDITOR], "rw").link


def secret_of(shown: service_own_account.Welcome) -> str:
    return shown.letters.replace("-", "").upper()


def first_step(person: Person, link: str) -> str:
    """Chooses the password, which is the first step of an invitation. Returns the token with which the next steps prove
    that they come from the same browser."""
    shown = service_own_account.choose_password(person.context, link, person.password)
    person.secret = secret_of(shown)
    return shown.browser


def missing(act: Callable[..., object], context: ConsoleContext, *words: str) -> bool:
    """Returns True if the step is refused because an earlier step is missing."""
    return refused(partial(act, context, *words)) == AccountFault.STEP_MISSING


@pytest.fixture
def editor(context: ConsoleContext, clock: Clock) -> Person:
    return Person(context, clock, "Editor 1")


def test_each_welcome_step_is_shown(context: ConsoleContext, link: str, clock: Clock) -> None:
    first = service_own_account.current_step(context, link)
    assert first is not None
    assert (first.name, first.language, first.step) == ("Editor 1", "rw", WelcomeStep.PASSWORD)
    assert first.letters == first.uri == ""

    shown = service_own_account.choose_password(context, link, first.suggestion)
    assert shown.step is WelcomeStep.FACTOR
    assert shown.uri.startswith("otpauth://totp/")
    assert secret_of(shown) in shown.uri
    again = service_own_account.current_step(context, link, shown.browser)
    assert again is not None
    assert (again.step, again.letters) == (WelcomeStep.FACTOR, shown.letters)

    paper = service_own_account.prove_code(
        context, link, code_at(secret_of(shown), clock()), shown.browser
    )
    assert (paper.step, paper.letters, paper.uri) == (WelcomeStep.PAPER, "", "")
    for secret in (shown.letters, shown.uri, shown.browser, first.suggestion, link):
        assert secret not in repr((first, shown, paper))


def test_welcome_steps_cannot_be_skipped(context: ConsoleContext, link: str, clock: Clock) -> None:
    for act in (service_own_account.new_sheet, service_own_account.finish):
        assert missing(act, context, link, "")
    assert missing(service_own_account.prove_code, context, link, "123456", "")
    assert missing(service_own_account.continue_in_this_browser, context, link, PASSWORD)
    shown = service_own_account.choose_password(context, link, PASSWORD)
    for act in (service_own_account.new_sheet, service_own_account.finish):
        assert missing(act, context, link, shown.browser)
    service_own_account.prove_code(context, link, code_at(secret_of(shown), clock()), shown.browser)
    assert missing(service_own_account.finish, context, link, shown.browser)


def test_account_is_active_only_after_recovery_sheet(
    context: ConsoleContext, link: str, editor: Person
) -> None:
    browser = first_step(editor, link)
    service_own_account.prove_code(context, link, editor.code(), browser)
    first, sheet = (service_own_account.new_sheet(context, link, browser) for _ in range(2))
    assert len({*first.codes, *sheet.codes}) == 20
    editor.is_refused()
    editor.is_refused(code=sheet.codes[0])
    assert service_accounts.list_accounts(context)[0].state is AccountState.INVITED

    assert service_own_account.finish(context, link, browser) == "Editor 1"
    editor.is_refused(code=first.codes[0])
    for code in (editor.code(), sheet.codes[0]):
        told = service_sessions.sign_in(context, "Editor 1", PASSWORD, code)
        assert isinstance(told, NewSession)


def test_new_password_restarts_the_steps(context: ConsoleContext, link: str, clock: Clock) -> None:
    first = service_own_account.choose_password(context, link, PASSWORD)
    old = secret_of(first)
    service_own_account.prove_code(context, link, code_at(old, clock()), first.browser)
    service_own_account.new_sheet(context, link, first.browser)
    shown = service_own_account.choose_password(
        context, link, "kinoto-gabise-rumaka", first.browser
    )
    assert shown.step is WelcomeStep.FACTOR
    assert secret_of(shown) != old
    assert missing(service_own_account.finish, context, link, shown.browser)


def test_sign_in_link_works_once(context: ConsoleContext, link: str, editor: Person) -> None:
    editor.takes_up(link)
    assert service_own_account.current_step(context, link) is None
    for act, word in (
        (service_own_account.choose_password, PASSWORD),
        (service_own_account.finish, ""),
    ):
        assert refused(partial(act, context, link, word)) == AccountFault.LINK_OVER


def test_link_expires_after_its_time(context: ConsoleContext, link: str, clock: Clock) -> None:
    clock.turn(minutes=14)
    service_own_account.choose_password(context, link, PASSWORD)
    clock.turn(minutes=14)
    assert service_own_account.current_step(context, link)
    clock.turn(minutes=1)
    assert service_own_account.current_step(context, link) is None
    service_accounts.delete_expired(context)
    with context.database.reading() as session:
        assert session.scalar(select(AccountCode.locked_key)) is None


def test_wrong_welcome_code_is_refused(context: ConsoleContext, link: str, clock: Clock) -> None:
    shown = service_own_account.choose_password(context, link, PASSWORD)
    right = code_at(secret_of(shown), clock())
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    tried = partial(service_own_account.prove_code, context, link, wrong, shown.browser)
    assert refused(tried) == AccountFault.WRONG_CODE
    typed = f"{right[:3]} {right[3:]}"
    assert (
        service_own_account.prove_code(context, link, typed, shown.browser).step
        is WelcomeStep.PAPER
    )


def test_a_weak_password_is_refused(context: ConsoleContext, link: str) -> None:
    for password, fault in (
        ("kinoto-gab", AccountFault.SHORT_PASSWORD),
        ("x1y2z3w4" * 26, AccountFault.LONG_PASSWORD),
        ("my EDITOR1 password", AccountFault.PASSWORD_IS_NAME),
        ("abababababab", AccountFault.PASSWORD_REPEATS),
    ):
        choose = partial(service_own_account.choose_password, context, link, password)
        assert refused(choose) == fault


def test_full_queue_is_reported(database: Database, clock: Clock) -> None:
    context = make_console_context(database=database, now=clock, waiting=0)
    link = service_invitations.invite(context, SERVER, "Editor 1", [AccountRole.EDITOR]).link
    with context.proofs.stretching.turn(Entrant(known="a session")):
        choose = partial(service_own_account.choose_password, context, link, PASSWORD)
        assert refused(choose) == AccountFault.BUSY


def test_link_is_stored_nowhere_and_row_decrypts_nothing(
    context: ConsoleContext, link: str, editor: Person, stored: Callable[[], bytes]
) -> None:
    browser = first_step(editor, link)
    service_own_account.prove_code(context, link, editor.code(), browser)
    sheet = service_own_account.new_sheet(context, link, browser)
    kept = stored()
    for secret in (link, browser, PASSWORD, editor.secret, sheet.key, *sheet.codes):
        assert secret.encode() not in kept


@pytest.mark.parametrize("step", [WelcomeStep.FACTOR, WelcomeStep.PAPER])
def test_link_alone_allows_only_first_step(
    context: ConsoleContext, link: str, editor: Person, step: WelcomeStep
) -> None:
    browser = first_step(editor, link)
    if step is WelcomeStep.PAPER:
        service_own_account.prove_code(context, link, editor.code(), browser)
        service_own_account.new_sheet(context, link, browser)
    code = editor.code()
    for other in ("", link, new_token()):
        seen = service_own_account.current_step(context, link, other)
        assert seen is not None
        assert (seen.step, seen.letters, seen.uri) == (WelcomeStep.ELSEWHERE, "", "")
        for act in (
            partial(
                service_own_account.choose_password, context, link, "kinoto-gabise-rumaka", other
            ),
            partial(service_own_account.prove_code, context, link, code, other),
            partial(service_own_account.new_sheet, context, link, other),
            partial(service_own_account.finish, context, link, other),
        ):
            assert refused(act) == AccountFault.LINK_ELSEWHERE
    own = service_own_account.current_step(context, link, browser)
    assert own is not None
    assert own.step is step


def test_continued_link_is_delayed(context: ConsoleContext, link: str, clock: Clock) -> None:
    browser = service_own_account.choose_password(context, link, PASSWORD).browser
    go_on = partial(service_own_account.continue_in_this_browser, context, link)
    told = [go_on("kinoto-gabise-rumaka") for _ in range(6)]
    waits = [isinstance(one, SignInRefused) and one.wait_seconds > 0 for one in told]
    assert waits == [*[False] * 4, *[True] * 2]
    assert isinstance(go_on(PASSWORD), SignInRefused), "the next one waits"
    own, other = (service_own_account.current_step(context, link, one) for one in (browser, ""))
    assert own != other
    clock.turn(minutes=1)
    assert isinstance(go_on(PASSWORD), service_own_account.Welcome)
    own = service_own_account.current_step(context, link, browser)
    assert own is not None
    assert own.step is WelcomeStep.ELSEWHERE, "the other browser took it"
