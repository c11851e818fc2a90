"""The line of an invented year: the kits of every process over one database and one clock, and its turning."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from hotline.bootstrap import build_console, build_door, build_reader, build_relay
from hotline.cli.year.ledger import YearLedger
from hotline.cli.year.turned import (
    InventedGateway,
    NoNotes,
    NoRuns,
    NotedBell,
    SendersInPlace,
    YearClock,
)
from hotline.config import Settings
from hotline.ports import DoorKit, Kit, RelayKit
from hotline.services import weekly_keys
from hotline.services.evidence import making
from hotline.services.outbox import delivery, reports
from hotline.services.people import leaves
from hotline.services.reach import outreach, screens
from hotline.services.reader.cases import handing_on, month_ends
from hotline.services.reader.reader_kit import ReaderKit
from hotline.services.referrals import referral, unheard
from hotline.services.referrals.helping import following
from hotline.services.tips import intake, retention
from hotline.store.watch import next_due
from hotline.store.watch.next_due import NextDue, NextKind

SOONEST = timedelta(seconds=1)
LATEST = timedelta(minutes=1)
"""Between two looks at what is due, and cannot be done yet: the lane is held, or nobody lives."""


@dataclass
class YearLine:
    """Every trust of a line in one process. Nothing here waits for true time."""

    door: DoorKit
    relay: RelayKit
    reader: ReaderKit
    desk: Kit
    """The commands'."""
    clock: YearClock
    gateway: InventedGateway
    bell: NotedBell
    ledger: YearLedger = field(default_factory=YearLedger)

    def reach(self, at: datetime) -> None:
        """Turn the clock on to a moment; on the way everything happens that time alone asks for."""
        wait, last = SOONEST, None
        while (due := self._due()) is not None and due.at <= at:
            wait = min(2 * wait, LATEST) if due == last else SOONEST
            self.clock.reach(max(due.at, self.clock.at + wait))
            self.ring(due)
            last = due
        self.clock.reach(at)

    def ring(self, due: NextDue) -> None:
        """As the relay does each second, but for what surely has nothing to do."""
        if due.what is NextKind.MESSAGE:
            delivery.retry_unknown(self.relay)
        elif due.what is NextKind.CASE:
            referral.fire_deadlines(self.relay)
        elif due.what is NextKind.PERSON:
            following.ring_due(self.relay)
        for report in self.gateway.reported():
            reports.apply_report(self.relay, report)
        self._deliver(is_due=due.what is NextKind.MESSAGE)

    def tell(self) -> None:
        """Whoever is to be told of what was just filed, is."""
        referral.refer_waiting(self.relay)
        self._deliver(is_due=False)

    def _deliver(self, *, is_due: bool) -> None:
        """What was rung for, and what that led to."""
        while self.bell.has_rung() or is_due:
            is_due = False
            delivery.deliver_due(self.relay)

    def end_day(self) -> None:
        """What the clock and the reader do beside their ticks."""
        screens.count_left(self.door, silent=0.0)
        intake.rescue_silent(self.relay)
        self.tell()
        unheard.pass_on(self.relay)
        leaves.begin_leaves(self.relay)
        outreach.fold(self.relay)
        retention.tidy(self.relay)
        handing_on.reconcile(self.reader)
        month_ends.tidy(self.reader)
        weekly_keys.forget(self.reader)
        weekly_keys.forget(self.desk)
        making.publish_due(self.relay)

    def _due(self) -> NextDue | None:
        with self.relay.database.reading() as session:
            found = next_due.next_due(session)
        reported = [NextDue(at, NextKind.REPORT) for at, _ in self.gateway.waiting]
        return min([*found, *reported], key=lambda one: one.at, default=None)


def open_year(settings: Settings, clock: YearClock) -> YearLine:
    """The line of a home that was made, on this clock. Raises what `build_kit` raises."""
    door, relay = build_door(settings), build_relay(settings)
    reader, desk = build_reader(settings), build_console(settings)
    gateway, bell = InventedGateway(clock), NotedBell()
    same: dict[str, Any] = {
        "database": door.database,
        "books": door.books,
        "now": clock,
        "jobs": bell,
    }
    for other in (relay, reader, desk):
        other.database.close()
    return YearLine(
        door=replace(door, **same, notes=NoNotes(), runs=NoRuns()),
        relay=replace(relay, **same, sms=gateway, senders=SendersInPlace(settings.sends_at_once)),
        reader=replace(reader, **same),
        desk=replace(desk, **same),
        clock=clock,
        gateway=gateway,
        bell=bell,
    )
