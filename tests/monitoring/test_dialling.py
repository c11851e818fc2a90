"""Tests how the hotline dials itself over HTTP, and how it asks the gateway for its balance."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.core import rules_trial
from hotline.core.database import open_database
from hotline.counters.tables import Tally
from hotline.emulator.emulator import build_emulator
from hotline.gateway.africastalking import Account, read_balance
from hotline.gateway.http import Dialler
from hotline.gateway.tables import Dialogue
from hotline.monitoring.instruments import BALANCE_EACH, DIAL_AGAIN, DIAL_EACH, LineInstruments
from hotline.web.hooks import HookContext
from hotline.web.hooks_app import create_app
from tests.emulator.running import serving
from tests.support.callers import SECRETS, Line
from tests.support.contexts import WholeContext
from tests.support.serving import running

SECRET = SECRETS["ussd"][0]


class Silent(WSGIRequestHandler):
    def log_message(self, *words: object) -> None:
        pass


@contextmanager
def served(context: WholeContext) -> Iterator[str]:
    application = create_app(HookContext(context, SECRETS))
    with running(make_server("127.0.0.1", 0, application, handler_class=Silent)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def address(line: Line) -> Iterator[str]:
    with served(line.context) as address:
        yield address


def test_two_hops_of_a_session_that_no_figure_counts(line: Line, address: str) -> None:
    assert Dialler(address, lambda: [SECRET.encode()], "*384*777#").reaches_the_line()
    assert [row.channel for row in line.all(Dialogue)] == [rules_trial.CHANNEL]
    assert line.all(Tally) == []
    line.caller().dial()
    assert [row.count for row in line.all(Tally)] == [1]


def test_a_door_that_stays_shut_is_no_answer(line: Line, address: str) -> None:
    assert not Dialler(address, lambda: [b"another-secret"], "*384*777#").reaches_the_line()
    assert not Dialler(
        "http://127.0.0.1:9", lambda: [SECRET.encode()], "*384*777#"
    ).reaches_the_line()


def test_a_line_that_only_ends_politely_is_no_answer(line: Line) -> None:
    gone = replace(line.context, database=open_database("sqlite:////nowhere/at/all.db"))
    with served(gone) as address:
        assert not Dialler(address, lambda: [SECRET.encode()], "*384*777#").reaches_the_line()


class Answers:
    def __init__(self, *answers: bool) -> None:
        self.left = [*answers]

    def reaches_the_line(self) -> bool:
        return self.left.pop(0)

    def balance(self) -> float | None:
        return float(self.left.pop(0))


def test_it_is_dialled_now_and_then_and_sooner_after_silence(tmp_path: Path) -> None:
    now = [0.0]
    calls = Answers(True, False, True)
    gauges = LineInstruments("redis://127.0.0.1:9/0", tmp_path, calls, calls, None, lambda: now[0])  # type: ignore[arg-type]
    told = []
    for at in (0, DIAL_EACH - 1, DIAL_EACH, DIAL_EACH + DIAL_AGAIN - 1, DIAL_EACH + DIAL_AGAIN):
        now[0] = at
        told.append(gauges.line_answers())
    assert told == [True, True, False, False, True]


def test_the_balance_is_asked_every_ten_minutes(tmp_path: Path) -> None:
    now = [0.0]
    calls = Answers(True, False)
    gauges = LineInstruments("redis://127.0.0.1:9/0", tmp_path, None, calls, None, lambda: now[0])  # type: ignore[arg-type]
    assert (gauges.balance(), gauges.balance()) == (1.0, 1.0)
    now[0] = BALANCE_EACH
    assert gauges.balance() == 0.0


def test_the_stand_in_says_what_is_left() -> None:
    with serving(build_emulator()) as gateway:
        assert Account(gateway, "sandbox", "emulator").balance() == 250000.0
        assert Account(gateway, "sandbox", "another-key").balance() is None
    assert Account("http://127.0.0.1:9", "sandbox", "emulator").balance() is None


@pytest.mark.parametrize(
    ("text", "balance"),
    [
        ('{"UserData": {"balance": "RWF 1785.5000"}}', 1785.5),
        ('{"userData": {"balance": "KES -0.8000"}}', -0.8),
        ('{"UserData": {"balance": "RWF many"}}', None),
        ('{"UserData": {"balance": 12}}', None),
        ('{"UserData": {}}', None),
        ("<html>", None),
        ("", None),
    ],
)
def test_a_balance_as_the_gateway_writes_it(text: str, balance: float | None) -> None:
    assert read_balance(text) == balance


@given(st.one_of(st.text(), st.recursive(st.none(), st.lists).map(str)))
def test_anything_else_is_none(text: str) -> None:
    assert read_balance(text) is None
