"""The numbers of an invented period, drawn so that they agree: parts come to their wholes, steps lie in one another."""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random

from hotline.domain.evidence.edition import FigureCell
from hotline.domain.evidence.suppression import OUTSIDE
from hotline.domain.evidence.tables import ALL
from hotline.domain.places.places import PROVINCES, districts, province_of
from tests.drawn_screens import DrawnScreens, Number, shared_out

STEPS = ("identified", "consent", "offered", "accepted", "arrived", "thirty_known")
STEP_SHARES = (1.0, 0.9, 0.92, 0.75, 0.9, 0.8)
"""Of a hundred persons of the step before, how many come so far."""
FORMS = ("labour", "sex", "child_work", "marriage", "servitude", "false_offer", "not_said")
WHO = ("woman", "man", "girl", "boy", "not_said")
FROM = ("rwanda", "BI", "CD", "UG", "TZ")
LANGUAGES, CHANNELS = ("rw", "fr", "en"), ("ussd", "sms")
ENTRIES = ("front", "11", "12", "13", "14")
TOPICS = ("work_abroad", "work_in_homes", "children", "rights_at_work", "forced_work", "help_now")
QUIZ = ("quiz_abroad secret", "quiz_abroad passport", "quiz_crime consent", "quiz_children force")
OCCASIONS = ("umuganda", "church", "school", "village", "other")
NETWORKS = ("63510", "63514")
FLOWS = ("report", "learn", "quiz_abroad", "screening")
TIMES = {
    "delivered": (1, 4, 97),
    "acknowledged": (9, 31, 88),
    "opened": (22, 95, 84),
    "on_site": (210, 1400, 71),
    "outcome": (4300, 17800, 66),
}
"""By step: median and ninetieth minute of danger, and how many of a hundred within the promise."""
WEEK_BEGINS = (1, 8, 15, 22)


class DrawnPeriod:
    def __init__(self, random: Random, months: int) -> None:
        self._random = random
        self._sessions = months * random.randint(9_000, 11_000)
        self._tips = months * random.randint(380, 460)
        self._persons = [self._person() for _ in range(months * random.randint(120, 140))]
        self._lessons: Mapping[str, int] = {}
        self._screens = DrawnScreens(random, self._tips * 3)

    def numbers(self) -> Iterator[Number]:
        """What both editions show of a month, a quarter or a year."""
        yield from self._of_nation()
        for figure, whole in self._events().items():
            yield from self._by(figure, whole, "language", LANGUAGES)
            yield from self._by(figure, whole, "channel", CHANNELS)
            yield from self._by(figure, whole, "entry", ENTRIES)
        yield from self._by("topic", self._events()["topic"], "topic", TOPICS)
        yield from self._places("tip", self._tips)
        yield from self._learning()
        yield from self._staircase()
        yield from self._of_line()

    def inside(self) -> Iterator[Number]:
        for code in _codes():
            yield "hours", f"district:{code}", ALL, 744
            yield "hours_uncovered", f"district:{code}", ALL, self._random.randint(0, 60)

    def over_days(self, month: str) -> Iterator[Number]:
        year, number = map(int, month.split("-"))
        days = range(1, monthrange(year, number)[1] + 1)
        for figure, whole in self._events().items():
            split = self._split(whole, [f"{month}-{day:02}" for day in days])
            yield from ((figure, f"day:{day}", ALL, count) for day, count in split.items())
            weeks: Counter[str] = Counter()
            for day, count in split.items():
                begins = max(one for one in WEEK_BEGINS if one <= int(day[-2:]))
                weeks[f"week:{month}-{begins:02}"] += count
            yield from ((figure, week, ALL, count) for week, count in weeks.items())

    def over_revisions(self, month: str) -> Iterator[Number]:
        return self._screens.over_revisions(month)

    def times(self, rows: Sequence[str]) -> list[FigureCell]:
        found = []
        for slower, row in enumerate(rows, 1):
            for step, (median, ninety, within) in TIMES.items():
                found += [
                    FigureCell(f"{step}_of", row, ALL, self._tips // 3),
                    FigureCell(f"{step}_median", row, ALL, median * slower),
                    FigureCell(f"{step}_ninety", row, ALL, ninety * slower),
                    FigureCell(f"{step}_within", row, ALL, within - slower, ">="),
                ]
        return found

    def nation_of_answer(self) -> list[FigureCell]:
        red = max(6, self._tips // 40)
        named = {"tips_red": red, "hours_red": red * 7}
        return [FigureCell(figure, ALL, ALL, number) for figure, number in named.items()]

    def shares(self) -> list[FigureCell]:
        found = [
            FigureCell("tips_acted", ALL, ALL, self._tips * 82 // 100),
            FigureCell("acted_of_100", ALL, ALL, 82),
            FigureCell("days_to_accepted", ALL, ALL, 3),
            FigureCell("seconds_to_filed", ALL, ALL, 96),
        ]
        for at, thing in enumerate(QUIZ):
            before, after, row = 48 + at, 71 + 2 * at, f"quiz:{thing}"
            found += [
                FigureCell("quiz_right_before", row, ALL, before),
                FigureCell("quiz_right_after", row, ALL, after, ">=" if at == 0 else ""),
                FigureCell("quiz_gain", row, ALL, after - before),
            ]
        for code, lessons in self._lessons.items():
            if lessons >= OUTSIDE:
                found.append(FigureCell("lesson_score", f"district:{code}", ALL, 70 + lessons % 25))
        return found

    def _events(self) -> Mapping[str, int]:
        return {"session": self._sessions, "topic": 2 * self._sessions, "tip": self._tips}

    def _of_nation(self) -> Iterator[Number]:
        """What stands for the nation alone."""
        people, tips = len(self._persons), self._tips
        known = self._came("thirty_known")
        met, unseen = people * 2, people * 2 // 3
        named = {
            "person": self._sessions * 2 // 3,
            "complaint": tips // 30,
            "fragment": tips // 4,
            "met": met,
            "tips_screened": tips // 5,
            "tips_with_identified": people * 2 // 3,
            "situations_with_identified": people // 2,
            "offers": people + people // 4,
            "screened_possible": people,
            "screened_not_indicated": unseen,
            "screened_unclear": met - people - unseen,
            "determined_actual": people // 5,
            "determined_not": people // 20,
            "refused_no_room": people // 8,
            "refused_not_our_kind": people // 25,
            "refused_person_refused": people // 11,
            "refused_refused": people // 30,
            "thirty_unknown": self._came("arrived") - known,
            "thirty_left": known // 8,
            "thirty_danger": known // 20,
            "thirty_safe": known // 3,
            "thirty_helped": known - known // 8 - known // 20 - known // 3,
        }
        yield from ((figure, ALL, ALL, number) for figure, number in named.items())
        yield from ((figure, ALL, ALL, number) for figure, number in self._events().items())

    def _came(self, step: str) -> int:
        return sum(int(one["step"]) > STEPS.index(step) for one in self._persons)

    def _learning(self) -> Iterator[Number]:
        yield from self._by("quiz_asked", self._sessions // 20, "quiz", QUIZ)
        yield "quiz_asked", ALL, ALL, self._sessions // 20
        held = self._sessions // 60
        for figure, whole in (("gathering", held), ("gathered", held * 45)):
            yield figure, ALL, ALL, whole
            yield from self._by(figure, whole, "district", _codes())
            yield from self._by(figure, whole, "topic", OCCASIONS)
        self._lessons = self._split(self._sessions // 40, _codes())
        for figure, each in (("lesson", 1), ("lesson_answered", 3)):
            yield figure, ALL, ALL, each * sum(self._lessons.values())
            for code, number in self._lessons.items():
                yield figure, f"district:{code}", ALL, each * number
        for value in ("yes", "no"):
            yield from self._by(f"answer case_told: {value}", held // 2, "district", _codes())

    def _staircase(self) -> Iterator[Number]:
        found: Counter[tuple[str, str, str]] = Counter()
        for one in self._persons:
            for step in STEPS[: int(one["step"])]:
                found[step, ALL, ALL] += 1
                found[step, ALL, f"form:{one['form']}"] += 1
                found[step, ALL, f"who:{one['who']}"] += 1
            found["identified", f"district:{one['district']}", ALL] += 1
            found["identified", f"province:{province_of(str(one['district']))}", ALL] += 1
            found["identified", f"from:{one['from']}", ALL] += 1
        rows = [(ALL, f"form:{form}") for form in FORMS] + [(ALL, f"who:{who}") for who in WHO]
        for step in STEPS:
            yield step, ALL, ALL, found[step, ALL, ALL]
            yield from ((step, *cell, found[step, *cell]) for cell in rows)
        for by, values in (("district", _codes()), ("province", PROVINCES), ("from", FROM)):
            for value in values:
                yield "identified", f"{by}:{value}", ALL, found["identified", f"{by}:{value}", ALL]

    def _of_line(self) -> Iterator[Number]:
        tips = self._tips
        yield from self._screens.numbers(LANGUAGES)
        yield from self._pairs("flow_begun", "flow_left", "flow", FLOWS, self._sessions)
        yield from self._pairs("ussd_session", "ussd_left", "network", NETWORKS, self._sessions)
        for figure, number in (("entered", 3 * tips), ("saved", tips * 7 // 8), ("filed", tips)):
            yield f"report_{figure}", ALL, ALL, number
        sent = self._split(tips * 5, NETWORKS)
        for network, number in sent.items():
            failed = number // 40
            parts = (("sent", number), ("delivered", number - failed), ("failed", failed))
            yield from (
                (f"sms_{figure}", f"network:{network}", ALL, part) for figure, part in parts
            )

    def _pairs(
        self, whole: str, part: str, by: str, values: Sequence[str], number: int
    ) -> Iterator[Number]:
        for value, count in self._split(number, values).items():
            yield whole, f"{by}:{value}", ALL, count
            yield part, f"{by}:{value}", ALL, count * self._random.randint(8, 30) // 100

    def _by(self, figure: str, whole: int, by: str, values: Sequence[str]) -> Iterator[Number]:
        for value, number in self._split(whole, values).items():
            yield figure, f"{by}:{value}", ALL, number

    def _places(self, figure: str, whole: int) -> Iterator[Number]:
        provinces: Counter[str] = Counter()
        for code, number in self._split(whole, _codes()).items():
            provinces[province_of(code)] += number
            yield figure, f"district:{code}", ALL, number
        for province, number in provinces.items():
            yield figure, f"province:{province}", ALL, number

    def _split(self, whole: int, names: Iterable[str]) -> dict[str, int]:
        """The whole in uneven parts, which come to it."""
        return shared_out(whole, {name: self._random.uniform(0.2, 1.8) for name in names})

    def _person(self) -> dict[str, str | int]:
        step = 1
        while step < len(STEPS) and self._random.random() < STEP_SHARES[step]:
            step += 1
        pick = self._random.choices
        return {
            "step": step,
            "form": pick(FORMS, (30, 14, 12, 5, 16, 9, 4))[0],
            "who": pick(WHO, (40, 22, 20, 12, 3))[0],
            "district": self._random.choice(_codes()),
            "from": pick(FROM, (70, 12, 10, 6, 2))[0],
        }


def _codes() -> Sequence[str]:
    return sorted(district.code for district in districts())
