"""Tests delivery reports that arrive in any order and number, before the gateway's answer to the send, or for an
unknown message. No message goes back to an earlier state."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.alerts import service_sending
from hotline.alerts.service_sending import apply_report
from hotline.gateway.rules import Outcome, ReportIn, SendResult, report_meaning
from hotline.gateway.tables import Assignment, DeliveryReport
from hotline.people.rules import Level
from tests.support.district import District
from tests.support.taking import take_case

ID = f"ATXid_{1:032x}"


@pytest.fixture
def waiting(district: District) -> District:
    for _ in range(2):
        district.enrol()
    district.enrol(Level.NATIONAL)
    district.tell(urgency=3)
    return district


@pytest.fixture
def sent(waiting: District) -> District:
    waiting.deliver()
    return waiting


def report(district: District, *statuses: str, provider_id: str = ID) -> None:
    for status in statuses:
        apply_report(district.context, ReportIn(provider_id, status))


@pytest.mark.parametrize(
    ("statuses", "state", "told"),
    [
        (("Success",), "delivered", 1),
        (("success",), "delivered", 1),
        (("Sent", "Submitted", "Buffered"), "accepted", 1),
        (("Success", "Submitted"), "delivered", 1),
        (("Success", "Success"), "delivered", 1),
        (("Success", "Failed"), "delivered", 1),
        (("Failed",), "failed", 2),
        (("Failed", "Success"), "failed", 2),
        (("Failed", "Failed"), "failed", 2),
        (("Failed", "Rejected"), "failed", 2),
        (("Rejected",), "failed", 2),
        (("AbsentSubscriber",), "failed", 2),
        (("Expired",), "failed", 2),
        (("SomethingNew",), "accepted", 1),
        (("",), "accepted", 1),
    ],
    ids=str,
)
def test_each_word(sent: District, statuses: tuple[str, ...], state: str, told: int) -> None:
    report(sent, *statuses)
    assert sent.states[0] == state
    assert len(sent.all(Assignment)) == told


def test_a_phone_that_is_off_is_answered_by_another_at_once(sent: District) -> None:
    report(sent, "AbsentSubscriber")
    sent.deliver()
    assert [number for number, _ in sent.sms.sent] == ["+250788000001", "+250788000002"]
    assert len(sent.open_deadlines()) == 1


@pytest.mark.fault(29)
@pytest.mark.parametrize("order", list(permutations(("Sent", "Submitted", "Success"))))
def test_any_order_ends_alike(sent: District, order: tuple[str, ...]) -> None:
    report(sent, *order)
    assert sent.states == ["delivered"]


@pytest.mark.fault(29)
def test_an_id_that_nobody_knows_changes_nothing(sent: District) -> None:
    report(sent, "Failed", provider_id="ATXid_other")
    assert sent.states == ["accepted"]
    assert [row.applied for row in sent.all(DeliveryReport)] == [False]


@pytest.mark.fault(29)
def test_a_report_that_is_quicker_than_our_own_row_is_applied_then(district: District) -> None:
    district.enrol(Level.NATIONAL)
    district.tell()
    district.sms.during = lambda: report(district, "Success")
    district.deliver()
    assert district.states == ["delivered"]
    assert [row.applied for row in district.all(DeliveryReport)] == [True]


def test_bad_news_that_is_quicker_than_our_own_row_tells_a_colleague(waiting: District) -> None:
    waiting.sms.during = lambda: report(waiting, "Failed")
    waiting.deliver_one()
    assert waiting.states == ["failed", "pending"]


def test_good_news_of_an_older_attempt_ends_the_resend(sent: District) -> None:
    sent.clock.turn(minutes=10)
    service_sending.resend_unreported(sent.context)
    assert sent.states[0] == "retry"
    report(sent, "Success")
    assert sent.states[0] == "delivered"


@pytest.mark.fault(29)
def test_bad_news_of_an_older_attempt_is_no_news_of_the_newest(sent: District) -> None:
    sent.clock.turn(minutes=10)
    service_sending.resend_unreported(sent.context)
    sent.sms.results = [SendResult(Outcome.ACCEPTED, provider_id="ATXid_new")]
    sent.deliver_one()
    report(sent, "Failed")
    assert sent.states[0] == "accepted"
    report(sent, "Success", provider_id="ATXid_new")
    assert sent.states[0] == "delivered"


def test_an_attempt_of_unknown_end_is_never_matched_by_phone(district: District) -> None:
    district.enrol(Level.NATIONAL)
    district.tell()
    district.sms.results = [SendResult(Outcome.UNKNOWN)]
    district.deliver()
    report(district, "Success", provider_id="ATXid_lost")
    assert district.states == ["unknown"]


def test_bad_news_after_it_was_taken_tells_nobody(sent: District) -> None:
    row = sent.all(Assignment)[0]
    take_case(sent.context, row.responder_id, row.reference, sent.clock())
    report(sent, "Failed")
    assert len(sent.all(Assignment)) == 1


@given(st.text())
def test_no_word_raises(status: str) -> None:
    report_meaning(status)


def test_a_doubtful_answer_is_delivered_once_a_report_says_so(district: District) -> None:
    """The result of the send was unknown. A colleague took the case, and only then the delivery report arrived."""
    helper = district.enrol(Level.NATIONAL)
    district.tell(urgency=3)
    district.sms.results = [SendResult(Outcome.UNKNOWN, provider_id=ID)]
    district.deliver()
    (row,) = district.all(Assignment)
    take_case(district.context, helper, row.reference, district.clock())
    district.clock.turn(minutes=11)
    service_sending.retry_unknown(district.context)
    report(district, "Failed")
    assert (district.message.state, district.message.delivered_at) == ("answered", None)
    report(district, "Success")
    assert (district.message.state, district.message.delivered_at) == (
        "delivered",
        district.clock(),
    )
