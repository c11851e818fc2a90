"""Tests attacks on signing in: one code used twice at the same time, and too many requests at the same time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier, Thread

import pytest

from hotline.alarms import tables
from hotline.alarms.rules import Alarm
from hotline.core.actors import AccountRole, SignedIn, SignInRefused
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Session, add_if_new
from hotline.duty import service_accounts, service_invitations, service_removal
from hotline.keys.password_queue import Entrant, StretchQueue
from hotline.monitoring import service_checks_database
from hotline.people import service_own_account, service_sessions, tables_audit
from hotline.people import tables_sessions as rows
from hotline.people.rules_accounts import AccountFault
from hotline.people.service_sessions import NewSession
from hotline.people.tables_sessions import SignInAttempt
from hotline.text.errors import AccountRefused
from tests.people.test_signing_in import with_queue
from tests.support.clock import Clock
from tests.support.eventually import eventually
from tests.support.signing import PASSWORD, SERVER, Person

NEW = "kinoto-gabise-rumaka"


def at_once(*acts: Callable[[ConsoleContext], object], context: ConsoleContext) -> list[str]:
    """Runs the functions at the same time, each with its own queue, as in separate processes. Returns the type of each
    result."""
    told, start = list[str](), Barrier(len(acts))

    def run(act: Callable[[ConsoleContext], object]) -> None:
        start.wait(10)
        told.append(type(act(with_queue(context, StretchQueue()))).__name__)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sorted(told)


@pytest.mark.both
@pytest.mark.parametrize("of_sheet", [False, True])
def test_concurrent_use_of_one_code_succeeds_once(
    context: ConsoleContext, editor: Person, *, of_sheet: bool
) -> None:
    code = editor.sheet.codes[0] if of_sheet else editor.code()

    def enters(context: ConsoleContext) -> object:
        return service_sessions.sign_in(context, "Editor 1", PASSWORD, code)

    assert at_once(enters, enters, context=context) == ["NewSession", "SignInRefused"]


def test_attempt_counts_despite_concurrent_sign_in(
    context: ConsoleContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten = list[bytes]()

    def add_and_forget(session: Session, row: SignInAttempt) -> bool:
        made = add_if_new(session, row)
        if not forgotten:
            forgotten.append(row.name_key)
            rows.delete_name(session, row.name_key)
        return made

    monkeypatch.setattr(rows, "add_if_new", add_and_forget)
    with context.database.writing() as session:
        assert rows.locked_name(session, b"a name", context.now()).failures == 0
    assert forgotten == [b"a name"]


def test_one_code_does_not_sign_in_and_step_up(context: ConsoleContext, editor: Person) -> None:
    token, code = editor.enters().token, editor.code()
    told = at_once(
        lambda context: service_sessions.sign_in(context, "Editor 1", PASSWORD, code),
        lambda context: service_sessions.step_up(context, token, PASSWORD, code),
        context=context,
    )
    assert told in (["NewSession", "SignInRefused"], ["SignInRefused", "SignedIn"])


def test_code_used_for_step_up_is_used_up(context: ConsoleContext, editor: Person) -> None:
    one, other = editor.enters().token, editor.enters().token
    code = editor.code()
    told = [service_sessions.step_up(context, of, PASSWORD, code) for of in (one, one, other)]
    assert [isinstance(each, SignedIn) for each in told] == [True, False, False]
    assert editor.is_refused(code=code)


def test_ended_account_cannot_step_up(context: ConsoleContext, editor: Person) -> None:
    token = editor.enters().token
    service_invitations.request_link(context, SERVER, editor.account_id)
    assert service_sessions.step_up(context, token, PASSWORD, editor.code()) is None
    assert service_sessions.key_of(context, token) is None
    service_removal.end_account(context, SERVER, editor.account_id)
    assert service_sessions.step_up(context, token, PASSWORD, editor.code()) is None


@contextmanager
def filled(queue: StretchQueue) -> Iterator[None]:
    """Fills the queue until the block ends: a stranger's sign-in uses the processor, and the sign-in of a known browser
    waits."""

    def wait() -> None:
        with queue.turn(Entrant(known="a session")):
            pass

    waits = Thread(target=wait)
    with queue.turn(Entrant()):
        waits.start()
        eventually(lambda: queue.waiting(known=True) == 1)
        yield
    waits.join(5)


def test_each_key_derivation_waits_in_queue(context: ConsoleContext, editor: Person) -> None:
    """Each derivation of a key takes 128 MiB. An attacker who could avoid the queue would fill the machine's memory."""
    token = editor.enters().token
    link = service_invitations.invite(context, SERVER, "Editor 2", [AccountRole.EDITOR]).link
    queue = StretchQueue(0, 0)
    busy = with_queue(context, queue)
    name, key, code = editor.name, editor.sheet.key, editor.sheet.codes[1]
    with filled(queue):
        told = [
            service_sessions.sign_in(busy, name, PASSWORD, code),
            service_sessions.sign_in(busy, "Nobody", PASSWORD, code),
            service_sessions.step_up(busy, token, PASSWORD, code),
            service_own_account.change_password(busy, token, PASSWORD, NEW),
            service_own_account.reset_password(busy, name, key, code, NEW),
        ]
        assert told == [SignInRefused(is_busy=True)] * 5
        with pytest.raises(AccountRefused) as refused:
            service_own_account.choose_password(busy, link, NEW)
    assert refused.value.fault == AccountFault.BUSY
    assert isinstance(service_sessions.sign_in(context, name, PASSWORD, code), NewSession), (
        "the code is unused"
    )


@pytest.mark.adversary("strangers who flood the sign-in page")
def test_full_queue_of_strangers_raises_alarm(editor: Person) -> None:
    now = [0.0]
    queue = StretchQueue(strangers=0, clock=lambda: now[0])
    full, token = with_queue(editor.context, queue), editor.enters().token
    raised: list[bool] = []
    with queue.turn(Entrant("192.0.2.1")):
        for second in (0, 8, 16, 24, 32, 40, 48, 56, 64):
            now[0] = second
            told = service_sessions.sign_in(full, "Nobody", PASSWORD, "123456", network="192.0.2.2")
            assert told == SignInRefused(is_busy=True)
            with editor.context.database.reading() as session:
                raised.append(Alarm.SIGN_IN_QUEUE in tables.raised_alarms(session))
    assert raised == [*[False] * 8, True]
    assert isinstance(service_sessions.step_up(full, token, PASSWORD, editor.code()), SignedIn)


def test_full_network_waits_but_known_browser_does_not(editor: Person) -> None:
    known = editor.enters().known
    here = with_queue(editor.context, StretchQueue(burst=1, clock=lambda: 0.0))

    def tries(name: str, mark: str = "") -> NewSession | SignInRefused:
        return service_sessions.sign_in(
            here, name, PASSWORD, editor.code(), mark, network="192.0.2.1"
        )

    tries("Nobody")
    assert tries("Editor 1") == SignInRefused(1, is_busy=True)
    assert tries("Nobody", known) == SignInRefused(1, is_busy=True), "the mark is of another name"
    assert isinstance(tries("Editor 1", known), NewSession)


def test_mark_of_ended_account_counts_as_unknown(editor: Person) -> None:
    known = editor.enters().known
    here = with_queue(editor.context, StretchQueue(burst=0, clock=lambda: 0.0))
    service_removal.end_account(editor.context, SERVER, editor.account_id)
    told = service_sessions.sign_in(
        here, "Editor 1", PASSWORD, editor.code(), known, network="192.0.2.1"
    )
    assert told == SignInRefused(1, is_busy=True)


def failed_rows(context: ConsoleContext) -> list[tuple[str, str]]:
    with context.database.reading() as session:
        rows = tables_audit.entries(session)
    return [(one.subject, one.reason) for one in rows if one.action == "account_entry_failed"]


def attempts(context: ConsoleContext, clock: Clock, name: str, times: int) -> None:
    for _ in range(times):
        clock.turn(minutes=1)
        assert isinstance(
            service_sessions.sign_in(context, name, "another-password", "123456"), SignInRefused
        )


def sign_ins(context: ConsoleContext) -> tuple[bool, str]:
    with context.database.reading() as session:
        found = service_checks_database.failed_sign_ins(session, context.now())
    return found.ok, found.message


def test_failures_are_logged_by_account(editor: Person, clock: Clock) -> None:
    attempts(editor.context, clock, "Editor 1", 7)
    for number in range(3):
        attempts(editor.context, clock, f"my-password-{number}", 1)
    nobody = [("names without an account", f"{n} within an hour") for n in (1, 2, 3)]
    editors = [("account Editor 1", f"{n} within an hour") for n in (1, 2, 3, 4, 5)]
    assert failed_rows(editor.context) == editors + nobody


@pytest.mark.adversary("a person who guesses passwords")
@pytest.mark.parametrize("name", ["Editor 1", "Nobody"])
def test_twenty_failures_of_one_name_raise_alarm_for_an_hour(editor: Person, name: str) -> None:
    attempts(editor.context, editor.clock, name, 19)
    assert sign_ins(editor.context) == (True, "19 failed within an hour, 19 of them for one name")
    attempts(editor.context, editor.clock, name, 1)
    assert sign_ins(editor.context)[0] is False
    assert "20 within an hour" in failed_rows(editor.context)[-1][1]
    editor.clock.turn(hours=1)
    service_accounts.delete_expired(editor.context)
    assert sign_ins(editor.context) == (True, "0 failed within an hour, 0 of them for one name")


def test_two_hundred_failures_raise_alarm_with_few_rows(
    context: ConsoleContext, clock: Clock
) -> None:
    for number in range(199):
        service_sessions.sign_in(context, f"Nobody {number}", "another-password", "123456")
    assert sign_ins(context)[0]
    service_sessions.sign_in(context, "Nobody 199", "another-password", "123456")
    assert not sign_ins(context)[0]
    assert len(failed_rows(context)) == 10
