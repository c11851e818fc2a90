"""Exercises of an invented year: announced to nobody, answered by some, and in no figure."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random

from hotline.cli.year.plan import YearPlan, some_district
from hotline.cli.year.turned import Agenda
from hotline.cli.year.year_line import YearLine
from hotline.domain.accounts.account import Actor
from hotline.domain.referrals.drills.exercise import LASTS, WantedExercise
from hotline.domain.sms.reply import Verb
from hotline.domain.tips.acts import Act, Way
from hotline.errors import ExerciseRefused
from hotline.services.referrals import casework
from hotline.services.referrals.drills import exercising, reports
from hotline.store.watch import next_due
from hotline.store.watch.next_due import ToldOfCase

DRILLS = 24
ANSWERS = 0.8
BY = Actor("An invented admin")


@dataclass
class YearDrills:
    line: YearLine
    agenda: Agenda
    plan: YearPlan

    def draw(self) -> None:
        random = self.plan.dice("drills")
        for _ in range(self.plan.many(DRILLS)):
            self.agenda.at(self.plan.moment(random), partial(self._hold, random))

    def _hold(self, random: Random) -> None:
        """Where it is refused (at night, in a danger), none is held."""
        wanted = WantedExercise(some_district(random))
        with suppress(ExerciseRefused):
            exercise = exercising.start(self.line.desk, wanted, by=BY, reason="an invented one")
            self.line.tell()
            tip_id = reports.report(self.line.desk, exercise).exercise.tip_id
            for who in self._told(tip_id):
                if random.random() < ANSWERS:
                    wait = timedelta(minutes=random.uniform(1, 25))
                    self.agenda.after(wait, partial(self._answer, who))
            end = LASTS[wanted.urgency] + timedelta(seconds=30)
            self.agenda.after(end, partial(exercising.keep_time, self.line.relay))

    def _told(self, tip_id: int) -> list[ToldOfCase]:
        with self.line.desk.database.reading() as session:
            return [*next_due.told_of(session, tip_id)]

    def _answer(self, who: ToldOfCase) -> None:
        at, desk = self.line.clock.at, self.line.desk
        with desk.database.writing() as session:
            casework.act(
                session, desk, Act(who.responder_id, who.reference, Verb.TAKE, Way.USSD, at)
            )
