"""Carries SMS between the gateway and the handsets in both directions, and posts delivery reports. Faults can affect
an SMS or a report.

For outgoing SMS (MT), a send request adds an entry to the outbox for each recipient, and an SMS to the handset of the
recipient. For incoming SMS (MO), the gateway posts an SMS that a person typed on a handset to the hotline. The gateway
posts an incoming SMS again until the hotline answers 200, but no longer than the time `mo_patience`.
"""

import random
import re
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from hotline.emulator.line import DrawnFaults, FaultKind, Faults, GatewayFault, LineAddress, Point
from hotline.emulator.state import Direction, EmulatorState, Incoming, Scheduler, Sent, Sms
from hotline.text.characters import segments
from hotline.text.errors import HandsetRefused

DELIVERED = "Success"
QUEUED = 102
BAD_NUMBER, BLACKLISTED = 403, 406
NAMES = {
    401: "RiskHold",
    402: "InvalidSenderId",
    BAD_NUMBER: "InvalidPhoneNumber",
    404: "UnsupportedNumberType",
    405: "InsufficientBalance",
    BLACKLISTED: "UserInBlacklist",
    407: "CouldNotRoute",
    409: "DoNotDisturbRejection",
    500: "InternalServerError",
    501: "GatewayError",
    502: "RejectedByGateway",
}
"""The name that the gateway gives to each status code of a recipient."""
E164 = re.compile(r"\+[1-9][0-9]{6,14}")


class Ids:
    """Makes the ids that the gateway gives to sessions and messages. The same seed gives the same ids."""

    def __init__(self, seed: int | None = None) -> None:
        self._dice = random.Random(seed)
        self._lock = threading.Lock()

    def session(self) -> str:
        return f"ATUid_{self.token()}"

    def message(self) -> str:
        return f"ATXid_{self.token()}"

    def incoming(self) -> str:
        return str(uuid.UUID(self.token(), version=4))

    def token(self) -> str:
        with self._lock:
            return f"{self._dice.getrandbits(128):032x}"


@dataclass(frozen=True, slots=True)
class SendRequest:
    to: Sequence[str]
    text: str
    sender: str


@dataclass(frozen=True, slots=True)
class Messages:
    state: EmulatorState
    line: LineAddress
    faults: Faults
    scheduler: Scheduler
    ids: Ids
    waiting: dict[str, list[tuple[Sent, DrawnFaults]]] = field(default_factory=dict)
    """Messages that wait until a phone is switched on, by the number of the phone. The calling code must hold the
    state's lock."""

    def sender_known(self, sender: str) -> bool:
        settings = self.state.settings
        if not sender or sender == settings.shortcode or not settings.senders:
            return True
        return sender in settings.senders

    def record(self, request: SendRequest, fault: GatewayFault | None = None) -> list[Sent]:
        """Adds one outbox entry for each recipient, and starts the delivery of the accepted messages."""
        with self.state.changing() as state:
            entries = [self._entry(number, request, fault) for number in request.to]
            state.outbox.extend(entries)
            for entry in entries:
                state.travelled("mt" if entry.accepted else "refused", entry.to, entry.status)
        for entry in entries:
            if entry.accepted:
                self._begin(entry)
        return entries

    def switched_on(self, msisdn: str) -> None:
        with self.state.lock:
            waiting = self.waiting.pop(msisdn, [])
        for sent, faults in waiting:
            self._arrive(sent, faults)

    def force(self, message_id: str, status: str, reason: str = "") -> bool:
        """Posts one delivery report with any status, even if the message's real state is different.

        Returns False if the id is unknown.
        """
        with self.state.lock:
            found = [sent for sent in self.state.outbox if sent.id == message_id]
        for sent in found[:1]:
            self._report(sent, status, {}, reason)
        return bool(found)

    def type_sms(self, msisdn: str, to: str, text: str) -> list[str]:
        """Sends an SMS from a handset, and returns the ids that the gateway gave to the parts of the SMS.

        An SMS to a number other than the shortcode stays on the handset and returns no id. Raises HandsetRefused if the
        phone is off.
        """
        with self.state.changing() as state:
            handset = state.handset(msisdn)
            if not handset.power:
                raise HandsetRefused("this emulated phone is off: switch it on")
            handset.messages.append(
                Sms(self.ids.incoming(), Direction.SENT, to, text, time.time(), read=True)
            )
            state.travelled("mo", msisdn)
            if to != state.settings.shortcode:
                return []
            number = len(state.incoming) + 1
            incoming = Incoming(number, self.ids.incoming(), msisdn, to, text, time.time())
            state.incoming.append(incoming)
        faults = self.faults.draw(Point.MO, msisdn)
        if FaultKind.LOST_MO not in faults:
            for _ in range(2 if FaultKind.DUPLICATE_MO in faults else 1):
                self.scheduler.after(0.0, partial(self._tell, incoming, self.scheduler.now()))
        return [incoming.id]

    def opt_out(self, msisdn: str, sender: str) -> None:
        """Stops bulk messages to this number, as the gateway does. Notifies the hotline that the number gets no more
        bulk messages."""
        with self.state.changing() as state:
            state.blacklist.add(msisdn)
        self.line.post("optout", {"senderId": sender, "phoneNumber": msisdn})

    def _entry(self, number: str, request: SendRequest, fault: GatewayFault | None) -> Sent:
        code = self._code(number, fault)
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

    def _code(self, number: str, fault: GatewayFault | None) -> int:
        if fault is not None and fault.kind is FaultKind.RECIPIENT_STATUS:
            return fault.status or 500
        if not E164.fullmatch(number):
            return BAD_NUMBER
        if number in self.state.blacklist:
            return BLACKLISTED
        return QUEUED

    def _begin(self, sent: Sent) -> None:
        faults = self.faults.draw(Point.REPORT, sent.to)
        if FaultKind.EARLY_REPORT in faults:
            self._report(sent, DELIVERED, faults)
        reversed_ = FaultKind.REVERSED_REPORTS in faults
        self._go_on(sent, () if reversed_ else self.state.settings.interim, faults, wait=0.0)

    def _go_on(
        self, sent: Sent, interim: Sequence[str], faults: DrawnFaults, *, wait: float
    ) -> None:
        """Schedules the interim delivery reports (the reports before the final one) of a message, and then its arrival.

        Each step schedules the next step first, and then posts its delivery report. So the steps stay in the correct
        order, and a slow answer of the hotline delays no step.
        """
        settings = self.state.settings
        if not interim:
            self.scheduler.after(settings.deliver_after, lambda: self._arrive(sent, faults))
            return

        def step() -> None:
            self._queue(sent, interim[0], faults)
            self._go_on(sent, interim[1:], faults, wait=settings.report_gap)
            self._tell_reports(sent)

        self.scheduler.after(wait, step)

    def _arrive(self, sent: Sent, faults: DrawnFaults) -> None:
        if FaultKind.FAILED_REPORT in faults:
            status, _, reason = (faults[FaultKind.FAILED_REPORT].value or "Failed").partition(":")
            self._report(sent, status, faults, reason)
            return
        with self.state.changing() as state:
            handset = state.handset(sent.to)
            if handset.power:
                sent.delivered_at = time.time()
                handset.received += 1
                handset.messages.append(
                    Sms(sent.id, Direction.RECEIVED, sent.sender, sent.text, sent.delivered_at)
                )
                state.travelled("delivered", sent.to)
            else:
                self.waiting.setdefault(sent.to, []).append((sent, faults))
        settings = self.state.settings
        if sent.delivered_at is None:
            self._report(sent, "Buffered", faults)
            self.scheduler.after(settings.give_up_after, lambda: self._give_up(sent, faults))
            return
        if FaultKind.UNKNOWN_REPORT in faults:
            self._report(sent, faults[FaultKind.UNKNOWN_REPORT].value or "Teleported", faults)
        if FaultKind.EARLY_REPORT not in faults:
            self._report(sent, DELIVERED, faults)
        if FaultKind.REVERSED_REPORTS in faults:
            for place, status in enumerate(reversed(settings.interim), start=1):
                report = partial(self._report, sent, status, faults)
                self.scheduler.after(place * settings.report_gap, report)

    def _give_up(self, sent: Sent, faults: DrawnFaults) -> None:
        """Stops the delivery of a message to a phone that is still off, and reports the failure to the hotline."""
        with self.state.lock:
            waiting = self.waiting.get(sent.to, [])
            if (sent, faults) not in waiting:
                return
            waiting.remove((sent, faults))
        self._report(sent, "Failed", faults, "UserIsInactive")

    def _report(self, sent: Sent, status: str, faults: DrawnFaults, reason: str = "") -> None:
        self._queue(sent, status, faults, reason)
        self._tell_reports(sent)

    def _queue(self, sent: Sent, status: str, faults: DrawnFaults, reason: str = "") -> None:
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
            sent.unposted += [fields] * (2 if FaultKind.DUPLICATE_REPORT in faults else 1)
            state.travelled("report", sent.to, status)

    def _tell_reports(self, sent: Sent) -> None:
        with self.state.lock:
            if sent.is_posting:
                return
            sent.is_posting = True
        while True:
            with self.state.lock:
                if not sent.unposted:
                    sent.is_posting = False
                    return
                fields = sent.unposted.pop(0)
            self.line.post("delivery", fields)

    def _tell(self, incoming: Incoming, since: float) -> None:
        settings, began = self.state.settings, self.scheduler.now()
        with self.state.lock:
            network = self.state.handset(incoming.msisdn).network
        fields = {
            "linkId": "",
            "text": incoming.text,
            "to": incoming.to,
            "id": incoming.id,
            "date": f"{datetime.fromtimestamp(incoming.at, UTC):%Y-%m-%dT%H:%M:%SZ}",
            "from": incoming.msisdn,
            "networkCode": network,
        }
        accepted = self.line.post("sms", fields).status == 200
        with self.state.changing() as state:
            state.travelled("mo told" if accepted else "mo refused", incoming.msisdn)
        now = self.scheduler.now()
        if not accepted and now - since < settings.mo_patience:
            wait = max(0.0, began + settings.mo_repeat - now)
            self.scheduler.after(wait, partial(self._tell, incoming, since))
