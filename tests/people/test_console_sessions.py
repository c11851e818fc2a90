"""Tests a session of the console: idle, expired, ended, fresh. Its key works for 15 minutes and is in no row."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from hotline.core.actors import Refused, SignedIn
from hotline.core.context import ConsoleKit
from hotline.duty import service_accounts, service_leaving
from hotline.people import service_sessions
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_sessions import ConsoleSession, SignInTry
from tests.support.clock import Clock
from tests.support.signing import PASSWORD, SERVER, Person


def rows(kit: ConsoleKit) -> list[ConsoleSession]:
    with kit.database.reading() as session:
        return list(session.scalars(select(ConsoleSession)))


def test_fifteen_idle_minutes_end_it(kit: ConsoleKit, editor: Person, clock: Clock) -> None:
    token = editor.enters().token
    for _ in range(3):
        clock.turn(minutes=14)
        assert service_sessions.look(kit, token)
    clock.turn(minutes=15)
    assert service_sessions.look(kit, token) is None


def test_a_reload_is_no_presence(kit: ConsoleKit, editor: Person, clock: Clock) -> None:
    token = editor.enters().token
    for _ in range(14):
        clock.turn(minutes=1)
        assert service_sessions.look(kit, token, automatic=True)
    clock.turn(minutes=1)
    assert service_sessions.look(kit, token) is None


def test_eight_hours_end_it_however_busy_she_is(
    kit: ConsoleKit, editor: Person, clock: Clock
) -> None:
    token = editor.enters().token
    for _ in range(47):
        clock.turn(minutes=10)
        assert service_sessions.look(kit, token)
    clock.turn(minutes=10)
    assert service_sessions.look(kit, token) is None


def test_a_row_is_written_once_a_minute(kit: ConsoleKit, editor: Person, clock: Clock) -> None:
    token, at = editor.enters().token, clock()
    clock.turn(seconds=59)
    service_sessions.look(kit, token)
    assert rows(kit)[0].seen_at == at
    clock.turn(seconds=1)
    service_sessions.look(kit, token)
    assert rows(kit)[0].seen_at == clock()
    with kit.database.reading() as session:
        assert session.scalar(select(ConsoleAccount.seen_at)) == clock()


@pytest.mark.parametrize("typed", ["", "x", "é" * 43, "A" * 43, "A" * 44, "../" * 15])
def test_what_is_no_token_of_ours_is_nobody(kit: ConsoleKit, editor: Person, typed: str) -> None:
    editor.enters()
    assert service_sessions.look(kit, typed) is None
    assert service_sessions.key_of(kit, typed) is None
    service_sessions.leave(kit, typed)
    assert len(rows(kit)) == 1


def test_whoever_leaves_stays_signed_out(kit: ConsoleKit, editor: Person, clock: Clock) -> None:
    token = editor.enters().token
    other = editor.enters().token
    service_sessions.leave(kit, token)
    clock.turn(minutes=2)
    assert service_sessions.look(kit, token) is None
    assert service_sessions.step_up(kit, token, PASSWORD, editor.code()) is None
    assert service_sessions.look(kit, other)


def test_an_account_that_ends_takes_its_sessions_along(kit: ConsoleKit, editor: Person) -> None:
    token = editor.enters().token
    service_leaving.end_account(kit, SERVER, editor.account_id)
    assert service_sessions.look(kit, token) is None
    assert rows(kit) == []


def test_the_others_are_listed_and_ended(kit: ConsoleKit, editor: Person, clock: Clock) -> None:
    first, second = editor.enters().token, editor.enters().token
    assert [one.is_this for one in service_sessions.listed(kit, second)] == [True, False]
    service_sessions.end_others(kit, second)
    assert service_sessions.look(kit, first) is None
    assert service_sessions.look(kit, second)


def test_a_step_up_makes_a_factor_fresh(kit: ConsoleKit, editor: Person, clock: Clock) -> None:
    token = editor.enters().token
    key = service_sessions.key_of(kit, token)
    assert key is not None
    for _ in range(2):
        clock.turn(minutes=8)
        stale = editor.here(token)
    assert not stale.is_fresh
    assert service_sessions.key_of(kit, token) is None

    assert isinstance(
        service_sessions.step_up(kit, token, "another-password", editor.code()), Refused
    )
    assert not editor.here(token).is_fresh
    again = service_sessions.step_up(kit, token, PASSWORD, editor.code())
    assert isinstance(again, SignedIn)
    assert again.is_fresh
    assert again.session_key == stale.session_key
    assert service_sessions.key_of(kit, token) == key


def test_the_key_needs_row_and_token(kit: ConsoleKit, editor: Person, clock: Clock) -> None:
    mine, other = editor.enters().token, editor.enters().token
    with kit.database.writing() as session:
        held = session.scalars(select(ConsoleSession)).all()
        held[0].locked_key, held[1].locked_key = held[1].locked_key, held[0].locked_key
    assert service_sessions.key_of(kit, mine) is None
    assert service_sessions.key_of(kit, other) is None


def test_after_fifteen_minutes_the_key_is_in_no_row(
    kit: ConsoleKit, editor: Person, clock: Clock, stored: Callable[[], bytes]
) -> None:
    token = editor.enters().token
    locked = rows(kit)[0].locked_key
    assert locked
    clock.turn(minutes=14, seconds=59)
    service_sessions.look(kit, token)
    service_accounts.forget_over(kit)
    assert rows(kit)[0].locked_key == locked

    clock.turn(seconds=1)
    service_accounts.forget_over(kit)
    assert (rows(kit)[0].locked_key, rows(kit)[0].key_until) == (None, None)
    assert editor.here(token)


def test_the_clock_deletes_what_is_over(kit: ConsoleKit, editor: Person, clock: Clock) -> None:
    editor.enters()
    editor.is_refused(password="another-password")
    with kit.database.writing():
        # A request for the writer's turn would wait here without end.
        service_accounts.forget_over(kit)
    clock.turn(hours=1)
    service_accounts.forget_over(kit)
    assert rows(kit) == []
    with kit.database.reading() as session:
        assert session.scalar(select(SignInTry.failures)) is None
