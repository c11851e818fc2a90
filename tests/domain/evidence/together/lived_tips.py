"""The tips of an invented month: how each was answered, and how far the persons came who were met because of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from hotline.domain.call_back import KIGALI
from hotline.domain.cases.counting import NATIONALLY, CountedCase
from hotline.domain.cases.people_codes import ACTUAL, ServiceAnswer, ThirtyDays
from hotline.domain.cases.persons import MetPerson, OfferedHelp
from hotline.domain.cases.screening import ScreeningResult
from hotline.domain.evidence.answered.answer_times import AnsweredTip, AnswerStep
from hotline.domain.places.places import districts
from hotline.domain.tip import ABROAD, NATIONAL, UNSURE
from tests.domain.evidence.together.lived_sessions import LivedSession, some

CODES = [one.code for one in districts()]
NATIONS = (ABROAD, UNSURE, NATIONAL)
WAY = (AnswerStep.DELIVERED, AnswerStep.ACKNOWLEDGED, AnswerStep.OPENED, AnswerStep.ON_SITE)


@dataclass
class LivedTip:
    """One tip, its session and its case."""

    session: LivedSession
    place: str
    filed_at: datetime
    urgency: int
    came: int = 0
    """How far somebody came with it: a place in `WAY`."""
    minutes: int = 1
    red: int = 0
    """For so many hours."""
    is_closed: bool = False
    persons: list[MetPerson] = field(default_factory=list)

    @property
    def answered(self) -> AnsweredTip:
        steps = {
            step: self.filed_at + timedelta(minutes=self.minutes * (place + 1))
            for place, step in enumerate(WAY[: self.came])
        }
        offered = any(person.referrals for person in self.persons)
        if offered or self.is_closed:
            steps[AnswerStep.OUTCOME] = self.filed_at + timedelta(hours=self.minutes)
        screened = any(person.screened_at or person.consents for person in self.persons)
        is_acted = AnswerStep.ON_SITE in steps or offered or screened
        red = timedelta(hours=self.red) if self.red else None
        return AnsweredTip(self.urgency, self.filed_at, steps, is_acted, red)

    def case(self, number: int) -> CountedCase:
        """Every sixth tip tells of what the one before it told of."""
        district = NATIONALLY if self.place in NATIONS else self.place
        return CountedCase(number, district, number - (number % 6 == 5), self.persons)

    def goes_on(self, chance: Random) -> None:
        """What somebody does with it next, if anything."""
        self.came = min(len(WAY), self.came + chance.choice((0, 0, 1, 2)))
        self.is_closed |= chance.random() < 0.3
        for person in self.persons:
            _goes_on(person, chance, self.filed_at)
        if self.came == len(WAY) and chance.random() < 0.5:
            many = chance.choice((1, 1, 1, 2, 3, 9))
            self.persons += [_met(chance, self.filed_at) for _ in range(many)]
            for person in self.persons[-many:]:
                _goes_on(person, chance, self.filed_at)


def tip(chance: Random, session: LivedSession) -> LivedTip:
    filed_at = datetime.fromisoformat(f"{session.day}T10:00").replace(tzinfo=KIGALI)
    place = some(chance, [*CODES, *NATIONS], 0.15)
    red = chance.randint(1, 20) if chance.random() < 0.15 else 0
    found = LivedTip(
        session,
        place,
        filed_at,
        chance.choice((1, 2, 2, 3)),
        minutes=chance.randint(1, 60),
        red=red,
    )
    for _ in range(3):
        found.goes_on(chance)
    return found


def _met(chance: Random, at: datetime) -> MetPerson:
    person = MetPerson(1, at)
    person.sex = some(chance, ("woman", "girl", "man", "boy", "not_said"))
    person.minor = chance.choice(("no", "no", "yes"))
    person.nationality, person.state = chance.choice(
        (("rwanda", None), ("rwanda", None), ("other", "BI"), ("other", "US"), (None, None))
    )
    person.form = some(chance, ("labour", "sex", "begging", "marriage", "crime"))
    if chance.random() < 0.85:
        person.screened_at = at
        person.result = chance.choices([*ScreeningResult], (6, 1, 1))[0]
    return person


def _goes_on(person: MetPerson, chance: Random, at: datetime) -> None:
    """One step further, of those who showed signs; a deciding body may speak of anybody."""
    if chance.random() < 0.15:
        person.determination = chance.choice((ACTUAL, ACTUAL, "not"))
    if person.result is not ScreeningResult.POSSIBLE and person.actual is not True:
        return
    for _ in range(chance.choice((0, 1, 2, 5))):
        if not person.consents:
            person.consents.append((at, "yes" if chance.random() < 0.9 else "no", "yes"))
        elif person.consents[-1][1] == "no":
            return
        elif not person.referrals or person.referrals[-1].why is not None:
            person.referrals.append(OfferedHelp(1, at, None, "isange"))
        else:
            _of_offer(person.referrals[-1], chance, at)


def _of_offer(one: OfferedHelp, chance: Random, at: datetime) -> None:
    if one.answer is None:
        ways = (ServiceAnswer.ACCEPTED, ServiceAnswer.NO_ROOM, ServiceAnswer.PERSON_REFUSED)
        one.answer = chance.choices(ways, (8, 1, 1))[0]
        one.answered_at = at + timedelta(days=chance.randint(0, 9))
    elif one.arrived is None:
        one.arrived = chance.choices(("yes", "no"), (9, 1))[0]
    elif one.arrived == "yes" and one.thirty is None:
        one.thirty = chance.choice([*ThirtyDays])
