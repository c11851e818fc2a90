"""Fills a new demo with twelve months of sample data: closed tips, calls, persons and releases of statistics.

The hotline's own services create the open tips and let responders take them, with a clock that can be moved. All
pages and files with this data say that it is sample data.
"""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hotline.alerts import queries as alerts_queries
from hotline.alerts import (
    queries_people,
    rules_assignment,
    rules_follow_up,
    service_assignment,
    service_case,
    service_commands,
    tables_case_events,
)
from hotline.alerts import service_sending as alerts_service_sending
from hotline.alerts.rules_replies import Command, Verb
from hotline.cases import service_requests
from hotline.cases.decrypt_reader import ReaderContext
from hotline.cli import contexts
from hotline.cli.contexts import build_cli, build_reader, build_web, build_worker
from hotline.core import tables as core_tables
from hotline.core.actors import AccountRole, Actor
from hotline.core.contexts import Context, WebContext, WorkerContext
from hotline.core.database import Session
from hotline.core.settings import Settings
from hotline.core.ussd import EndNotice, UssdHop
from hotline.counters import tables
from hotline.counters.rules import QUIZ_MEASURES, WEEK_BEGINS, Measure, ScreenMeasure
from hotline.counters.service import day_of
from hotline.counters.tables import DailyCount, People, ScreenCount
from hotline.dialogue import service_session
from hotline.emulator.server import choices
from hotline.gateway.rules import ReportIn
from hotline.gateway.stand_ins import FakeJobs, FakeSenders, FakeSms, FakeStarts, FakeStates
from hotline.gateway.tables import Assignment
from hotline.people import tables_accounts, tables_desks
from hotline.people.demo_sign_in import demo_accounts_in
from hotline.programmes.rules import LESSONS, SESSIONS_HELD, Programme
from hotline.programmes.tables import Participant
from hotline.statistics import queries, reader_person_sums, service_releases
from hotline.statistics.encrypt import encrypt_sums
from hotline.statistics.rules_counts import NETWORKS
from hotline.statistics.rules_definitions import CellName, CellSum, Dimension, due_at, due_periods
from hotline.text.places import FORMS, NATIONAL, PROVINCES, Category, districts, place_name
from hotline.text.quiz import QuizOutcome
from hotline.tips import tables_persons
from hotline.tips.rules import TEXT_KEPT as WORDS
from hotline.tips.rules import Basis, TipOutcome, TipState, Urgency
from hotline.tips.rules_events import EventChannel, LoggedEvent, Purpose, TakeProof
from hotline.tips.rules_persons import PersonCodes
from hotline.tips.tables import Grant, Tip

MONTHS, TIPS_A_MONTH, PERSONS_A_MONTH, CALLS_A_DAY = 12, 110, 14, 40
TIPS_OF_THIS_MONTH = 60
OPEN_TIPS, OPEN_PERSONS, OFFICERS = 12, 24, 60
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
KINDS = tuple(category.value for category in Category)
MINUTES_TO_TAKE: Mapping[Urgency, tuple[int, int]] = {
    Urgency.DANGER: (1, 4),
    Urgency.SEEN: (2, 90),
    Urgency.HEARD: (8, 600),
}
"""The shortest and the longest time, in minutes, until a responder takes a tip."""
STEPS = ("identified", "consented", "offered_in_a_day", "accepted", "known_at_30")
"""The steps of help for a person of a case, in order, from identification to the contact after 30 days. After each
step, nine of ten persons reach the next step."""
SIGNS = {"minor": "no", "sex": "woman", "act": "yes", "force": "yes", "purpose": "yes"}
TARGETS = {"calls": 4000, "danger_share": 90, "offer_share": 95, "follow_share": 80}


@dataclass
class SampleClock:
    """A clock that shows the time that it was set to."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass
class SampleLine:
    """One hotline for sample data: its contexts with one database and one clock, and its random numbers."""

    door: WebContext
    relay: WorkerContext
    reader: ReaderContext
    desk: Context
    clock: SampleClock
    now: datetime
    actors: Mapping[AccountRole, Actor]
    random: Random = field(default_factory=lambda: Random(1))
    sms: FakeSms = field(default_factory=FakeSms)

    @property
    def months(self) -> Sequence[str]:
        """Returns the last twelve months before the current one, earliest first."""
        found = [rules_follow_up.month_of(self.now)]
        while len(found) <= MONTHS:
            found.append(rules_follow_up.month_of(rules_follow_up.begins(found[-1]) - DAY))
        return found[:0:-1]


def write(settings: Settings) -> None:
    """Writes the sample data of a new demo. Raises StoreUnavailable."""
    line = _line(settings)
    with closing(line.door.database):
        with line.desk.database.writing() as session:
            core_tables.mark_sample(session, line.now)
            _use(session, line)
            _closed_tips(session, line)
            _sums(session, line)
            for name, target in TARGETS.items():
                of = f"{line.now:%Y}"
                queries.write_target(session, name, of, target, by="sample", at=line.now)
        _persons(line)
        _releases(line)
        _open_tips(line)


def _line(settings: Settings) -> SampleLine:
    now = contexts.clock(settings)()
    clock, sms = SampleClock(now), FakeSms()
    door, relay = build_web(settings), build_worker(settings)
    reader, desk = build_reader(settings), build_cli(settings)
    for other in (relay, reader, desk):
        other.database.close()
    same: dict[str, Any] = {
        "database": door.database,
        "flow_sets": door.flow_sets,
        "now": clock,
        "jobs": FakeJobs(),
    }
    roles = {
        role: account.name for account in demo_accounts_in(settings.home) for role in account.roles
    }
    with door.database.reading() as session:
        ids = {account.shown: account.id for account in tables_accounts.all_accounts(session)}
    return SampleLine(
        door=replace(door, **same, notes=FakeStarts(), runs=FakeStates()),
        relay=replace(relay, **same, sms=sms, senders=FakeSenders()),
        reader=replace(reader, **same),
        desk=replace(desk, **same),
        clock=clock,
        now=now,
        actors={role: Actor(name, ids[name]) for role, name in roles.items() if name in ids},
        sms=sms,
    )


def _use(session: Session, line: SampleLine) -> None:
    """Writes numbers about the use of the hotline: calls, topics, quiz answers, lessons, networks, callers, trainees,
    community sessions and hourly coverage."""
    random, live = line.random, service_releases.live_rows(line.desk)
    first, after = day_of(rules_follow_up.begins(line.months[0])), day_of(line.now)
    cells: Counter[tuple[Any, ...]] = Counter()
    for number in range((after - first).days):
        day = first + number * DAY
        for _ in range(CALLS_A_DAY + number // 12 + random.randint(-8, 8)):
            language = random.choices(("rw", "en", "fr"), (82, 10, 8))[0]
            entry = random.choices(("", *sorted(live.codes)), (8, *(1 for _ in live.codes)))[0]
            cells[day, Measure.SESSION, language, entry, "", ""] += 1
            topic = random.choice(sorted(live.topics))
            cells[day, Measure.TOPIC, language, entry, "", topic] += random.random() < 0.7
        for outcome, share in zip(QuizOutcome, (4, 5, 1, 2), strict=True):
            cells[day, QUIZ_MEASURES[outcome], "rw", "", "", "passport"] += share
        if random.random() < 0.4:
            cells[day, SESSIONS_HELD, "rw", "", random.choice(districts()).code, "village"] += 1
    names = ("day", "measure", "language", "entry", "district", "topic")
    # Uses plain dictionaries, because making forty thousand objects would take longer than the rest of this function.
    counts = [
        {**dict(zip(names, cell, strict=True)), "channel": "ussd", "count": count}
        for cell, count in cells.items()
    ]
    session.bulk_insert_mappings(DailyCount, counts)
    screens: list[dict[str, Any]] = []
    for month in line.months:
        session.add(People(period=month, count=700 + random.randint(0, 200)))
        for begins in WEEK_BEGINS:
            week = day_of(rules_follow_up.begins(month)) + (begins - 1) * DAY
            for name, count in zip(NETWORKS, (220, 90, 8), strict=False):
                screens.append(_screen(week, ScreenMeasure.SESSION, name, count))
            for place, screen in enumerate(sorted(live.screens)):
                views = max(12, 180 - 2 * place + random.randint(-9, 9))
                screens.append(_screen(week, ScreenMeasure.SHOWN, screen, views))
                screens.append(_screen(week, ScreenMeasure.ANSWERED, screen, views * 8 // 10))
    session.bulk_insert_mappings(ScreenCount, screens)
    for number in range(OFFICERS):
        joined = rules_follow_up.begins(random.choice(line.months)) + random.randint(1, 20) * DAY
        lessons = LESSONS if number % 3 else LESSONS[: number % 5]
        passed = {name: (joined + n * DAY).isoformat() for n, name in enumerate(lessons, 1)}
        row = Participant(
            number_key=f"sample {number}",
            programme=Programme.TRAINEES,
            district="12",
            created_at=joined,
            reports=[],
            passed=passed,
        )
        session.add(row)
    hours = line.now.replace(minute=0, second=0, microsecond=0)
    away = {hours - n * HOUR: (["57"] if n % 24 < 5 else []) for n in range(1, 24 * 14)}
    tables.write_coverages(session, away)


def _screen(week: Any, measure: str, name: str, count: int) -> dict[str, Any]:
    return {"week": week, "measure": measure, "name": name, "count": count}


def _closed_tips(session: Session, line: SampleLine) -> None:
    """Writes a year's closed tips with their case events. The text of old tips is already erased."""
    random, codes = line.random, sorted(area.code for area in districts())
    weights = [5 if code.startswith("1") else 1 for code in codes]
    members = queries_people.members(session)
    people = {code: [member.id for member in members if member.covers(code)] for code in codes}
    keys = tables_desks.public_keys(session, (NATIONAL, *codes))
    names = iter(
        rules_assignment.draw_references(secrets.token_bytes(400_000), 6, MONTHS * TIPS_A_MONTH * 2)
    )
    for begins, lasts, many in _spells(line):
        tips: list[tuple[Tip, Mapping[str, bytes]]] = []
        for _ in range(many):
            filed = begins + lasts * random.random()
            tips.append(_tip(line, filed, random.choices(codes, weights)[0], keys))
        session.add_all(tip for tip, _ in tips)
        session.flush()
        met: list[int] = []
        for tip, grants in tips:
            for code, key in grants.items():
                session.add(Grant(tip_id=tip.id, desk_code=code, encrypted_key=key))
            if _log(session, line, tip, random.choice(people[tip.place]), next(names)):
                met.append(tip.id)
        month = rules_follow_up.month_of(begins)
        if rules_follow_up.counted_at(month) <= line.now:
            tables_case_events.mark_counted(session, met, month, rules_follow_up.counted_at(month))


def _spells(line: SampleLine) -> Iterator[tuple[datetime, timedelta, int]]:
    """Yields the start, the length and the number of sample tips for each past month, and for the current month up to
    yesterday."""
    for number, month in enumerate(line.months):
        yield rules_follow_up.begins(month), 28 * DAY, TIPS_A_MONTH + 2 * number
    begins = min(rules_follow_up.begins(rules_follow_up.month_of(line.now)), line.now - 3 * DAY)
    yield begins, line.now - DAY - begins, TIPS_OF_THIS_MONTH


def _tip(
    line: SampleLine, filed: datetime, place: str, keys: Mapping[str, bytes]
) -> tuple[Tip, Mapping[str, bytes]]:
    """Returns a closed tip, and the tip's key encrypted for the desks that may read it. An erased tip has no keys."""
    random = line.random
    urgency = random.choices(tuple(Urgency), (22, 60, 18))[0]
    closed = min(filed + random.randint(5, 90) * HOUR, line.now - HOUR)
    uid, erased = secrets.token_hex(16), closed + WORDS if closed + WORDS < line.now else None
    tip = Tip(
        uid=uid,
        identity=f"erased:{uid}" if erased else f"sample {uid}",
        session_key="",
        contact_key="",
        attempt=1,
        state=TipState.FILED,
        channel="ussd",
        language=random.choices(("rw", "en", "fr"), (88, 7, 5))[0],
        entry="",
        place=place,
        category=random.choice(KINDS),
        urgency=urgency,
        official="no" if random.random() > 0.04 else "yes",
        basis=Basis.PUBLIC_DUTY,
        body=b"",
        created_at=filed,
        updated_at=filed,
        filed_at=filed,
        assigned_at=filed,
        alert_urgency=urgency,
        closed_at=closed,
        outcome=random.choices(tuple(TipOutcome)[:4], (4, 4, 3, 1))[0],
        erased_at=erased,
    )
    if erased is not None:
        return tip, {}
    desk_codes = (NATIONAL, place) if tip.official == "no" else (NATIONAL,)
    encrypted = line.desk.encrypter.tip(
        {"danger": "yes" if urgency is Urgency.DANGER else "no"},
        uid=uid,
        place=place,
        desks={code: keys[code] for code in desk_codes},
        at=filed,
    )
    tip.body = encrypted.body
    return tip, encrypted.grants


def _log(session: Session, line: SampleLine, tip: Tip, responder_id: int, name: str) -> bool:
    """Writes the assignment of a closed tip and its case events. Returns True if the responder found a person at the
    place of the tip."""
    random, at = line.random, tip.created_at
    low, high = MINUTES_TO_TAKE[Urgency(tip.urgency)]
    taken_at = at + (low + (high - low) * random.random() ** 2) * MINUTE
    opened = taken_at + random.randint(1, 9) * MINUTE
    on_site = opened + random.randint(20, 200) * MINUTE if random.random() < 0.6 else None
    month = rules_follow_up.month_of(at)
    is_counted = rules_follow_up.counted_at(month) <= line.now
    is_met = is_counted and on_site is not None and random.random() < 0.8
    tip.assignee_id = responder_id
    alert = Assignment(
        tip_id=tip.id,
        step=0,
        responder_id=responder_id,
        reference=name,
        state=rules_assignment.AssignmentState.CLOSED,
        created_at=at,
        acknowledged_at=taken_at,
        proved_at=taken_at,
        opened_at=opened,
        on_site_at=on_site,
    )
    session.add(alert)
    happened: list[tuple[LoggedEvent, datetime | None, dict[str, str]]] = [
        (LoggedEvent.ALERTED, at, {"why": Purpose.ALERT}),
        (LoggedEvent.ACKNOWLEDGED, taken_at, {"proof": TakeProof.PROVED}),
        (LoggedEvent.OPENED, opened, {}),
        (LoggedEvent.ON_SITE, on_site, {}),
        (LoggedEvent.SCREENED, on_site if is_met else None, {}),
        (LoggedEvent.CLOSED, tip.closed_at, {"outcome": str(tip.outcome)}),
    ]
    for kind, moment, codes in happened:
        if moment is not None:
            row = tables_case_events.CaseEventRow(
                tip_id=tip.id,
                at=moment,
                responder_id=responder_id,
                codes=codes,
                channel=EventChannel.USSD,
                kind=kind,
                key=f"{kind}:sample:{tip.id}",
            )
            session.add(row)
    return is_met


def _sums(session: Session, line: SampleLine) -> None:
    """Writes the sums of persons for each month that the hotline would have counted by now."""
    for month in line.months:
        if rules_follow_up.counted_at(month) > line.now:
            continue
        sums: dict[CellName, CellSum] = {}
        for _ in range(PERSONS_A_MONTH):
            key = secrets.randbelow(256)
            for name in _cells(line.random):
                sums[name] = sums.get(name, CellSum()) + CellSum(1, key)
        body = encrypt_sums(sums, month=month, public_key=line.reader.encrypter.reader_key())
        queries.write_person_sum(session, month, body, rules_follow_up.counted_at(month))


def _cells(random: Random) -> Iterator[CellName]:
    """Yields the names of all statistics in which one sample person is counted."""
    for step in (*STEPS, "consented_known", "safe_at_30"):
        yield CellName(step)
        if random.random() > 0.9:
            break
    person = random.choices(("woman", "man", "girl", "boy"), (40, 26, 22, 12))[0]
    yield CellName("persons_by_who", Dimension.WHO, person)
    yield CellName("persons_by_form", Dimension.FORM, random.choice(sorted(FORMS)))
    yield CellName("persons_by_province", Dimension.PROVINCE, random.choice(sorted(PROVINCES)))
    nation = random.choices(("rwanda", "other"), (80, 20))[0]
    yield CellName("persons_by_nationality", Dimension.NATIONALITY, nation)
    means = "child" if person in ("girl", "boy") else random.choice(("force", "deceit", "both"))
    yield CellName("persons_by_means", Dimension.MEANS, means)


def _persons(line: SampleLine) -> None:
    """Writes the persons of cases for months whose totals are not calculated yet. The function encrypts the coded
    answers about these persons like the coded answers about real persons."""
    with line.desk.database.writing() as session:
        recent = [
            tip
            for tip in session.query(Tip).where(Tip.erased_at.is_(None)).order_by(Tip.id.desc())
            if rules_follow_up.counted_at(rules_follow_up.month_of(tip.created_at)) > line.now
        ]
        for tip in recent[:OPEN_PERSONS]:
            at = tip.created_at + 3 * HOUR
            tables_persons.add_person(session, tip.id, 1, at)
            kind = LoggedEvent.SCREENED
            by = service_case.EventActor("account:1:Sample", person=tip.assignee_id)
            event_id = service_case.write_event(
                session, tip.id, kind, by, at, key=f"sample person:{tip.id}"
            )
            answers = {**SIGNS, "form": line.random.choice(sorted(FORMS))}
            plain = PersonCodes(1, answers).checked(kind).to_bytes()
            service_requests.store_codes(session, line.desk, tip, event_id or 0, plain, at)


def _releases(line: SampleLine) -> None:
    """Makes each release of statistics on the day on which it is due, with the same code as a real hotline. The
    function approves the releases of statistics that are older than a week."""
    periods: list[str] = []
    for period in due_periods(day_of(rules_follow_up.begins(line.months[0])), line.now):
        line.clock.at = due_at(period)
        reader_person_sums.hand_over(line.reader, line.clock.at)
        periods += service_releases.create_due(line.desk, line.clock.at)
    for period in periods:
        if due_at(period) > line.now - 7 * DAY:
            continue
        for role in (AccountRole.NATIONAL, AccountRole.PROGRAMME_LEAD):
            line.clock.at = due_at(period) + DAY
            service_releases.approve(line.desk, line.actors[role], role, period)
    line.clock.at = line.now


def _open_tips(line: SampleLine) -> None:
    """Simulates callers who report within the last hours, and responders who take most of these tips. The function
    uses the same code as a real hotline."""
    for number in range(OPEN_TIPS):
        line.clock.at = line.now - (OPEN_TIPS - number) * 20 * MINUTE
        _report(line, number, districts()[number % 3 if number % 2 else number])
        service_assignment.assign_pending(line.relay)
        sent = len(line.sms.sent)
        alerts_service_sending.deliver_due(line.relay)
        for place in range(sent + 1, len(line.sms.sent) + 1):
            alerts_service_sending.apply_report(
                line.relay, ReportIn(f"ATXid_{place:032x}", "Success")
            )
        if number < OPEN_TIPS - 2:
            _take(line, number)
    line.clock.at = line.now


def _report(line: SampleLine, number: int, area: Any) -> None:
    """Reports a tip from a district by pressing key after key."""
    session_id, msisdn, text = f"sample-{number}", f"+2507883009{number:02}", ""
    keys = iter(("", "5", "1" if number % 5 == 2 else "2", "2"))
    labels = iter((place_name(area.code[0], "rw"), area.name))
    details = iter("11411")
    screen = ""
    for _ in range(24):
        key = next(keys, None)
        if key is None:
            label = next(labels, None)
            offered = choices(screen.removeprefix("CON "))
            key = offered.get(label, "9") if label is not None else next(details, "1")
            if label is not None and label not in offered:
                labels = iter((label, *labels))
        text = f"{text}*{key}" if text else key
        screen = service_session.answer_hop(
            line.door, UssdHop(session_id, msisdn, text, NETWORKS[number % 2])
        )
        if screen.startswith("END"):
            break
    service_session.end_session(line.door, EndNotice(session_id, "Success"))


def _take(line: SampleLine, number: int) -> None:
    """Simulates an alerted responder who takes the newest tip. One in three responders also arrives on site."""
    with line.desk.database.writing() as session:
        tip = session.query(Tip).order_by(Tip.id.desc()).limit(1).one()
        alerted = alerts_queries.newest_by_responder(session, tip.id)
        for responder_id, row in [*alerted.items()][:1]:
            for verb in (Verb.TAKE, Verb.ON_SITE)[: 1 + (number % 3 == 0)]:
                line.clock.at += 3 * MINUTE
                sent = Command(responder_id, row.reference, verb, EventChannel.USSD, line.clock.at)
                service_commands.carry_out(session, line.desk, sent)
