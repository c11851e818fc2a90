"""MT: a send request becomes entries of the outbox, and an SMS on a handset with its delivery reports."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from hotline.emulator.gateway.delivery import (
    BAD_NUMBER,
    BLACKLISTED,
    E164,
    NAMES,
    PROCESSED,
    QUEUED,
    SENT,
    Delivery,
    Ids,
)
from hotline.emulator.gateway.faults import FaultKind, GatewayFault
from hotline.emulator.gateway.outbox import Sent
from hotline.emulator.state import EmulatorState
from hotline.text.gsm7 import segments


@dataclass(frozen=True, slots=True)
class SendRequest:
    to: Sequence[str]
    text: str
    sender: str
    enqueue: bool = True


@dataclass(frozen=True, slots=True)
class Messaging:
    state: EmulatorState
    ids: Ids
    delivery: Delivery

    def sender_known(self, sender: str) -> bool:
        settings = self.state.settings
        if not sender or sender == settings.shortcode or not settings.senders:
            return True
        return sender in settings.senders

    def record(self, request: SendRequest, fault: GatewayFault | None = None) -> list[Sent]:
        """One entry for each recipient, accepted ones on their way."""
        with self.state.changing() as state:
            entries = [self._entry(number, request, fault) for number in request.to]
            state.outbox.extend(entries)
            for entry in entries:
                state.travelled("mt" if entry.accepted else "refused", entry.to, entry.status)
        for entry in entries:
            if entry.accepted:
                self.delivery.begin(entry)
        return entries

    def _entry(self, number: str, request: SendRequest, fault: GatewayFault | None) -> Sent:
        code = self._code(number, request, fault)
        accepted = code < 200
        return Sent(
            id=self.ids.message() if accepted else "None",
            to=number,
            sender=request.sender or "AFRICASTKNG",
            text=request.text,
            status_code=code,
            status="Success" if accepted else NAMES.get(code, "Unknown"),
            accepted_at=time.time(),
            accepted=accepted,
            parts=segments(request.text),
            fault=fault.kind if fault else None,
        )

    def _code(self, number: str, request: SendRequest, fault: GatewayFault | None) -> int:
        if fault is not None and fault.kind is FaultKind.RECIPIENT_STATUS:
            return fault.status or 500
        if not E164.fullmatch(number):
            return BAD_NUMBER
        if number in self.state.blacklist:
            return BLACKLISTED
        if self.state.settings.live_status:
            return PROCESSED
        return QUEUED if request.enqueue else SENT
