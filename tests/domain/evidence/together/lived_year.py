"""An invented year that happened: sessions, tips and persons are drawn, and counted by what counts them on the line.

So what one count says of another is true: whoever was identified was met, a report that was filed was entered.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from hotline.domain.cases import months
from hotline.domain.cases.counting import count
from hotline.domain.evidence.answered.answer_figures import (
    SentMessages,
    of_coverage,
    of_messages,
    of_tips,
)
from hotline.domain.evidence.edition import months_in
from hotline.domain.evidence.month_figures import MonthCounts, month_tables
from hotline.domain.evidence.publishing.case_counts import case_tables
from hotline.domain.evidence.raw import Measured, Raw
from hotline.domain.evidence.screens.revision_weeks import LivePeriod, revision_weeks
from hotline.domain.evidence.screens.screen_figures import (
    LiveScreens,
    Walks,
    of_screens,
    of_seconds,
)
from hotline.domain.reach import screens
from hotline.domain.reach.counters import By, Measure
from hotline.domain.reach.screens import ScreenMeasure, WalkedAt, week_of
from hotline.domain.rolls.gathering import CAME, HELD, Occasion
from hotline.domain.rolls.training import GOOD, OTHER, TAKEN
from tests.domain.evidence.random_year import PublishedYear, published
from tests.domain.evidence.together import lived_sessions
from tests.domain.evidence.together.lived_sessions import ENTRIES, THINGS, LivedSession, some
from tests.domain.evidence.together.lived_tips import CODES, NATIONS, LivedTip, tip

LIVE = {By.ENTRY: [*ENTRIES], By.TOPIC: [*lived_sessions.TOPICS.values()], "quiz": [*THINGS]}
Counted = Counter[tuple[str, str, str]]
Crowd = tuple[str, Occasion, int]
"""A gathering: its district, its occasion, and who came."""


@dataclass
class LivedMonth:
    """What happened in a month, as far as it is known by now."""

    name: str
    sessions: Sequence[LivedSession]
    tips: Sequence[LivedTip]
    complaints: int
    crowds: Sequence[Crowd]
    lessons: Counted
    sent: dict[str, SentMessages]
    asked: Counted = field(default_factory=Counter)
    """Answers of people on a roll."""
    is_new_on: int = 11
    """The day on which other flows became live."""

    @property
    def raw(self) -> Sequence[Raw]:
        """As the line's producers hand it over, all of them."""
        people = round(len(self.sessions) * 0.7)
        reach = MonthCounts(date.fromisoformat(f"{self.name}-01"), people, self._reach(), LIVE)
        cases = count(one.case(number) for number, one in enumerate(self.tips))
        answered = [one.answered for one in self.tips]
        screens = self._screens()
        return [
            *month_tables(reach),
            *of_screens(screens, self._live_screens(), self._walks()),
            *case_tables(cases),
            *of_tips(answered),
            *of_coverage(700, {"11": 30}),
            *of_messages(self.sent),
            *of_seconds(screens),
        ]

    def later(self, chance: Random) -> None:
        """Cases went on, and some tips were of another district."""
        for one in self.tips:
            one.goes_on(chance)
            if chance.random() < 0.05:
                one.place = chance.choice([*CODES, *NATIONS])

    def _reach(self) -> Counted:
        found = Counter(self.lessons) + Counter(self.asked)
        for one in self.sessions:
            _counts(found, one, Measure.SESSION)
            for topic in one.topics:
                _counts(found, one, Measure.TOPIC)
                found[By.TOPIC, topic, Measure.TOPIC] += 1
            for thing, outcome in one.quiz.items():
                found[By.TOPIC, thing, f"quiz_{outcome}"] += 1
            found[By.DAY, one.day, Measure.FRAGMENT] += one.is_left_before
        for report in self.tips:
            _counts(found, report.session, Measure.TIP)
            found[By.DISTRICT, report.place, Measure.TIP] += 1
        found[By.DAY, f"{self.name}-01", Measure.COMPLAINT] += self.complaints
        for place, occasion, came in self.crowds:
            for by, row in ((By.DISTRICT, place), (By.TOPIC, occasion)):
                found[by, row, HELD] += 1
                found[by, row, CAME] += came
        return found

    def _live_screens(self) -> LiveScreens:
        begins, ends = months.begins(self.name), months.ends(self.name)
        new = begins.replace(day=self.is_new_on)
        live = [LivePeriod(1, begins, new), LivePeriod(2, new, ends)]
        listed = lived_sessions.SCREENS, lived_sessions.QUESTIONS, lived_sessions.FLOWS
        return LiveScreens(*listed, revision_weeks(live, begins, ends))

    def _walks(self) -> Walks:
        found: dict[ScreenMeasure, dict[str, Counter[WalkedAt]]] = {}
        for one in self.sessions:
            day = date.fromisoformat(one.day)
            revision = 1 if day.day < self.is_new_on else 2
            at = WalkedAt(week_of(day), one.language, revision)
            added = screens.counted(one.stands, network=one.network, revision_id=revision)
            for counter in added:
                measure = ScreenMeasure(counter.measure)
                if measure in (ScreenMeasure.SHOWN, ScreenMeasure.ANSWERED):
                    of = found.setdefault(measure, {}).setdefault(counter.name, Counter())
                    of[at] += 1
        return found

    def _screens(self) -> dict[ScreenMeasure, dict[str, int]]:
        found: dict[ScreenMeasure, Counter[str]] = {one: Counter() for one in ScreenMeasure}
        for one in self.sessions:
            added = screens.counted(one.stands, network=one.network, revision_id=1)
            for counter, number in added.items():
                found[ScreenMeasure(counter.measure)][counter.name] += number
            if one.is_filed and one.stands:
                found[ScreenMeasure.FILED][""] += 1
                found[ScreenMeasure.SECONDS][str(40 + len(one.day) * len(one.stands))] += 1
                found[ScreenMeasure.SAVED][""] += one.is_saved
        return {measure: dict(names) for measure, names in found.items()}


def _counts(found: Counted, one: LivedSession, measure: Measure) -> None:
    for by, value in (
        (By.DAY, one.day),
        (By.LANGUAGE, one.language),
        (By.CHANNEL, one.channel),
        (By.ENTRY, one.entry),
    ):
        found[by, value, measure] += 1


def lived_month(name: str, chance: Random, sessions: int) -> LivedMonth:
    """With about so many sessions: now and then a quiet month, or a busy one."""
    many = max(1, round(sessions * chance.choice((0.3, 1, 1, 2))))
    heard = [lived_sessions.session(chance, name) for _ in range(many)]
    lessons, asked = Counted(), Counted()
    for _ in range(chance.randint(0, many // 4)):
        place, right = some(chance, CODES, 0.3), chance.choice((1, 2, 3))
        lessons[By.DISTRICT, place, TAKEN] += 1
        lessons[By.DISTRICT, place, GOOD] += right
        lessons[By.DISTRICT, place, OTHER] += 3 - right
        asked[By.DISTRICT, place, "answer heard_of: radio"] += chance.randint(0, 1)
    for _ in range(chance.randint(0, 3)):
        lessons[By.DISTRICT, some(chance, CODES, 0.3), GOOD] += 1
    crowds = [
        (some(chance, CODES, 0.3), chance.choice([*Occasion]), chance.randint(1, 60))
        for _ in range(chance.randint(0, many // 4))
    ]
    tips = [tip(chance, one) for one in heard if one.is_filed]
    sent = {
        code: SentMessages(n, n * part // 10, (n - n * part // 10) * chance.randint(0, 1))
        for code, n, part in (
            ("63510", 2 * len(tips), chance.randint(5, 10)),
            ("63514", len(tips) // 2, chance.randint(5, 10)),
            ("77", 1, 10),
        )
    }
    complaints = chance.randint(0, 1 + many // 20)
    return LivedMonth(name, heard, tips, complaints, crowds, lessons, sent, asked)


def lived_year(seed: int, sessions: int, names: Sequence[str]) -> PublishedYear:
    """Published as the line publishes it, of these months of one year."""
    chance = Random(seed)
    lived: dict[str, LivedMonth] = {}
    raw: dict[str, Sequence[Sequence[Raw]]] = {}
    for name in names:
        lived[name] = lived_month(name, chance, sessions)
        first = lived[name].raw
        lived[name].later(chance)
        raw[name] = [first, lived[name].raw]

    def measured(period: str) -> Sequence[Measured]:
        told = [
            one.answered for name in months_in(period) if name in lived for one in lived[name].tips
        ]
        return [one for one in of_tips(told) if isinstance(one, Measured)]

    return published(raw, measured)
