"""Tests SMS that arrive only in the gateway's inbox: the hotline processes each one once."""

from dataclasses import replace

import pytest

from hotline.alerts.rules_replies import CommandResult
from hotline.dialogue import service_inbox
from hotline.dialogue.service_sms import InboxOutcome, take_sms
from hotline.gateway.rules import ListedSms
from hotline.gateway.tables import Assignment
from hotline.people.rules import Level
from tests.support.builders import make_message
from tests.support.contexts import make_line
from tests.support.country import HER, Country, country
from tests.support.district import District

__all__ = ["country"]


def test_lost_reply_is_read_within_a_minute_and_confirmed(country: Country) -> None:
    country.lists(f"1 {country.reference}")
    country.minute()
    assert country.heard == [CommandResult.TAKEN]
    ((to, said),) = country.district.sms.sent
    assert to == HER
    assert said.startswith(f"{country.reference}: you took this case")
    (only,) = country.district.all(Assignment)
    assert (only.proved_at, only.doubted_at) == (country.district.clock(), None)
    assert country.district.open_kinds() == ["outcome"]


def test_reply_in_callback_and_inbox_counts_once(country: Country) -> None:
    country.lists(f"1 {country.reference}")
    assert country.is_called(f"1 {country.reference}") is CommandResult.TAKEN
    country.minute()
    assert country.heard == [InboxOutcome.REPEATED]
    assert len(country.district.sms.sent) == 1
    (seen,) = country.seen()
    assert (seen.provider_id, seen.unproven_at) == ("ATXid_a", None)
    assert seen.proved_at == country.district.clock()
    assert country.district.all(Assignment)[0].proved_at is not None


def test_late_callback_of_listed_reply_is_a_repeat(country: Country) -> None:
    country.lists(f"1 {country.reference}")
    sent_at = country.district.clock()
    country.minute()
    late = make_message(text=f"1 {country.reference}", sent_at=sent_at)
    assert take_sms(country.district.context, late) is InboxOutcome.REPEATED
    country.district.deliver()
    assert len(country.district.sms.sent) == 1


@pytest.mark.parametrize("seconds", [-1, 1])
def test_rounded_time_matches_the_same_reply(country: Country, seconds: int) -> None:
    country.lists(f"1 {country.reference}", ago=seconds)
    country.is_called(f"1 {country.reference}")
    country.minute()
    assert country.heard == [InboxOutcome.REPEATED]
    assert country.seen()[0].proved_at is not None


@pytest.mark.fault(30)
def test_crash_within_page_repeats_page_without_double_effect(country: Country) -> None:
    for text in (f"1 {country.reference}", "0", "help"):
        country.lists(text)
    country.district.clock.turn(seconds=60)

    def die(name: str) -> None:
        if name == "inbox.after_told" and len(country.inbox.told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        service_inbox.read_inbox(replace(country.context, failpoint=die))
    assert country.row().number == 0

    country.minute()
    assert country.inbox.told == [1, 2, 1, 2, 3]
    assert country.heard[2:4] == [InboxOutcome.REPEATED] * 2
    assert country.row().number == 3
    assert len(country.district.sms.sent) == 3


def test_inbox_position_waits_for_failing_hook(country: Country) -> None:
    country.lists("0")
    country.lists(f"1 {country.reference}")
    country.inbox.takes = lambda sms: sms.number == 1
    country.minute(11)
    assert country.row().number == 0
    ok, says = country.finding("inbox")
    assert not ok
    assert "hook" in says
    country.inbox.takes = country._takes
    country.minute()
    assert country.heard == [InboxOutcome.HELPED, CommandResult.TAKEN]
    assert country.finding("inbox")[0]


def test_inbox_is_read_each_minute_and_at_once_if_more_waits(country: Country) -> None:
    country.inbox.asked.clear()
    for _ in range(3):
        country.district.clock.turn(seconds=20)
        service_inbox.read_inbox(country.context)
    assert country.inbox.asked == [0]
    for _ in range(150):
        country.lists("0", to="9999")
    country.minute()
    for _ in range(4):
        service_inbox.read_inbox(country.context)
    assert country.inbox.asked == [0, 0, 100, 150]


def test_clock_set_back_does_not_delay_inbox(country: Country) -> None:
    country.inbox.asked.clear()
    country.district.clock.turn(hours=-5)
    service_inbox.read_inbox(country.context)
    assert country.inbox.asked == [0]


def test_restarted_inbox_is_read_from_start_next_day(country: Country) -> None:
    for _ in range(3):
        country.lists("hello", sender="+250788000077")
    country.minute(2)
    country.inbox.listed.clear()
    country.lists(f"1 {country.reference}")
    country.minute(2)
    assert CommandResult.TAKEN not in country.heard
    country.district.clock.turn(hours=24)
    country.minute(2)
    assert country.heard[-1] is CommandResult.TAKEN
    assert country.row().number == 1


def test_day_without_news_repeats_no_old_reply(country: Country) -> None:
    country.lists("0")
    country.minute(2)
    country.district.clock.turn(hours=25)
    country.minute(2)
    assert country.inbox.told == [1]
    assert country.inbox.asked[-2:] == [0, 1]


@pytest.mark.parametrize(("ago", "told"), [(3600, False), (1, True)])
def test_replies_before_the_start_are_ignored(district: District, ago: float, told: bool) -> None:
    district.enrol(Level.NATIONAL)
    country = Country(district)
    country.lists("0", ago=ago if not told else -1)
    service_inbox.read_inbox(country.context)
    district.clock.turn(seconds=2)
    country.minute()
    assert bool(country.inbox.told) is told


def test_inbox_is_not_read_without_inbound_sms(country: Country) -> None:
    country.inbox.asked.clear()
    context = replace(country.context, line=make_line(inbound_sms=False))
    country.district.clock.turn(hours=1)
    service_inbox.read_inbox(context)
    assert country.inbox.asked == []


def test_inbox_missing_for_ten_minutes_raises_alarm(country: Country) -> None:
    country.inbox.fault = "answers 401"
    country.minute(9)
    assert country.finding("inbox")[0]
    country.minute(2)
    ok, says = country.finding("inbox")
    assert not ok
    assert "answers 401" in says
    country.inbox.fault = ""
    country.minute()
    assert country.finding("inbox")[0]


def test_slower_clock_process_moves_no_position_back(country: Country) -> None:
    """By accident, two clock processes are the leader at the same time. The slower clock process still handles an SMS
    after the other clock process has read two more pages of the inbox."""
    country.lists("0")
    slow = country.context

    def overtaken(sms: ListedSms) -> bool:
        country.inbox.takes = country._takes
        for _ in range(3):
            country.lists("0")
            country.minute(2)
        return country._takes(sms)

    country.inbox.takes = overtaken
    country.district.clock.turn(seconds=60)
    service_inbox.read_inbox(slow)
    assert country.row().number == 4
