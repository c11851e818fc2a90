"""Builds the emulator from its parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hotline.emulator.clocks import LineClock, Scheduler
from hotline.emulator.faults import Faults
from hotline.emulator.line import LineAddress
from hotline.emulator.messages import Ids, Messages
from hotline.emulator.state import EmulatorSettings, EmulatorState
from hotline.emulator.ussd import Ussd


@dataclass(frozen=True, slots=True)
class Emulator:
    state: EmulatorState
    line: LineAddress
    faults: Faults
    scheduler: Scheduler
    ids: Ids
    ussd: Ussd
    messages: Messages
    line_clock: LineClock

    def switch(self, msisdn: str, *, on: bool) -> None:
        """Switches a phone on or off. Messages that waited for the phone arrive when it is switched on."""
        self.ussd.switch(msisdn, on=on)
        if on:
            self.messages.switched_on(msisdn)

    def turn_line(self, by: int) -> None:
        """Moves the hotline's clock. If the step is forward, it also moves the network's timers.

        The network's time never goes backwards. Raises SettingsInvalid.
        """
        self.line_clock.set(self.line_clock.offset() + by)
        self.scheduler.turn(max(0, by))

    def reset(self) -> None:
        """Clears timers, faults, handsets and messages. It keeps the addresses, the settings and the people."""
        self.scheduler.forget_all()
        self.faults.set([])
        with self.state.changing() as state:
            state.forget()
            self.messages.waiting.clear()

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
    state = EmulatorState(settings or EmulatorSettings(), people=[*map(dict, people)])
    line, faults, scheduler, ids = LineAddress(hooks, ca), Faults(seed), Scheduler(), Ids(seed)
    return Emulator(
        state=state,
        line=line,
        faults=faults,
        scheduler=scheduler,
        ids=ids,
        ussd=Ussd(state, line, faults, scheduler, ids),
        messages=Messages(state, line, faults, scheduler, ids),
        line_clock=LineClock(line_clock),
    )
