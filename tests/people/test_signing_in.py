"""Tests signing in to the console: two proofs, each code once, one answer for all errors, and waiting times that
end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from hotline.core.actors import AccountRole, SignedIn, SignInRefused
from hotline.core.contexts import ConsoleContext
from hotline.core.database import Database
from hotline.duty import service_invitations, service_removal
from hotline.keys.factor_encryption import FactorEncrypter
from hotline.keys.password_queue import Entrant, StretchQueue, StretchTurn
from hotline.people import service_own_account, service_sessions, tables_audit
from hotline.people.rules_sign_in import MAX_WAIT
from hotline.people.service_sessions import NewSession
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_sessions import SignInAttempt
from tests.support.clock import Clock
from tests.support.signing import PASSWORD, SERVER, Person, person


def with_queue(context: ConsoleContext, queue: StretchQueue) -> ConsoleContext:
    return replace(context, proofs=replace(context.proofs, stretching=queue))


def entered(editor: Person, code: str) -> bool:
    told = service_sessions.sign_in(editor.context, "Editor 1", PASSWORD, code)
    return isinstance(told, NewSession)


def test_new_account_signs_in(context: ConsoleContext, editor: Person) -> None:
    made = editor.enters()
    here = editor.here(made.token)

    assert here == made.signed_in
    assert (here.name, set(here.roles), here.is_fresh) == ("Editor 1", {AccountRole.EDITOR}, True)
    assert here.session_key
    assert made.token not in repr(made)
    assert here.session_key not in repr(made)


@pytest.mark.row("A10")
def test_code_is_accepted_once_for_each_spelling_of_name(editor: Person) -> None:
    code = editor.code()
    assert entered(editor, code)
    assert editor.is_refused(code=code) == SignInRefused()
    editor.name = "  EDITOR   1 "
    assert editor.enters()


@pytest.mark.parametrize(
    ("seconds", "enters"), [(-60, False), (-30, True), (30, True), (60, False)]
)
def test_phone_clock_may_differ_by_one_step(editor: Person, seconds: int, enters: bool) -> None:
    editor.clock.turn(minutes=5)
    now = editor.clock.at
    editor.clock.at = now + timedelta(seconds=seconds - 30)
    code = editor.code()
    editor.clock.at = now
    assert entered(editor, code) is enters


def test_own_recovery_code_works_once(clock: Clock, editor: Person) -> None:
    first, second = editor.sheet.codes[:2]
    assert entered(editor, first)
    assert editor.is_refused(code=first)
    assert entered(editor, second.upper().replace("-", " "))
    other = person(editor.context, clock, "Translator 1", AccountRole.TRANSLATOR)
    assert editor.is_refused(code=other.sheet.codes[0])


def stored_rows(database: Database) -> tuple[int, list[tuple[int, bool]]]:
    """Returns the number of rows in the audit log, and the stored counts of failed attempts: each count, and True if
    the next attempt must wait."""
    with database.reading() as session:
        tries = session.scalars(select(SignInAttempt).order_by(SignInAttempt.failures)).all()
        kept = [(one.failures, one.next_try_at is not None) for one in tries]
        return len(tables_audit.entries(session)), kept


class Counted(StretchQueue):
    """A queue that counts the sign-ins that passed through it."""

    turns = 0

    @contextmanager
    def turn(self, entrant: Entrant) -> Iterator[StretchTurn]:
        self.turns += 1
        with super().turn(entrant) as turn:
            yield turn


def no_account(editor: Person) -> Person:
    return Person(editor.context, editor.clock, "Nobody", secret=editor.secret)


def invited_only(editor: Person) -> Person:
    service_invitations.invite(editor.context, SERVER, "Editor 2", [AccountRole.EDITOR])
    return Person(editor.context, editor.clock, "Editor 2", secret=editor.secret)


def ended(editor: Person) -> Person:
    service_removal.end_account(editor.context, SERVER, editor.account_id)
    return editor


def wrong_password(editor: Person) -> Person:
    editor.password = "another-password"
    return editor


def wrong_code(editor: Person) -> Person:
    editor.secret = "B" * 32
    return editor


def key_lost(editor: Person) -> Person:
    proofs = replace(editor.context.proofs, factors=FactorEncrypter(b"another key" * 3))
    editor.context = replace(editor.context, proofs=proofs)
    return editor


@pytest.mark.adversary("a person who guesses passwords")
@pytest.mark.parametrize(
    "wrong",
    [no_account, invited_only, ended, wrong_password, wrong_code, key_lost],
    ids=lambda one: one.__name__,
)
def test_each_failure_is_answered_counted_and_delayed_alike(
    database: Database, editor: Person, wrong: Callable[[Person], Person]
) -> None:
    tried = wrong(editor)
    before = stored_rows(database)[0]
    counted = Counted()
    tried.context = with_queue(tried.context, counted)
    answers = [tried.is_refused() for _ in range(8)]

    # The codes come 30 seconds apart. Each waiting time is shorter than that, so no attempt comes too early.
    waits = [one.wait_seconds for one in answers]
    assert waits == [0, 0, 0, 0, 2, 4, 8, 16]
    assert counted.turns == 8
    assert stored_rows(database) == (before + 5, [(8, True)]), "the audit log holds the first five"


def fail_often(editor: Person, known: str = "") -> None:
    """Guesses twelve passwords, one a minute, so that the next attempt must wait."""
    for _ in range(12):
        editor.is_refused(password="another-password", known=known)
        editor.clock.turn(minutes=1)
    editor.clock.turn(minutes=-1)


def test_attempt_during_delay_is_not_checked(editor: Person, clock: Clock) -> None:
    fail_often(editor)
    assert editor.is_refused().wait_seconds == MAX_WAIT.total_seconds() - 30

    clock.turn(seconds=60)
    assert editor.enters()
    # After a successful sign-in, the number of wrong attempts is zero again.
    assert editor.is_refused(password="another-password") == SignInRefused()


def test_strangers_attempts_delay_no_known_browser(editor: Person) -> None:
    known = editor.enters().known
    fail_often(editor)
    token = editor.enters(known).token
    assert editor.is_refused(password="another-password").wait_seconds

    assert isinstance(
        service_sessions.step_up(editor.context, token, PASSWORD, editor.code()), SignedIn
    )
    told = service_own_account.change_password(
        editor.context, token, "another-password", "kinoto-gabise"
    )
    assert told == SignInRefused()


def test_browser_mark_alone_proves_nothing(editor: Person) -> None:
    known = editor.enters().known
    assert editor.enters(known).known == known
    fail_often(editor, known)
    assert editor.is_refused(known=known).wait_seconds
    assert editor.enters()


def test_invalid_browser_mark_waits_with_strangers(clock: Clock, editor: Person) -> None:
    another_s = person(editor.context, clock, "Translator 1", AccountRole.TRANSLATOR).enters().known
    fail_often(editor)
    at = clock.at
    for known in ("", ".", "a.b", "é.é", "\0", another_s):
        clock.at = at
        assert editor.is_refused(known=known).wait_seconds, known


def test_failures_reset_after_an_hour(editor: Person, clock: Clock) -> None:
    for _ in range(6):
        editor.is_refused(password="another-password")
    clock.turn(hours=1)
    assert editor.is_refused(password="another-password") == SignInRefused()


def test_full_queue_refuses_and_counts_nothing(database: Database, editor: Person) -> None:
    queue = StretchQueue(0, 0)
    editor.context = with_queue(editor.context, queue)
    with queue.turn(Entrant()) as turn:
        assert turn.is_given
        assert editor.is_refused() == SignInRefused(is_busy=True)
    assert stored_rows(database)[1] == []
    assert editor.enters()


class RacingQueue(StretchQueue):
    """A queue that runs a function between deriving the key and writing to the database."""

    def __init__(self, happens: Callable[[], object]) -> None:
        super().__init__()
        self.happens = happens

    @contextmanager
    def turn(self, entrant: Entrant) -> Iterator[StretchTurn]:
        with super().turn(entrant) as turn:
            yield turn
        self.happens()


@pytest.mark.parametrize("what", ["ended", "invited again", "another password"])
def test_proof_must_still_be_valid_at_sign_in(editor: Person, what: str) -> None:
    context, token = editor.context, editor.enters().token
    happens: dict[str, Callable[[], object]] = {
        "ended": partial(service_removal.end_account, context, SERVER, editor.account_id),
        "invited again": partial(
            service_invitations.request_link, context, SERVER, editor.account_id
        ),
        "another password": partial(
            service_own_account.change_password, context, token, PASSWORD, "kinoto-gabise-rumaka"
        ),
    }
    editor.context = with_queue(context, RacingQueue(happens[what]))
    assert editor.is_refused() == SignInRefused()


def test_rows_contain_no_typed_secrets(editor: Person, stored: Callable[[], bytes]) -> None:
    made = editor.enters()
    code = editor.code()
    editor.is_refused(password="another-password", code=code)
    editor.name = "hunter2-typed-as-name"
    editor.is_refused()
    key = service_sessions.key_of(editor.context, made.token)
    assert key is not None

    kept = stored()
    words = [
        PASSWORD,
        code,
        editor.secret,
        made.token,
        made.signed_in.session_key,
        made.known,
        editor.sheet.key,
        editor.sheet.key.replace("-", ""),
        *editor.sheet.codes,
        "hunter2-typed-as-name",
    ]
    assert [word for word in words if word.encode() in kept] == []
    assert key not in kept
    with editor.context.database.reading() as session:
        account = session.scalars(select(ConsoleAccount)).one()
    assert account.wrapped_key
    assert account.wrapped_key in kept or account.wrapped_key.hex().encode() in kept
