"""What Today says of exercises: which run, and which two people planned."""

from collections.abc import Iterator

from hotline.domain.accounts.account import SignedIn
from hotline.ports import ConsoleKit
from hotline.services.referrals.drills import plans, reports, telling
from hotline.web.console.templating import when
from hotline.web.console.today_line import TodayLine, Weight
from hotline.web.console.who import phrase


def told(kit: ConsoleKit, by: SignedIn) -> Iterator[TodayLine]:
    running, planned = reports.running(kit), plans.planned(kit)
    for row in running:
        says = phrase("An exercise runs: {desk}, until {until}.")
        values = {
            "desk": telling.desk_named(row.desk, by.language),
            "until": when(by.language, row.ends_at),
        }
        yield TodayLine(Weight.WARN, says, values, "exercises.listed")
    for one in planned:
        says = phrase("An exercise is planned: {desk}, before {until}.")
        values = {
            "desk": telling.desk_named(one.wanted.desk, by.language),
            "until": when(by.language, one.until),
        }
        yield TodayLine(Weight.PLAIN, says, values, "exercises.listed")
