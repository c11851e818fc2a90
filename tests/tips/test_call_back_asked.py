"""C13: tests how a caller requests a call, with the real flows and hooks, and every way to cancel it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import update

from hotline.alerts.service_messages import BOUND_AS
from hotline.keys.decrypt import decrypt_tip
from hotline.monitoring import service_checks_database
from hotline.text.places import NATIONAL
from hotline.tips.rules_receipts import ANSWERS, CallBackState
from hotline.tips.tables_persons import CallBack
from tests.faults import calls
from tests.support.callers import DESK_KEY, QUIET_HERE, REST, Caller, Line, told, unlocked
from tests.support.fakes import FakeShelf

CALL_ME = "Mumpamagare"
HERS = "+250788000077"
ADULT = ("2", "1")
CHILD = ("1", "1")
AGREED = ("2", "1", "3", "3", "1")
"""The keys that answer the questions about a call-back: yes, no other person, either day, evening, the code word
"rice"."""
TILL_WORD = AGREED[:-1]


@pytest.fixture
def offering(line: Line) -> Line:
    """Returns a hotline whose desk calls from a confirmed number."""
    return calls_from(line, "112")


def calls_from(line: Line, number: str) -> Line:
    context = replace(line.context, line=replace(line.context.line, call_back_number=number))
    return replace(line, context=context)


def key_of(caller: Caller, label: str) -> str:
    found = re.search(rf"^(\d) {label}$", caller.read(), re.M)
    return found[1] if found else ""


def asks(line: Line, *keyed: str, who: tuple[str, str] = REST) -> Caller:
    caller = told(line, *QUIET_HERE, *who)
    caller.key(key_of(caller, CALL_ME))
    caller.key(*keyed)
    return caller


def waiting(line: Line) -> list[CallBack]:
    return [row for row in line.all(CallBack) if row.state == CallBackState.WAITING]


def opened(row: CallBack) -> dict[str, str]:
    return decrypt_tip(
        row.body,
        unlocked(row.encrypted_key, row.uid, NATIONAL),
        uid=row.uid,
        place=BOUND_AS,
        desk=NATIONAL,
        private_key=bytes(DESK_KEY),
    )


def test_agreed_call_back_stores_number_only_encrypted(
    offering: Line, stored: Callable[[], bytes], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    caller = asks(offering, *AGREED)
    caller.key("1")
    assert caller.read() == "Murakoze. Murabeho."

    (row,) = waiting(offering)
    assert opened(row) == {"number": HERS, "word": "rice", "others": "alone", "language": "rw"}
    assert (str(row.window), row.again_at is not None) == ("25/11 17:00-19:00", True)
    kept = stored() + offering.written(tmp_path)
    for number in (HERS, HERS[1:], HERS[4:]):
        assert number.encode() not in kept
        assert number not in caplog.text
        assert number not in str(offering.jobs.scheduled)


def test_tip_does_not_mention_the_call_back(offering: Line) -> None:
    asks(offering, *AGREED)
    assert not set(offering.read(offering.tip)) & ANSWERS
    assert offering.read(offering.tip)["who"] == "several"


@pytest.mark.parametrize("number", ["", "116"])
def test_no_call_back_is_offered_without_verified_number(line: Line, number: str) -> None:
    caller = told(calls_from(line, number), *QUIET_HERE, *REST)
    assert "Byabitswe" in caller.read()
    assert CALL_ME not in caller.read()


def test_no_call_back_is_offered_a_year_after_verification(offering: Line) -> None:
    offering.clock.turn(days=366)
    assert CALL_ME not in told(offering, *QUIET_HERE, *REST).read()


@pytest.mark.row("C13")
def test_children_get_no_call_back_offer(offering: Line) -> None:
    assert CALL_ME not in told(offering, *QUIET_HERE, *CHILD).read()
    assert CALL_ME in told(offering, *QUIET_HERE, *ADULT).read()


@pytest.mark.parametrize(
    "keyed",
    [
        pytest.param(TILL_WORD, id="hung up before the word"),
        pytest.param((*AGREED, "2"), id="do not call"),
        pytest.param((*AGREED, "000"), id="erased"),
        pytest.param((*TILL_WORD, "000"), id="erased before"),
        pytest.param((*AGREED, "0", "0", "0", "0", "3"), id="back to whom she fears"),
        pytest.param((*AGREED, "0", "0", "2"), id="back to another time, and hung up"),
    ],
)
def test_number_is_not_stored_without_consent(offering: Line, keyed: tuple[str, ...]) -> None:
    asks(offering, *keyed)
    assert waiting(offering) == []
    assert [row.body for row in offering.all(CallBack) if row.body] == []
    assert offering.tip.state == "complete"


def test_erasure_in_same_session_withdraws_call_back(offering: Line) -> None:
    caller = asks(offering, *AGREED)
    caller.key("00", "000")
    assert waiting(offering) == []
    assert offering.tip.do_not_visit


def test_repeated_hops_store_one_call_back(offering: Line) -> None:
    caller = asks(offering, *AGREED)
    before = caller.read()
    caller.again()
    offering.flush()
    assert caller.again()[4:] == before
    offering.flush()
    caller.key("1")
    assert len(offering.all(CallBack)) == 1
    (row,) = waiting(offering)
    assert opened(row)["number"] == HERS


def test_changed_answer_replaces_the_call_back(offering: Line) -> None:
    asks(offering, *AGREED, "0", "0", "1", "2")
    (row,) = waiting(offering)
    assert (str(row.window), opened(row)["word"]) == ("25/11 08:00-10:00", "shoes")
    assert len(offering.all(CallBack)) == 2


@pytest.mark.row("C17")
def test_digits_dialled_ahead_request_no_call_back(offering: Line) -> None:
    caller = offering.caller()
    caller.dial("*".join((*QUIET_HERE, *REST, "3", *AGREED)))
    assert offering.all(CallBack) == []


NOT_VERIFIED = "not offered: the number that the desk calls from is not verified"
A_YEAR_LATER = datetime(2027, 11, 25, 8, tzinfo=UTC)


def test_doctor_says_if_call_backs_are_offered_or_why_not(line: Line) -> None:
    for number, at, ok, says in (
        ("112", line.clock.at, True, "offered to callers"),
        ("", line.clock.at, True, "not offered: HOTLINE_CALL_BACK_NUMBER"),
        ("114", line.clock.at, False, "not offered: numbers.csv does not list"),
        ("116", line.clock.at, False, NOT_VERIFIED),
        ("112", A_YEAR_LATER, False, NOT_VERIFIED),
    ):
        line.clock.at = at
        context = calls_from(line, number).context
        every = service_checks_database.call_back_findings(context)
        (found,) = [one for one in every if one.name == "call-backs"]
        told_so = (found.ok, found.message.startswith(says), bool(found.todo))
        assert told_so == (ok, True, not ok), number


def test_doctor_reports_missing_flows(line: Line) -> None:
    context = replace(calls_from(line, "112").context, flow_sets=FakeShelf(revision=None))
    assert "no flows" in service_checks_database.call_back_findings(context)[0].message


@pytest.mark.parametrize(
    ("harm", "judged"),
    [
        ({}, []),
        ({"state": CallBackState.WITHDRAWN}, ["0 calls wait for one that was promised"]),
        ({"body": b"x" * 300}, ["call-back 1 does not open to the number that asked"]),
        ({"uid": "f" * 32}, ["call-back 1 does not open to the number that asked"]),
    ],
)
def test_fault_run_finds_lost_or_undecryptable_call_back(
    offering: Line, harm: dict[str, object], judged: list[str]
) -> None:
    caller = asks(offering, *AGREED)
    if harm:
        with offering.database.writing() as session:
            session.execute(update(CallBack).values(**harm))
    promised = {offering.context.pseudonyms.session(caller.session_id): HERS}
    weekly_lock = offering.context.encrypter.weekly_lock
    assert calls.unkept(offering.database, promised, bytes(DESK_KEY), weekly_lock) == judged
    others = dict.fromkeys(promised, "+250788000078")
    assert calls.unkept(offering.database, others, bytes(DESK_KEY), weekly_lock)


def test_fault_run_caller_requests_call_back_and_returns_to_screen(offering: Line) -> None:
    caller = told(offering, *QUIET_HERE, *REST)
    saved = caller.read()
    handset = Handset(caller)
    assert calls.ask(cast(Any, handset))
    assert caller.read() == saved
    assert [opened(row)["number"] for row in waiting(offering)] == [HERS]


def test_fault_run_caller_continues_without_call_back_offer(line: Line) -> None:
    caller = told(calls_from(line, ""), *QUIET_HERE, *REST)
    saved = caller.read()
    assert not calls.ask(cast(Any, Handset(caller)))
    assert caller.read() == saved


@dataclass
class Handset:
    """A caller with the methods that a fault test uses."""

    caller: Caller
    open: bool = True

    @property
    def screen(self) -> str:
        return self.caller.read()

    def reply(self, text: str) -> None:
        self.caller.key(text)
