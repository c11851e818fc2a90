"""The sessions of an invented season, reckoned plainly from the screens that were shown and the keys that were pressed.

Which screen it is says its text, as it stands in `flows`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.cli.year.ledger import InventedSession, InventedSms
from tests.plain.numbers import ALL, HOLDS, Numbers, days
from tests.plain.screen_texts import entry_flow, screen_of, topics
from tests.plain.seen import InTime, Seen

BACK = ("0", "00", "000")
DANGER, DISTRICT, SAVED = "report/danger", "report/district", "report/saved"
YES = "1"


@dataclass(frozen=True)
class Way:
    """One session: each screen that it came to, and when."""

    session: InventedSession
    screens: Sequence[str]
    """By hop: a screen of several pages is there several times."""

    @property
    def shown(self) -> set[str]:
        return {*self.screens}

    def answers(self) -> Iterator[tuple[str, str, datetime]]:
        """What was asked, what was keyed, and when: each that led to another screen."""
        hops = self.session.hops
        for n in range(1, len(hops)):
            if self.screens[n] != self.screens[n - 1] and hops[n].keyed not in BACK:
                yield self.screens[n - 1], hops[n].keyed, hops[n].at

    def topics(self) -> Mapping[str, datetime]:
        """When each topic was opened first: a call may go on past midnight."""
        found: dict[str, datetime] = {}
        for hop, screen in zip(self.session.hops, self.screens, strict=True):
            if screen in topics():
                found.setdefault(topics()[screen], hop.at)
        return found

    @property
    def flows(self) -> set[str]:
        return {flow_of(one) for one in self.screens}

    @property
    def filed_by(self) -> datetime | None:
        """The answer that made a report of it: of danger the district, else what saved it, or her last one."""
        answers = [one for one in self.answers() if flow_of(one[0]) == "report"]
        if (DANGER, YES) in {(screen, keyed) for screen, keyed, _ in answers}:
            return next(at for screen, _, at in answers if screen == DISTRICT)
        saved = [
            hop.at for hop, one in zip(self.session.hops, self.screens, strict=True) if one == SAVED
        ]
        return min(saved) if saved else answers[-1][2]


def flow_of(screen: str) -> str:
    return screen.partition("/")[0]


def way(session: InventedSession) -> Way:
    screens: list[str] = []
    for hop in session.hops:
        before = screens[-1] if screens else f"{entry_flow(session.entry)}/"
        screens.append(screen_of(hop.screen, before))
    return Way(session, screens)


def ways(seen: Seen, in_time: InTime) -> Sequence[Way]:
    return [way(one) for one in seen.ledger.sessions if in_time(one.at)]


def counted(seen: Seen, in_time: InTime) -> Numbers:
    found: Numbers = Counter()
    for one in ways(seen, in_time):
        for part in (_calls, _screens, _report, _quiz):
            found.update(part(seen, one))
    for call in seen.ledger.sessions:
        found.update(_topics(way(call), in_time))
    for sms in seen.ledger.messages:
        if in_time(sms.at):
            where = (f"language:{sms.language}", "channel:sms", "entry:", *days(sms.at))
            found.update(("session", row, ALL) for row in (ALL, *where))
    return found


def seconds(seen: Seen, in_time: InTime) -> Numbers:
    """From the dial to the answer that made a report of it."""
    waited = sorted(
        (filed - one.session.at).total_seconds()
        for one in ways(seen, in_time)
        if is_filed(seen, one) and (filed := one.filed_by) is not None
    )
    middle = waited[(len(waited) - 1) // 2] if waited else 0
    return Counter({("seconds_to_filed", ALL, ALL): round(middle)})


def people(seen: Seen, in_time: InTime) -> int:
    """Different phones."""
    everybody: list[InventedSession | InventedSms] = [*seen.ledger.sessions, *seen.ledger.messages]
    return len({one.msisdn for one in everybody if in_time(one.at)})


def is_filed(seen: Seen, one: Way) -> bool:
    tip = seen.tips.get(one.session.tip_id or 0)
    return tip is not None and not tip.is_fragment and not tip.is_complaint


def _calls(_seen: Seen, one: Way) -> Numbers:
    found: Numbers = Counter()
    call = one.session
    where = (f"language:{call.language}", "channel:ussd", f"entry:{call.entry}", *days(call.at))
    found.update(("session", row, ALL) for row in (ALL, *where))
    for row in (ALL, f"network:{call.network}"):
        found["ussd_session", row, ALL] += 1
        found["ussd_left", row, ALL] += not call.ends
    return found


def _topics(one: Way, in_time: InTime) -> Numbers:
    found: Numbers = Counter()
    by = (f"language:{one.session.language}", "channel:ussd", f"entry:{one.session.entry}")
    for topic, at in one.topics().items():
        if in_time(at):
            found.update(("topic", row, ALL) for row in (ALL, f"topic:{topic}", *by, *days(at)))
    return found


def _screens(_seen: Seen, one: Way) -> Numbers:
    """Each once in a session. The season has one revision, the first."""
    found: Numbers = Counter()
    _, week = days(one.session.at)
    answered = {screen for screen, _, _ in one.answers()}
    for column in (ALL, f"language:{one.session.language}", "revision:1", week):
        found.update(("screen_shown", f"screen:{screen}", column) for screen in one.shown)
        found.update(("screen_answered", f"screen:{screen}", column) for screen in answered)
    found.update(("flow_begun", f"flow:{flow}", ALL) for flow in one.flows)
    last = flow_of(one.screens[-1])
    if not one.session.ends and last != "front":
        found["flow_left", f"flow:{last}", ALL] += 1
    return found


def _report(seen: Seen, one: Way) -> Numbers:
    return Counter(
        {
            ("report_entered", ALL, ALL): int("report" in one.flows),
            ("report_filed", ALL, ALL): int(is_filed(seen, one)),
            ("report_saved", ALL, ALL): int(SAVED in one.shown),
        }
    )


RIGHT_FIRST, RIGHT_THEN = ("knew", "unlearned"), ("knew", "learned")


def _quiz(_seen: Seen, one: Way) -> Numbers:
    found: Numbers = Counter()
    for thing, came in one.session.quiz.items():
        row = f"quiz:{thing}"
        found.update({("quiz_asked", ALL, ALL): 1, ("quiz_asked", row, ALL): 1})
        found["quiz_right_before", row, HOLDS] += came in RIGHT_FIRST
        found["quiz_right_after", row, HOLDS] += came in RIGHT_THEN
    return found
