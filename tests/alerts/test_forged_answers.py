"""Tests forged answers: the hotline doubts an answer that the gateway's inbox does not list. Escalation then
continues until the answer is proved."""

from dataclasses import replace

import pytest

from hotline.alerts import queries_references, service_commands
from hotline.alerts.rules_replies import CommandResult
from hotline.cases.queries import tip_overviews
from hotline.dialogue import service_inbox
from hotline.dialogue.service_sms import InboxOutcome
from hotline.gateway.tables import Assignment
from hotline.tips.tables import Tip
from tests.alerts.case_sums import of_log, of_rows
from tests.support.builders import make_referral
from tests.support.country import Country, country
from tests.support.taking import take_case

__all__ = ["country"]


def forge(country: Country) -> None:
    """Sends a forged answer in the responder's name. Later the gateway's inbox lists an SMS from another sender, but
    does not list the forged answer."""
    country.is_called(f"1 {country.reference}")
    country.district.clock.turn(seconds=90)
    country.lists("hello", sender="+250788000077")
    service_inbox.read_inbox(country.context)


@pytest.mark.adversary("a forger of callbacks")
@pytest.mark.fault(30)
def test_forged_answer_is_doubted_and_escalation_continues(country: Country) -> None:
    deadline = country.district.open_deadlines()[0].due_at
    assert country.is_called(f"1 {country.reference}") is CommandResult.TAKEN
    assert ": you took this case" in country.district.sms.sent[0][1]
    assert "acknowledge" not in country.district.open_kinds()

    country.district.clock.turn(seconds=90)
    country.lists("hello", sender="+250788000077")
    service_inbox.read_inbox(country.context)
    assert [row.due_at for row in country.district.open_deadlines()] == [deadline]
    assert country.seen()[0].unproven_at == country.district.clock()

    country.district.clock.at = deadline
    assert country.climbs() == 2
    with country.district.database.reading() as session:
        (standing,) = tip_overviews(session)
    assert (standing.acknowledged_by, standing.unproven) == (None, "responder 1")


def test_doubt_after_deadline_alerts_next_at_once(country: Country) -> None:
    country.is_called(f"1 {country.reference}")
    country.district.clock.turn(hours=20)
    country.lists("hello", sender="+250788000077")
    service_inbox.read_inbox(country.context)
    assert country.climbs() == 2
    assert country.climbs() == 2


def test_later_proof_makes_assignee_and_stops_escalation(country: Country) -> None:
    forge(country)
    assert "acknowledge" in country.district.open_kinds()
    country.lists(f"1 {country.reference}", ago=95, number=7)
    country.minute(2)
    # The inbox lists the responder's SMS late, with the time at which the callback about this SMS arrived.
    country.inbox.listed[-1] = replace(
        country.inbox.listed[-1], number=8, sent_at=country.seen()[0].received_at
    )
    country.minute(2)
    assert "acknowledge" not in country.district.open_kinds()
    with country.district.database.reading() as session:
        (standing,) = tip_overviews(session)
    assert (standing.acknowledged_by, standing.unproven) == ("responder 1", None)
    assert country.finding("unproven")[0]


def test_second_forged_answer_stops_no_escalation(country: Country) -> None:
    forge(country)
    open_before = [row.id for row in country.district.open_deadlines()]
    country.is_called(f"1 {country.reference}", id="ATXid_b")
    assert [row.id for row in country.district.open_deadlines()] == open_before
    country.district.clock.turn(hours=2)
    assert country.climbs() == 2


def test_dialling_takes_case_after_doubted_sms(country: Country) -> None:
    forge(country)
    at = country.district.clock()
    with country.district.database.reading() as session:
        assert queries_references.open_references(session, 1, at) == [country.reference]
    take_case(country.district.context, 1, country.reference, at)
    assert "acknowledge" not in country.district.open_kinds()
    country.district.clock.turn(seconds=1)
    with country.district.database.reading() as session:
        assert queries_references.open_references(session, 1, country.district.clock()) == []


def test_colleague_takes_case_after_doubted_answer(country: Country) -> None:
    forge(country)
    country.district.clock.turn(hours=2)
    assert country.climbs() == 2
    hers = country.district.all(Assignment)[1].reference
    country.lists(f"1 {hers}", sender="+250788000002")
    country.minute()
    assert country.heard[-1] is CommandResult.TAKEN
    assert "acknowledge" not in country.district.open_kinds()


def test_doubt_restarts_no_escalation_of_colleague_s_case(country: Country) -> None:
    country.is_called(f"1 {country.reference}")
    with country.district.database.writing() as session:
        at = country.district.clock()
        session.add(make_referral(responder_id=2, step=1, reference="A3C4D", at=at))
    take_case(country.district.context, 2, "A3C4D", country.district.clock())
    country.district.clock.turn(seconds=90)
    country.lists("hello", sender="+250788000077")
    service_inbox.read_inbox(country.context)
    assert country.district.all(Assignment)[0].doubted_at is not None
    assert "acknowledge" not in country.district.open_kinds()


@pytest.mark.fault(30)
@pytest.mark.parametrize("what", ["empty", "silent", "not whole", "before it"])
def test_unusable_inbox_doubts_no_answer(country: Country, what: str) -> None:
    if what == "before it":
        country.lists("hello", sender="+250788000077")
    country.is_called(f"1 {country.reference}")
    if what == "silent":
        country.inbox.fault = "answers 500"
    if what == "not whole":
        country.district.clock.turn(seconds=90)
        country.lists("hello", sender="+250788000077")
        country.inbox.whole = False
    country.minute(3)
    country.inbox.whole, country.inbox.fault = True, ""
    country.minute(3)
    assert country.seen()[0].unproven_at is None
    assert "acknowledge" not in country.district.open_kinds()


def test_answer_missing_from_partial_page_is_not_doubted(country: Country) -> None:
    country.is_called(f"1 {country.reference}")
    country.inbox.whole = False
    country.minute()
    country.inbox.whole = True
    country.district.clock.turn(seconds=90)
    country.lists("hello", sender="+250788000077")
    country.minute()
    assert country.heard == [InboxOutcome.UNKNOWN_SENDER]
    assert country.seen()[0].unproven_at is None


def test_unproved_answer_raises_alarm_until_tip_is_closed(
    country: Country,
) -> None:
    assert country.finding("unproven")[0]
    forge(country)
    ok, says = country.finding("unproven")
    assert not ok
    assert says.startswith("1 answers")
    country.district.change(Tip, 1, closed_at=country.district.clock())
    assert country.finding("unproven")[0]


def test_proof_of_one_answer_does_not_prove_forged_closure(country: Country) -> None:
    """A forged callback in the responder's name closes the case, while an earlier, real answer of the responder still
    waits for its proof. The proof of the earlier answer does not prove the forged one."""
    hers = f"1 {country.reference}"
    country.is_called(hers)
    country.lists(hers)
    country.district.clock.turn(seconds=5)
    assert country.is_called(f"4 {country.reference}", id="ATXid_b") is CommandResult.CLOSED
    country.minute()
    assert country.seen()[0].proved_at is not None
    (row,) = country.district.all(Assignment)
    assert row.proved_at is not None
    assert country.district.tip(row.tip_id).closed_at is None
    assert country.district.tip(row.tip_id).assignee_id == row.responder_id


def test_real_closure_counts_despite_doubted_forged_answer(country: Country) -> None:
    country.lists(f"1 {country.reference}")
    country.minute()
    country.is_called(f"2 {country.reference}", id="ATXid_forged")
    country.district.clock.turn(seconds=30)
    country.is_called(f"4 {country.reference}", id="ATXid_hers")
    country.district.clock.turn(seconds=90)
    country.lists("hello", sender="+250788000077")
    service_inbox.read_inbox(country.context)
    (row,) = country.district.all(Assignment)
    assert country.district.tip(row.tip_id).closed_at is None
    country.lists(f"4 {country.reference}", ago=90)
    country.minute()
    assert country.district.tip(row.tip_id).outcome == "not-trafficking"


def test_later_reference_of_case_proves_earlier_take_in_log(country: Country) -> None:
    """The SMS in the inbox may name the case by the reference of a later alert. This SMS still proves that the
    responder took the case.
    """
    forge(country)
    with country.district.database.writing() as session:
        first = session.get_one(Assignment, 1)
        later = make_referral(reference="Q9M8", step=7, at=country.district.clock())
        later.tip_id, later.responder_id = first.tip_id, first.responder_id
        session.add(later)
        session.flush()
        service_commands.prove_answer(session, country.context, later.id, country.district.clock())
    with country.district.database.reading() as session:
        tip = session.get_one(Tip, 1)
        assert of_log(session, tip.id).taken == of_rows(session, tip).taken == {1}
    assert "acknowledge" not in country.district.open_kinds()
