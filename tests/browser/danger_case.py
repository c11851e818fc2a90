"""Provides a case about danger for a story on emulated phones and on a desk's pages, with a clock that the test
moves.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from hotline.alerts import service_assignment, service_sending
from hotline.cases import reader_handover, service_follow_up
from hotline.core.wording import Template
from hotline.gateway.rules import responders_short_code
from hotline.gateway.stand_ins import FakeSms
from hotline.gateway.tables import Assignment
from hotline.people.rules import Level
from hotline.statistics import queries, reader_person_sums
from hotline.statistics.decrypt import decrypt_sums
from hotline.statistics.rules_definitions import ALL
from hotline.text.places import districts
from tests.browser.office import Office
from tests.flows.responder_screens import words_of
from tests.support.callers import Caller
from tests.support.reading import (
    OTHER_PIN,
    PHONE,
    PIN,
    ReaderBeside,
    at_home,
    reader_beside,
    with_pin,
)

SLEEPER, COORDINATOR = "+250788000012", "+250788000013"
HERE = districts("1")[0].code
MONTH = "2026-11"


@dataclass
class DangerCase:
    """A district with one silent responder and one deputy with a PIN, and a hotline whose clock the test moves."""

    office: Office
    beside: ReaderBeside
    sms: FakeSms
    deputy: int

    def enrols_a_coordinator(self) -> int:
        return with_pin(
            self.beside,
            msisdn=COORDINATOR,
            pin=OTHER_PIN,
            level=Level.COORDINATOR,
            language=self.office.language,
            desks=(HERE,),
        )

    def minutes(self, many: int) -> None:
        for _ in range(many):
            self.office.desk.clock.turn(minutes=1)
            self.ticks()

    def ticks(self) -> None:
        context = self.office.line.context
        service_assignment.assign_pending(context)
        service_assignment.fire_deadlines(context)
        service_follow_up.ask_due(context)
        service_sending.deliver_due(context)

    def turns_to(self, at: datetime) -> None:
        """Moves the clock directly to a time. No background work runs before the clock has its new time."""
        self.office.desk.clock.at = at
        self.ticks()
        reader_handover.reconcile(self.beside.context)
        reader_person_sums.count_due_months(self.beside.context)

    def texts(self, number: str) -> list[str]:
        return [text for to, text in self.sms.sent if to == number]

    def says(self, template: Template, **values: str) -> str:
        return self.office.line.context.phrases.say(self.office.language, template, **values)

    def dials(self, *keys: str, by: tuple[str, str] = (PHONE, PIN)) -> Caller:
        """Moves the clock by five seconds, and dials with the phone in `by`, or with the deputy's phone if `by` is not
        given. Enters the PIN of this phone and then presses `keys`.
        """
        self.office.desk.clock.turn(seconds=5)
        msisdn, pin = by
        phone = self.office.line.caller(msisdn)
        phone.dial("90")
        at_home(phone, *keys, pin=pin)
        return phone

    def chooses(self, tip_id: int, *keys: str, who: int | None = None) -> Caller:
        """Dials with the deputy's phone, or with the coordinator's phone if `who` is set. Chooses one case in the
        list and presses `keys`.
        """
        phone = self.dials("1", by=(PHONE, PIN) if who is None else (COORDINATOR, OTHER_PIN))
        name = self.known_as(tip_id, who)
        (number,) = [line[0] for line in phone.read().split("\n") if name == line[2:6]]
        phone.key(number, *keys)
        return phone

    def listed(self) -> list[str]:
        """Returns the references on the deputy's list of cases."""
        return re.findall(r"\n[1-8] (\w{4}) ", self.dials("1").screen)

    def shows(self, node: str, flow: str = "responders") -> str:
        """Returns the longest part of a screen's text without placeholders, because this part is the same for every
        case.
        """
        text = words_of(flow, node, self.office.language)
        return max(re.split(r"\{\w+\}", text), key=len).strip()

    @property
    def reference(self) -> str:
        """Returns the deputy's reference for the newest case."""
        return self.known_as(max(row.tip_id for row in self.office.line.all(Assignment)))

    def follows(self, template: Template, tip_id: int, who: int) -> str:
        """Returns the SMS that asks the user `who` what happened to a person of the case."""
        code = responders_short_code(self.office.line.context.line.service_code)
        return self.says(template, ref=self.known_as(tip_id, who), code=code)

    def counted(self) -> dict[str, int]:
        """Returns the number for each indicator about persons, from the sums that the reader process stored for the
        month.
        """
        with self.office.line.database.reading() as session:
            (body,) = queries.person_sums(session, [MONTH]).values()
        sums = decrypt_sums(body, month=MONTH, private_keys=self.beside.context.pair.now())
        return {name.indicator: cell.count for name, cell in sums.items() if name.value == ALL}

    def known_as(self, tip_id: int, who: int | None = None) -> str:
        """Returns the reference under which the deputy, or the user `who`, knows a tip."""
        of = tip_id, who or self.deputy
        rows = self.office.line.all(Assignment)
        return [str(row.reference) for row in rows if (row.tip_id, row.responder_id) == of][-1]


@pytest.fixture
def case(office: Office) -> DangerCase:
    line, sms = office.line, FakeSms()
    line.context = replace(line.context, sms=sms)
    beside = reader_beside(line)
    line.enrol(Level.RESPONDER, SLEEPER, office.language)
    deputy = with_pin(beside, level=Level.DEPUTY, language=office.language, desks=(HERE,))
    return DangerCase(office, beside, sms, deputy)
