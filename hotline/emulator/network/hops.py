"""One hop over the wire, with whatever the network does to it on the way."""

import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hotline.emulator.gateway.callbacks import HookAnswer, LineAddress
from hotline.emulator.gateway.faults import FaultKind, Faults, GatewayFault
from hotline.emulator.network.sessions import Hop, UssdSession
from hotline.emulator.state import EmulatorState

Struck = Mapping[FaultKind, GatewayFault]


@dataclass(frozen=True, slots=True)
class Hops:
    state: EmulatorState
    line: LineAddress
    faults: Faults

    def post(self, session: UssdSession, hop: Hop, faults: Struck) -> HookAnswer:
        """The answer that reaches the handset."""
        if FaultKind.CONCURRENT_HOP in faults:
            answer = self._twice_at_once(session, hop, faults)
        else:
            answer = self._once(session, hop.text, faults)
        if not answer.ok and FaultKind.RETRY_HOP in faults:
            self.faults.strike(FaultKind.RETRY_HOP)
            time.sleep(faults[FaultKind.RETRY_HOP].seconds or 0.0)
            answer = self._once(session, hop.text, faults)
        if FaultKind.DUPLICATE_HOP in faults:
            answer = self._same(session, answer, self._once(session, hop.text, faults))
        if FaultKind.OUT_OF_ORDER in faults and len(session.hops) > 1:
            self.faults.strike(FaultKind.OUT_OF_ORDER)
            self._once(session, session.hops[-2].text, faults)
        if FaultKind.LOST_ANSWER in faults:
            return HookAnswer(error="answer lost")
        self._judge(session, answer)
        return answer

    def _once(self, session: UssdSession, text: str, faults: Struck) -> HookAnswer:
        fields = {
            "phoneNumber": session.msisdn.removeprefix(
                "+" if FaultKind.MISSING_PLUS in faults else ""
            ),
            "serviceCode": session.service_code,
            "text": text,
            "sessionId": session.id,
            "networkCode": session.network,
        }
        if FaultKind.MISSING_NETWORK in faults:
            del fields["networkCode"]
        settings = self.state.settings
        metadata = session.metadata[-1] if session.metadata else ""
        began = time.monotonic()
        answer = self.line.post(
            "ussd",
            fields,
            headers={"at-ussd-hop-metadata": metadata} if metadata else None,
            connect=settings.connect_timeout,
            total=settings.total_timeout,
            raw_plus=FaultKind.UNESCAPED_PLUS in faults,
        )
        if answer.ok and time.monotonic() - began > settings.slow_after:
            with self.state.changing() as state:
                state.violated("slow answer", session.id)
        return answer

    def _twice_at_once(self, session: UssdSession, hop: Hop, faults: Struck) -> HookAnswer:
        start = threading.Barrier(2)

        def racer() -> HookAnswer:
            start.wait(timeout=5)
            return self._once(session, hop.text, faults)

        with ThreadPoolExecutor(2) as pool:
            first, second = [future.result() for future in [pool.submit(racer), pool.submit(racer)]]
        return self._same(session, first, second)

    def _same(self, session: UssdSession, first: HookAnswer, second: HookAnswer) -> HookAnswer:
        """A repeat must be answered byte for byte; whichever was answered at all counts."""
        if first.ok and second.ok and first.body != second.body:
            with self.state.changing() as state:
                state.violated("repeat answered otherwise", session.id)
        return first if first.ok or not second.ok else second

    def _judge(self, session: UssdSession, answer: HookAnswer) -> None:
        if not answer.ok:
            return
        kind = answer.content_type.partition(";")[0].strip().lower()
        with self.state.changing() as state:
            if kind != "text/plain":
                state.violated("content type", session.id, kind)
            if answer.cookies:
                state.violated("cookie set", session.id)
            if not answer.body.startswith(("CON ", "END ")):
                state.violated("neither CON nor END", session.id)
