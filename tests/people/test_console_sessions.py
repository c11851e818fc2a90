"""Tests when a session of the console ends, and when its sign-in counts as recent. The session's key works for 15
minutes, and the database never stores it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from hotline.core.actors import SignedIn, SignInRefused
from hotline.core.contexts import ConsoleContext
from hotline.duty import service_accounts, service_removal
from hotline.people import service_sessions
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_sessions import ConsoleSession, SignInAttempt
from tests.support.clock import Clock
from tests.support.signing import PASSWORD, SERVER, Person


def rows(context: ConsoleContext) -> list[ConsoleSession]:
    with context.database.reading() as session:
        return list(session.scalars(select(ConsoleSession)))


@pytest.mark.adversary("a person who finds an open screen")
def test_session_ends_after_15_idle_minutes_despite_reload(editor: Person) -> None:
    token = editor.enters().token
    for _ in range(3):
        editor.clock.turn(minutes=14)
        assert service_sessions.find_session(editor.context, token)
    editor.clock.turn(minutes=15)
    assert service_sessions.find_session(editor.context, token) is None

    token = editor.enters().token
    for _ in range(14):
        editor.clock.turn(minutes=1)
        assert service_sessions.find_session(editor.context, token, automatic=True)
    editor.clock.turn(minutes=1)
    assert service_sessions.find_session(editor.context, token) is None


@pytest.mark.adversary("a person who finds an open screen")
def test_session_ends_after_eight_hours(editor: Person, clock: Clock) -> None:
    token = editor.enters().token
    for _ in range(47):
        clock.turn(minutes=10)
        assert service_sessions.find_session(editor.context, token)
    clock.turn(minutes=10)
    assert service_sessions.find_session(editor.context, token) is None


def test_session_row_is_written_once_a_minute(editor: Person, clock: Clock) -> None:
    token, at = editor.enters().token, clock()
    clock.turn(seconds=59)
    service_sessions.find_session(editor.context, token)
    assert rows(editor.context)[0].seen_at == at
    clock.turn(seconds=1)
    service_sessions.find_session(editor.context, token)
    assert rows(editor.context)[0].seen_at == clock()
    with editor.context.database.reading() as session:
        assert session.scalar(select(ConsoleAccount.seen_at)) == clock()


def test_invalid_token_signs_nobody_in(context: ConsoleContext, editor: Person) -> None:
    editor.enters()
    for typed in ("", "x", "é" * 43, "A" * 43, "A" * 44, "../" * 15):
        assert service_sessions.find_session(context, typed) is None
        assert service_sessions.key_of(context, typed) is None
        service_sessions.sign_out(context, typed)
        assert len(rows(context)) == 1


def test_signing_out_and_ending_account_end_sessions(
    context: ConsoleContext, editor: Person, clock: Clock
) -> None:
    token = editor.enters().token
    other = editor.enters().token
    service_sessions.sign_out(context, token)
    clock.turn(minutes=2)
    assert service_sessions.find_session(context, token) is None
    assert service_sessions.step_up(context, token, PASSWORD, editor.code()) is None
    assert service_sessions.find_session(context, other)
    service_removal.end_account(context, SERVER, editor.account_id)
    assert service_sessions.find_session(context, other) is None
    assert rows(context) == []


def test_step_up_makes_second_factor_fresh(context: ConsoleContext, editor: Person) -> None:
    token = editor.enters().token
    key = service_sessions.key_of(context, token)
    assert key is not None
    for _ in range(2):
        editor.clock.turn(minutes=8)
        stale = editor.here(token)
    assert not stale.is_fresh
    assert service_sessions.key_of(context, token) is None

    assert isinstance(
        service_sessions.step_up(context, token, "another-password", editor.code()), SignInRefused
    )
    assert not editor.here(token).is_fresh
    again = service_sessions.step_up(context, token, PASSWORD, editor.code())
    assert isinstance(again, SignedIn)
    assert again.is_fresh
    assert again.session_key == stale.session_key
    assert service_sessions.key_of(context, token) == key


def test_session_key_needs_row_and_token(
    context: ConsoleContext, editor: Person, clock: Clock
) -> None:
    mine, other = editor.enters().token, editor.enters().token
    with context.database.writing() as session:
        held = session.scalars(select(ConsoleSession)).all()
        held[0].locked_key, held[1].locked_key = held[1].locked_key, held[0].locked_key
    assert service_sessions.key_of(context, mine) is None
    assert service_sessions.key_of(context, other) is None


def test_session_key_leaves_its_row_after_15_minutes(
    context: ConsoleContext, editor: Person, clock: Clock, stored: Callable[[], bytes]
) -> None:
    token = editor.enters().token
    locked = rows(context)[0].locked_key
    assert locked
    clock.turn(minutes=14, seconds=59)
    service_sessions.find_session(context, token)
    service_accounts.delete_expired(context)
    assert rows(context)[0].locked_key == locked

    clock.turn(seconds=1)
    service_accounts.delete_expired(context)
    assert (rows(context)[0].locked_key, rows(context)[0].key_until) == (None, None)
    assert editor.here(token)


def test_clock_process_deletes_old_sessions(editor: Person, clock: Clock) -> None:
    editor.enters()
    editor.is_refused(password="another-password")
    with editor.context.database.writing():
        # If `delete_expired` waited for the other transaction to end, the test would never end.
        service_accounts.delete_expired(editor.context)
    clock.turn(hours=1)
    service_accounts.delete_expired(editor.context)
    assert rows(editor.context) == []
    with editor.context.database.reading() as session:
        assert session.scalar(select(SignInAttempt.failures)) is None
