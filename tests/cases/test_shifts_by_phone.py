"""Tests how a responder takes a shift that no one has, and offers it again, on a phone behind the PIN."""

import pytest

from hotline.people.rules_roster import WEEK, DutyRow, half_day, week_of
from hotline.people.tables_roster import DutyOverride, replace_rows
from hotline.text.time import KIGALI
from tests.support.reading import OTHER_PIN, PHONE, PIN, ReaderBeside, with_pin

COLLEAGUE = "+250788000013"
DESK = "12"


@pytest.mark.row("R10")
def test_r10_a_gap_is_closed_by_taking_the_shift_and_the_shift_is_offered_again(
    beside: ReaderBeside,
) -> None:
    line = beside.line
    one = with_pin(beside, desks=(DESK,))
    two = with_pin(beside, msisdn=COLLEAGUE, pin=OTHER_PIN, desks=(DESK,))
    week = week_of(line.clock()) + WEEK
    night = half_day(week, 3)
    with line.context.database.writing() as session:
        for monday in (week - WEEK, week, week + WEEK):
            every = [
                DutyRow(DESK, two, monday, half // 2, starts, starts + 720)
                for half in range(14)
                for starts in [18 * 60 if half % 2 else 6 * 60]
                if (monday, half) != (week, 3)
            ]
            replace_rows(session, monday, [DESK], every)
    phone = line.caller(PHONE)
    phone.dial("90")
    told = f"1 {night[0].astimezone(KIGALI):%d/%m} 18:00-06:00 Gasabo"
    assert told in phone.key(PIN, "2", "2")
    assert phone.key("1") == "END The shift is yours. Thank you."
    (row,) = line.all(DutyOverride)
    assert (row.responder_id, row.replaces, row.starts_at) == (one, None, night[0])

    late = line.caller(COLLEAGUE)
    late.dial("90")
    assert late.key(OTHER_PIN, "2", "2").startswith("CON There are no shifts here.")

    phone = line.caller(PHONE)
    phone.dial("90")
    assert told in phone.key(PIN, "2", "1")
    assert phone.key("1").startswith("END We notified your colleagues.")
    late = line.caller(COLLEAGUE)
    late.dial("90")
    assert told in late.key(OTHER_PIN, "2", "2")
    assert late.key("1") == "END The shift is yours. Thank you."
    taken = line.all(DutyOverride)[-1]
    assert (taken.responder_id, taken.replaces) == (two, one)
