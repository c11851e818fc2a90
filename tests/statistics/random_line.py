"""Generates a random hotline: the tips and persons of one year with their rounding keys, in the form that the counting
rules need."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from hotline.alerts.rules_follow_up import month_of
from hotline.statistics import rules_counts
from hotline.statistics.rules_counts import CaseEvent, CountedTip
from hotline.text.places import ABROAD, PROVINCES, UNSURE, Category, districts
from hotline.text.time import KIGALI
from hotline.tips.rules_events import EventChannel, LoggedEvent
from hotline.tips.rules_persons import PersonCodes, PersonEntry, build_persons

TIPS_OF_CALLS = 0.2
"""The average number of tips that result from one call."""
YEAR = 2026
FORMS = [one.value for one in Category]
CROWD = [30, 20, 12, 8, 6, 5, 5, 4, 4, 3]
"""Weights that make some districts and forms more frequent than others."""


@dataclass
class RandomLine:
    """One year of a hotline that gets `calls` calls in each month."""

    calls: int
    seed: int
    tips: list[CountedTip] = field(default_factory=list)
    cases: list[tuple[str, rules_counts.CountedCase]] = field(default_factory=list)
    """Each case, with the month in which its tip was filed."""
    noted: list[tuple[str, CountedTip, list[PersonEntry], dict[int, int]]] = field(
        default_factory=list
    )
    """The data from which the cases were counted: the month, the tip, the entries about the tip's persons, and the
    rounding keys of these persons."""

    def __post_init__(self) -> None:
        self.chance = Random(f"{self.calls} {self.seed}")
        for month in range(12):
            for _ in range(self._around(self.calls * TIPS_OF_CALLS)):
                self._tip(month)

    def tips_of(self, months: set[str]) -> list[CountedTip]:
        return [tip for tip in self.tips if month_of(tip.filed_at) in months]

    def cases_of(self, months: set[str]) -> list[rules_counts.CountedCase]:
        return [case for month, case in self.cases if month in months]

    def _around(self, mean: float) -> int:
        return max(0, round(self.chance.gauss(mean, mean**0.5)))

    def _key(self) -> int:
        return self.chance.randrange(256)

    def _tip(self, month: int) -> None:
        chance = self.chance
        begins = datetime(YEAR, month + 1, 1, tzinfo=KIGALI)
        filed_at = begins + timedelta(minutes=chance.randrange(28 * 24 * 60))
        urgency = chance.choices((1, 2, 3), (25, 45, 30))[0]
        codes = [one.code for one in districts()]
        weights = [CROWD[place % len(CROWD)] for place in range(len(codes))]
        place = chance.choices((chance.choices(codes, weights)[0], ABROAD, UNSURE), (88, 8, 4))[0]
        within = None
        if place == ABROAD:
            within = chance.choice(("UG", "KE", "AE", "OM"))
        elif place == UNSURE:
            within = chance.choice([*PROVINCES])
        events, is_met = self._events(filed_at, urgency)
        tip = CountedTip(
            key=self._key(),
            urgency=urgency,
            place=place,
            within=within,
            category=chance.choices(FORMS, CROWD[: len(FORMS)])[0],
            official="no" if chance.random() < 0.95 else "yes",
            filed_at=filed_at,
            events=events,
        )
        self.tips.append(tip)
        if is_met:
            self.cases.append((month_of(filed_at), self._case(tip)))

    def _events(self, filed_at: datetime, urgency: int) -> tuple[list[CaseEvent], bool]:
        chance, at = self.chance, filed_at
        found: list[CaseEvent] = []
        if chance.random() < 0.05:
            return found, False
        at += timedelta(minutes=chance.expovariate(1 / (2 * 4**urgency)))
        found.append(CaseEvent(LoggedEvent.ACKNOWLEDGED, at, 1, "proved"))
        if chance.random() < 0.05:
            return found, False
        at += timedelta(minutes=chance.expovariate(1 / 6))
        found.append(CaseEvent(LoggedEvent.OPENED, at, 1))
        is_met = chance.random() < 0.5
        if is_met:
            at += timedelta(hours=chance.expovariate(1 / 20))
            found.append(CaseEvent(LoggedEvent.ON_SITE, at, 1))
            if chance.random() < 0.9:
                found.append(CaseEvent(LoggedEvent.SCREENED, at + timedelta(minutes=20), 1))
        return found, is_met

    def _case(self, tip: CountedTip) -> rules_counts.CountedCase:
        persons = self.chance.choices((1, 2, 4), (80, 15, 5))[0]
        entries: list[PersonEntry] = []
        for n in range(1, persons + 1):
            self._person(entries, n, tip)
        keys = {n: self._key() for n in range(1, persons + 1)}
        self.noted.append((month_of(tip.filed_at), tip, entries, keys))
        return rules_counts.CountedCase(
            key=tip.key,
            province=rules_counts.province_of(tip.place, tip.within, tip.official),
            country=tip.within if tip.place == ABROAD else None,
            persons=build_persons(entries),
            person_keys=keys,
        )

    def _person(self, entries: list[PersonEntry], n: int, tip: CountedTip) -> None:
        chance = self.chance
        sex = chance.choices(("woman", "man", "girl", "boy"), (45, 20, 25, 10))[0]
        minor = "yes" if sex in ("girl", "boy") else "no"
        signs = "yes" if chance.random() < 0.6 else "no"
        self._entry(
            entries,
            LoggedEvent.SCREENED,
            n,
            {
                "minor": minor,
                "act": signs,
                "purpose": signs,
                "force": chance.choice(("yes", "no")),
                "deceit": chance.choice(("yes", "no")),
                "form": chance.choice(FORMS),
                "sex": sex,
                "nationality": chance.choices(("rwanda", "other"), (85, 15))[0],
            },
            tip,
        )
        if chance.random() < 0.1:
            codes = {
                "determination": chance.choice(("actual", "not")),
                "body": chance.choice(("court", "police")),
            }
            self._entry(entries, LoggedEvent.DETERMINATION, n, codes, tip)
        if signs == "no" or chance.random() < 0.2:
            return
        wants = (
            {"consent": "assent_yes", "interest": "yes"} if minor == "yes" else {"consent": "yes"}
        )
        self._entry(entries, LoggedEvent.CONSENT, n, wants, tip)
        if chance.random() < 0.1:
            return
        service = {"service": chance.choice(("isange", "shelter", "police"))}
        offer = self._entry(entries, LoggedEvent.OFFERED, n, service, tip)
        answer = chance.choices(("accepted", "no_room", "none"), (75, 15, 10))[0]
        self._entry(entries, LoggedEvent.ANSWERED, n, {"answer": answer}, tip, offer)
        if answer == "accepted" and chance.random() < 0.8:
            self._entry(entries, LoggedEvent.ARRIVED, n, {"arrived": "yes"}, tip, offer)
            state = chance.choices(("safe", "helped", "left", "unknown"), (40, 30, 15, 15))[0]
            self._entry(entries, LoggedEvent.THIRTY, n, {"thirty": state}, tip, offer)

    @staticmethod
    def _entry(
        entries: list[PersonEntry],
        kind: LoggedEvent,
        n: int,
        codes: dict[str, str],
        tip: CountedTip,
        referral: int | None = None,
    ) -> int:
        entry_id = len(entries) + 1
        at = tip.filed_at + timedelta(hours=entry_id)
        said = PersonCodes(n, codes, referral)
        entries.append(PersonEntry(entry_id, kind, at, said, 1, channel=EventChannel.USSD))
        return entry_id
