"""Every figure of a month, a quarter or a year, reckoned once more and plainly from what people did and a test saw.

What is not in the numbers is zero.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from hotline.cli.year.ledger import InventedTip
from tests.plain import sessions
from tests.plain.answers import PlainAnswers
from tests.plain.hours import hours
from tests.plain.linked import situations
from tests.plain.messages import sent
from tests.plain.numbers import ALL, HOLDS, Numbers, days, month_of
from tests.plain.persons import persons, places
from tests.plain.seen import InTime, Seen

OF_A_MONTH = ("person", "days_to_accepted")
"""What is told of each month by itself."""


def reckoned(seen: Seen, counted_at: Mapping[str, datetime], until: datetime) -> Numbers:
    """Of all these months together. `counted_at`: by month, when its persons were counted; what was said of them later
    is in no number. `until`: what was done later is in none either.
    """

    def in_time(at: datetime) -> bool:
        return month_of(at) in counted_at

    answers = PlainAnswers(seen, in_time, until)
    found: Numbers = Counter()
    found.update(sessions.counted(seen, in_time))
    found.update(sessions.seconds(seen, in_time))
    found.update(_tips(seen, in_time))
    found.update(_learning(seen, in_time))
    found.update(answers.counts())
    found.update(answers.measures())
    found.update(sent(seen, in_time, until))
    found.update(hours(seen, in_time, until))
    found["person", ALL, ALL] = sessions.people(seen, in_time)
    for month, at in counted_at.items():
        found.update(_persons(seen, month, at))
    if len(counted_at) > 1:
        for figure in OF_A_MONTH:
            del found[figure, ALL, ALL]
    return found


def _persons(seen: Seen, month: str, counted_at: datetime) -> Numbers:
    tips = {one.tip_id: one for one in seen.tips.values() if month_of(one.filed_at) == month}
    said = [one for one in seen.ledger.words if one.tip_id in tips and one.at <= counted_at]
    return persons(tips, said, counted_at, situations(seen))


def _tips(seen: Seen, in_time: InTime) -> Numbers:
    found: Numbers = Counter()
    for one in (tip for tip in seen.tips.values() if in_time(tip.filed_at)):
        if one.is_complaint:
            found["complaint", ALL, ALL] += not one.is_fragment
        elif one.is_fragment:
            found["fragment", ALL, ALL] += 1
        else:
            found.update(("tip", row, ALL) for row in _rows(one))
    return found


def _rows(tip: InventedTip) -> list[str]:
    where = [f"language:{tip.language}", f"channel:{tip.channel}", f"entry:{tip.entry}"]
    return [ALL, *where, *places(tip), *days(tip.filed_at)]


def _learning(seen: Seen, in_time: InTime) -> Numbers:
    found: Numbers = Counter()
    for held in seen.ledger.gatherings:
        if in_time(held.at):
            for row in (ALL, *_near(held.district), f"topic:{held.occasion}"):
                found["gathering", row, ALL] += 1
                found["gathered", row, ALL] += held.came
    for one in seen.ledger.lessons:
        if in_time(one.at):
            for row in (ALL, *_near(one.district)):
                found["lesson", row, ALL] += one.is_whole
                found["lesson_answered", row, ALL] += one.answered
            found["lesson_score", f"district:{one.district}", HOLDS] += one.right
    return found


def _near(district: str) -> tuple[str, str]:
    return f"district:{district}", f"province:{district[:1]}"
