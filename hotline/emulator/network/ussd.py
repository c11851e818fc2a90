"""USSD: the network's half of a dialogue. Dial, reply, hang up, fall silent."""

import time
from dataclasses import dataclass

from hotline.emulator.gateway.callbacks import HookAnswer, LineAddress
from hotline.emulator.gateway.faults import Faults, Point
from hotline.emulator.gateway.ids import Ids
from hotline.emulator.network.endings import Endings
from hotline.emulator.network.handsets import DialledCall
from hotline.emulator.network.hops import Hops
from hotline.emulator.network.networks import CONNECTION_PROBLEM, TIMED_OUT
from hotline.emulator.network.scheduler import Scheduler
from hotline.emulator.network.sessions import Hop, Phase, SessionStatus, UssdSession
from hotline.emulator.network.sizes import size_of
from hotline.emulator.settings import DirectDial
from hotline.emulator.state import EmulatorState
from hotline.errors import HandsetRefused, NotFound


@dataclass(frozen=True, slots=True)
class Ussd:
    state: EmulatorState
    line: LineAddress
    faults: Faults
    scheduler: Scheduler
    ids: Ids
    hops: Hops
    endings: Endings

    def dial(self, msisdn: str, code: str, *, network: str | None = None) -> UssdSession:
        """A new dialogue, answered or failed. One handset holds one: the older is hung up first.

        Raises HandsetRefused where the phone is off.
        """
        with self.state.changing() as state:
            held = state.handset(msisdn)
            if not held.power:
                raise HandsetRefused("the phone is off")
            if held.session is not None:
                self.hang_up(held.session)
            session = self._open(msisdn, code, network or held.network)
            state.sessions[session.id] = session
            held.session = session.id
            held.calls.append(DialledCall(code, session.started_at))
            if not session.service_code:
                self.endings.end(
                    session, SessionStatus.FAILED, screen=CONNECTION_PROBLEM, silent=True
                )
                return session
            session.dialog = self.scheduler.after(
                state.settings.dialog, lambda: self._dialog_over(session)
            )
        return self._ask(session)

    def reply(self, session_id: str, text: str) -> UssdSession:
        """Raises HandsetRefused where nothing is asked, NotFound."""
        with self.state.changing() as state:
            session = self._find(session_id)
            if session.phase is not Phase.OPEN:
                raise HandsetRefused("no question is open")
            if not text and not state.settings.forward_empty:
                return session
            session.path.append(text)
            session.phase = Phase.ASKING
            if session.idle is not None:
                session.idle.cancel()
        return self._ask(session)

    def hang_up(self, session_id: str) -> UssdSession:
        """The red key: ends what is open, and clears the screen of what has ended. Raises NotFound."""
        with self.state.changing() as state:
            session = self._find(session_id)
            held = state.handset(session.msisdn)
            if held.session == session_id:
                held.session = None
            if session.phase is not Phase.ENDED:
                self.endings.end(session, SessionStatus.INCOMPLETE)
        return session

    def switch(self, msisdn: str, *, on: bool) -> None:
        with self.state.changing() as state:
            held = state.handset(msisdn)
            if not on and held.session is not None:
                self.hang_up(held.session)
            held.power = on
            state.travelled("on" if on else "off", msisdn)

    def _open(self, msisdn: str, code: str, network: str) -> UssdSession:
        """`service_code` stays empty where the code is nobody's on this network."""
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
            raise NotFound("no such session")
        return self.state.sessions[session_id]

    def _ask(self, session: UssdSession) -> UssdSession:
        """One hop, with the lock free while the line thinks."""
        first = not session.hops
        faults = self.faults.draw(Point.HOP, session.msisdn, first_hop=first)
        hop = Hop(text=session.text, asked_at=time.time())
        with self.state.changing() as state:
            session.hops.append(hop)
            state.travelled("hop", session.msisdn, f"{len(session.hops)}")
        answer = self.hops.post(session, hop, faults)
        with self.state.changing():
            hop.answered_at = time.time()
            hop.answer, hop.error = answer.body, _fault_of(answer)
            if session.phase is Phase.ASKING:
                self._show(session, hop, answer)
        return session

    def _show(self, session: UssdSession, hop: Hop, answer: HookAnswer) -> None:
        if hop.error is not None:
            session.error = hop.error
            self.endings.end(session, SessionStatus.FAILED, screen=CONNECTION_PROBLEM)
            return
        session.screen = answer.body[4:]
        size, limit = size_of(session.screen), self.state.settings.limit
        if not size.fits(limit):
            hop.error = f"over-length: {size.units} of {limit if size.gsm else 80}"
            self.state.violated("over-length", session.id, hop.error)
        if answer.metadata:
            session.metadata.append(answer.metadata)
        if answer.body.startswith("END "):
            self.endings.end(session, SessionStatus.SUCCESS, screen=session.screen)
            return
        session.phase = Phase.OPEN
        session.idle = self.scheduler.after(
            self.state.settings.idle, lambda: self._idle_over(session, hop)
        )

    def _idle_over(self, session: UssdSession, asked: Hop) -> None:
        """A timer that fires just as the caller replies finds another hop, and lets her go on."""
        with self.state.changing():
            if session.phase is Phase.OPEN and session.hops[-1] is asked:
                self.endings.end(session, SessionStatus.INCOMPLETE, screen=TIMED_OUT)

    def _dialog_over(self, session: UssdSession) -> None:
        with self.state.changing():
            if session.phase is not Phase.ENDED:
                self.endings.end(session, SessionStatus.INCOMPLETE, screen=TIMED_OUT)


def _fault_of(answer: HookAnswer) -> str | None:
    if answer.error is not None:
        return answer.error
    if not answer.ok:
        return f"HTTP {answer.status}"
    if not answer.body.startswith(("CON ", "END ")):
        return "The response should start with a CON or an END"
    return None
