"""Tests two responders who write about one person at the same time, and two relays that handle the same deadline.

The test uses both kinds of database.
"""

from contextlib import suppress
from functools import partial

import pytest

from hotline.cases import service_follow_up
from hotline.errors import CodesRefused
from hotline.gateway.tables import Message
from hotline.tips.rules_events import LoggedEvent
from tests.alerts.test_at_once import together
from tests.support.district import District
from tests.support.helping import GROWN_UP, HelpedCase
from tests.tips.test_rules_may_record import never_over_a_no

pytestmark = pytest.mark.both


def test_two_relays_fire_one_clock_once(district: District) -> None:
    case = HelpedCase(district)
    case.offer()
    district.clock.turn(days=1)
    before = len(district.all(Message))
    together(*[partial(service_follow_up.ask_due, case.context)] * 4)
    assert [row.responder_id for row in district.all(Message)[before:]] == [case.hers]
    assert case.reminded() == []


def test_of_a_no_and_an_offer_at_once_no_offer_follows_the_no(district: District) -> None:
    """Two responders who screen a person at the same time both use the case's only key pair."""
    case = HelpedCase(district)
    together(
        *(partial(case.say, "screened", GROWN_UP, who=one) for one in (case.hers, case.colleague))
    )
    for _ in range(3):
        case.say("consent", {"consent": "yes"})

        def offers() -> None:
            with suppress(CodesRefused):
                case.say("offered", {"service": "shelter"})

        together(partial(case.say, "consent", {"consent": "no"}, who=case.colleague), offers)
    never_over_a_no(case.person)
    kinds = [one.entry.kind for one in case.person.timeline]
    assert kinds.count(LoggedEvent.SCREENED) == 2
