"""Lives an invented year through: every call, case and day in its turn."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from hotline.cli.year.calls import ENTRIES, KINDS, TOPICS, WRONGS, InventedCall
from hotline.cli.year.casework import Casework
from hotline.cli.year.drills import YearDrills
from hotline.cli.year.ledger import InventedLeave
from hotline.cli.year.people import everybody_of
from hotline.cli.year.plan import (
    CALLERS,
    COMPLAINTS,
    OUTAGE,
    SESSIONS,
    SMS_TIPS,
    STORM_DISTRICT,
    STORM_TIPS,
    TIPS,
    YearPlan,
    some_district,
)
from hotline.cli.year.rolls import RollCalls
from hotline.cli.year.still_open import StillOpen
from hotline.cli.year.turned import Agenda
from hotline.cli.year.written import write_tip
from hotline.cli.year.year_line import YearLine
from hotline.domain.places.places import districts
from hotline.services.evidence import coverage
from hotline.services.people import leaves

Told = Callable[[str], None]
ADMIN = "An invented admin"
GAPS = 14
"""How often in a year."""
LANGUAGES = ("rw", "en", "fr")
HOUR = timedelta(hours=1)


@dataclass
class YearLife:
    line: YearLine
    plan: YearPlan
    told: Told
    """Progress, a line each month."""
    number: int = 0
    month: str = ""
    hour: datetime = field(init=False)
    """The next whose coverage is noted."""
    agenda: Agenda = field(init=False)
    casework: Casework = field(init=False)

    def __post_init__(self) -> None:
        self.hour = self.plan.begins
        self.agenda = Agenda(self.line.clock)
        self.casework = Casework(self.line, self.agenda, self.plan.dice("cases"))

    def live(self) -> None:
        """From the first moment of the plan to the last."""
        self._draw()
        self.go_on(self.plan.ends)
        StillOpen(self.line).leave()

    def go_on(self, until: datetime) -> None:
        """What was begun is done, up to a moment: nobody calls any more after the plan's end."""
        while (found := self.agenda.next(until)) is not None:
            moment, errand = found
            self.line.reach(moment)
            errand()
        self.line.reach(until)
        self._chores()

    def _draw(self) -> None:
        random = self.plan.dice("calls")
        written = max(len(LANGUAGES), self.plan.many(SMS_TIPS))
        tips = max(1, self.plan.many(TIPS) - written)
        for n in range(self.plan.many(SESSIONS)):
            call = self._tells if n < tips else self._calls
            self.agenda.at(self.plan.moment(random), partial(call, n))
        for errand, many in (
            (self._writes, written),
            (self._complains, self.plan.many(COMPLAINTS)),
        ):
            for n in range(many):
                self.agenda.at(self.plan.moment(random), partial(errand, n))
        for n in range(self.plan.many(STORM_TIPS)):
            at = self.plan.storm_at + timedelta(minutes=random.uniform(0, 60))
            self.agenda.at(at, partial(self._storm, n))
        self.agenda.at(self.plan.outage_at, partial(self._fail, down=True))
        self.agenda.at(self.plan.outage_at + OUTAGE, partial(self._fail, down=False))
        RollCalls(self.line, self.agenda, self.plan, self.call).draw()
        YearDrills(self.line, self.agenda, self.plan).draw()
        for n in range(self.plan.many(GAPS)):
            self.agenda.at(self.plan.moment(random), partial(self._away, n))
        moment = self.plan.begins
        while (moment := moment + self.plan.chores_each) < self.plan.ends:
            self.agenda.at(moment - timedelta(seconds=1), self._chores)

    def _chores(self) -> None:
        hours = []
        while self.hour <= self.line.clock.at:
            hours.append(self.hour)
            self.hour += HOUR
        coverage.sample_hours(self.line.relay, hours)
        self.line.end_day()
        at = self.line.clock.at
        if self.month != (month := f"{at:%Y-%m}"):
            self.month, ledger = month, self.line.ledger
            self.told(
                f"until {at:%Y-%m-%d}: {len(ledger.sessions)} sessions so far, {len(ledger.tips)} tips,"
                f" {len({(one.tip_id, one.n) for one in ledger.words})} persons"
            )

    def _away(self, n: int) -> None:
        """Everybody of a district is away at once."""
        random = self.plan.dice(f"away {n}")
        district, at = random.choice(districts()), self.line.clock.at
        until = at + timedelta(hours=random.randint(8, 60))
        self.line.ledger.away.append(InventedLeave(district.code, at, until))
        for who in everybody_of(district):
            leaves.leave(
                self.line.desk,
                who,
                starts_at=None,
                ends_at=until,
                by=ADMIN,
                reason="an invented leave",
            )

    def _fail(self, *, down: bool) -> None:
        self.line.gateway.down = down

    def call(self, random: Random, msisdn: str | None = None, entry: str = "") -> InventedCall:
        """A dialogue that somebody is about to begin."""
        self.number += 1
        return InventedCall(
            line=self.line,
            random=random,
            msisdn=msisdn or self._msisdn(random),
            entry=entry,
            session_id=f"invented-{self.plan.seed}-{self.number}",
        )

    def _msisdn(self, random: Random) -> str:
        caller = random.randrange(max(3, self.plan.many(CALLERS)))
        return f"{'+2507883' if caller % 4 else '+2507333'}{caller:05}"

    def _calls(self, n: int) -> None:
        random = self.plan.dice(f"call {n}")
        habit = random.choices(("reads", "leaves", "quiz", "begins"), (62, 17, 13, 4))[0]
        entry = (
            random.choice(sorted(ENTRIES)) if habit == "reads" and random.random() < 0.25 else ""
        )
        call = self.call(random, entry=entry)
        if not entry:
            call.language = random.choices(LANGUAGES, (80, 12, 8))[0]
        call.dial()
        match habit:
            case "reads" if entry:
                call.key(*TOPICS[ENTRIES[entry]][1:])
                call.topics.append(ENTRIES[entry])
            case "reads":
                for topic in random.sample(sorted(TOPICS), random.choice((1, 1, 2, 3))):
                    if call.topics:
                        call.key("00")
                    call.read(topic)
            case "quiz":
                knows = [random.random() < 0.45 for _ in range(3)]
                call.take_quiz(knows, [known or random.random() < 0.6 for known in knows])
            case "begins":
                call.report("2", "2", some_district(random), "labour", until="province")
            case _:
                pass
        self.line.ledger.sessions.append(call.end())

    def _tells(self, n: int) -> None:
        random = self.plan.dice(f"tip {n}")
        danger = random.choices("123", (22, 60, 18))[0]
        self._told_by(random, danger, some_district(random))

    def _storm(self, n: int) -> None:
        self._told_by(self.plan.dice(f"storm {n}"), "1", STORM_DISTRICT)

    def _told_by(self, random: Random, danger: str, place: str) -> None:
        call = self.call(random)
        call.language = random.choices(LANGUAGES, (86, 8, 6))[0]
        call.dial()
        official = "1" if random.random() < 0.05 else "2"
        until = random.choices(("place", "kind", "saved"), (20, 15, 65))[0]
        call.report(danger, official, place, random.choice(KINDS), until=until)
        self._ends(call)

    def _complains(self, n: int) -> None:
        random = self.plan.dice(f"complaint {n}")
        call = self.call(random)
        call.language = random.choices(LANGUAGES, (86, 8, 6))[0]
        call.dial()
        call.complain(random.randrange(WRONGS), some_district(random))
        self._ends(call)

    def _ends(self, call: InventedCall) -> None:
        """What was told by then is referred."""
        known = len(self.line.ledger.tips)
        self.line.ledger.sessions.append(call.end())
        self._begins(known)

    def _writes(self, n: int) -> None:
        random = self.plan.dice(f"sms {n}")
        known = len(self.line.ledger.tips)
        write_tip(self.line, random, self._msisdn(random), n)
        self._begins(known)

    def _begins(self, known: int) -> None:
        """Whoever is to be told of what was just filed, is; and somebody will take it."""
        self.line.tell()
        for tip in self.line.ledger.tips[known:]:
            self.casework.begin(tip)
