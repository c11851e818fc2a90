"""Tests one case about danger from its alert to the person's outcome, on three handsets and at a desk.

A second tip is about an official, and the desk of its district learns nothing about this tip. A person who declines
help is offered no service. At the end, only the monthly sums about the case remain. The phones call the hotline's own
hooks, and the reader process runs next to them. A browser shows the desk's console, and the test moves the clock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from hotline.alerts import rules_follow_up
from hotline.alerts.tables_case_events import CaseCode, CaseEventRow, CaseGrant, CaseKey
from hotline.cases import decrypt_codes, service_follow_up
from hotline.core import rules_trial
from hotline.core.actors import AccountRole
from hotline.core.wording import Template
from hotline.people.decrypt_members import wrap_desk_key
from hotline.people.rules import of_account
from hotline.people.tables_accounts import ConsoleAccount
from hotline.people.tables_desks import DeskMember
from hotline.text.places import NATIONAL, districts
from hotline.tips.rules import WARNING, TipOutcome, any_morning
from hotline.tips.tables import Tip
from hotline.tips.tables_persons import PossibleVictim, ServiceReferral
from tests.browser.danger_case import COORDINATOR, HERE, MONTH, SLEEPER, DangerCase
from tests.browser.office import Office
from tests.console.hands import Hands
from tests.flows.responder_screens import words_of
from tests.support.callers import DANGER_HERE, DESK_KEY, REST, told
from tests.support.persons import screened
from tests.support.reading import PHONE
from tests.support.receipts import asked, given
from tests.support.signing import Person
from tests.support.taking import close_by_two

pytestmark = pytest.mark.browser

OFFICIAL_HERE = ("5", "1", "1", "1", "1")
"""The digits that a caller presses to report the same danger as with `DANGER_HERE`, but with an official involved."""
UNOPENED = (
    "Open the report text first. "
    "You can confirm the closure only if you read the report after another person requested the closure."
)
SIGNS = ("2", "1", "1", "3", "1", "2", "1")
"""The digits that answer the seven screening questions. The person is an adult, was recruited, was forced, was perhaps
deceived, works for another person's gain, is not free to leave, and is exploited at work.
"""
FOLLOWED = (CaseCode, PossibleVictim, ServiceReferral, CaseGrant, CaseKey)
"""All tables with data about a person, except the audit log and the monthly sums."""


@contextmanager
def at_the_desk(
    office: Office, name: str, role: AccountRole, desk: str, refused: str = "404"
) -> Iterator[Hands]:
    """Signs in a user whose own key decrypts the tips of this desk. The browser may log responses with the status
    `refused`."""
    person = office.person(name, role)
    opens(office, person, desk)
    with office.hands(expects=lambda said: refused in said) as hands:
        hands.signs_in(person)
        yield hands


def opens(office: Office, person: Person, desk: str) -> None:
    with office.desk.context.database.writing() as session:
        account = session.get_one(ConsoleAccount, person.account_id)
        assert account.public_key is not None
        member = of_account(account.id)
        wrapped = wrap_desk_key(bytes(DESK_KEY), account.public_key, desk, member)
        at = office.desk.clock()
        session.add(DeskMember(desk_code=desk, member=member, wrapped_key=wrapped, created_at=at))


@pytest.mark.row("A8", "R3", "R6", "R8", "R9")
def test_a_danger_from_its_alert_to_thirty_days_on_and_the_counts(
    case: DangerCase,
) -> None:
    number = an_alert_meets_silence(case)
    the_deputy_takes_it_and_reads_it(case)
    she_asks_and_the_reporter_answers(case, number)
    she_passes_it_on(case)
    she_is_there_and_finds_help(case)
    another_person_wants_no_help(case)
    a_person_of_a_trial_is_noted_too(case)
    the_desk_closes_it_with_a_second_person(case)
    she_is_asked_whether_the_person_arrived(case)
    of_an_official_the_district_meets_nothing(case)
    she_is_asked_again_after_thirty_days(case)
    the_month_is_counted(case)


def an_alert_meets_silence(case: DangerCase) -> str:
    """Lets the alert of the silent responder escalate to the deputy. Returns the number of the receipt."""
    _, number = given(case.office.line)
    case.ticks()
    assert len(case.texts(SLEEPER)) == 1
    assert case.texts(PHONE) == []
    case.minutes(4)
    (alert,) = case.texts(PHONE)
    assert alert == case.says(
        Template.ALERT_URGENT_REPLY, ref=case.reference, place=districts("1")[0].name
    )
    return number


def the_deputy_takes_it_and_reads_it(case: DangerCase) -> None:
    taken = case.dials("1", "1", "2")
    assert taken.screen.startswith("END ")
    assert case.shows("yours") in taken.screen
    assert case.office.line.tip.assignee_id == case.deputy
    page = case.dials("1", "1", "1")
    told_of = page.screen + page.key("9")
    assert words_of("report", "official", case.office.language) in told_of


def she_asks_and_the_reporter_answers(case: DangerCase, number: str) -> None:
    phone = case.dials("1", "1", "5", "1")
    assert phone.key("1") == f"END {case.shows('asked')}"
    case.minutes(1)
    reporter = asked(case.office.line, number)
    reporter.key("3")
    assert reporter.key("1").startswith("END ")
    case.ticks()
    assert case.texts(PHONE)[-1] == case.says(Template.ANSWERED, ref=case.reference)


def she_passes_it_on(case: DangerCase) -> None:
    assert case.shows("noted") in case.dials("1", "1", "5", "2", "3").screen
    phone = case.dials("1", "1", "5", "3", "1")
    assert case.shows("passed_on") in phone.screen
    assert case.office.line.tip.assignee_id == case.deputy, "until somebody takes it"


def she_is_there_and_finds_help(case: DangerCase) -> None:
    """Screens a person and offers two services. The first service has no room, but the second one has."""
    phone = case.dials("1", "1", "2")
    assert case.shows("on_site_asks") in phone.screen
    assert case.shows("minor", "screening") in phone.key("2")
    assert case.shows("possible", "screening") in phone.key(*SIGNS)
    assert case.shows("consent", "offering") in phone.key("1")
    assert case.shows("to", "offering") in phone.key("1", "1", "1")
    assert case.office.line.tips[0].helped_at is None
    assert case.shows("to", "offering") in phone.key("1", "2")
    case.minutes(1)
    assert case.shows("done", "offering") in phone.key("2", "1")
    assert case.office.line.tips[0].helped_at is not None


def another_person_wants_no_help(case: DangerCase) -> None:
    """Reports a second tip. The person that the responder meets declines help. After that, no choice on the phone's
    screen leads to the offer of a service.
    """
    told(case.office.line, *DANGER_HERE, "1", "1", *REST)
    case.minutes(4)
    tip = case.office.line.tips[-1]
    assert case.shows("yours") in case.chooses(tip.id, "2").screen
    phone = case.chooses(tip.id, "5", "4", "1", *SIGNS)
    assert case.shows("respected", "offering").split("{")[0] in phone.key("1", "2", "1")
    keyed = phone.text
    for key in "123456789":
        phone.text = keyed
        assert case.shows("to", "offering") not in phone.key(key)
    again = case.chooses(tip.id, "3", "1", "1").screen
    assert case.shows("consent", "offering") in again
    assert {row.tip_id for row in case.office.line.all(ServiceReferral)} == {1}
    close_by_two(case.office.line.context, tip.id, TipOutcome.HELPED)


def a_person_of_a_trial_is_noted_too(case: DangerCase) -> None:
    line = case.office.line
    told(line, *DANGER_HERE)
    tip = line.tips[-1]
    with line.database.writing() as session:
        session.get_one(Tip, tip.id).channel = rules_trial.CHANNEL
    screened(line.context, tip.id)


def the_desk_closes_it_with_a_second_person(case: DangerCase) -> None:
    tip, office = case.office.line.tips[0], case.office
    with at_the_desk(office, "Officer 1", AccountRole.NATIONAL, NATIONAL) as hands:
        hands.page.goto(f"/tips/{tip.id}")
        hands.click(hands.page.locator("button[value=send]"))
        expect(hands.page.locator("table")).to_contain_text("still")
        hands.follows("Close the report text")
        hands.click(hands.page.locator("#close summary"))
        hands.ticks("helped")
        hands.writes(hands.page.locator("#f-reason-close"), "she is safe")
        hands.presses("Request closure")
        hands.sees("Another member of the national desk must confirm the closure.")
    assert closed(case) is None
    with at_the_desk(office, "Officer 2", AccountRole.NATIONAL, NATIONAL, "422") as hands:
        hands.page.goto(f"/tips/{tip.id}")
        hands.writes(hands.page.locator("#f-reason-judge"), "I rang her")
        hands.presses("Confirm closure")
        hands.sees(UNOPENED)
        hands.click(hands.page.locator("button[value=send]"))
        hands.writes(hands.page.locator("#f-reason-judge"), "I rang her")
        hands.presses("Confirm closure")
        hands.sees("Case closed by mistake")
    assert closed(case) == "helped"
    rows = [row for row in office.line.all(CaseEventRow) if row.tip_id == tip.id]
    hers = [row.kind for row in rows if row.responder_id == case.deputy]
    assert hers[:7] == ["told", "taken", "opened", "asked", "note", "passed", "on_site"]
    assert hers[7:] == ["screened", "consent", *["offered", "answered"] * 2]


def closed(case: DangerCase) -> str | None:
    tip: Tip = case.office.line.tips[0]
    return tip.outcome if tip.closed_at else None


def she_is_asked_whether_the_person_arrived(case: DangerCase) -> None:
    """Moves the clock to each follow-up. After 72 hours, the deputy is asked if the person arrived. The coordinator is
    asked the next morning.

    A person who declined help may still need it, so some time later the hotline asks a user about this person once
    more.
    """
    line, coordinator = case.office.line, case.enrols_a_coordinator()
    helped, other = (tip.id for tip in line.tips[:2])
    (arrives_by,) = [row.due_at for row in line.all(ServiceReferral) if row.due_at]
    (asked_again,) = [row.due_at for row in line.all(PossibleVictim) if row.due_at]
    before = len(case.texts(PHONE))
    case.turns_to(arrives_by - timedelta(minutes=1))
    assert len(case.texts(PHONE)) == before
    case.turns_to(arrives_by)
    assert case.texts(PHONE)[before:] == [case.follows(Template.FOLLOW, helped, case.deputy)]
    case.turns_to(asked_again)
    assert case.texts(COORDINATOR) == [case.follows(Template.FOLLOW, other, coordinator)]
    phone = case.chooses(other, who=coordinator)
    assert case.shows("asks_again", "following") in phone.screen
    assert case.shows("consent", "offering") in phone.key("1")
    assert case.shows("no_again", "offering") in phone.key("2")
    assert case.shows("respected_again", "offering") in phone.key("1")
    case.turns_to(any_morning(arrives_by))
    unsaid = case.follows(Template.FOLLOW_ABOVE, helped, coordinator)
    assert case.texts(COORDINATOR)[1:] == [unsaid]
    phone = case.chooses(helped)
    assert case.shows("first", "following") in phone.screen
    assert case.shows("arrived", "following") in phone.key("1")
    assert case.shows("there", "following") in phone.key("1")
    case.turns_to(asked_again + timedelta(days=9))
    assert (len(case.texts(COORDINATOR)), len(case.texts(PHONE))) == (2, before + 1)


def of_an_official_the_district_meets_nothing(case: DangerCase) -> None:
    told(case.office.line, *OFFICIAL_HERE)
    before = len(case.texts(PHONE)), len(case.texts(SLEEPER))
    case.minutes(6)
    tip = case.office.line.tips[-1]
    assert (tip.place, tip.official) == (HERE, "yes")
    assert (len(case.texts(PHONE)), len(case.texts(SLEEPER))) == before
    assert case.listed() == [case.known_as(1)]
    with at_the_desk(case.office, "Desk 1", AccountRole.DESK, HERE) as hands:
        for address in ("/", "/tips?state=all"):
            hands.page.goto(address)
            expect(hands.page.locator(f"a[href='/tips/{tip.id}']")).to_have_count(0)
        expect(hands.page.locator("a[href='/tips/1']")).to_have_count(1)
        answer = hands.page.goto(f"/tips/{tip.id}")
        assert answer is not None
        assert answer.status == 404
        the_desk_opens_whom_it_met(hands)


def the_desk_opens_whom_it_met(hands: Hands) -> None:
    """Decrypts the persons of the first case with the desk's own key. The reader process gave the desk access to the
    data about these persons.
    """
    hands.page.goto("/tips/1")
    hands.click(hands.page.locator("#f-of_persons-send"))
    hands.presses("Open notes about people met")
    hands.sees("Person {n}", n=1)
    hands.sees("The person wants help.")


def she_is_asked_again_after_thirty_days(case: DangerCase) -> None:
    """Answers the follow-up after thirty days. After that, the district's desk decrypts the offered services and
    their outcomes."""
    line = case.office.line
    (asked,) = [row.due_at for row in line.all(ServiceReferral) if row.due_at]
    case.turns_to(asked)
    ask = case.follows(Template.FOLLOW, 1, case.deputy)
    assert case.texts(PHONE)[-2:] == [ask, ask]
    phone = case.chooses(1)
    assert case.shows("first_thirty", "following") in phone.screen
    assert case.shows("thirty", "following") in phone.key("1")
    assert case.shows("noted", "following") in phone.key("2")
    assert case.dials("1").screen.startswith(f"CON {case.shows('nothing')}")
    with line.database.reading() as session:
        tip = session.get_one(Tip, 1)
        private = decrypt_codes.case_private_key(
            session, line.context, tip, HERE, [bytes(DESK_KEY)]
        )
        (person,) = service_follow_up.decrypted_persons(session, tip, private)
    offers = [(one.service, one.answer, one.arrived, one.thirty) for one in person.referrals]
    assert offers == [("isange", "no_room", None, None), ("shelter", "accepted", "yes", "safe")]


def the_month_is_counted(case: DangerCase) -> None:
    line = case.office.line
    before = [(row.id, row.kind) for row in line.all(CaseEventRow)]
    last = rules_follow_up.counted_at(MONTH)
    case.turns_to(last - WARNING)
    assert all(line.all(row) for row in FOLLOWED)
    case.turns_to(last)
    counted = case.counted()
    assert counted["identified"] == 2
    assert [counted[step] for step in ("accepted", "known_at_30", "safe_at_30")] == [1, 1, 1]
    assert not any(line.all(row) for row in FOLLOWED)
    assert [(row.id, row.kind) for row in line.all(CaseEventRow)][: len(before)] == before
