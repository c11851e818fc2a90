"""Every figure of a month, reckoned once more and plainly from what the people of an invented year did.

Nothing here asks the product for anything: a ledger goes in, numbers come out. What is not in them is zero.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from math import ceil

from hotline.cli.year.ledger import InventedSession, InventedTip, YearLedger
from tests.plain_persons import ALL, Numbers, persons, places

KIGALI = timezone(timedelta(hours=2))
NEVER = timedelta.max
REPORTED = {
    "report_entered": ("province", "place", "kind", "saved"),
    "report_filed": ("place", "kind", "saved"),
    "report_saved": ("saved",),
}
"""How far a report came, by the last thing of it that was told."""


QUESTIONS = (
    *("danger", "official", "province", "district", "sector"),
    *("kind", "who", "visit", "saved"),
)
ANSWERED_LAST = {"province": "province", "place": "district", "kind": "kind", "saved": "visit"}
"""By the last thing that was told: a sector is keyed on the way to the kind, and who needs help on that to "saved"."""


def month_of(at: datetime) -> str:
    return at.astimezone(KIGALI).strftime("%Y-%m")


def reckoned(ledger: YearLedger, month: str, counted_at: datetime) -> Numbers:
    """`counted_at`: what was said of persons later is in no number."""
    found: Numbers = Counter()
    for part in (_sessions, _tips, _learning, _answers):
        found.update(part(ledger, month))
    tips = {one.tip_id: one for one in filed(ledger, month)}
    said = [one for one in ledger.words if one.tip_id in tips and one.at <= counted_at]
    found.update(persons(tips, said, counted_at))
    return found


def _days(at: datetime) -> Sequence[str]:
    day = at.astimezone(KIGALI).date()
    week = max(first for first in (1, 8, 15, 22) if first <= day.day)
    return f"day:{day.isoformat()}", f"week:{day.replace(day=week).isoformat()}"


def _of_month(ledger: YearLedger, month: str) -> Iterator[InventedSession]:
    return (one for one in ledger.sessions if month_of(one.at) == month)


def _sessions(ledger: YearLedger, month: str) -> Numbers:
    found: Numbers = Counter()
    for one in _of_month(ledger, month):
        where = (f"language:{one.language}", "channel:ussd", f"entry:{one.entry}", *_days(one.at))
        for row in (ALL, *where):
            found["session", row, ALL] += 1
            found["topic", row, ALL] += len(one.topics)
        network = f"network:{one.network}"
        for row in (ALL, network):
            found["ussd_session", row, ALL] += 1
            found["ussd_left", row, ALL] += not one.ends
        for figure, told in REPORTED.items():
            found[figure, ALL, ALL] += one.reported in told
        found.update(_report(one))
        for topic in one.topics:
            found["topic", f"topic:{topic}", ALL] += 1
        for thing in one.quiz:
            found["quiz_asked", ALL, ALL] += 1
            found["quiz_asked", f"quiz:{thing}", ALL] += 1
    return found


def _report(one: InventedSession) -> Numbers:
    """The questions of a report: each that was answered shows the next one. Of one revision, the first."""
    found: Numbers = Counter()
    if one.reported:
        answered = QUESTIONS.index(ANSWERED_LAST[one.reported]) + 1
        _, week = _days(one.at)
        for column in (ALL, f"language:{one.language}", "revision:1", week):
            for figure, many in (("screen_answered", answered), ("screen_shown", answered + 1)):
                screens = (f"screen:report/{node}" for node in QUESTIONS[:many])
                found.update((figure, screen, column) for screen in screens)
        found.update((figure, "flow:report", ALL) for figure in ("flow_begun", "flow_left"))
    return found


def filed(ledger: YearLedger, month: str) -> Iterator[InventedTip]:
    return (one for one in ledger.tips if month_of(one.filed_at) == month)


def _tips(ledger: YearLedger, month: str) -> Numbers:
    found: Numbers = Counter()
    for one in filed(ledger, month):
        if one.is_fragment:
            found["fragment", ALL, ALL] += 1
            continue
        rows = [ALL, f"language:{one.language}", "channel:ussd", f"entry:{one.entry}"]
        rows += [*places(one), *_days(one.filed_at)]
        found.update(("tip", row, ALL) for row in rows)
    return found


def _learning(ledger: YearLedger, month: str) -> Numbers:
    found: Numbers = Counter()
    for held in ledger.gatherings:
        if month_of(held.at) == month:
            place = (f"district:{held.district}", f"province:{held.district[:1]}")
            for row in (ALL, *place, f"topic:{held.occasion}"):
                found["gathering", row, ALL] += 1
                found["gathered", row, ALL] += held.came
    for one in ledger.lessons:
        if month_of(one.at) == month:
            for row in (ALL, f"district:{one.district}", f"province:{one.district[:1]}"):
                found["lesson", row, ALL] += one.is_whole
                found["lesson_answered", row, ALL] += one.answered
    return found


def _answers(ledger: YearLedger, month: str) -> Numbers:
    """Who answered, and how soon: from what was done with each tip."""
    found: Numbers = Counter()
    times: dict[tuple[str, int], list[timedelta]] = {}
    for tip in filed(ledger, month):
        if tip.is_fragment:
            continue
        acts = [one for one in ledger.acts if one.tip_id == tip.tip_id]
        words = [one for one in ledger.words if one.tip_id == tip.tip_id]
        for row in (ALL, f"urgency:{tip.urgency}"):
            found["tips_answered", row, ALL] += 1
        firsts = _firsts(ledger, tip)
        for step, moments in firsts.items():
            took = min(moments) - tip.filed_at if moments else NEVER
            if step != "on_site" or moments:
                times.setdefault((step, tip.urgency), []).append(took)
        met = bool(firsts["on_site"] or words)
        helped = any(one.what == "closed" and one.outcome in ("helped", "referred") for one in acts)
        found["tips_acted", ALL, ALL] += met or helped
    for (step, urgency), waits in times.items():
        for row in (ALL, f"urgency:{urgency}"):
            found[f"{step}_of", row, ALL] += len(waits)
        for name, hundredth in (("median", 50), ("ninety", 90)):
            one = sorted(waits)[ceil(len(waits) * hundredth / 100) - 1]
            if one is not NEVER:
                minutes = ceil(one / timedelta(minutes=1))
                found[f"{step}_{name}", f"urgency:{urgency}", ALL] = minutes
    found.update(
        {
            ("delivered_of", row, of): n
            for (step, row, of), n in found.items()
            if step == "outcome_of"
        }
    )
    return found


def _firsts(ledger: YearLedger, tip: InventedTip) -> Mapping[str, Sequence[datetime]]:
    """When each step happened, each time that it did."""
    acts = [one for one in ledger.acts if one.tip_id == tip.tip_id]
    words = [one for one in ledger.words if one.tip_id == tip.tip_id]
    return {
        "acknowledged": [one.at for one in acts if one.what == "taken"],
        "opened": [one.at for one in acts if one.what == "opened"],
        "on_site": [one.at for one in acts if one.what == "on_site"],
        "outcome": [one.at for one in acts if one.what in ("closed", "end_wanted")]
        + [one.at for one in words if one.what == "offered"],
    }
