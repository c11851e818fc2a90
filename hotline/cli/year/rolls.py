"""Local leaders and officers of an invented year: they join by a code, hold sessions, and take lessons."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random

from hotline.cli.year.calls import InventedCall
from hotline.cli.year.ledger import InventedGathering, InventedLesson
from hotline.cli.year.plan import LEADERS, OFFICERS, YearPlan
from hotline.cli.year.turned import Agenda
from hotline.cli.year.year_line import YearLine
from hotline.domain.places.places import districts
from hotline.domain.rolls.gathering import Occasion
from hotline.domain.rolls.joining import Roll
from hotline.services.rolls import joining

LEADERS_ENTRY, OFFICERS_ENTRY = "45", "46"
OCCASIONS = [*Occasion]
LESSON = ("9", "9", "9")
RIGHT = ("2", "1", "2")
"""The answers of the first lesson: trafficking, or smuggling."""
EACH_HOLDS, EACH_LEARNS = 7, 5
"""How often in a year."""
MakeCall = Callable[[Random, str | None, str], InventedCall]


@dataclass
class RollCalls:
    line: YearLine
    agenda: Agenda
    plan: YearPlan
    call: MakeCall

    def draw(self) -> None:
        random = self.plan.dice("rolls")
        places = sorted(districts(), key=lambda one: one.code)
        begins = self.plan.begins
        for roll, many, each in (
            (Roll.LEADERS, LEADERS, EACH_HOLDS),
            (Roll.OFFICERS, OFFICERS, EACH_LEARNS),
        ):
            for n in range(max(2, round(many * min(1.0, 2 * self.plan.scale)))):
                place = places[n % len(places)]
                number = f"+25078{4 if roll is Roll.LEADERS else 5}3{n:05}"
                at = begins + timedelta(hours=5, minutes=n)
                self.agenda.at(at, partial(self._joins, roll, place.name, number))
                for m in range(max(1, self.plan.many(each * 100) // 100)):
                    when = max(self.plan.moment(random), at + timedelta(days=1))
                    does = self._holds if roll is Roll.LEADERS else self._learns
                    self.agenda.at(when, partial(does, place.code, number, f"{roll} {n} {m}"))

    def _joins(self, roll: Roll, name: str, msisdn: str) -> None:
        code, _ = joining.make_code(self.line.desk, roll, name, by="An invented admin")
        entry = LEADERS_ENTRY if roll is Roll.LEADERS else OFFICERS_ENTRY
        call = self.call(self.plan.dice(msisdn), msisdn, entry)
        call.dial()
        call.key("1", code)
        self.line.ledger.sessions.append(call.end())

    def _holds(self, district: str, msisdn: str, key: str) -> None:
        random = self.plan.dice(key)
        occasion, came = random.randrange(len(OCCASIONS)), random.randint(15, 160)
        call = self.call(random, msisdn, LEADERS_ENTRY)
        call.dial()
        call.key("2", str(occasion + 1), str(came))
        at = self.line.clock.at
        self.line.ledger.sessions.append(call.end())
        held = InventedGathering(at, district, OCCASIONS[occasion].value, came)
        self.line.ledger.gatherings.append(held)

    def _learns(self, district: str, msisdn: str, key: str) -> None:
        random = self.plan.dice(key)
        good = [random.random() < 0.75 for _ in RIGHT]
        given = [
            one if well else ("1" if one == "2" else "2")
            for one, well in zip(RIGHT, good, strict=True)
        ]
        whole = random.random() < 0.85
        answered = len(RIGHT) if whole else random.randint(1, 2)
        call = self.call(random, msisdn, OFFICERS_ENTRY)
        call.dial()
        call.key("1", *LESSON)
        for one in given[:answered]:
            call.key(one, "9")
        at = self.line.clock.at
        self.line.ledger.sessions.append(call.end())
        lesson = InventedLesson(at, district, sum(good[:answered]), answered, whole)
        self.line.ledger.lessons.append(lesson)
