"""A short piece of an invented year, lived by `hotline/cli/year` on a home that is laid in a moment."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select

from hotline.cli.year.calls import InventedCall
from hotline.cli.year.casework import Casework
from hotline.cli.year.ledger import InventedTip
from hotline.cli.year.living import YearLife
from hotline.cli.year.met import MetInCase
from hotline.cli.year.people import more_responders
from hotline.cli.year.plan import YearPlan
from hotline.cli.year.turned import YearClock
from hotline.cli.year.year_line import YearLine, open_year
from hotline.config import Settings
from hotline.domain.people.rehearsal import demo_responders
from hotline.domain.places.places import districts
from hotline.domain.sms.reply import Verb
from hotline.domain.tip import TipOutcome
from hotline.domain.tips.acts import Acted
from hotline.services.people import enrolment
from hotline.store.desk.desks import Desk
from hotline.store.evidence import origin
from hotline.store.hurried import hurry
from hotline.store.outbox.messages import Deadline, Referral
from tests.callers import DESK_KEY
from tests.made_once import lay_keys, lay_tables, publish_shipped, share_statements
from tests.plain.seen import RedClock, Seen, WatchedGateway

BEGINS = datetime(2025, 11, 1, 0, 0, tzinfo=UTC)
"""The line's first moment: its first quarter and year are of two months."""
SETTINGS = {"HOTLINE_INBOUND_SMS": "yes"}
FEWER = "".join(
    line for line in more_responders().splitlines(keepends=True) if "National desk" not in line
)
"""Two at the national desk: what goes on for long is told to all of it."""
PEOPLE = (demo_responders(), FEWER)
CLASS = 21
"""How many take the quiz, one after the other."""
MET = (10, 0, 6, 0)
"""How many persons are met in each of four tips of one situation."""
RAID = "raid 2"
"""Its dice are drawn so that everything becomes of somebody: judged, refused, not known of any more."""
SAME_PHONE = "+250788390001"
PLACE = "41"
IGNORED = timedelta(minutes=103)
"""How long nobody takes one danger."""


class SeasonCasework(Casework):
    """What seldom happens, made to happen."""

    def ignore(self, tip: InventedTip) -> None:
        """Nobody takes it, until it is over."""
        self.agenda.after(IGNORED, lambda: self._close(tip, TipOutcome.SILENT))

    def raid(self, tip: InventedTip, many: int) -> None:
        """Whoever was told of it first goes, and finds so many."""
        who = self._told(tip)[-1]
        for verb, found, what in (
            (Verb.TAKE, Acted.TAKEN, "taken"),
            (Verb.ON_SITE, Acted.ON_SITE, "on_site"),
        ):
            assert self._act(who, verb) is found
            self._note(tip, what)
        for n in range(1, many + 1):
            person = MetInCase(self, tip, who.responder_id, n)
            self.agenda.after(timedelta(minutes=n), person.begin)
        ends = timedelta(minutes=110 if many else 25)
        self.agenda.after(ends, lambda: self._close(tip, TipOutcome.HELPED))


class SeasonLife(YearLife):
    """A short piece of a year, in which everything that has a figure happens."""

    def _draw(self) -> None:
        super()._draw()
        middle = self.plan.begins + timedelta(days=12, hours=9)
        for n in range(CLASS):
            self.agenda.at(middle + timedelta(minutes=2 * n), partial(self._takes_quiz, n))
        self.agenda.at(middle + timedelta(days=1), self._is_ignored)
        raid = SeasonCasework(self.line, self.agenda, self.plan.dice(RAID))
        for n, many in enumerate(MET):
            at = middle + timedelta(days=2, minutes=6 * n)
            self.agenda.at(at, partial(self._is_raided, raid, n, many))

    def _takes_quiz(self, n: int) -> None:
        random = self.plan.dice(f"class {n}")
        call = self.call(random)
        call.dial()
        knows = [random.random() < 0.3 for _ in range(3)]
        call.take_quiz(knows, [known or random.random() < 0.8 for known in knows])
        self.line.ledger.sessions.append(call.end())

    def _is_ignored(self) -> None:
        random = self.plan.dice("ignored")
        casework = SeasonCasework(self.line, self.agenda, random)
        casework.ignore(self._tells_danger(self.call(random), "sex"))

    def _is_raided(self, casework: SeasonCasework, n: int, many: int) -> None:
        """One phone tells of it again and again: the third time its people only hear that, the fourth time nothing."""
        call = self.call(self.plan.dice(f"raid {n}"), SAME_PHONE)
        tip = self._tells_danger(call, "labour")
        self.agenda.after(timedelta(minutes=2), partial(casework.raid, tip, many))

    def _tells_danger(self, call: InventedCall, kind: str) -> InventedTip:
        call.dial()
        call.report("1", "2", PLACE, kind, until="saved")
        self.line.ledger.sessions.append(call.end())
        self.line.tell()
        return self.line.ledger.tips[-1]


def lived(folder: Path, ends: datetime, *later: datetime, scale: float, seed: int = 1) -> YearLine:
    """From the first of November on. `later` are moments at which the clock and the reader do their chores, when nobody
    calls any more. Whoever has it closes its database.
    """
    home = folder / "home"
    home.mkdir()
    lay_tables(home / "hotline.db")
    lay_keys(home / "keys", BEGINS)
    plan = YearPlan(BEGINS, ends, seed, scale, chores_each=timedelta(days=19))
    line = open_year(Settings.read(SETTINGS | {"HOTLINE_HOME": str(home)}), YearClock(BEGINS))
    line.gateway = WatchedGateway(line.clock)
    line.relay = replace(line.relay, sms=line.gateway)
    database = line.desk.database
    hurry(database)
    share_statements(database)
    publish_shipped(database, BEGINS)
    with database.writing() as session:
        origin.mark_invented(session, BEGINS)
        for code in (*(district.code for district in districts()), "national"):
            key = bytes(DESK_KEY.public_key)
            session.add(Desk(code=code, public_key=key, created_at=BEGINS))
    for people in PEOPLE:
        enrolment.import_responders(line.desk, people)
    life = SeasonLife(line, plan, lambda _: None)
    life.live()
    for moment in later:
        life.go_on(moment)
    return line


def seen(line: YearLine) -> Seen:
    """What a test saw of it: the ledger, the gateway's side, and the ladder's own rows."""
    assert isinstance(line.gateway, WatchedGateway)
    rows = (row for people in PEOPLE for row in csv.reader(io.StringIO(people)))
    with line.desk.database.reading() as session:
        named = session.execute(select(Referral.reference, Referral.tip_id))
        names = {name: tip_id for name, tip_id in named.all()}  # noqa: C416
        ran = select(Deadline.tip_id, Deadline.set_at, Deadline.fired_at)
        red = session.execute(ran.where(Deadline.kind == "red")).all()
    return Seen(
        ledger=line.ledger,
        gateway=line.gateway,
        begins=BEGINS,
        phones=frozenset(phone for _, phone, *_ in rows),
        references=names,
        red=[RedClock(tip_id, at, ended) for tip_id, at, ended in red if at is not None],
    )
