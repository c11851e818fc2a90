"""Tests nights with very many tips about danger, with the real services. Each danger reaches a person, and no person
gets too many SMS.
"""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from hotline.alarms import tables as alarms
from hotline.alarms.rules import Alarm, next_state
from hotline.alerts import (
    queries_references,
    service_assignment,
    service_closing,
    service_sending,
    tables,
)
from hotline.alerts.rules_escalation import OPEN_INTERVAL, STORM_FROM
from hotline.alerts.service_escalation import handle_event
from hotline.alerts.tables_case_events import find_tip
from hotline.gateway.rules import NOTICES, MessageState, ReportIn
from hotline.gateway.tables import Assignment, Message, SharedAlert
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.text.places import districts, neighbours
from hotline.tips.queries_visible import Viewer
from hotline.tips.rules_events import CaseEventKind, Event
from hotline.tips.tables import Tip
from tests.alerts.flood import GASABO, Flood, ledger
from tests.long import is_long
from tests.support.boards import untaken
from tests.support.callers import Line, told
from tests.support.district import District
from tests.support.steps import Tell

HOUR = timedelta(hours=1)
DANGER = ("5", "1", "2", "1", "1")


@pytest.fixture
def flood(district: District) -> Flood:
    made = Flood(district)
    made.enrol()
    return made


def forge(flood: Flood, many: int, *, each: float) -> None:
    """Files forged dangers in two sectors of Gasabo, each from another phone. Half of the tips have a text, and in
    half of the tips the caller wants no visit.
    """
    for n in range(many):
        flood.danger(words=n % 4 < 2, sector=f"120{n % 2 + 1}", visit="no" if n % 8 < 4 else None)
        if n % 5 == 4:
            flood.tick(5 * each)


def assignment(flood: Flood, tip_id: int) -> Assignment:
    """Returns the first assignment of a tip."""
    found = next(one for one in flood.district.all(Assignment) if one.tip_id == tip_id)
    assert isinstance(found, Assignment)
    return found


def test_a_flood_hides_no_real_danger(flood: Flood) -> None:
    forge(flood, 150 if is_long() else 60, each=2)
    begun = flood.district.clock()

    elsewhere = flood.danger(place="57", sector="5701")
    fresh = flood.danger(sector="1215")
    hidden = flood.danger(words=True)
    flood.tick(1)

    first = flood.texts_since(begun)
    for tip_id, place in ((elsewhere, "Bugesera"), (fresh, "Gasabo")):
        one = assignment(flood, tip_id)
        alone = f"{one.reference}: {place}, urgent. Reply 1 {one.reference}"
        assert (one.responder_id, alone) in first
    flood.minutes(1, each=20)
    one = assignment(flood, hidden)
    assert one.responder_id in {who for who, _ in flood.texts_since(begun)}
    with flood.district.database.reading() as session:
        at = flood.district.clock()
        listed = queries_references.open_references(session, one.responder_id, at)
        assert one.reference in listed[:4], "the first page of a list"
        board = untaken(session, Viewer(frozenset({"national"})), at)
        tips = {tip.id: tip for tip in flood.district.all(Tip)}
        order = [(tips[one].storm_at is not None, tips[one].words_at) for one in board]
        ranks = [storm + (storm and text is None) for storm, text in order]
        assert ranks == sorted(ranks)
        assert len(board) == len(tips)
    told = Counter(row.tip_id for row in flood.district.all(Assignment))
    asked = {row.tip_id for row in flood.district.open_deadlines() if row.kind == "acknowledge"}
    assert {tip.id for tip in flood.district.all(Tip)} == told.keys() == asked
    counts = flood.counts(flood.start, HOUR)
    assert max(counts.values()) <= 40
    assert len(counts) == 16, "people of the district, of its neighbours and of the nation"


@pytest.mark.timeout(900)
def test_four_people_are_alerted_of_each_danger_within_a_minute(district: District) -> None:
    """One danger is filed every 20 seconds. When a person has got a few SMS, the alerts of several seconds are sent to
    this person in one SMS.

    After half an hour, some alerts wait up to two minutes, because each person gets at most 40 SMS in an hour.
    """
    flood = Flood(district)
    flood.enrol(near=0, national=1)
    for n in range(150 if is_long() else 14):
        flood.danger(words=n % 2 == 0, visit="no" if n % 3 else None)
        flood.tick(10)
        flood.tick(10)
    flood.minutes(1, each=30)
    accepted = {one.id: one.accepted_at for one in district.all(Message) if one.accepted_at}
    tips = {one.id: one.tip_id for one in district.all(Assignment)}
    sent = defaultdict[int, list[datetime]](list)
    for message in district.all(Message):
        if message.assignment_id is not None and message.id in accepted:
            sent[tips[message.assignment_id]].append(accepted[message.id])
    for id, some in shared(district).items():
        for one in some if id in accepted else ():
            sent[one.tip_id].append(accepted[id])
    waits = [min(sent[tip.id]) - tip.filed_at for tip in district.all(Tip)]
    late = [one for one in waits if one > timedelta(minutes=1)]
    assert len(late) <= len(waits) // 6
    assert max(waits) <= timedelta(minutes=2)
    assert max(flood.counts(flood.start, HOUR).values()) <= 40


@pytest.mark.timeout(900)
def test_night_of_dangers_limits_sms(flood: Flood, tell_steps: Tell) -> None:
    """The test first files dangers in three districts, and no one takes these dangers. Then the test files forged
    dangers, and at last the gateway fails for an hour.
    """
    untaken = 17 if is_long() else 9
    people = {one.id: one.name for one in flood.district.all(Responder)}
    for n in range(untaken):
        flood.danger(place=("12", "57", "45")[n % 3], sector=None)
        flood.tick(10)
    flood.minutes(45 - untaken / 6, each=60)
    quiet = flood.counts(flood.start, timedelta(minutes=45))
    tell_steps(ledger(f"SMS in 45 min, {untaken} untaken dangers", quiet, people))
    desk = [one.id for one in flood.district.all(Responder) if one.level == Level.NATIONAL]
    assert max(quiet[who] for who in desk) <= untaken + 4
    texts = {text.partition(":")[2] or text for _, text in flood.texts_since(flood.start)}
    assert not any(word in text for text in texts for word in ("no one", "taken", "min"))

    names = Counter((row.tip_id, row.responder_id) for row in flood.district.all(Assignment))
    known = {(r.tip_id, r.responder_id, r.reference) for r in flood.district.all(Assignment)}
    assert len(known) == len(names) < names.total(), "one reference for one person and case"
    if not is_long():
        return

    begun = flood.district.clock()
    forge(flood, 150, each=4)
    flood.minutes(50, each=30)
    storm = flood.counts(begun, HOUR)
    tell_steps(ledger("SMS in an hour, 150 forged dangers", storm, people))
    assert max(storm.values()) <= 40
    flood.is_down, cut = True, flood.district.clock()
    flood.minutes(60, each=60)
    assert not flood.texts_since(cut)
    flood.is_down, back = False, flood.district.clock()
    flood.minutes(15, each=60)
    late = flood.counts(back, HOUR)
    tell_steps(ledger("SMS in 15 min after an outage of an hour", late, people))
    assert max(late.values()) <= 40
    waits = {row.tip_id for row in flood.district.open_deadlines()}
    assert waits == {tip.id for tip in flood.district.all(Tip)}, "no deadline is lost"


def test_tip_counts_for_storm_once_it_becomes_danger(flood: Flood) -> None:
    """A storm begins when enough tips are about danger, even if these tips were filed an hour earlier without
    danger.
    """
    early = [flood.danger(sector=None) for _ in range(STORM_FROM - 1)]
    flood.district.clock.turn(minutes=60)
    at = flood.district.clock()
    for one in early:
        flood.district.change(Tip, one, danger_at=at, assigned_at=at)
    tip = flood.danger(sector=None)
    flood.tick()
    assert flood.district.tip(tip).storm_at == flood.district.clock()


def shared(district: District) -> dict[int, list[Assignment]]:
    """Returns one list for each shared SMS, with the alerts that share it. The SMS with the fewest alerts comes
    first.
    """
    found = defaultdict[int, list[Assignment]](list)
    with district.database.reading() as session:
        rows = select(SharedAlert.message_id, Assignment)
        of = rows.join(Assignment, Assignment.id == SharedAlert.assignment_id)
        for message_id, one in session.execute(of):
            found[message_id].append(one)
    return dict(sorted(found.items(), key=lambda one: len(one[1])))


@pytest.fixture
def stormy(flood: Flood) -> Flood:
    """Returns a night with so many dangers that several alerts share one SMS. The shared SMS are due in a minute."""
    for _ in range(26):
        flood.danger()
    flood.tick()
    return flood


def test_a_shared_sms_counts_its_cases_when_it_is_sent(stormy: Flood) -> None:
    """The SMS does not count cases that responders took before it is sent. If responders took all cases of the SMS
    before then, the hotline does not send the SMS.
    """
    district = stormy.district
    (few, gone), *_, (many, rest) = shared(district).items()
    for one in (*gone, rest[0]):
        taken_at = one.created_at + timedelta(seconds=1)
        district.change(Assignment, one.id, acknowledged_at=taken_at)
    stormy.tick(60)
    rows = {one.id: one for one in district.all(Message)}
    assert rows[many].parameters["count"] == str(len(rest) - 1)
    assert (rows[few].state, rows[few].accepted_at) == (MessageState.FAILED, None)


def test_undelivered_shared_sms_escalates_each_of_its_cases(stormy: Flood) -> None:
    district = stormy.district
    *_, (lost, rest) = shared(district).items()
    before = Counter(row.tip_id for row in district.all(Assignment))
    district.clock.turn(seconds=60)
    district.deliver()
    provider = next(one.provider_id for one in district.all(Message) if one.id == lost)
    service_sending.apply_report(district.context, ReportIn(provider, "Failed"))
    after = Counter(row.tip_id for row in district.all(Assignment))
    assert {tip for tip in after if after[tip] > before[tip]} == {one.tip_id for one in rest}


def test_repeated_alerts_keep_reference_and_share_one_sms(
    district: District,
) -> None:
    district.enrol(Level.NATIONAL)
    for n in range(3):
        district.tell(urgency=1, sector=f"120{n}")
    for _ in range(45):
        district.clock.turn(minutes=1)
        service_assignment.fire_deadlines(district.context)
        district.deliver()
    rows = district.all(Assignment)
    assert len({(row.tip_id, row.reference) for row in rows}) == 3 < len(rows)
    open_at = [m.created_at for m in district.all(Message) if m.template == "SHARED_OPEN"]
    assert len(open_at) <= 4
    assert all(b - a >= OPEN_INTERVAL for a, b in pairwise(open_at))
    with district.database.reading() as session:
        assert find_tip(session, rows[0].reference) == rows[0].tip_id


def test_storm_notices_share_an_sms_except_for_the_assignee(
    stormy: Flood,
) -> None:
    """A shared SMS with notices counts every case that has a notice, even a case that a colleague has taken."""
    district = stormy.district
    tip = next(one for one in district.all(Tip) if one.storm_at is not None)
    first, assignee = assignment(stormy, tip.id), district.enrol(Level.DEPUTY, language="en")
    for who in (assignee, district.enrol(Level.DEPUTY, language="en")):
        row = Assignment(tip_id=tip.id, step=1, responder_id=who, reference=f"DEPT{who}")
        row.state, row.created_at = first.state, district.clock()
        district.add(row)
    district.change(Tip, tip.id, visit="no", assignee_id=assignee)
    before = stormy.sent[-1][0]
    with district.database.writing() as session:
        event = Event(CaseEventKind.MARKED)
        handle_event(session, district.context, tip.id, event, district.clock())
        handle_event(session, district.context, tip.id, event, district.clock())
    notices = {one.responder_id for one in district.all(Message) if one.template in NOTICES}
    assert notices == {assignee}
    stormy.tick(OPEN_INTERVAL.total_seconds())
    shared_by = {who for who, text in stormy.texts_since(before) if "open. Dial" in text}
    assert shared_by >= {first.responder_id, assignee + 1}


def test_requests_to_decide_and_notices_of_erasure_keep_the_limit(district: District) -> None:
    """The console lists all decisions that wait for the national desk. So if an SMS about a decision is pending, no
    other SMS is needed for later decisions."""
    who = district.enrol(Level.NATIONAL)
    tips = [district.tell(urgency=1, place=one.code) for one in districts()[:4]]
    context = replace(district.context, line=replace(district.context.line, sms_an_hour=7))
    with district.database.writing() as session:
        service_closing.request_erasure(session, context, tips, actor="caller")
    sent = Counter(row.template for row in district.all(Message) if row.responder_id == who)
    assert sent == {
        "ALERT_URGENT_REPLY": 4,
        "ERASE_WANTED": 2,
        "ERASE_DECIDE": 2,
        "SHARED_OPEN": 1,
    }
    later = {row.template: row.next_at for row in district.all(Message)}
    assert later["SHARED_OPEN"] == district.clock()
    assert later["ERASE_DECIDE"] == district.clock() + OPEN_INTERVAL
    with district.database.reading() as session:
        shared = [*session.scalars(select(SharedAlert.is_notice))]
    assert shared == [True] * 2, "each case has its own notice or is counted"


def test_while_very_many_sms_are_sent_all_but_danger_shares_one(district: District) -> None:
    district.enrol()
    with district.database.writing() as session:
        at = district.clock()
        state = next_state(None, Alarm.MANY_SMS, 1, at).now
        alarms.save(session, Alarm.MANY_SMS, state, "")
    for urgency in (3, 2, 1):
        district.tell(urgency=urgency)
    sent = Counter((row.template, row.priority) for row in district.all(Message))
    assert sent == {("SHARED_OPEN", 2): 1, ("ALERT_URGENT_REPLY", 1): 1}


@pytest.mark.parametrize(("storm", "desks"), [(False, 2), (True, 2 + len(neighbours(GASABO)))])
def test_neighbour_desks_can_decrypt_dangers_of_a_storm(
    line: Line, storm: bool, desks: int
) -> None:
    if storm:
        with line.database.writing() as session:
            tables.set_storm(session, GASABO, line.clock() + HOUR)
    told(line, *DANGER)
    assert len(line.desks_of(line.tip)) == desks


def test_thirty_percent_of_the_day_are_kept_for_danger(district: District) -> None:
    """If the hotline has sent 70 % of the SMS that it may send in a day, further alerts without danger share an SMS."""
    district.enrol()
    context = replace(district.context, line=replace(district.context.line, sms_a_day=10))
    for urgency in (*[3] * 9, 1):
        district.file_tip(urgency=urgency)
        service_assignment.assign_pending(context)
    sent = Counter((row.template, row.priority) for row in district.all(Message))
    assert sent == {("ALERT_REPLY", 3): 7, ("SHARED_OPEN", 3): 1, ("ALERT_URGENT_REPLY", 1): 1}
