"""Acts as the network in a USSD dialogue: dial, reply, hang up, time out.

The module posts each hop to the hotline, with the faults that affect this hop. When a dialogue ends, the gateway may
post an end notice to the hotline.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from hotline.emulator.line import DrawnFaults, FaultKind, Faults, HookAnswer, LineAddress, Point
from hotline.emulator.messages import Ids
from hotline.emulator.state import (
    DialledCall,
    DirectDial,
    EmulatorState,
    Hop,
    Phase,
    Scheduler,
    SessionStatus,
    UssdSession,
)
from hotline.text.characters import is_gsm7, septets
from hotline.text.errors import HandsetRefused, NotFound

CONNECTION_PROBLEM = "Connection problem or invalid MMI code."
TIMED_OUT = "USSD session timed out."
UCS2_LIMIT = 80


def size_of(text: str) -> tuple[int, str]:
    """Returns the length of a text and the encoding in which the network sends it. The unit of the length is a septet,
    or a UCS-2 unit if a letter is outside GSM-7.
    """
    if is_gsm7(text):
        return septets(text), "GSM-7"
    return len(text.encode("utf-16-le")) // 2, "UCS-2"


@dataclass(frozen=True, slots=True)
class Ussd:
    state: EmulatorState
    line: LineAddress
    faults: Faults
    scheduler: Scheduler
    ids: Ids

    def dial(self, msisdn: str, code: str, *, network: str | None = None) -> UssdSession:
        """Opens a dialogue for a dialled code, and posts the first hop. Returns the dialogue when the hotline has
        answered or failed to answer. If the handset already has an open dialogue, ends that dialogue first.

        Raises HandsetRefused if the phone is off.
        """
        with self.state.changing() as state:
            handset = state.handset(msisdn)
            if not handset.power:
                raise HandsetRefused("this emulated phone is off: switch it on")
            if handset.session is not None:
                self.hang_up(handset.session)
            session = self._open(msisdn, code, network or handset.network)
            state.sessions[session.id] = session
            handset.session = session.id
            handset.calls.append(DialledCall(code, session.started_at))
            if not session.service_code:
                self._end(session, SessionStatus.FAILED, screen=CONNECTION_PROBLEM, silent=True)
                return session
            session.dialog = self.scheduler.after(
                state.settings.dialog, lambda: self._dialog_over(session)
            )
        return self._ask(session)

    def reply(self, session_id: str, text: str) -> UssdSession:
        """Posts a reply in a dialogue and returns the dialogue.

        Raises HandsetRefused if no question is open, and NotFound if the session is unknown.
        """
        with self.state.changing():
            session = self._find(session_id)
            if session.phase is not Phase.OPEN:
                raise HandsetRefused("this USSD session takes no input now: dial again")
            session.path.append(text)
            session.phase = Phase.ASKING
            if session.idle is not None:
                session.idle.cancel()
        return self._ask(session)

    def hang_up(self, session_id: str) -> UssdSession:
        """Presses the red key of the handset. Pressing the key ends an open dialogue, or clears the screen of a
        dialogue that has ended. Raises NotFound."""
        with self.state.changing() as state:
            session = self._find(session_id)
            handset = state.handset(session.msisdn)
            if handset.session == session_id:
                handset.session = None
            if session.phase is not Phase.ENDED:
                self._end(session, SessionStatus.INCOMPLETE)
        return session

    def switch(self, msisdn: str, *, on: bool) -> None:
        with self.state.changing() as state:
            handset = state.handset(msisdn)
            if not on and handset.session is not None:
                self.hang_up(handset.session)
            handset.power = on
            state.travelled("on" if on else "off", msisdn)

    def _open(self, msisdn: str, code: str, network: str) -> UssdSession:
        """Returns a new session. The `service_code` of the session is empty if the network does not know the dialled
        code."""
        settings = self.state.settings
        stem = settings.service_code.removesuffix("#")
        ours = code == settings.service_code or (code.startswith(f"{stem}*") and code.endswith("#"))
        ahead = (
            code.removeprefix(f"{stem}*").removesuffix("#") if code.startswith(f"{stem}*") else ""
        )
        in_text = settings.direct_dial is DirectDial.IN_TEXT
        return UssdSession(
            id=self.ids.session(),
            msisdn=msisdn,
            network=network,
            dialled=code,
            service_code=(settings.service_code if in_text else code) if ours else "",
            path=ahead.split("*") if ahead and in_text else [],
            started_at=time.time(),
        )

    def _find(self, session_id: str) -> UssdSession:
        if session_id not in self.state.sessions:
            raise NotFound("the emulator has no USSD session with this id")
        return self.state.sessions[session_id]

    def _ask(self, session: UssdSession) -> UssdSession:
        """Posts one hop and shows the answer. While this thread waits for the hotline's answer, it does not hold the
        lock of the state."""
        faults = self.faults.draw(Point.HOP, session.msisdn)
        hop = Hop(text=session.text, asked_at=time.time())
        with self.state.changing() as state:
            session.hops.append(hop)
            state.travelled("hop", session.msisdn, f"{len(session.hops)}")
        answer = self._post(session, hop, faults)
        with self.state.changing():
            hop.answered_at = time.time()
            hop.answer, hop.error = answer.body, _fault_of(answer)
            if session.phase is Phase.ASKING:
                self._show(session, hop, answer)
        return session

    def _show(self, session: UssdSession, hop: Hop, answer: HookAnswer) -> None:
        if hop.error is not None:
            session.error = hop.error
            self._end(session, SessionStatus.FAILED, screen=CONNECTION_PROBLEM)
            return
        session.screen = answer.body[4:]
        units, encoding = size_of(session.screen)
        limit = self.state.settings.limit if encoding == "GSM-7" else UCS2_LIMIT
        if units > limit:
            hop.error = f"over-length: {units} of {limit}"
            self.state.violated("over-length", session.id, hop.error)
        if answer.body.startswith("END "):
            self._end(session, SessionStatus.SUCCESS, screen=session.screen)
            return
        session.phase = Phase.OPEN
        session.idle = self.scheduler.after(
            self.state.settings.idle, lambda: self._idle_over(session, hop)
        )

    def _idle_over(self, session: UssdSession, hop: Hop) -> None:
        """Ends the dialogue if the caller sent no reply after the hop `hop`. If a reply arrives just in time, the
        dialogue stays open."""
        with self.state.changing():
            if session.phase is Phase.OPEN and session.hops[-1] is hop:
                self._end(session, SessionStatus.INCOMPLETE, screen=TIMED_OUT)

    def _dialog_over(self, session: UssdSession) -> None:
        with self.state.changing():
            if session.phase is not Phase.ENDED:
                self._end(session, SessionStatus.INCOMPLETE, screen=TIMED_OUT)

    def _post(self, session: UssdSession, hop: Hop, faults: DrawnFaults) -> HookAnswer:
        """Posts one hop with its faults, and returns the answer that reaches the handset."""
        if FaultKind.CONCURRENT_HOP in faults:
            answer = self._twice_at_once(session, hop, faults)
        else:
            answer = self._once(session, hop.text, faults)
        if not answer.ok and FaultKind.RETRY_HOP in faults:
            self.faults.strike(FaultKind.RETRY_HOP)
            time.sleep(faults[FaultKind.RETRY_HOP].seconds or 0.0)
            answer = self._once(session, hop.text, faults)
        if FaultKind.DUPLICATE_HOP in faults:
            answer = self._checked(session, answer, self._once(session, hop.text, faults))
        if FaultKind.OUT_OF_ORDER in faults and len(session.hops) > 1:
            self.faults.strike(FaultKind.OUT_OF_ORDER)
            self._once(session, session.hops[-2].text, faults)
        if FaultKind.LOST_ANSWER in faults:
            return HookAnswer(error="answer lost")
        self._judge(session, answer)
        return answer

    def _once(self, session: UssdSession, text: str, faults: DrawnFaults) -> HookAnswer:
        plus = "+" if FaultKind.MISSING_PLUS in faults else ""
        fields = {
            "phoneNumber": session.msisdn.removeprefix(plus),
            "serviceCode": session.service_code,
            "text": text,
            "sessionId": session.id,
            "networkCode": session.network,
        }
        if FaultKind.MISSING_NETWORK in faults:
            del fields["networkCode"]
        settings = self.state.settings
        began = time.monotonic()
        answer = self.line.post(
            "ussd",
            fields,
            seconds=settings.total_timeout,
            raw_plus=FaultKind.UNESCAPED_PLUS in faults,
        )
        if answer.ok and time.monotonic() - began > settings.slow_after:
            with self.state.changing() as state:
                state.violated("slow answer", session.id)
        return answer

    def _twice_at_once(self, session: UssdSession, hop: Hop, faults: DrawnFaults) -> HookAnswer:
        start = threading.Barrier(2)

        def racer() -> HookAnswer:
            start.wait(timeout=5)
            return self._once(session, hop.text, faults)

        with ThreadPoolExecutor(2) as pool:
            first, second = [future.result() for future in [pool.submit(racer), pool.submit(racer)]]
        return self._checked(session, first, second)

    def _checked(self, session: UssdSession, first: HookAnswer, second: HookAnswer) -> HookAnswer:
        """Checks that a repeated hop got exactly the same answer as the first hop. Returns the first answer that
        succeeded."""
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

    def _end(
        self,
        session: UssdSession,
        status: SessionStatus,
        *,
        screen: str | None = None,
        silent: bool = False,
    ) -> None:
        """Ends the dialogue and posts the end notice later. The calling code must hold the lock.

        If `silent` is True, posts no end notice, because the gateway never knew about the dialogue.
        """
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
        delay = faults[FaultKind.LATE_END].seconds or 60.0 if FaultKind.LATE_END in faults else 0.0
        settings = self.state.settings
        after = settings.end_notice_after + delay
        for _ in range(2 if FaultKind.DUPLICATE_END in faults else 1):
            self.scheduler.after(
                after,
                lambda: self.line.post("ended", notice(session), seconds=settings.total_timeout),
            )


def notice(session: UssdSession) -> dict[str, str]:
    """Returns the fields of the end notice, in the order of the gateway's documentation."""
    ended_at = session.ended_at or time.time()
    answers = [hop.answer for hop in session.hops if hop.answer]
    return {
        "date": datetime.fromtimestamp(ended_at, UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "sessionId": session.id,
        "serviceCode": session.service_code,
        "networkCode": session.network,
        "phoneNumber": session.msisdn,
        "status": session.status or "",
        "cost": "RWF 10.0000",
        "durationInMillis": str(int((ended_at - session.started_at) * 1000)),
        "hopsCount": str(len(session.hops)),
        "hopsMetadata": "",
        "input": session.text,
        "lastAppResponse": answers[-1] if answers else "",
        "errorMessage": session.error,
    }


def _fault_of(answer: HookAnswer) -> str | None:
    if answer.error is not None:
        return answer.error
    if not answer.ok:
        return f"HTTP {answer.status}"
    if not answer.body.startswith(("CON ", "END ")):
        return "The response should start with a CON or an END"
    return None
