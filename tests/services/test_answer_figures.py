"""E1, E6: how tips were answered, over a month written by hand; each figure is reckoned anew from what is written."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

import pytest
from sqlalchemy import event

from hotline.domain.cases import months
from hotline.domain.cases.entries import CaseEntry, EntryKind, EntryWay
from hotline.domain.evidence.raw import Measured, Raw, RawTable
from hotline.domain.outbox.delivery import MessageState
from hotline.domain.outbox.message import Kind
from hotline.domain.places.places import districts
from hotline.domain.tip import Matter, TipState
from hotline.services.evidence import answering, coverage
from hotline.store.cases import case_log
from hotline.store.database import Session
from hotline.store.outbox.messages import Attempt, Deadline, DeliveryReport, Message
from hotline.store.people.responders import Leave, Responder
from hotline.store.tips.tips import Tip
from tests.builders import make_referral, make_tip
from tests.district import District

MONTH = "2026-11"
BEGINS, ENDS = months.begins(MONTH), months.ends(MONTH)
MONDAY = BEGINS + timedelta(days=8, hours=10)
"""At ten in the morning: every promise ends in working hours."""
MINUTE = timedelta(minutes=1)
WRITTEN = """
1 delivered:1 taken:2 opened:6 on_site:20 closed:40:helped
1 delivered:1 taken:3 opened:9 offered:30
1 delivered:2 taken:5 opened:7 closed:20:silent
1 delivered:1 taken:1:unproved taken:4:doubted on_site:2
1 delivered:1 taken:1:provisional taken:2:proved opened:8 closed:33:wanted
1 red:10:40
2 delivered:9 taken:14 opened:70 closed:300:not-trafficking red:20:80
2 delivered:11 taken:16 screened:90 closed:400:not-found
3 delivered:3 taken:119 opened:200 closed:4000:referred
"""
"""A tip a line: its urgency, and what happened how many minutes after it was filed."""
PROMISED: Mapping[str, Mapping[int, float]] = {
    "delivered": {1: 1.5, 2: 10, 3: 10},
    "acknowledged": {1: 3, 2: 15, 3: 120},
    "opened": {1: 3 + 5, 2: 15 + 60, 3: 22 * 60},
    "outcome": {1: 3 + 30, 2: 15 + 360, 3: (3 * 24 - 2) * 60},
}
"""By step and urgency, minutes after filing. From Monday at ten the next morning is 22 hours away."""
KINDS = {
    "delivered": {"delivered"},
    "acknowledged": {"taken"},
    "opened": {"opened"},
    "on_site": {"on_site"},
    "outcome": {"offered", "closed"},
}


@dataclass
class Plain:
    """A line of the month, read by itself."""

    line: str

    @property
    def urgency(self) -> int:
        return int(self.line.split()[0])

    def events(self) -> Iterator[tuple[str, int, str]]:
        for word in self.line.split()[1:]:
            kind, minute, said = (word + "::").split(":")[:3]
            yield kind, int(minute), said

    def believed(self) -> Iterator[tuple[str, int, str]]:
        """Without a take that was doubted, and what was said with it."""
        is_doubted = "doubted" in self.line
        for one in self.events():
            if not (is_doubted and one[0] in ("taken", "on_site")) and one[2] != "provisional":
                yield one

    def first(self, step: str) -> int | None:
        return min((at for kind, at, _ in self.believed() if kind in KINDS[step]), default=None)

    @property
    def is_acted(self) -> bool:
        met = any(kind in ("on_site", "screened", "offered") for kind, *_ in self.believed())
        return met or any(said in ("helped", "referred") for *_, said in self.believed())


PLAIN = [Plain(line) for line in WRITTEN.split("\n") if line]


def enter(session: Session, tip: Tip, who: int, plain: Plain) -> None:
    filed_at = tip.filed_at or MONDAY
    for n, (kind, minute, said) in enumerate(plain.events()):
        at = filed_at + minute * MINUTE
        if kind == "red":
            until = filed_at + int(said) * MINUTE
            for step, (begun, ended) in enumerate(
                [(at, at + 5 * MINUTE), (at + 5 * MINUTE, until)]
            ):
                row = Deadline(tip_id=tip.id, kind="red", step=step, set_at=begun, due_at=ended)
                row.fired_at = ended
                session.add(row)
            continue
        said_of: dict[str, dict[str, str]] = {
            "taken": {"proof": said or "proved"},
            "closed": {"outcome": "silent", "waits": "yes"}
            if said == "wanted"
            else {"outcome": said},
        }
        codes = said_of.get(kind, {})
        by = (EntryKind(kind), at, EntryWay.USSD, f"{tip.uid} {n}", who, None, codes)
        assert case_log.written(session, CaseEntry(tip.id, *by)) is not None


@pytest.fixture
def month(district: District) -> District:
    """The month, and around it what no figure counts: a line of the best kind each."""
    who = district.enrol()
    best = Plain("1 delivered:0 taken:0 opened:0 on_site:1 closed:1:helped red:0:600")
    others: list[dict[str, object]] = [
        {"channel": "drill"},
        {"channel": "trial"},
        {"matter": Matter.COMPLAINT},
        {"state": TipState.FRAGMENT},
        {"filed_at": BEGINS - MINUTE},
        {"filed_at": ENDS},
    ]
    rows: list[tuple[Plain, dict[str, object]]] = [(one, {}) for one in PLAIN]
    with district.database.writing() as session:
        for n, (plain, fields) in enumerate([*rows, *((best, one) for one in others)]):
            tip = make_tip(uid=f"{n:032}", urgency=plain.urgency, filed_at=MONDAY)
            for name, value in fields.items():
                setattr(tip, name, value)
            session.add(tip)
            session.flush()
            enter(session, tip, who, plain)
    return district


def message_of(referral_id: int) -> Message:
    row = Message(kind=Kind.ALERT, responder_id=1, referral_id=referral_id, priority=1)
    row.template, row.parameters, row.language = "ALERT", {}, "rw"
    row.state, row.attempts, row.created_at, row.next_at = MessageState.SENDING, 1, MONDAY, MONDAY
    return row


def found(district: District) -> tuple[Mapping[str, RawTable], Mapping[tuple[str, str], Measured]]:
    with district.database.reading() as session:
        raw: list[Raw] = list(answering.counted(session, BEGINS, ENDS))
    tables = {one.figure: one for one in raw if isinstance(one, RawTable)}
    return tables, {(one.figure, one.row): one for one in raw if isinstance(one, Measured)}


def ranked(minutes: list[int], of: int, percent: int) -> int | None:
    place = ceil(of * percent / 100)
    return sorted(minutes)[place - 1] if 0 < place <= len(minutes) else None


@pytest.mark.row("E1")
def test_e1_each_step_s_times_are_what_a_plain_reckoning_finds(month: District) -> None:
    tables, measured = found(month)
    told = Counter(plain.urgency for plain in PLAIN)
    for step in KINDS:
        for urgency in told:
            row = f"urgency:{urgency}"
            firsts = [one.first(step) for one in PLAIN if one.urgency == urgency]
            minutes = [first for first in firsts if first is not None]
            of = len(minutes) if step == "on_site" else told[urgency]
            for name, percent in (("median", 50), ("ninety", 90)):
                number = measured[f"{step}_{name}", row]
                expected = ranked(minutes, of, percent)
                made_of = of if expected is not None else 0
                assert number.number == (expected or 0), (step, row)
                assert (number.of, number.counted) == (made_of, f"{step}_of")
            if step == "on_site":
                continue
            late = sum(first is None or first > PROMISED[step][urgency] for first in firsts)
            counts = tables[f"{step}_of"].tables[-1].counts
            assert counts[f"{step}_within no @ {row}", "all"] == late, (step, row)
            assert counts[f"{step}_within yes @ {row}", "all"] == of - late, (step, row)
    assert measured["acknowledged_median", "urgency:1"].number == 3
    assert measured["acknowledged_ninety", "urgency:1"].of == 0, "two of six were never taken"


def test_a_later_tip_of_a_cluster_is_with_those_who_were_told_of_the_first(
    district: District,
) -> None:
    """Nobody is rung for it: they have it at once, also where they are reminded later. Told of by a message that never
    arrived, it is not delivered.
    """
    who, later = district.enrol(), 15 * MINUTE
    for n, rung_after in enumerate((None, later, 0 * MINUTE)):
        at = MONDAY + n * timedelta(hours=1)
        tip_id = district.file_tip(filed_at=at)
        row = make_referral(tip_id=tip_id, responder_id=who, reference=f"K7Q{n}", at=at)
        with district.database.writing() as session:
            session.add(row)
            session.flush()
            if rung_after is not None:
                message = message_of(row.id)
                message.created_at = at + rung_after
                session.add(message)
            if rung_after == later:
                by = (EntryKind.DELIVERED, at + later, EntryWay.SMS, f"{n}", who)
                case_log.written(session, CaseEntry(tip_id, *by))
    tables, measured = found(district)
    counts = tables["delivered_of"].tables[-1].counts
    assert counts["delivered_within yes @ urgency:1", "all"] == 2
    assert counts["delivered_within no @ urgency:1", "all"] == 1
    assert measured["delivered_median", "urgency:1"].number == 0


def test_a_tip_that_is_a_danger_since_later_is_timed_as_what_it_was_told_as(
    district: District,
) -> None:
    """Somebody is in danger again a month on: no danger had waited for an hour."""
    tip_id = district.file_tip(filed_at=MONDAY, urgency=3)
    with district.database.writing() as session:
        tip = session.get_one(Tip, tip_id)
        tip.told_urgency, tip.urgency = 3, 1
    tables, _ = found(district)
    rows = tables["acknowledged_of"].tables[0].counts
    assert (rows["urgency:3", "all"], rows["urgency:1", "all"]) == (1, 0)


def test_e6_who_acted_and_what_was_red(month: District) -> None:
    tables, measured = found(month)
    by_urgency, whole = tables["tips_answered"].tables
    acted = sum(plain.is_acted for plain in PLAIN)
    assert acted == 4
    assert whole.counts == {("tips_acted", "all"): acted, ("not acted", "all"): len(PLAIN) - acted}
    assert by_urgency.counts["urgency:1", "on_site_of"] == 1
    assert tables["tips_red"].tables[0].counts == {("all", "all"): 2}
    assert measured["hours_red", "all"] == Measured("hours_red", "all", 2, 2, "tips_red")


def test_nobody_is_hurried_to_a_place(month: District) -> None:
    """Being there has no promise: whoever is measured by it would press victims, or go where nobody should."""
    tables, measured = found(month)
    shares = {name for one in tables.values() for name in one.shares}
    assert {"delivered_within", "outcome_within", "acted_of_100"} <= shares
    assert "on_site_within" not in shares
    assert measured["on_site_median", "urgency:1"].of == 1


def test_hours_with_nobody_are_looked_at_once_an_hour(district: District) -> None:
    """Of 12 there is somebody, whose phone rests in the second hour, and who is on leave in the third."""
    who = district.enrol()
    at = district.clock()
    away = Leave(responder_id=who, asked_by="name:Aline", asked_at=at)
    away.starts_at, away.ends_at = at + timedelta(hours=2), at + timedelta(hours=3)
    with district.database.writing() as session:
        session.add(away)
    for hour in range(4):
        district.clock.at = at + timedelta(hours=hour)
        with district.database.writing() as session:
            person = session.get_one(Responder, who)
            person.unreachable = "gone" if hour == 1 else None
        coverage.sample(district.kit)
        coverage.sample(district.kit)
    _, measured = found(district)
    hers, other = (measured["hours_uncovered", f"district:{code}"] for code in ("12", "11"))
    assert (hers.number, hers.of) == (2, 4)
    assert (other.number, other.of) == (4, 4)
    count = len(districts())
    assert measured["hours", "all"].number == 4 * count
    assert measured["hours_uncovered", "all"].number == 2 + 4 * (count - 1)


@pytest.mark.row("E1")
def test_e2_messages_by_network(month: District) -> None:
    """Three that a report names a network for, one that none does, one that was never tried; and one of a drill."""
    states = [
        (MessageState.DELIVERED, "63510", "ussd", 1),
        (MessageState.FAILED, "63510", "ussd", 2),
        (MessageState.ACCEPTED, "99999", "ussd", 1),
        (MessageState.DEAD, None, "ussd", 8),
        (MessageState.PENDING, None, "ussd", 0),
        (MessageState.DELIVERED, "63510", "drill", 1),
    ]
    with month.database.writing() as session:
        tips = {tip.channel: tip.id for tip in session.query(Tip).order_by(Tip.id.desc())}
        for n, (state, network, channel, tried) in enumerate(states):
            known_as = make_referral(tip_id=tips[channel], step=n, reference=f"K7Q{n}", at=MONDAY)
            session.add(known_as)
            session.flush()
            row = message_of(known_as.id)
            row.state, row.attempts = state, tried
            session.add(row)
            session.flush()
            for nth in range(1, tried + 1):
                one = Attempt(message_id=row.id, n=nth, started_at=MONDAY, provider_id=f"{n} {nth}")
                session.add(one)
            for nth in range(1, tried + 1) if network else ():
                report = DeliveryReport(provider_id=f"{n} {nth}", status="Success", network=network)
                report.received_at = MONDAY
                session.add(report)
    tables, _ = found(month)
    (table,) = tables["sms_sent"].tables
    assert {cell: number for cell, number in table.counts.items() if number} == {
        ("network:63510", "sms_delivered"): 1,
        ("network:63510", "sms_failed"): 1,
        ("network:other", "no word"): 1,
        ("network:not_said", "sms_failed"): 1,
    }
    assert ("network:63514", "sms_failed") in table.counts, "each row that could be there is listed"


def test_a_month_is_asked_for_in_as_many_questions_however_many_tips_there_are(
    month: District,
) -> None:
    asked: list[str] = []

    def note(*told: object) -> None:
        asked.append(str(told[2]))

    engine = month.database.engine
    event.listen(engine, "before_cursor_execute", note)
    found(month)
    event.remove(engine, "before_cursor_execute", note)
    assert len([one for one in asked if "SELECT" in one]) == 6
