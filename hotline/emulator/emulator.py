"""Builds the emulator from its parts, and serves the control API.

The control API operates the handsets, and sets faults, settings and clocks. The control API accepts only JSON requests
from this machine.
"""

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from flask import Blueprint, Response, abort, jsonify, request
from pydantic import TypeAdapter, ValidationError

from hotline.emulator.line import HOOKS, Faults, GatewayFault, LineAddress
from hotline.emulator.messages import Ids, Messages
from hotline.emulator.state import (
    EmulatorSettings,
    EmulatorState,
    LineClock,
    Scheduler,
    UssdSession,
)
from hotline.emulator.ussd import Ussd, size_of
from hotline.text.errors import HandsetRefused, NotFound, SettingsInvalid


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
        """Switches a phone on or off. When the phone is switched on, the messages that waited for it arrive."""
        self.ussd.switch(msisdn, on=on)
        if on:
            self.messages.switched_on(msisdn)

    def turn_line(self, by: int) -> None:
        """Moves the hotline's clock. If the hotline's clock moves forward, the function also moves the timers of the
        emulated network.

        The network's time never goes backwards. Raises SettingsInvalid.
        """
        self.line_clock.set(self.line_clock.offset() + by)
        self.scheduler.turn(max(0, by))

    def reset(self) -> None:
        """Clears timers, faults, handsets and messages. The addresses of callbacks, the settings and the list of people
        stay the same."""
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


T = TypeVar("T")
FAULTS, SETTINGS = TypeAdapter(list[GatewayFault]), TypeAdapter(EmulatorSettings)
PEOPLE, NUMBER, SECONDS = TypeAdapter(list[dict[str, str]]), TypeAdapter(float), TypeAdapter(int)
"""The types of values that the control API reads."""
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
MAX_WAIT = 30.0
BUDGET = 156
REFUSALS: Mapping[type[Exception], int] = {HandsetRefused: 409, NotFound: 404, SettingsInvalid: 400}


def only_loopback() -> None:
    """Refuses a request that does not come from this machine.

    The function checks the client's address and the host name in the request. The check of the address is not enough. A
    foreign web page could use a host name that resolves to this machine. The body must be JSON. Without this server's
    permission, a browser does not let a page of another site post JSON.
    """
    try:
        peer = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        abort(403)
    host = request.host if request.host.endswith("]") else request.host.rpartition(":")[0]
    if not peer.is_loopback or (host or request.host) not in LOCAL_NAMES:
        abort(403)
    if request.method == "POST" and not request.is_json:
        abort(415)


def build_control(emulator: Emulator) -> Blueprint:
    blueprint = Blueprint("control", __name__, url_prefix="/control")
    blueprint.before_request(only_loopback)
    control = _Control(emulator)
    views: tuple[tuple[str, str, Callable[..., Any]], ...] = (
        ("POST", "/dial", control.dial),
        ("POST", "/reply", control.reply),
        ("POST", "/hangup", control.hang_up),
        ("POST", "/power", control.power),
        ("POST", "/sms", control.sms),
        ("POST", "/read", control.read),
        ("POST", "/optout", control.opt_out),
        ("POST", "/report", control.report),
        ("GET", "/handset/<msisdn>", control.handset),
        ("GET", "/outbox", control.outbox),
        ("GET", "/sessions", control.sessions),
        ("GET", "/violations", control.violations),
        ("GET", "/changes", control.changes),
        ("GET", "/people", control.people),
        ("POST", "/people", control.enrol),
        ("POST", "/hooks", control.hooks),
        ("GET", "/faults", control.faults),
        ("POST", "/faults", control.set_faults),
        ("DELETE", "/faults", control.clear_faults),
        ("GET", "/settings", control.settings),
        ("POST", "/settings", control.change_settings),
        ("POST", "/clock", control.clock),
        ("GET", "/line-clock", control.line_clock),
        ("POST", "/line-clock", control.turn_line),
        ("DELETE", "/line-clock", control.right_line),
        ("POST", "/reset", control.reset),
    )
    for method, rule, view in views:
        blueprint.add_url_rule(rule, f"{method}{rule}", view, methods=[method])
    for refused in REFUSALS:
        blueprint.register_error_handler(refused, _report)
    return blueprint


def _report(error: Exception) -> tuple[Response, int]:
    return jsonify(error=str(error)), REFUSALS[type(error)]


def _field(name: str, default: str | None = None) -> str:
    """Returns a text field of the request's body. Raises SettingsInvalid if the field is missing or not a text."""
    value = _object().get(name, default)
    if not isinstance(value, str):
        raise SettingsInvalid([f"{name}: missing, or not a text"])
    return value


def _object() -> dict[str, Any]:
    body = request.get_json()
    if not isinstance(body, dict):
        raise SettingsInvalid(["the body: not an object"])
    return body


def read_as(kind: TypeAdapter[T], value: object) -> T:
    """Reads a value of a request's body. Raises SettingsInvalid with a list of all problems."""
    try:
        return kind.validate_python(value)
    except ValidationError as wrong:
        problems = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in wrong.errors()]
        raise SettingsInvalid(problems) from None


def _shown(session: UssdSession) -> dict[str, Any]:
    units, encoding = size_of(session.screen)
    return session.shown({"septets": units, "encoding": encoding, "budget": BUDGET})


class _Control:
    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._state = emulator.state

    def dial(self) -> dict[str, Any]:
        network = _field("network", "") or None
        return _shown(self._emulator.ussd.dial(_field("from"), _field("code"), network=network))

    def reply(self) -> dict[str, Any]:
        return _shown(self._emulator.ussd.reply(_field("session"), _field("text")))

    def hang_up(self) -> dict[str, Any]:
        return _shown(self._emulator.ussd.hang_up(_field("session")))

    def power(self) -> dict[str, Any]:
        self._emulator.switch(_field("msisdn"), on=bool(_object().get("on")))
        return self.handset(_field("msisdn"))

    def sms(self) -> dict[str, Any]:
        to = _field("to", self._state.settings.shortcode)
        return {"ids": self._emulator.messages.type_sms(_field("from"), to, _field("text"))}

    def read(self) -> dict[str, Any]:
        """Marks one message of a handset as read, as if the owner of the phone had opened it."""
        msisdn, message = _field("msisdn"), _field("id")
        with self._state.changing() as state:
            for sms in state.handset(msisdn).messages:
                sms.read = sms.read or sms.id == message
        return self.handset(msisdn)

    def opt_out(self) -> dict[str, Any]:
        self._emulator.messages.opt_out(_field("msisdn"), _field("sender", ""))
        return {}

    def report(self) -> dict[str, Any]:
        """Sends the delivery report that the request to the control API describes. Raises NotFound if the message is
        unknown."""
        found = self._emulator.messages.force(
            _field("id"), _field("status"), _field("failureReason", "")
        )
        if not found:
            raise NotFound("the emulator has no SMS with this id")
        return {}

    def handset(self, msisdn: str) -> dict[str, Any]:
        with self._state.lock:
            handset = self._state.handset(msisdn)
            session = self._state.sessions.get(handset.session) if handset.session else None
            return handset.shown(_shown(session) if session else {})

    def outbox(self) -> dict[str, Any]:
        """Returns the messages that the hotline sent, without the first `after` messages.

        So a client that asks often gets only the messages that it does not have yet.
        """
        after = max(0, request.args.get("after", default=0, type=int))
        with self._state.lock:
            messages = self._state.outbox[after:]
            return {"outbox": [sent.shown() for sent in messages]}

    def sessions(self) -> dict[str, Any]:
        with self._state.lock:
            return {"sessions": [_shown(session) for session in self._state.sessions.values()]}

    def violations(self) -> dict[str, Any]:
        with self._state.lock:
            return {"violations": list(self._state.violations)}

    def changes(self) -> dict[str, Any]:
        since = request.args.get("since", default=-1, type=int)
        wait = min(request.args.get("wait", default=0.0, type=float), MAX_WAIT)
        version = self._state.wait_past(since, wait)
        with self._state.lock:
            return {"version": version, "travels": [*map(asdict, self._state.travels)]}

    def people(self) -> dict[str, Any]:
        with self._state.lock:
            return {"people": list(self._state.people)}

    def enrol(self) -> dict[str, Any]:
        """Reads a list of people as `{msisdn, label}`. The handset on the right of the page can show the phone of
        each of these people."""
        people = read_as(PEOPLE, _object().get("people"))
        with self._state.changing() as state:
            state.people = people
        return self.people()

    def hooks(self) -> dict[str, Any]:
        self._emulator.line.move(
            {name: str(url) for name, url in _object().items() if name in HOOKS}
        )
        return {"hooks": self._emulator.line.known()}

    def faults(self) -> dict[str, Any]:
        return {
            "faults": [*map(asdict, self._emulator.faults.rules())],
            "struck": dict(self._emulator.faults.struck),
        }

    def set_faults(self) -> dict[str, Any]:
        body = _object()
        rules = read_as(FAULTS, body.get("faults", []))
        self._emulator.faults.set(rules, seed=body.get("seed"))
        return self.faults()

    def clear_faults(self) -> dict[str, Any]:
        self._emulator.faults.set([])
        return self.faults()

    def settings(self) -> dict[str, Any]:
        return asdict(self._state.settings)

    def change_settings(self) -> dict[str, Any]:
        with self._state.changing() as state:
            state.settings = read_as(SETTINGS, {**asdict(state.settings), **_object()})
        return self.settings()

    def clock(self) -> dict[str, Any]:
        """Changes the emulator's clock. `scale` sets its speed, and `turn` moves it forward by some seconds."""
        body = _object()
        scale, turn = (read_as(NUMBER, body.get(name, 0)) for name in ("scale", "turn"))
        if scale > 0:
            self._emulator.scheduler.run_at(scale)
        if turn > 0:
            self._emulator.scheduler.turn(turn)
        return {"scale": self._emulator.scheduler.scale, "now": self._emulator.scheduler.now()}

    def line_clock(self) -> dict[str, Any]:
        """Returns two values: the offset of the hotline's clock in seconds, and True if this clock can be changed."""
        clock = self._emulator.line_clock
        return {"turns": clock.file is not None, "offset": clock.offset()}

    def turn_line(self) -> dict[str, Any]:
        """Moves the hotline's clock by `by` seconds, forward or back."""
        self._emulator.turn_line(read_as(SECONDS, _object().get("by")))
        return self.line_clock()

    def right_line(self) -> dict[str, Any]:
        """Sets the hotline's clock back to the true time."""
        self._emulator.line_clock.set(0)
        return self.line_clock()

    def reset(self) -> dict[str, Any]:
        self._emulator.reset()
        return {}
