"""MO: an SMS typed on a handset, told to the line again and again until it says 200."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from hotline.emulator.gateway.callbacks import LineAddress
from hotline.emulator.gateway.faults import FaultKind, Faults, Point
from hotline.emulator.gateway.ids import Ids
from hotline.emulator.network.handsets import Direction, Sms
from hotline.emulator.network.scheduler import Scheduler
from hotline.emulator.settings import MoDate
from hotline.emulator.state import EmulatorState, Incoming
from hotline.errors import HandsetRefused
from hotline.text.segments import EACH, segments


@dataclass(frozen=True, slots=True)
class Inbound:
    state: EmulatorState
    line: LineAddress
    faults: Faults
    scheduler: Scheduler
    ids: Ids

    def text(self, msisdn: str, to: str, text: str) -> list[str]:
        """The ids under which the gateway tells it. An MO to anybody else ends on that handset.

        Raises HandsetRefused where the phone is off.
        """
        with self.state.changing() as state:
            held = state.handset(msisdn)
            if not held.power:
                raise HandsetRefused("the phone is off")
            held.messages.append(
                Sms(self.ids.incoming(), Direction.SENT, to, text, time.time(), read=True)
            )
            state.travelled("mo", msisdn)
            if to != state.settings.shortcode:
                return []
            told = [self._listed(msisdn, to, part) for part in self._parts(text)]
        faults = self.faults.draw(Point.MO, msisdn)
        for incoming in told if FaultKind.LOST_MO not in faults else ():
            for _ in range(2 if FaultKind.DUPLICATE_MO in faults else 1):
                self._later(0.0, incoming, self.scheduler.now())
        return [incoming.id for incoming in told]

    def opt_out(self, msisdn: str, sender: str) -> None:
        """The gateway's own stop: no bulk message to this number any more, and a notice."""
        with self.state.changing() as state:
            state.blacklist.add(msisdn)
        self.line.post("optout", {"senderId": sender, "phoneNumber": msisdn})

    def _listed(self, msisdn: str, to: str, text: str) -> Incoming:
        incoming = Incoming(
            len(self.state.incoming) + 1, self.ids.incoming(), msisdn, to, text, time.time()
        )
        self.state.incoming.append(incoming)
        return incoming

    def _parts(self, text: str) -> list[str]:
        if not self.state.settings.mo_split or segments(text) == 1:
            return [text]
        return [text[at : at + EACH] for at in range(0, len(text), EACH)]

    def _later(self, seconds: float, incoming: Incoming, since: float) -> None:
        self.scheduler.after(seconds, lambda: self._tell(incoming, since))

    def _tell(self, incoming: Incoming, since: float) -> None:
        settings, began = self.state.settings, self.scheduler.now()
        answer = self.line.post("sms", self._fields(incoming))
        told = answer.error is None and answer.status == 200
        with self.state.changing() as state:
            state.travelled("mo told" if told else "mo refused", incoming.msisdn)
        now = self.scheduler.now()
        if not told and now - since < settings.mo_patience:
            self._later(max(0.0, began + settings.mo_repeat - now), incoming, since)

    def _fields(self, incoming: Incoming) -> dict[str, str]:
        plain = self.state.settings.mo_date is MoDate.PLAIN
        with self.state.lock:
            network = self.state.handset(incoming.msisdn).network
        return {
            "linkId": "",
            "text": incoming.text,
            "to": incoming.to,
            "id": incoming.id,
            "date": datetime.fromtimestamp(incoming.at, UTC).strftime(
                "%Y-%m-%d %H:%M:%S" if plain else "%Y-%m-%dT%H:%M:%SZ"
            ),
            "from": incoming.msisdn,
            "networkCode": network,
        }
