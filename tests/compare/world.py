"""Runs many stories on one hotline at the same time. For each minute, sets the clock, waits until the hotline is idle,
and runs the next action of each story.

A world is a hotline with its stories. The hotline uses a copy of a prepared home. Each story has its own district and
phones, so that stories do not affect each other. The messages to the national desk have a separate transcript.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.compare.flow_map import FlowMap
from tests.compare.hand import Hand
from tests.compare.line import Line
from tests.compare.people import District, Prepared
from tests.compare.transcript import Transcript

TICK = 1.25
"""The hotline reads the clock that the comparison sets at least once in this number of real seconds."""
QUIET = 0.25
QUIET_AFTER_FAULT = 3.5
"""After a fault of the gateway, the comparison waits until nothing has happened for this number of real seconds. In
this time, the hotline tries twice more to send: after one second, and then after two seconds.
"""
LONGEST = 20.0
PLAUSIBLE = (*range(1, 6), *range(10, 61, 5), 75, 90, 120, 180, 240, 360)
"""An action may set a deadline that is one of these numbers of minutes later."""
NEVER = 10**9
LATER = 2
"""A step that follows one minute after another step begins this number of seconds later in its minute."""
APART = 6
"""A step should begin at least this number of seconds before or after each deadline from earlier steps."""

Tale = Callable[["Story"], Iterator[int]]
"""The actions of a story. A tale yields the minutes until its next action."""


@dataclass
class Story:
    """One running story."""

    name: str
    tale: Tale
    starts: int
    """The number of minutes between the beginning of the world and the beginning of the story."""
    world: "World"
    district: District
    random: Random
    transcript: Transcript
    targets: tuple[str, ...] = ()
    owns: bool = True
    """If True, messages to the district's responders belong to this story."""
    _phones: int = 0

    def caller(self) -> Hand:
        """Returns a new phone that is not enrolled."""
        self._phones += 1
        return self.hand(self.district.caller(self._phones), f"caller {self._phones}")

    def hand(self, msisdn: str, role: str) -> Hand:
        if self.prepared.who(msisdn) is None:
            self.world.owners[msisdn] = (self, role)
        return Hand(
            msisdn,
            role,
            self.world.line.gateway,
            self.world.map,
            self.note,
            self.random,
            self.world.seen,
        )

    @property
    def prepared(self) -> Prepared:
        return self.world.prepared

    def fault(self, msisdn: str, kind: str) -> None:
        """Makes the gateway fail once, for the next SMS to this number."""
        who = self.prepared.who(msisdn)
        self.note("gateway", f"{kind} for the next SMS to {who.role if who else 'a caller'}")
        self.world.line.gateway.faults.append((msisdn, kind))

    def note(self, what: str, text: str) -> None:
        self.transcript.add(self.world.minute - self.starts, what, text)

    def received(self, msisdn: str) -> list[str]:
        """Returns every recorded SMS to a number, in order."""
        return self.world.inboxes.get(msisdn, [])


@dataclass
class World:
    """One hotline and its stories. `slow` multiplies every waiting time, when a world is repeated after a
    difference."""

    line: Line
    prepared: Prepared
    map: FlowMap
    begins: datetime
    grid: Sequence[int]
    """The minutes at which the hotline's clock stops and stories may act."""
    slow: float = 1.0
    minute: int = 0
    seen: set[str] = field(default_factory=set)
    owners: dict[str, tuple[Story, str]] = field(default_factory=dict)
    inboxes: dict[str, list[str]] = field(default_factory=dict)
    """The SMS that each number received."""
    nation: Transcript = field(default_factory=lambda: Transcript("nation", numbered=False))
    _heard: int = 0

    def play(self, stories: Sequence[Story]) -> None:
        """Runs all stories to their end, with all checks.

        Only one story acts at a time, and the hotline's clock does not move while it acts. The clock moves between two
        actions, and all processes read it before the next action. If one process had an old time, two deadlines could
        have the same time. The gateway sends its delivery reports only before and after all actions of a minute. So the
        hotlines of both checkouts do the work of one minute in the same order.
        """
        tales = [(story.starts, story.tale(story)) for story in stories]
        past: list[tuple[int, int]] = []
        for minute in self.grid:
            self.minute = minute
            past.append((minute, second_for(minute, past)))
            self.line.set(self.begins + timedelta(minutes=minute, seconds=past[-1][1]))
            self._settle(tick=True)
            self._settle(reports=True)
            self._hear(stories)
            for number, (due, tale) in enumerate(tales):
                if due <= minute:
                    tales[number] = (minute + max(1, next(tale, NEVER)), tale)
                    self._settle()
                    self.line.step()
                    self._settle(tick=True)
                    self._hear(stories)
            self._settle(reports=True)
            self._hear(stories)

    def _settle(self, *, tick: bool = False, reports: bool = False) -> None:
        """Waits until the hotline is idle. With `tick`, also waits until the hotline has read its clock, and then has
        sent no SMS during the time `TICK`. With `reports`, the gateway sends its delivery reports. After a fault of the
        gateway, moves the clock on, because the hotline tries to send again after one and two seconds.

        The function waits until workers have stored the results of all SMS. Otherwise the next move of the clock would
        end the lease of such an SMS, and the hotline would send it again.
        """
        gateway, least, began = self.line.gateway, TICK * self.slow * tick, time.monotonic()
        polls, quiet, stepped = gateway.polls, began, began
        while (now := time.monotonic()) - began < LONGEST:
            since_fault = now - gateway.struck
            if self.line.at_work() or since_fault < QUIET_AFTER_FAULT * self.slow:
                quiet = now
            looked = not tick or gateway.polls > polls or now - began > 3 * least
            is_quiet = now - max(quiet, gateway.last) > QUIET * self.slow
            if looked and is_quiet and now - max(began, gateway.last) >= least:
                if not self.line.is_sending() and not (reports and gateway.report()):
                    return
                quiet = now
            if since_fault < QUIET_AFTER_FAULT * self.slow and now - stepped > 1:
                self.line.step(1)
                stepped = now
            time.sleep(0.04)

    def _hear(self, stories: Sequence[Story]) -> None:
        """Adds each SMS that the hotline sent after the last call of this function to a transcript. The order does not
        depend on threads.
        """
        outbox = self.line.gateway.outbox
        fresh, self._heard = outbox[self._heard :], len(outbox)
        plain = Transcript("", numbered=False).plain
        heard = [(*self._whose(sent.to, stories), plain(sent.text), sent) for sent in fresh]
        for story, role, _, sent in sorted(heard, key=lambda one: one[1:3]):
            transcript, starts = (story.transcript, story.starts) if story else (self.nation, 0)
            fault = "" if sent.answered == "taken" else f" ({sent.answered})"
            transcript.add(self.minute - starts, f"SMS to {role}{fault}", sent.text)
            self.inboxes.setdefault(sent.to, []).append(sent.text)

    def _whose(self, msisdn: str, stories: Sequence[Story]) -> tuple[Story | None, str]:
        """Returns the story of an SMS to this number, or None for the national desk. Also returns the name of the
        recipient in the transcript.
        """
        if msisdn in self.owners:
            return self.owners[msisdn]
        who = self.prepared.who(msisdn)
        story = next((one for one in stories if one.owns and one.district.has(msisdn)), None)
        if story is None:
            return None, f"{who.level} {who.name}" if who else "another number"
        return story, who.role if who else ""


def second_for(minute: int, past: Sequence[tuple[int, int]]) -> int:
    """Returns the second at which a step begins in its minute. This second is far from the seconds of all deadlines
    that earlier steps may have set. If the previous step was one minute earlier, the second is a little later than the
    previous one. So the hotline, which reads the gateway's inbox each minute, has read it before a story acts.
    """
    taken = [second for before, second in past if minute - before in PLAUSIBLE]
    if past and minute == past[-1][0] + 1:
        return past[-1][1] + LATER

    def room(second: int) -> int:
        return min((min((second - one) % 60, (one - second) % 60) for one in taken), default=60)

    return max(range(2, 50), key=lambda second: (min(room(second), APART), -second))
