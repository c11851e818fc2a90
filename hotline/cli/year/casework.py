"""Responders of an invented year: who takes a case and when, what is found, and how it ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hotline.cli.year.ledger import InventedAct, InventedTip
from hotline.cli.year.met import CaseFollowing, MetInCase
from hotline.domain.sms.reply import Verb
from hotline.domain.tip import TipOutcome, Urgency
from hotline.domain.tips.acts import Act, Acted, Way
from hotline.services.cases.entries import EntryBy
from hotline.services.reader import pages
from hotline.services.referrals import casework, endings
from hotline.services.referrals.endings import NAME
from hotline.services.tips import retention
from hotline.store.people.responders import Responder
from hotline.store.referrals import referrals
from hotline.store.watch import next_due
from hotline.store.watch.next_due import ToldOfCase

TAKEN_WITHIN = {1: (1, 6), 2: (2, 30), 3: (8, 200)}
"""Minutes in which most tips are taken, by urgency."""
OUTCOME_WITHIN = {1: (8, 40), 2: (40, 380), 3: (300, 4000)}
"""Minutes from the taking to the first word of what is found."""
LATE = (8, 90)
"""Minutes, where nobody took it at first."""
SHARES_READS = 0.8
SHARES_LATE, SHARES_NEVER, SHARES_GOES = 0.12, 0.02, 0.6
RAID = 14
LONGEST = timedelta(days=5)
"""After which every case is closed, whatever was forgotten."""
FOUND = (0, 1, 1, 1, 2, 3)
"""How many persons are met by those who go."""
TRIES = 3
DESK, SECOND_DESK = "A desk of the year", "Another desk of the year"


@dataclass
class Casework(CaseFollowing):
    raids: int = 1
    ending: set[int] = field(default_factory=set)
    """Whose end is wanted, or judged."""
    again: set[int] = field(default_factory=set)
    """Which were opened again."""

    def begin(self, tip: InventedTip) -> None:
        """Somebody will take it, or nobody does."""
        if tip.is_fragment:
            return
        drawn = self.random.random()
        self.agenda.after(LONGEST, lambda: self._close(tip, TipOutcome.NOT_FOUND))
        if drawn < SHARES_NEVER:
            self.agenda.after(self._hours(1, 4), lambda: self._close(tip, TipOutcome.SILENT))
            return
        late = drawn < SHARES_NEVER + SHARES_LATE
        low, high = LATE if late else TAKEN_WITHIN[tip.urgency]
        self.agenda.after(self._minutes(low, high), lambda: self._take(tip, TRIES))

    def reopened(self, tip: InventedTip) -> None:
        """Somebody is in danger again: whatever it was before, nobody waits for hours with that."""
        self.ending.discard(tip.tip_id)
        self.again.add(tip.tip_id)
        urgent = replace(tip, urgency=Urgency.DANGER)
        self.agenda.after(self._minutes(2, 14), lambda: self._take(urgent, TRIES))

    def _take(self, tip: InventedTip, tries: int) -> None:
        """The last who was told of it, or another one of them."""
        told = self._told(tip)
        who = (
            None
            if not told
            else told[0]
            if self.random.random() < 0.5
            else self.random.choice(told)
        )
        if who is None or self._act(who, Verb.TAKE) not in (Acted.TAKEN, Acted.ALREADY_TAKEN):
            wait = self._minutes(5, 30)
            if tries:
                self.agenda.after(wait, lambda: self._take(tip, tries - 1))
            else:
                self.agenda.after(wait, lambda: self._close(tip, TipOutcome.SILENT))
            return
        self._note(tip, "taken")
        if self.random.random() < SHARES_READS:
            self.agenda.after(self._minutes(1, 12), lambda: self._read(tip, who))
        if tip.urgency == Urgency.DANGER:
            self.agenda.after(self._minutes(122, 150), lambda: self._look(tip, who))
        low, high = OUTCOME_WITHIN[tip.urgency]
        stays = tip.is_complaint or tip.tip_id in self.again
        if stays or self.random.random() > SHARES_GOES:
            met = tip.tip_id in self.again
            self._end_after(tip, who, self._minutes(low, high), met=met)
            return
        self.agenda.after(self._minutes(low, high), lambda: self._on_site(tip, who))

    def _read(self, tip: InventedTip, who: ToldOfCase) -> None:
        """As behind a PIN, without it."""
        desk = self.line.desk
        with desk.database.writing() as session:
            row = referrals.tip_for_writing(session, tip.tip_id)
            known_as = referrals.newest_of(session, tip.tip_id, who.responder_id)
            if row.closed_at is None and known_as is not None:
                person = session.get_one(Responder, who.responder_id)
                pages.note_read(session, desk, person, row, known_as, self.line.clock.at)
                self._note(tip, "opened")

    def _look(self, tip: InventedTip, holder: ToldOfCase) -> None:
        """A second person looks at a danger that somebody took. Once its end is wanted that is looked at instead."""
        if tip.tip_id in self.ending:
            return
        others = [one for one in self._told(tip) if one.responder_id != holder.responder_id]
        national = next((one for one in others if one.is_national), None)
        if national is not None:
            self._act(national, Verb.TAKE)

    def _on_site(self, tip: InventedTip, who: ToldOfCase) -> None:
        if self._act(who, Verb.ON_SITE) is not Acted.ON_SITE:
            self._end_after(tip, who, self._minutes(5, 30), met=False)
            return
        self._note(tip, "on_site")
        met = self.random.choice(FOUND)
        if tip.kind and self.raids and self.random.random() < 0.05:
            met, self.raids = RAID, self.raids - 1
        helped = False
        for n in range(1, met + 1):
            person = MetInCase(self, tip, who.responder_id, n)
            self.agenda.after(timedelta(minutes=2 * n), person.begin)
            helped = helped or person.says_yes
        if helped:
            self.agenda.after(self._hours(30, 68), lambda: self._close(tip, TipOutcome.HELPED))
        else:
            self._end_after(tip, who, self._minutes(8, 28), met=met > 0)

    def _end_after(self, tip: InventedTip, who: ToldOfCase, wait: timedelta, *, met: bool) -> None:
        """Where somebody was met, it is neither a joke nor no trafficking: these want a new screening first."""
        if self.random.random() < 0.3:
            if met:
                self.agenda.after(wait, lambda: self._close(tip, TipOutcome.REFERRED))
            else:
                self.agenda.after(wait, lambda: self._not_trafficking(tip, who))
            return
        outcomes = [TipOutcome.HELPED, TipOutcome.REFERRED, TipOutcome.NOT_FOUND, TipOutcome.JOKE]
        drawn = self.random.choices(outcomes, (5, 6, 4, 1))[0]
        outcome = TipOutcome.REFERRED if met and drawn is TipOutcome.JOKE else drawn
        self.agenda.after(wait, lambda: self._close(tip, outcome))

    def _not_trafficking(self, tip: InventedTip, who: ToldOfCase) -> None:
        if tip.tip_id in self.ending:
            return
        if self._act(who, Verb.NOT_TRAFFICKING) is Acted.CLOSED:
            self.ending.add(tip.tip_id)
            self._note(tip, "closed", TipOutcome.NOT_TRAFFICKING)
            return
        self._close(tip, TipOutcome.NOT_TRAFFICKING)

    def _close(self, tip: InventedTip, outcome: TipOutcome) -> None:
        if tip.tip_id in self.ending:
            return
        self.ending.add(tip.tip_id)
        kept = retention.close_tip(
            self.line.desk, tip.tip_id, by=DESK, reason="an invented end", outcome=outcome
        )
        self._note(tip, "closed" if kept.tip.closed_at else "end_wanted", outcome)
        if kept.tip.closed_at is None:
            self.agenda.after(self._minutes(2, 14), lambda: self._judge(tip, outcome))

    def _judge(self, tip: InventedTip, outcome: TipOutcome) -> None:
        """A second person opens the case and confirms the closure."""
        with self.line.desk.database.writing() as session:
            row, name = referrals.tip_for_writing(session, tip.tip_id), f"{NAME}{SECOND_DESK}"
            endings.note_opened(
                session, self.line.desk, row, name, EntryBy("desk"), self.line.clock.at
            )
        self._note(tip, "opened")
        retention.judge_end(
            self.line.desk, tip.tip_id, agrees=True, by=SECOND_DESK, reason="an invented look"
        )
        self._note(tip, "closed", outcome)

    def _act(self, who: ToldOfCase, verb: Verb) -> Acted:
        act = Act(who.responder_id, who.reference, verb, Way.USSD, self.line.clock.at, proved=True)
        with self.line.desk.database.writing() as session:
            return casework.act(session, self.line.desk, act).result

    def _told(self, tip: InventedTip) -> Sequence[ToldOfCase]:
        with self.line.desk.database.reading() as session:
            return next_due.told_of(session, tip.tip_id)

    def _note(self, tip: InventedTip, what: str, outcome: str = "") -> None:
        self.line.ledger.acts.append(InventedAct(tip.tip_id, what, self.line.clock.at, outcome))

    def _minutes(self, low: int, high: int) -> timedelta:
        """Most are near the lower end."""
        return timedelta(minutes=low + (high - low) * self.random.random() ** 2.2)

    def _hours(self, low: float, high: float) -> timedelta:
        return timedelta(hours=self.random.uniform(low, high))
