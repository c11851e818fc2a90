"""Tests how a caller requests the erasure of a report, with the number of the receipt. A person other than the caller
may have the phone and the PIN, so no open case is erased at once.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hotline.alerts import service_assignment, service_closing
from hotline.cases import service_retention
from hotline.cases.service_retention import erase_batch
from hotline.core.wording import Template
from hotline.gateway.tables import Assignment, Message
from hotline.people.rules import Level
from hotline.people.tables_audit import AuditEntry
from hotline.text.errors import ErasureRefused
from tests.support.callers import Line
from tests.support.district import District
from tests.support.receipts import NOTHING, asked, given
from tests.support.taking import close_by_two, take_case

NIGHT, MORNING = datetime(2026, 11, 24, 20, 36, tzinfo=UTC), datetime(2026, 11, 25, 7, tzinfo=UTC)
"""The times 22:36 and 09:00 in Kigali."""
WHO: dict[str, Any] = {"by": "Director", "reason": "nobody reached her yet"}


def wish(district: District, tip_id: int) -> None:
    with district.database.writing() as session:
        service_closing.request_erasure(session, district.context, [tip_id], actor="receipt")


def alerted_case(district: District, urgency: int) -> tuple[int, int, str]:
    """Alerts a responder about a tip. Returns the tip, the responder, and the reference in the alert."""
    helper = district.enrol()
    district.enrol(Level.NATIONAL)
    tip_id = district.tell(urgency=urgency)
    reference = next(r.reference for r in district.all(Assignment) if r.responder_id == helper)
    return tip_id, helper, reference


def sent_after_wish(district: District) -> list[tuple[int, str, str]]:
    """Returns for each message about an erasure request: its recipient, its template, and the reference in it."""
    wishes = {Template.ERASE_WANTED.name, Template.ERASE_DECIDE.name}
    rows = [row for row in district.all(Message) if row.template in wishes]
    return [(row.responder_id, row.template, row.parameters["ref"]) for row in rows]


def fire(district: District, **later: float) -> None:
    """Runs three ticks of the clock, because in each tick a tip handles only one deadline."""
    district.clock.turn(**later)
    for _ in range(3):
        service_assignment.fire_deadlines(district.context)


@pytest.mark.adversary("a trafficker who holds the victim's phone")
@pytest.mark.row("C11")
@pytest.mark.parametrize("urgency", [1, 2, 3])
def test_erasure_request_keeps_text_of_untaken_tip(district: District, urgency: int) -> None:
    tip_id, helper, reference = alerted_case(district, urgency)
    wish(district, tip_id)

    assert district.tip(tip_id).body == b"sealed"
    national = next(row for row in district.all(Message) if row.template == "ERASE_DECIDE")
    assert (helper, "ERASE_WANTED", reference) in sent_after_wish(district)
    assert national.parameters["ref"] == f"T{tip_id}"
    assert all(row.next_at == district.clock() for row in district.all(Message)[-2:]), "at once"
    (row,) = [row for row in district.all(AuditEntry) if row.action == "erase_wanted"]
    assert (row.actor, row.subject) == ("receipt", f"tip:{tip_id}")


@pytest.mark.parametrize("urgency", [1, 2, 3])
def test_erasure_request_without_danger_waits_until_morning(
    district: District, urgency: int
) -> None:
    def due_at() -> list[datetime]:
        wishes = {Template.ERASE_WANTED.name, Template.ERASE_DECIDE.name}
        return [row.next_at for row in district.all(Message) if row.template in wishes]

    tip_id, helper, reference = alerted_case(district, urgency)
    district.clock.at = NIGHT
    wish(district, tip_id)
    assert (helper, "ERASE_WANTED", reference) in sent_after_wish(district)
    asked = due_at()
    assert set(asked) == {NIGHT if urgency == 1 else MORNING}

    fire(district, hours=72)
    later = {due - timedelta(days=3) for due in due_at()[len(asked) :]}
    assert later == {NIGHT if urgency == 1 else MORNING}


def test_danger_assignee_is_notified_of_erasure_request_at_night(district: District) -> None:
    tip_id, helper, reference = alerted_case(district, 1)
    take_case(district.context, helper, reference, district.clock())
    district.clock.at = NIGHT
    wish(district, tip_id)
    held = [row for row in district.all(Message) if row.template == Template.ERASE_WANTED.name]
    assert [(row.responder_id, row.next_at) for row in held] == [(helper, NIGHT)]


@pytest.mark.row("C11")
def test_undecided_erasure_request_never_erases_text(district: District) -> None:
    tip_id, _, _ = alerted_case(district, 1)
    wish(district, tip_id)
    for _ in range(12):
        fire(district, days=30)
        erase_batch(district.context)
    assert district.tip(tip_id).body == b"sealed"
    asked_to = [row for row in sent_after_wish(district) if row[1] == "ERASE_DECIDE"]
    assert len(asked_to) > 10


def test_national_desk_is_reminded_after_72_hours_and_30_days(district: District) -> None:
    tip_id, _, _ = alerted_case(district, 3)
    wish(district, tip_id)

    def times_asked() -> int:
        return len([row for row in sent_after_wish(district) if row[1] == "ERASE_DECIDE"])

    assert times_asked() == 1
    fire(district, hours=71)
    assert times_asked() == 1
    fire(district, hours=1)
    assert times_asked() == 2
    fire(district, days=3)
    assert times_asked() == 3, "after the weekend"

    service_closing.decide_erasure(district.context, tip_id, erases=False, **WHO)
    fire(district, days=29)
    assert times_asked() == 3
    fire(district, days=1)
    assert times_asked() == 4
    assert district.tip(tip_id).body == b"sealed"
    (row,) = [row for row in district.all(AuditEntry) if row.action == "erase_kept"]
    assert (row.actor, row.reason) == ("cli:Director", "nobody reached her yet")


def test_national_desk_erases_text_and_case_continues(district: District) -> None:
    tip_id, _, _ = alerted_case(district, 1)
    wish(district, tip_id)
    service_closing.decide_erasure(district.context, tip_id, erases=True, **WHO)

    tip = district.tip(tip_id)
    assert (tip.body, tip.place, tip.closed_at) == (b"", "12", None)
    assert district.open_kinds() == ["acknowledge"]
    (row,) = [row for row in district.all(AuditEntry) if row.action == "tip_erased"]
    assert row.reason == "nobody reached her yet"
    with pytest.raises(ErasureRefused, match="has no pending erasure request"):
        service_closing.decide_erasure(district.context, tip_id, erases=True, **WHO)


def test_taken_tip_without_danger_is_erased_after_72_hours(district: District) -> None:
    tip_id, helper, reference = alerted_case(district, 3)
    take_case(district.context, helper, reference, district.clock())
    wish(district, tip_id)
    assert sent_after_wish(district) == [(helper, "ERASE_WANTED", reference)]
    with pytest.raises(ErasureRefused, match="you can refuse an erasure request only for"):
        service_closing.decide_erasure(district.context, tip_id, erases=False, **WHO)

    fire(district, hours=71)
    assert district.tip(tip_id).body == b"sealed"
    fire(district, hours=1)
    assert district.tip(tip_id).body == b""
    assert "erasure" not in district.open_kinds()


def test_closure_before_72_hours_erases_the_text(district: District) -> None:
    tip_id, helper, reference = alerted_case(district, 3)
    take_case(district.context, helper, reference, district.clock())
    wish(district, tip_id)
    district.clock.turn(hours=5)
    service_retention.close_tip(district.context, tip_id, by="Desk", reason="over")
    assert district.tip(tip_id).body == b""
    assert district.open_kinds() == []


def test_text_about_danger_is_erased_at_closure(district: District) -> None:
    tip_id, helper, reference = alerted_case(district, 1)
    take_case(district.context, helper, reference, district.clock())
    wish(district, tip_id)
    fire(district, hours=73)
    assert district.tip(tip_id).body == b"sealed", "an open danger"
    close_by_two(district.context, tip_id)
    assert district.tip(tip_id).body == b""


def test_legal_hold_delays_requested_erasure(district: District) -> None:
    tip_id, helper, reference = alerted_case(district, 3)
    take_case(district.context, helper, reference, district.clock())
    service_retention.set_legal_hold(district.context, tip_id, by="Desk", reason="a letter")
    wish(district, tip_id)
    service_retention.close_tip(district.context, tip_id, by="Desk", reason="over")
    fire(district, hours=73)
    assert district.tip(tip_id).body == b"sealed"
    with pytest.raises(ErasureRefused, match="under legal hold"):
        service_closing.decide_erasure(district.context, tip_id, erases=True, **WHO)
    service_retention.lift_legal_hold(district.context, tip_id, by="Desk", reason="a letter")
    fire(district, days=31)
    assert district.tip(tip_id).body == b""


def test_request_for_closed_tip_erases_at_once_and_only_once(
    district: District,
) -> None:
    tip_id, helper, reference = alerted_case(district, 3)
    take_case(district.context, helper, reference, district.clock())
    service_retention.close_tip(district.context, tip_id, by="Desk", reason="over")
    wish(district, tip_id)
    wish(district, tip_id)
    assert district.tip(tip_id).body == b""
    assert sent_after_wish(district) == []
    assert len([row for row in district.all(AuditEntry) if row.action == "erase_wanted"]) == 1


def test_sms_about_erasure_request_reveals_nothing(district: District) -> None:
    for language in ("rw", "fr", "en"):
        for template in (Template.ERASE_WANTED, Template.ERASE_DECIDE):
            words = district.context.phrases.say(
                language, template, ref="K7Q4CA", time="29/11 14:05"
            )
            assert len(words) <= 160


def test_c11_receipt_stops_working_after_erasure_request(line: Line) -> None:
    """A person may force the caller to ask for the status of the tip. The person who forces the caller learns nothing,
    although the text of the tip still exists.
    """
    _, number = given(line)
    eraser = asked(line, number)
    eraser.key("2", "2")
    assert line.tip.body
    assert line.tip.erasure_asked_at == line.clock()

    wrong = asked(line, "430021655", msisdn="+250788000056").screen
    later = asked(line, number, msisdn="+250788000058")
    assert NOTHING in wrong
    assert later.screen == wrong
    assert later.key("1") == asked(line, "430021655", msisdn="+250788000059").key("1")
    eraser.key("1")
    assert len([row for row in line.all(AuditEntry) if row.action == "erase_wanted"]) == 1
    assert line.tip.receipt_key is None
