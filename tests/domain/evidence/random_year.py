"""The raw counts of an invented year, month by month, first and revised: all that is published, of few and of many."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

from hotline.domain.evidence.edition import Edition, months_in, quarters_in
from hotline.domain.evidence.month_figures import MonthCounts, month_tables
from hotline.domain.evidence.publishing.case_counts import case_tables
from hotline.domain.evidence.publishing.made import Made, made
from hotline.domain.evidence.publishing.months import month
from hotline.domain.evidence.publishing.periods import PeriodBefore, period
from hotline.domain.evidence.publishing.protecting import PublishedBefore
from hotline.domain.evidence.raw import Measured, Raw, RawTable, nation, share, steps
from hotline.domain.evidence.screens.revision_weeks import LivePeriod, revision_weeks
from hotline.domain.evidence.screens.screen_figures import LiveScreens, of_screens
from hotline.domain.evidence.tables import ALL, CountTable
from hotline.domain.places.places import districts
from hotline.domain.reach.counters import By, Measure
from hotline.domain.reach.screens import ScreenMeasure, WalkedAt, week_of
from hotline.domain.rolls.gathering import CAME, HELD
from hotline.domain.rolls.quiz import QuizOutcome
from hotline.domain.rolls.training import GOOD, OTHER, TAKEN
from hotline.domain.tip import ABROAD, NATIONAL, UNSURE
from tests.domain.met_persons import Invented, counted

CODES = [one.code for one in districts()]
PLACES = [*CODES, ABROAD, UNSURE, NATIONAL]
LIVE = {By.ENTRY: ["", "11"], By.TOPIC: ["wages", "abroad", "law"], "quiz": ["fee", "passport"]}
URGENCIES = ("urgency:1", "urgency:2", "urgency:3")
SCREENS = ("report/danger", "report/official", "report/province")
FORMS, SEXES = ("labour", "sex", "begging"), ("woman", "man", "girl", "boy")
Counted = Counter[tuple[str, str, str]]


def some(chance: Random, values: Sequence[str]) -> str:
    """The first are common, the last rare."""
    return values[min(len(values) - 1, int(chance.expovariate(0.9 if len(values) < 5 else 0.15)))]


def name_of(raw: Raw) -> str:
    return raw.name if isinstance(raw, RawTable) else raw.figure


@dataclass
class InventedMonth:
    """What happened in a month, and what somebody learned of it later."""

    name: str
    chance: Random
    size: float

    def __post_init__(self) -> None:
        quiet = self.chance.choice((0.1, 0.5, 1, 1, 2))
        self._many = max(1, int(self.size * quiet * 30))
        self._counts = self._reach()
        self._begins = datetime.fromisoformat(f"{self.name}-01T00:00:00+02:00")
        self._live = self._published()
        self._walks: dict[ScreenMeasure, dict[str, Counter[WalkedAt]]] = {
            one: {screen: Counter() for screen in SCREENS}
            for one in (ScreenMeasure.SHOWN, ScreenMeasure.ANSWERED)
        }
        self._walk(self._many * 4)
        few = int(self.size * quiet * 10)
        self._people = [self._person() for _ in range(self.chance.randrange(few + 3))]

    def raw(self) -> Sequence[Raw]:
        begins = date.fromisoformat(f"{self.name}-01")
        reach = MonthCounts(begins, self._many, dict(self._counts), LIVE)
        ends = self._begins + timedelta(days=28)
        live = LiveScreens(SCREENS, SCREENS, [], revision_weeks(self._live, self._begins, ends))
        screens = [one for one in of_screens({}, live, self._walks) if one.figure == "screen_shown"]
        cases = case_tables(counted(self._people))
        return [*month_tables(reach), *cases, *self._answers(), *screens]

    def later(self) -> None:
        """Some tips were of another district, some persons came further, and a few were met late."""
        tips = [key for key, n in self._counts.items() if key[2] == Measure.TIP and n]
        for by, place, figure in tips[:3]:
            if by == By.DISTRICT:
                self._counts[by, place, figure] -= 1
                self._counts[by, self.chance.choice(PLACES), figure] += 1
        self._people = [
            (*one[:4], min(5, one[4] + self.chance.choice((0, 0, 0, 1, 2)))) for one in self._people
        ]
        self._people += [self._person() for _ in range(self.chance.randrange(3))]
        self._walk(self.chance.randrange(3))

    def _reach(self) -> Counted:
        chance, found = self.chance, Counted()
        for measure, many in ((Measure.SESSION, 4), (Measure.TOPIC, 4), (Measure.TIP, 2)):
            for _ in range(self._many * many):
                day = f"{self.name}-{chance.randint(1, 28):02}"
                found[By.DAY, day, measure] += 1
                found[By.LANGUAGE, some(chance, ("rw", "en", "fr")), measure] += 1
                found[By.CHANNEL, some(chance, ("ussd", "sms")), measure] += 1
                found[By.ENTRY, some(chance, ("", "11", "12")), measure] += 1
                if measure is Measure.TOPIC:
                    found[By.TOPIC, some(chance, ("wages", "abroad", "law")), measure] += 1
                if measure is Measure.TIP:
                    found[By.DISTRICT, some(chance, PLACES), measure] += 1
        for _ in range(self._many):
            code = some(chance, CODES)
            held, taken = chance.randrange(3), chance.randrange(3)
            found[By.DISTRICT, code, HELD] += held
            found[By.DISTRICT, code, CAME] += held * chance.randrange(30)
            found[By.DISTRICT, code, TAKEN] += taken
            found[By.DISTRICT, code, GOOD] += taken * 2
            found[By.DISTRICT, code, OTHER] += taken
            found[By.DISTRICT, code, "answer heard_of: radio"] += 1
            outcome = chance.choice([*QuizOutcome])
            found[By.TOPIC, some(chance, ("fee", "passport")), f"quiz_{outcome}"] += 1
        return found

    def _published(self) -> Sequence[LivePeriod]:
        """Two or three revisions, each live from some hour on."""
        hours = sorted(self.chance.sample(range(28 * 24), self.chance.choice((1, 2))))
        at = [self._begins + timedelta(hours=hour) for hour in (0, *hours, 28 * 24)]
        return [LivePeriod(7 + n, *one) for n, one in enumerate(pairwise(at))]

    def _walk(self, many: int) -> None:
        """Each is shown the first screen, and the next one after an answer."""
        for _ in range(many):
            at = self._begins + timedelta(hours=self.chance.randrange(28 * 24))
            revision = next(one for one in self._live if one.begins <= at < one.ends).revision_id
            language = some(self.chance, ("rw", "en", "fr"))
            of = WalkedAt(week_of(at.date()), language, revision)
            for screen in SCREENS:
                self._walks[ScreenMeasure.SHOWN][screen][of] += 1
                if self.chance.random() < 0.25:
                    break
                self._walks[ScreenMeasure.ANSWERED][screen][of] += 1

    def _person(self) -> Invented:
        chance = self.chance
        sex, step = some(chance, SEXES), chance.choice((0, 1, 2, 3, 4, 5, 5, 5))
        place = some(chance, [*CODES[:6], NATIONAL])
        return some(chance, FORMS), sex, chance.choice(("no", "no", "yes")), place, step

    def _answers(self) -> Sequence[Raw]:
        """How tips were answered, how reports ended, and what became of messages."""
        chance = Random(self.name)
        told = {row: chance.randrange(self._many + 1) for row in URGENCIES}
        late = {row: chance.randrange(min(9, n + 1)) for row, n in told.items()}
        within = {row: (n - late[row], n) for row, n in told.items()}
        filed = chance.randrange(self._many)
        sent = {
            (f"network:{one}", state): chance.randrange(self._many * scale)
            for one, scale in (("63510", 3), ("63514", 1))
            for state in ("sms_delivered", "sms_failed", "sms_open")
        }
        table = CountTable(
            sent, ["network:63510", "network:63514"], ["sms_delivered", "sms_failed", "sms_open"]
        )
        acted = chance.randrange(self._many)
        return [
            share("acknowledged_within", "acknowledged_of", within),
            share("acted_of_100", "acted_of", {ALL: (acted, acted + chance.randrange(9))}),
            nation("tips_red", chance.randrange(9)),
            steps(
                "report_entered",
                ("report_filed", filed),
                ("report_saved", filed // 2),
                whole=self._many,
            ),
            RawTable("sms_sent", [table], frozenset(("sms_delivered", "sms_failed"))),
        ]


@dataclass
class PublishedYear:
    """A year's months, first and revised, with its quarters and the year itself, in both editions."""

    raw: Mapping[str, Sequence[Sequence[Raw]]]
    """By month: what was counted, first and for the last time."""
    months: Mapping[Edition, Mapping[str, Sequence[Made]]]
    totals: Mapping[Edition, Mapping[str, Made]]


def published_year(
    seed: int, size: float, figures: Collection[str] = (), year: str = "2026"
) -> PublishedYear:
    """Of these figures; without any, of all."""
    chance = Random(seed)
    raw: dict[str, Sequence[Sequence[Raw]]] = {}
    for name in months_in(year):
        invented = InventedMonth(name, chance, size)
        first = invented.raw()
        invented.later()
        raw[name] = [
            [one for one in counts if not figures or name_of(one) in figures]
            for counts in (first, invented.raw())
        ]
    return published(raw)


def published(
    raw: Mapping[str, Sequence[Sequence[Raw]]],
    measured: Callable[[str], Sequence[Measured]] = lambda _: (),
) -> PublishedYear:
    """Months of one year, each as it was counted first and for the last time; and what of a period is no sum."""
    months: dict[Edition, dict[str, list[Made]]] = {edition: {} for edition in Edition}
    for name, versions_of in raw.items():
        for counts in versions_of:
            inside: Made | None = None
            for edition in Edition:
                versions = months[edition].setdefault(name, [])
                before = PublishedBefore(versions[0] if versions else None, inside)
                one = month(counts, edition, before)
                versions.append(made(one.cells, one.working()))
                inside = one
    return PublishedYear(raw, months, _totals(months, measured))


def _totals(
    months: Mapping[Edition, Mapping[str, Sequence[Made]]],
    measured: Callable[[str], Sequence[Measured]],
) -> Mapping[Edition, Mapping[str, Made]]:
    """Of the quarters and the year that these months are in: the line may have begun in the midst of them."""
    found: dict[Edition, dict[str, Made]] = {edition: {} for edition in Edition}
    names = [*months[Edition.INSIDE]]
    year = names[0][:4]
    for name in (*dict.fromkeys(quarters_in(one)[0] for one in names), year):
        inside: Made | None = None
        for edition in Edition:
            known, every = (
                {one: months[of][one] for one in months_in(name) if one in names}
                for of in (edition, Edition.INSIDE)
            )
            earlier = [*found[edition].values()] if name == year else []
            one = period(name, edition, PeriodBefore(known, earlier, inside, every), measured(name))
            found[edition][name] = made(one.cells, one.working())
            inside = one
    return found
