"""A person whom a responder of an invented year met: screened, asked, offered help, and asked after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from hotline.cli.year.ledger import InventedTip, InventedWord
from hotline.cli.year.turned import Agenda
from hotline.cli.year.year_line import YearLine
from hotline.domain.cases.entries import EntryKind, EntryWay
from hotline.domain.cases.people_codes import FORMS, PersonCodes
from hotline.errors import CodesRefused
from hotline.services.cases import entries
from hotline.services.cases.people import PersonAct
from hotline.services.reader.cases.case_keys import private_of
from hotline.services.referrals.helping import recording
from hotline.store.referrals import referrals

WHO = ("woman", "man", "girl", "boy", "not_said")
STATES = ("BI", "CD", "UG", "TZ")
SIGNS: Mapping[str, Mapping[str, str]] = {
    "possible": {"act": "yes", "force": "yes", "deceit": "unsure", "purpose": "yes"},
    "unclear": {"act": "unsure", "force": "unsure", "deceit": "unsure", "purpose": "unsure"},
    "not_indicated": {"act": "no", "force": "no", "deceit": "no", "purpose": "no"},
}
"""Answers that come to each result."""
THIRTY_DAYS = timedelta(days=30, hours=2)


@dataclass
class CaseFollowing:
    """What whoever follows a person needs: the line, what will happen, and dice."""

    line: YearLine
    agenda: Agenda
    random: Random

    def reopened(self, tip: InventedTip) -> None:
        """Somebody is in danger again, thirty days after help was reached."""
        raise NotImplementedError


@dataclass
class MetInCase:
    casework: CaseFollowing
    tip: InventedTip
    responder_id: int
    n: int
    offers: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.line, self.agenda = self.casework.line, self.casework.agenda
        self.random = self.casework.random
        pick = self.random.choices
        self.sex = pick(WHO, (40, 24, 20, 12, 4))[0]
        self.found = pick(list(SIGNS), (60, 12, 28))[0]
        self.says_yes = self.found == "possible" and self.random.random() < 0.86

    @property
    def is_child(self) -> bool:
        return self.sex in ("girl", "boy")

    def begin(self) -> None:
        codes = {**SIGNS[self.found], "minor": "yes" if self.is_child else "no", "sex": self.sex}
        if self.found == "possible":
            wanted = self.tip.kind if self.tip.kind in FORMS else "other"
            codes["form"] = wanted if self.random.random() < 0.8 else "servitude"
        codes["nationality"] = "rwanda" if self.random.random() < 0.75 else "other"
        if not self._say("screened", codes) or self.found != "possible":
            return
        self.agenda.after(self._hours(0.05, 0.3), self._consent)
        if self.random.random() < 0.2:
            self.agenda.after(timedelta(days=self.random.uniform(5, 40)), self._determine)

    def _consent(self) -> None:
        said = "assent_yes" if self.is_child else "yes"
        if not self.says_yes:
            said = "assent_no" if self.is_child else "no"
        codes = {"consent": said}
        if self.is_child:
            codes["interest"] = "yes" if self.says_yes else "not_yet"
        if self._say("consent", codes) and self.says_yes:
            self.agenda.after(self._hours(0.05, 0.4), self._offer)

    def _offer(self) -> None:
        service = self.random.choice(("isange", "shelter", "health", "legal", "journey_home"))
        entry = self._say("offered", {"service": service})
        if entry:
            self.offers.append(entry)
            self.agenda.after(self._hours(1, 60), lambda: self._answer(len(self.offers) - 1))

    def _answer(self, offer: int) -> None:
        answers = ("accepted", "no_room", "refused", "not_our_kind", "person_refused")
        answer = self.random.choices(answers, (72, 12, 5, 5, 6))[0]
        if self.random.random() < 0.04 or not self._say("answered", {"answer": answer}, offer):
            return
        if answer == "accepted":
            self.agenda.after(self._hours(1, 60), lambda: self._arrive(offer))
        elif answer in ("no_room", "not_our_kind") and len(self.offers) == 1:
            self.agenda.after(self._hours(1, 12), self._offer)

    def _arrive(self, offer: int) -> None:
        arrived = self.random.choices(("yes", "no"), (88, 12))[0]
        if self.random.random() < 0.06:
            return
        said = {"arrived": arrived}
        if self.random.random() < 0.3:
            said["state"] = self.random.choice(STATES)
        if self._say("arrived", said, offer) and arrived == "yes":
            wait = THIRTY_DAYS + timedelta(days=self.random.uniform(0, 4))
            self.agenda.after(wait, lambda: self._thirty(offer))

    def _thirty(self, offer: int) -> None:
        if self.random.random() > 0.15:
            states = ("helped", "safe", "left", "danger")
            said = self.random.choices(states, (50, 30, 15, 3))[0]
            if self._say("thirty", {"thirty": said}, offer) and said == "danger":
                self.casework.reopened(self.tip)

    def _determine(self) -> None:
        said = self.random.choices(("actual", "not"), (4, 1))[0]
        self._say("determination", {"determination": said, "body": "court"})

    def _say(self, kind: str, codes: Mapping[str, str], offer: int | None = None) -> int:
        """The entry of it; 0 where it may not be said."""
        of = None if offer is None else self.offers[offer]
        at, desk = self.line.clock.at, self.line.desk
        by = entries.by_responder(self.responder_id, EntryWay.USSD)
        said, key = PersonCodes(self.n, codes, of), f"{self.tip.tip_id}:{self.n}:{kind}:{of}"
        act = PersonAct(EntryKind(kind), said, by, at, key)
        try:
            with desk.database.writing() as session:
                tip = referrals.tip_for_writing(session, self.tip.tip_id)
                private = private_of(session, self.line.reader, tip)
                done = recording.record(session, desk, tip, act, private=private)
        except CodesRefused:
            return 0
        if done.entry_id is None:
            return 0
        word = InventedWord(self.tip.tip_id, self.n, kind, at, dict(codes), offer)
        self.line.ledger.words.append(word)
        return done.entry_id

    def _hours(self, low: float, high: float) -> timedelta:
        return timedelta(hours=self.random.uniform(low, high))
