"""What an invented year holds: how many of what, drawn from a seed. Sizes are those of the whole year."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from hotline.domain.call_back import KIGALI
from hotline.domain.places.places import districts

SESSIONS, TIPS, CALLERS = 12_000, 900, 6_500
SMS_TIPS, COMPLAINTS = 90, 40
"""Tips that are written are some of the nine hundred, and sessions of their own."""
STORM_TIPS, STORM_DISTRICT = 24, "12"
LEADERS, OFFICERS = 90, 60
OUTAGE = timedelta(hours=6)
HOURS = (1, 1, 1, 1, 1, 2, 5, 8, 9, 9, 8, 8, 9, 8, 7, 7, 8, 10, 12, 12, 10, 7, 4, 2)
"""How many of a hundred and fifty call in each hour of Kigali's day."""
MONTHS = 12


@dataclass(frozen=True, slots=True)
class YearPlan:
    begins: datetime
    ends: datetime
    seed: int = 1
    scale: float = 1.0
    chores_each: timedelta = timedelta(days=3)
    """The line does them each day: whoever comes later finds the same."""

    def many(self, whole: int) -> int:
        """So many of a whole year, at this scale and for as long as it lasts; one at least."""
        lasts = (self.ends - self.begins) / timedelta(days=365)
        return max(1, round(whole * self.scale * min(1.0, lasts)))

    def moment(self, random: Random) -> datetime:
        """Some time of the year: later ones more likely, as a line that becomes known."""
        days = (self.ends - self.begins).days
        day = int(days * random.random() ** 0.8)
        hour = random.choices(range(24), HOURS)[0]
        local = (self.begins + timedelta(days=day)).astimezone(KIGALI)
        local = local.replace(hour=hour, minute=random.randint(0, 59), second=random.randint(0, 59))
        return min(max(local, self.begins), self.ends - timedelta(minutes=10))

    @property
    def storm_at(self) -> datetime:
        return self.begins + (self.ends - self.begins) * 0.6

    @property
    def outage_at(self) -> datetime:
        return self.begins + (self.ends - self.begins) * 0.35

    def dice(self, name: str) -> Random:
        return Random(f"{self.seed} {name}")


def year_before(at: datetime) -> datetime:
    """The first moment of the month in which a year began that ends now."""
    local = at.astimezone(KIGALI)
    return local.replace(year=local.year - 1, day=1, hour=0, minute=0, second=0, microsecond=0)


def some_district(random: Random) -> str:
    """Some districts have more callers than others."""
    codes = sorted(one.code for one in districts())
    return random.choices(codes, [3 if code.startswith("1") else 1 for code in codes])[0]
