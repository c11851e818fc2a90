"""Which message goes first, and what happens to those a job has no time for."""

import pytest

from hotline.domain.jobs import Job
from hotline.domain.referral import Level
from hotline.services import delivery
from hotline.store.messages import Message
from tests.conftest import Clock
from tests.district import District

pytestmark = pytest.mark.both


def test_danger_goes_first_and_the_message_that_rang_before_it(district: District) -> None:
    district.enrol(Level.NATIONAL, districts=())
    for urgency in (3, 2, 1):
        district.tell(urgency=urgency)
    order: list[int] = []
    district.sms.during = lambda: order.append(
        next(row.priority for row in district.all(Message) if row.state == "sending")
    )
    delivery.deliver_due(district.kit, first=1)
    assert order == [3, 1, 2]


def test_what_a_job_has_no_time_for_is_rung_for_again(district: District, clock: Clock) -> None:
    district.enrol(Level.NATIONAL, districts=())
    for _ in range(3):
        district.tell()
    district.jobs.rung.clear()
    district.sms.during = lambda: clock.turn(seconds=5)

    assert delivery.deliver_due(district.kit) == 2
    assert district.jobs.rung == [(Job.DELIVER, 3)]
