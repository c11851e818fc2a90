"""From acceptance to the handset, with the reports that the gateway makes of it, lies included."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hotline.emulator.gateway.callbacks import LineAddress
from hotline.emulator.gateway.faults import FaultKind, Faults, GatewayFault, Point
from hotline.emulator.gateway.outbox import Sent
from hotline.emulator.network.handsets import Direction, Sms
from hotline.emulator.network.scheduler import Scheduler
from hotline.emulator.state import EmulatorState

Struck = Mapping[FaultKind, GatewayFault]
DELIVERED = "Success"


@dataclass(frozen=True, slots=True)
class Delivery:
    state: EmulatorState
    line: LineAddress
    faults: Faults
    scheduler: Scheduler
    waiting: dict[str, list[tuple[Sent, Struck]]] = field(default_factory=dict)
    """By number: what waits for a phone to be switched on. Under the state's lock."""

    def begin(self, sent: Sent) -> None:
        faults = self.faults.draw(Point.REPORT, sent.to)
        if FaultKind.EARLY_REPORT in faults:
            self._report(sent, DELIVERED, faults)
        reversed_ = FaultKind.REVERSED_REPORTS in faults
        self._go_on(sent, () if reversed_ else self.state.settings.interim, faults, wait=0.0)

    def switched_on(self, msisdn: str) -> None:
        with self.state.lock:
            waiting = self.waiting.pop(msisdn, [])
        for sent, faults in waiting:
            self._arrive(sent, faults)

    def force(self, message_id: str, status: str, reason: str = "") -> bool:
        """One report on demand, whatever happened to the message. False where the id is unknown."""
        with self.state.lock:
            found = [sent for sent in self.state.outbox if sent.id == message_id]
        for sent in found[:1]:
            self._report(sent, status, {}, reason)
        return bool(found)

    def _go_on(self, sent: Sent, interim: Sequence[str], faults: Struck, *, wait: float) -> None:
        """Each step is set before the last is told: in order, and no slower for a line that hangs."""
        settings = self.state.settings
        if not interim:
            self.scheduler.after(settings.deliver_after, lambda: self._arrive(sent, faults))
            return

        def step() -> None:
            self._queue(sent, interim[0], faults)
            self._go_on(sent, interim[1:], faults, wait=settings.report_gap)
            self._tell(sent)

        self.scheduler.after(wait, step)

    def _arrive(self, sent: Sent, faults: Struck) -> None:
        if FaultKind.FAILED_REPORT in faults:
            status, _, reason = (faults[FaultKind.FAILED_REPORT].value or "Failed").partition(":")
            self._report(sent, status, faults, reason)
            return
        with self.state.changing() as state:
            held = state.handset(sent.to)
            if held.power:
                sent.delivered_at = time.time()
                held.received += 1
                held.messages.append(
                    Sms(sent.id, Direction.RECEIVED, sent.sender, sent.text, sent.delivered_at)
                )
                state.travelled("delivered", sent.to)
            else:
                self.waiting.setdefault(sent.to, []).append((sent, faults))
        if sent.delivered_at is None:
            self._report(sent, "Buffered", faults)
            patience = self.state.settings.give_up_after
            self.scheduler.after(patience, lambda: self._give_up(sent, faults))
            return
        if FaultKind.UNKNOWN_REPORT in faults:
            self._report(sent, faults[FaultKind.UNKNOWN_REPORT].value or "Teleported", faults)
        if FaultKind.EARLY_REPORT not in faults:
            self._report(sent, DELIVERED, faults)
        if FaultKind.REVERSED_REPORTS in faults:
            for place, status in enumerate(reversed(self.state.settings.interim), start=1):
                self._later(place * self.state.settings.report_gap, sent, status, faults)

    def _give_up(self, sent: Sent, faults: Struck) -> None:
        """The phone stayed off: what waited for it is thrown away, and the line is told."""
        with self.state.lock:
            waiting = self.waiting.get(sent.to, [])
            if (sent, faults) not in waiting:
                return
            waiting.remove((sent, faults))
        self._report(sent, "Failed", faults, "UserIsInactive")

    def _later(self, seconds: float, sent: Sent, status: str, faults: Struck) -> None:
        self.scheduler.after(seconds, lambda: self._report(sent, status, faults))

    def _report(self, sent: Sent, status: str, faults: Struck, reason: str = "") -> None:
        self._queue(sent, status, faults, reason)
        self._tell(sent)

    def _queue(self, sent: Sent, status: str, faults: Struck, reason: str = "") -> None:
        if FaultKind.NO_REPORT in faults:
            return
        with self.state.changing() as state:
            fields = {
                "id": sent.id,
                "status": status,
                "phoneNumber": sent.to,
                "networkCode": state.handset(sent.to).network,
            }
            if reason:
                fields["failureReason"] = reason
            sent.reports.append(status)
            sent.untold += [fields] * (2 if FaultKind.DUPLICATE_REPORT in faults else 1)
            state.travelled("report", sent.to, status)

    def _tell(self, sent: Sent) -> None:
        with self.state.lock:
            if sent.telling:
                return
            sent.telling = True
        while True:
            with self.state.lock:
                if not sent.untold:
                    sent.telling = False
                    return
                fields = sent.untold.pop(0)
            self.line.post("delivery", fields)
