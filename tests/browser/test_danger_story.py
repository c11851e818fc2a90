"""One danger by a turned clock: three handsets and a desk; and an official's tip of which its district learns nothing.

The phones call the line's own hooks, with a reader beside it; the desk is a browser.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import expect

from hotline.domain.accounts.account import AccountRole
from hotline.domain.desk.members import of_account
from hotline.domain.places.places import districts
from hotline.domain.referrals.referral import Level
from hotline.domain.tip import NATIONAL
from hotline.domain.wording import Template
from hotline.sealing.members import wrap_desk_key
from hotline.services.outbox import delivery
from hotline.services.referrals import referral
from hotline.store.accounts.accounts import ConsoleAccount
from hotline.store.cases.case_log import CaseLogRow
from hotline.store.desk.desks import DeskMember
from hotline.store.outbox.messages import Referral
from hotline.store.tips.tips import Tip
from hotline.testing import FakeSms
from tests.browser.office import Office, language, make_desk, office
from tests.browser.stories import story
from tests.callers import DESK_KEY, Caller, told
from tests.console.hands import Hands
from tests.flows.responder_screens import words_of
from tests.reading import PHONE, PIN, ReaderBeside, reader_beside, with_pin
from tests.receipts import asked, given
from tests.signing import Person

__all__ = ["language", "make_desk", "office"]

pytestmark = pytest.mark.browser

SLEEPER = "+250788000012"
HERE = districts("1")[0].code
OFFICIAL_HERE = ("5", "1", "1", "1", "1")
"""As `DANGER_HERE`, and an official is involved."""


@dataclass
class DangerCase:
    """A district with one responder, who sleeps, and one deputy with a PIN; and the line's clock."""

    office: Office
    beside: ReaderBeside
    sms: FakeSms
    deputy: int

    def minutes(self, many: int) -> None:
        for _ in range(many):
            self.office.desk.clock.turn(minutes=1)
            self.ticks()

    def ticks(self) -> None:
        kit = self.office.line.kit
        referral.refer_waiting(kit)
        referral.fire_deadlines(kit)
        delivery.deliver_due(kit)

    def texts(self, number: str) -> list[str]:
        return [text for to, text in self.sms.sent if to == number]

    def says(self, template: Template, **values: str) -> str:
        return self.office.line.kit.phrases.say(self.office.language, template, **values)

    def dials(self, *keys: str) -> Caller:
        """The deputy's phone, behind her PIN, a moment later."""
        self.office.desk.clock.turn(seconds=5)
        phone = self.office.line.caller(PHONE)
        phone.dial("90")
        phone.key(PIN, *keys)
        return phone

    def shows(self, node: str) -> str:
        """The words of a screen of the entry, up to what differs from case to case."""
        text = words_of("responders", node, self.office.language)
        return max(re.split(r"\{\w+\}", text), key=len).strip()

    @property
    def reference(self) -> str:
        """As the deputy knows the newest case."""
        rows = sorted(self.office.line.all(Referral), key=lambda row: row.id)
        return [str(row.reference) for row in rows if row.responder_id == self.deputy][-1]


@pytest.fixture
def case(office: Office) -> DangerCase:
    line, sms = office.line, FakeSms()
    line.kit = replace(line.kit, sms=sms)
    beside = reader_beside(line)
    line.enrol(Level.RESPONDER, SLEEPER, office.language)
    deputy = with_pin(beside, level=Level.DEPUTY, language=office.language, desks=(HERE,))
    return DangerCase(office, beside, sms, deputy)


@contextmanager
def at_the_desk(office: Office, name: str, role: AccountRole, desk: str) -> Iterator[Hands]:
    """Somebody whose own key opens this desk, signed in."""
    person = office.person(name, role)
    opens(office, person, desk)
    with office.hands(expects=lambda said: "404" in said) as hands:
        hands.signs_in(person)
        yield hands


def opens(office: Office, person: Person, desk: str) -> None:
    with office.desk.kit.database.writing() as session:
        account = session.get_one(ConsoleAccount, person.account_id)
        assert account.public_key is not None
        member = of_account(account.id)
        wrapped = wrap_desk_key(bytes(DESK_KEY), account.public_key, desk, member)
        at = office.desk.clock()
        session.add(DeskMember(desk_code=desk, member=member, wrapped_key=wrapped, created_at=at))


@story("danger")
def test_r3_r6_a8_a_danger_from_its_alert_to_its_end_on_three_handsets_and_a_desk(
    case: DangerCase,
) -> None:
    number = an_alert_meets_silence(case)
    the_deputy_takes_it_and_reads_it(case)
    she_asks_and_the_reporter_answers(case, number)
    she_passes_it_on(case)
    the_desk_closes_it_with_a_second_person(case)
    of_an_official_the_district_meets_nothing(case)


def an_alert_meets_silence(case: DangerCase) -> str:
    """The receipt's number."""
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
    assert case.office.line.tip.holder_id == case.deputy
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
    assert case.office.line.tip.holder_id == case.deputy, "until somebody takes it"


def the_desk_closes_it_with_a_second_person(case: DangerCase) -> None:
    tip, office = case.office.line.tip, case.office
    with at_the_desk(office, "National 1", AccountRole.NATIONAL, NATIONAL) as hands:
        hands.follows("Tips")
        hands.page.goto(f"/tips/{tip.id}")
        hands.ticks("to send somebody")
        hands.presses("Open the words")
        expect(hands.page.locator("table")).to_contain_text("still")
        hands.follows("Close the words")
        hands.ticks("helped")
        hands.writes(hands.page.locator("#f-reason-close"), "she is safe")
        hands.presses("Close it")
        hands.sees("Somebody else of the national desk does it.")
    assert closed(case) is None
    with at_the_desk(office, "National 2", AccountRole.NATIONAL, NATIONAL) as hands:
        hands.page.goto(f"/tips/{tip.id}")
        hands.writes(hands.page.locator("#f-reason-judge"), "I rang her")
        hands.presses("Agree: it is over")
        hands.sees("It was closed wrongly")
    assert closed(case) == "helped"
    hers = [row for row in office.line.all(CaseLogRow) if row.responder_id == case.deputy]
    assert [row.kind for row in hers] == ["told", "taken", "opened", "asked", "note", "passed"]
    assert case.dials("1").screen.startswith(f"CON {case.shows('nothing')}")


def closed(case: DangerCase) -> str | None:
    tip: Tip = case.office.line.tips[0]
    return tip.outcome if tip.closed_at else None


def of_an_official_the_district_meets_nothing(case: DangerCase) -> None:
    told(case.office.line, *OFFICIAL_HERE)
    before = len(case.texts(PHONE)), len(case.texts(SLEEPER))
    case.minutes(6)
    tip = case.office.line.tips[-1]
    assert (tip.place, tip.official) == (HERE, "yes")
    assert (len(case.texts(PHONE)), len(case.texts(SLEEPER))) == before
    assert case.dials("1").screen.startswith(f"CON {case.shows('nothing')}")
    with at_the_desk(case.office, "Desk 1", AccountRole.DESK, HERE) as hands:
        for address in ("/", "/tips?state=all"):
            hands.page.goto(address)
            expect(hands.page.locator(f"a[href='/tips/{tip.id}']")).to_have_count(0)
        expect(hands.page.locator("a[href='/tips/1']")).to_have_count(1)
        answer = hands.page.goto(f"/tips/{tip.id}")
        assert answer is not None
        assert answer.status == 404
