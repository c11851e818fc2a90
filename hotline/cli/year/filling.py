"""Makes the home of a demo whose line is a year old: everything in it is invented, and says so for ever."""

import gc
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline.cli.line import demo_home
from hotline.cli.line.demo_home import SETTINGS, UNFINISHED
from hotline.cli.year.living import YearLife
from hotline.cli.year.people import more_responders
from hotline.cli.year.plan import YearPlan, year_before
from hotline.cli.year.turned import YearClock
from hotline.cli.year.year_line import YearLine, open_year
from hotline.config import Settings
from hotline.errors import Occupied, StartFailed
from hotline.services.people import enrolment
from hotline.store.database import open_database, sqlite_file
from hotline.store.evidence import origin
from hotline.store.hurried import hurry
from hotline.store.migrate import is_bare

Told = Callable[[str], None]
TAKES = timedelta(minutes=7)
"""Of one core, for a whole year: measured on two that others used as well."""


def fill(environ: Mapping[str, str], seed: int, scale: float, told: Told) -> YearLine:
    """A year that ends now. Raises Occupied where a line is there already, StartFailed."""
    settings = Settings.read(environ)
    refuse_taken_home(settings)
    now = datetime.now(UTC)
    plan = YearPlan(year_before(now), now, seed, scale)
    _make(settings, environ, int((plan.begins - now).total_seconds()))
    told(f"the year begins on {plan.begins:%Y-%m-%d} and ends now; everything in it is invented")
    told(f"a whole one takes about {TAKES // timedelta(minutes=1)} minutes of one core")

    line = open_year(settings, YearClock(plan.begins))
    hurry(line.door.database)
    _collect_seldom()
    with closing(line.door.database):
        with line.desk.database.writing() as session:
            origin.mark_invented(session, plan.begins)
        enrolment.import_responders(line.desk, more_responders())
        YearLife(line, plan, told).live()
    _clock(settings).unlink(missing_ok=True)
    (settings.home / UNFINISHED).unlink()
    return line


def refuse_taken_home(settings: Settings) -> None:
    """Raises Occupied with what to do: nothing of a year may ever stand among what somebody told."""
    home, keys = settings.home, settings.home / "keys"
    if settings.keys is not None:
        raise Occupied("an invented year makes its own keys: unset HOTLINE_KEYS")
    if broken_off := demo_home.unfinished(home):
        raise Occupied(broken_off)
    if keys.exists() and not (home / SETTINGS).exists():
        raise Occupied(f"the keys in {home} are no demo's: name an empty folder by HOTLINE_HOME")
    if keys.exists():
        raise Occupied(
            f"{home} holds a demo already: end it and remove that folder, or name an empty one by HOTLINE_HOME"
        )
    file = sqlite_file(settings.database_url)
    if file is not None and not file.exists():
        return
    with closing(open_database(settings.database_url)) as database:
        if not is_bare(database):
            raise Occupied("the database holds a line already: unset HOTLINE_DATABASE_URL")


def _make(settings: Settings, environ: Mapping[str, str], turned: int) -> None:
    """`hotline init --demo` on the first day of the year, in a process of its own."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (settings.home / UNFINISHED).touch()
    _clock(settings).write_text(str(turned), encoding="ascii")
    demo_home.keep(settings.home, dict(environ))
    words = [sys.executable, "-m", "hotline.cli.main", "init", "--demo"]
    if subprocess.run(words, env=environ, stdout=subprocess.DEVNULL, check=False).returncode != 0:
        raise StartFailed("`hotline init --demo` did not succeed")


def _collect_seldom() -> None:
    """All that the people of a year did stays in its ledger: to look at it again and again was a sixth of the work."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _clock(settings: Settings) -> Path:
    assert settings.clock is not None
    return settings.clock
