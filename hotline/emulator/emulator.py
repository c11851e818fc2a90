"""The stand-in, wired once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline.emulator.gateway.delivery import Delivery, Ids, Inbound, LineAddress
from hotline.emulator.gateway.faults import Faults
from hotline.emulator.gateway.messaging import Messaging
from hotline.emulator.line_clock import LineClock
from hotline.emulator.network.handsets import Scheduler
from hotline.emulator.network.ussd import Endings, Hops, Ussd
from hotline.emulator.settings import EmulatorSettings
from hotline.emulator.state import EmulatorState


@dataclass(frozen=True, slots=True)
class Emulator:
    state: EmulatorState
    line: LineAddress
    faults: Faults
    scheduler: Scheduler
    ids: Ids
    ussd: Ussd
    messaging: Messaging
    delivery: Delivery
    inbound: Inbound
    line_clock: LineClock

    def switch(self, msisdn: str, *, on: bool) -> None:
        """The power key. What waited for the phone arrives."""
        self.ussd.switch(msisdn, on=on)
        if on:
            self.delivery.switched_on(msisdn)

    def turn_line(self, by: int) -> None:
        """The line's clock; and what the network waits for comes with it, since no network's time runs back.

        Raises SettingsInvalid.
        """
        self.line_clock.turn(by)
        self.scheduler.turn(max(0, by))

    def reset(self) -> None:
        """As freshly started, but for the addresses, the settings and the people."""
        self.scheduler.forget_all()
        self.faults.set([])
        with self.state.changing() as state:
            state.forget()
            self.delivery.waiting.clear()

    def close(self) -> None:
        self.scheduler.close()


def build_emulator(
    settings: EmulatorSettings | None = None,
    *,
    hooks: Mapping[str, str] | None = None,
    people: Sequence[Mapping[str, str]] = (),
    seed: int | None = None,
    line_clock: Path | None = None,
    ca: Path | None = None,
) -> Emulator:
    state = EmulatorState(
        settings or EmulatorSettings(), people=[dict(person) for person in people]
    )
    line, faults, scheduler, ids = LineAddress(hooks, ca), Faults(seed), Scheduler(), Ids(seed)
    endings = Endings(state, line, faults, scheduler)
    delivery = Delivery(state, line, faults, scheduler)
    return Emulator(
        state=state,
        line=line,
        faults=faults,
        scheduler=scheduler,
        ids=ids,
        ussd=Ussd(state, line, faults, scheduler, ids, Hops(state, line, faults), endings),
        messaging=Messaging(state, ids, delivery),
        delivery=delivery,
        inbound=Inbound(state, line, faults, scheduler, ids),
        line_clock=LineClock(line_clock),
    )
