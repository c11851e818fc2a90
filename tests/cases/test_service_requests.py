"""Tests how the hotline asks a service by SMS to help a person, and how the hotline records the service's answer. The
service answers without a PIN.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from hotline.cases import service_follow_up, service_requests
from hotline.core.wording import Template
from hotline.dialogue.service_sms import Arrival, take_sms
from hotline.gateway.tables import Assignment, Message
from hotline.people.rules import DeskKind, Level
from hotline.people.tables import Membership, Responder
from hotline.people.tables_desks import Desk
from hotline.tips import tables_persons
from hotline.tips.queries_visible import Exclusion
from hotline.tips.rules_persons import MetPerson
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import ServiceReferral, ServiceRequest
from tests.cases.test_people_by_phone import SITE, WANTS_HELP, WORK, HerCase
from tests.support.builders import NOON, make_message, post
from tests.support.callers import Line

CENTRE, NEXT, STRANGER = "+250788000061", "+250788000062", "+250788000063"
ISANGE = ("2", "2", *SITE, WORK, "1", *WANTS_HELP, "1")


class Services:
    """A case, an Isange centre of its district, and a centre of the next district."""

    def __init__(self, case: HerCase) -> None:
        self.case, self.line, self.count = case, case.line, 0
        self.people = [self._centre("centre", "12", CENTRE), self._centre("far", "13", NEXT)]

    def _centre(self, code: str, place: str, number: str) -> int:
        who, at = self.line.enrol(Level.RESPONDER, number, "en"), self.line.clock()
        with self.line.database.writing() as session:
            desk = Desk(code=code, kind=DeskKind.SERVICE, name=f"Isange {place}", place=place)
            desk.public_key, desk.created_at, desk.service = b"", at, "isange"
            session.add(desk)
            session.flush()
            post(session, session.get_one(Responder, who), Level.RESPONDER, code)
        return who

    def sms(self, number: str, text: str, *ways: Arrival) -> None:
        """Sends an SMS from this number to the hotline. By default, the SMS arrives by a callback and then in the
        inbox."""
        self.count += 1
        name, at = f"ATXid_{self.count}", self.line.clock()
        message = make_message(provider_id=name, sender=number, text=text, sent_at=at)
        for way in ways or (Arrival.CALLED, Arrival.LISTED):
            take_sms(self.line.context, message, way)

    def sent(self, who: int) -> list[tuple[str, dict[str, str]]]:
        rows = [one for one in self.line.all(Message) if one.responder_id == who]
        return [(one.template, dict(one.parameters)) for one in rows]

    @property
    def requests(self) -> list[ServiceRequest]:
        return self.line.all(ServiceRequest)

    @property
    def offer(self) -> ServiceReferral:
        with self.line.database.reading() as session:
            return session.query(ServiceReferral).one()

    @property
    def tip(self) -> Tip:
        return self.line.tips[0]


@pytest.fixture
def services(line: Line) -> Services:
    return Services(HerCase(line))


@pytest.mark.row("R8")
def test_r8_service_is_asked_by_sms_and_answers_without_pin(services: Services) -> None:
    phone = services.case.dials(*ISANGE)
    assert phone.screen.startswith("CON We asked Isange 12 by SMS to help. The service answers")
    (asked,) = services.requests
    sent = {"ref": asked.reference}
    assert services.sent(services.people[0]) == [(Template.SERVICE_ASK.name, sent)]
    assert services.sent(services.people[1]) == []
    assert services.case.case != asked.reference

    services.sms(STRANGER, f"1 {asked.reference}")
    services.sms(NEXT, f"1 {asked.reference}")
    services.sms(STRANGER, "1")
    assert services.requests[0].answer is None
    assert services.tip.helped_at is None

    services.sms(CENTRE, "1")
    (asked,) = services.requests
    assert (asked.answer, asked.who) == ("accepted", None)
    template, words = services.sent(services.people[0])[-1]
    assert (template, words["ref"]) == (Template.SERVICE_TOLD.name, asked.reference)
    assert words["who"] in {"woman", "man", "girl", "boy", "person"}
    assert services.offer.clock == "arrival"
    assert services.tip.helped_at is not None
    own = services.sent(services.case.known_as.responder_id)
    assert own[-1][0] == Template.SERVICE_YES.name
    assert own[-1][1]["ref"] == services.case.case
    (person,) = services.case.people()
    assert person.newest is not None
    assert person.newest.answer == "accepted"

    services.sms(CENTRE, f"2 {asked.reference}")
    assert services.requests[0].answer == "accepted"


@pytest.mark.row("R8")
def test_r8_full_service_comes_last_and_next_is_asked(services: Services) -> None:
    services.case.dials(*ISANGE)
    services.sms(CENTRE, f"2 {services.requests[0].reference}")
    assert services.sent(services.people[0])[-1][0] == Template.SERVICE_FULL.name
    assert services.tip.helped_at is None
    service_follow_up.ask_due(services.line.context)
    own = services.sent(services.case.known_as.responder_id)
    assert own[-1][0] == Template.FOLLOW.name
    services.case.dials("3", "1", "1", "1")
    last = services.requests[-1]
    assert (len(services.requests), last.desk_code) == (2, "far")
    services.line.clock.turn(days=1)
    with services.line.database.writing() as session:
        assert tables_persons.forget_answers(session, services.line.clock(), 50) == 1
    assert [one.answer for one in services.requests] == [None, None]
    assert services.requests[0].answered_at is not None


@pytest.mark.row("R8")
def test_r8_no_answer_in_danger_notifies_responder_and_nation(
    services: Services,
) -> None:
    services.case.dials(*ISANGE)
    assert services.offer.due_at == services.offer.offered_at + timedelta(hours=1)
    services.line.clock.turn(minutes=61)
    service_follow_up.ask_due(services.line.context)
    (asked,) = services.requests
    assert asked.answer == "none"
    assert services.sent(services.case.known_as.responder_id)[-1][0] == Template.FOLLOW.name
    assert services.sent(1)[-1][0] == Template.FOLLOW_ABOVE.name
    services.sms(CENTRE, f"1 {asked.reference}")
    assert services.requests[0].answer == "none"


@pytest.mark.row("R8", "R9")
@pytest.mark.parametrize("kept_from", ["official", "person"])
def test_r8_excluded_service_is_not_asked(services: Services, kept_from: str) -> None:
    """The hotline asks no service to help in a case that involves an official. The hotline also sends no request for
    help to a person of a service who is excluded from the case.
    """
    session_of = services.line.database.writing
    with session_of() as session:
        tip = session.get_one(Tip, services.tip.id)
        if kept_from == "official":
            tip.official = "unsure"
        for who in services.people if kept_from == "person" else ():
            at = services.line.clock()
            person = session.get_one(Responder, who).person_id
            session.add(Exclusion(tip_id=tip.id, person_id=person, reason="named", by="x", at=at))
    with session_of() as session:
        tip, at = session.get_one(Tip, services.tip.id), services.line.clock()
        offer = ServiceReferral(offered_id=1, tip_id=tip.id, n=1, offered_at=at)
        assert service_requests.ask(session, tip, offer, "isange", "") is None
    assert services.requests == []


def _named(services: Services, who: int) -> None:
    person = services.line.all(Responder)[who - 1].person_id
    made = {"tip_id": services.tip.id, "reason": "named", "by": "x", "at": services.line.clock()}
    with services.line.database.writing() as session:
        session.add(Exclusion(person_id=person, **made))


def _is_official(services: Services, _: int) -> None:
    with services.line.database.writing() as session:
        session.get_one(Tip, services.tip.id).official = "unsure"


def _leaves(services: Services, who: int) -> None:
    with services.line.database.writing() as session:
        session.query(Membership).filter_by(responder_id=who, desk_code="centre").update(
            {"until_at": services.line.clock()}
        )


@pytest.mark.row("R6", "R9")
@pytest.mark.parametrize("happens", [_named, _is_official, _leaves])
def test_r6_service_gets_nothing_after_exclusion(
    services: Services, happens: Callable[[Services, int], None]
) -> None:
    services.case.dials(*ISANGE)
    happens(services, services.people[0])
    services.sms(CENTRE, "1")
    services.sms(CENTRE, f"1 {services.requests[0].reference}")
    told = {template for template, _ in services.sent(services.people[0])}
    assert told.isdisjoint({Template.SERVICE_TOLD.name, Template.SERVICE_FULL.name})
    assert services.requests[0].answer is None
    assert services.tip.helped_at is None


@pytest.mark.row("R6")
def test_r6_excluded_responder_gets_no_service_answer(
    services: Services,
) -> None:
    services.case.dials(*ISANGE)
    him = services.case.known_as.responder_id
    _named(services, him)
    services.sms(CENTRE, "1")
    assert services.requests[0].answer == "accepted"
    assert Template.SERVICE_YES.name not in {template for template, _ in services.sent(him)}


@pytest.mark.row("R8")
def test_r8_reported_answer_deletes_the_kind_of_person(
    services: Services,
) -> None:
    services.case.dials(*ISANGE)
    assert services.requests[0].who == "woman"
    with services.line.database.writing() as session:
        (offer,) = session.query(ServiceReferral)
        met = services.case.people()
        service_follow_up.update_rows(session, services.tip, met, [_answered(one) for one in met])
        assert offer.clock != "answer"
    assert services.requests[0].who is None


def _answered(one: MetPerson) -> MetPerson:
    offers = [replace(offer, answer="accepted", answered_at=NOON) for offer in one.referrals]
    return replace(one, referrals=offers)


@pytest.mark.row("R8")
def test_r8_one_sms_answers_a_request_and_a_case(services: Services) -> None:
    services.case.dials(*ISANGE)
    who = services.people[0]
    with services.line.database.writing() as session:
        post(session, session.get_one(Responder, who), Level.RESPONDER, "12", "centre")
        row = Assignment(tip_id=services.tip.id, step=9, responder_id=who, reference="K7Q4")
        row.state, row.created_at = "sent", services.line.clock()
        session.add(row)
    services.sms(CENTRE, f"1 K7Q4, 1 {services.requests[0].reference}")
    assert services.requests[0].answer == "accepted"
    (own,) = [one for one in services.line.all(Assignment) if one.reference == "K7Q4"]
    assert own.acknowledged_at is not None


@pytest.mark.row("R8", "R6")
@pytest.mark.parametrize("has_inbox", [True, False])
def test_r8_yes_counts_only_after_inbox_lists_it(services: Services, has_inbox: bool) -> None:
    """The hotline ignores a forged yes from a stranger who knows the callback's address. A forged yes would end the
    search for help."""
    services.case.dials(*ISANGE)
    context = services.line.context
    services.line.context = replace(context, line=replace(context.line, sms_inbox=has_inbox))
    services.sms(CENTRE, "1", Arrival.CALLED, Arrival.GATEWAY)
    assert services.requests[0].answer == (None if has_inbox else "accepted")
    assert services.offer.clock == ("answer" if has_inbox else "arrival")
    assert (services.tip.helped_at is None) == has_inbox
