"""How a dialogue ends: the network's bookkeeping, and the notice the gateway may send of it."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from hotline.emulator.gateway.callbacks import LineAddress
from hotline.emulator.gateway.faults import FaultKind, Faults, Point
from hotline.emulator.network.scheduler import Scheduler
from hotline.emulator.network.sessions import Phase, SessionStatus, UssdSession
from hotline.emulator.state import EmulatorState


@dataclass(frozen=True, slots=True)
class Endings:
    state: EmulatorState
    line: LineAddress
    faults: Faults
    scheduler: Scheduler

    def end(
        self,
        session: UssdSession,
        status: SessionStatus,
        *,
        screen: str | None = None,
        silent: bool = False,
    ) -> None:
        """Call with the lock held. `silent` where the gateway never heard of the dialogue."""
        session.phase, session.status, session.ended_at = Phase.ENDED, status, time.time()
        if screen is not None:
            session.screen = screen
        for timer in (session.idle, session.dialog):
            if timer is not None:
                timer.cancel()
        self.state.travelled("end", session.msisdn, status)
        faults = self.faults.draw(Point.END, session.msisdn)
        if silent or FaultKind.NO_END in faults:
            return
        late = faults[FaultKind.LATE_END].seconds or 60.0 if FaultKind.LATE_END in faults else 0.0
        after = self.state.settings.end_notice_after + late
        for _ in range(2 if FaultKind.DUPLICATE_END in faults else 1):
            self.scheduler.after(after, lambda: self._tell(session))

    def _tell(self, session: UssdSession) -> None:
        settings = self.state.settings
        self.line.post(
            "ended", notice(session), connect=settings.connect_timeout, total=settings.total_timeout
        )


def notice(session: UssdSession) -> dict[str, str]:
    """The notification's fields, in the order of the gateway's pages."""
    ended = session.ended_at or time.time()
    answers = [hop.answer for hop in session.hops if hop.answer]
    return {
        "date": datetime.fromtimestamp(ended, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "sessionId": session.id,
        "serviceCode": session.service_code,
        "networkCode": session.network,
        "phoneNumber": session.msisdn,
        "status": session.status or "",
        "cost": "RWF 10.0000",
        "durationInMillis": str(int((ended - session.started_at) * 1000)),
        "hopsCount": str(len(session.hops)),
        "hopsMetadata": "|".join(session.metadata),
        "input": session.text,
        "lastAppResponse": answers[-1] if answers else "",
        "errorMessage": session.error,
    }
