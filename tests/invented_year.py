"""A few months of an invented year, lived by `hotline/cli/year/living.py` on a home that is laid in a moment."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline.cli.year.living import YearLife
from hotline.cli.year.people import more_responders
from hotline.cli.year.plan import YearPlan
from hotline.cli.year.turned import YearClock
from hotline.cli.year.year_line import YearLine, open_year
from hotline.config import Settings
from hotline.domain.people.rehearsal import demo_responders
from hotline.domain.places.places import districts
from hotline.services.people import enrolment
from hotline.store.desk.desks import Desk
from hotline.store.evidence import origin
from hotline.store.hurried import hurry
from tests.callers import DESK_KEY
from tests.made_once import lay_keys, lay_tables, publish_shipped

BEGINS = datetime(2026, 1, 1, 0, 0, tzinfo=UTC)


def lived(folder: Path, ends: datetime, *later: datetime, scale: float, seed: int = 1) -> YearLine:
    """From the first of January on. `later` are moments at which the clock and the reader do their chores, when nobody
    calls any more. Whoever has it closes its database.
    """
    home = folder / "home"
    home.mkdir()
    lay_tables(home / "hotline.db")
    lay_keys(home / "keys", BEGINS)
    plan = YearPlan(BEGINS, ends, seed, scale, chores_each=timedelta(days=10))
    line = open_year(Settings.read({"HOTLINE_HOME": str(home)}), YearClock(BEGINS))
    database = line.desk.database
    hurry(database)
    publish_shipped(database, BEGINS)
    with database.writing() as session:
        origin.mark_invented(session, BEGINS)
        for code in (*(district.code for district in districts()), "national"):
            key = bytes(DESK_KEY.public_key)
            session.add(Desk(code=code, public_key=key, created_at=BEGINS))
    for people in (demo_responders(), more_responders()):
        enrolment.import_responders(line.desk, people)
    life = YearLife(line, plan, lambda _: None)
    life.live()
    for moment in later:
        life.go_on(moment)
    return line
