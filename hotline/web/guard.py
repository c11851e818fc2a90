"""Guards the hooks: checks the secret, the method and the size, then parses the form strictly, before any work.

A guarded hook is a plain function of a WSGI request. Flask calls it, and so does the front before Flask, so both have
the same checks. Nothing here logs a path or a field.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

from hotline.ports import DoorKit
from hotline.web.form import CallbackForm, Environ, read_form

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""All methods, because the routes accept each of them. A wrong secret gets 404 with any method."""

DOOR = "hotline.door"
"""The key under which the application keeps the door."""

Secrets = Mapping[str, Sequence[str]]
"""The valid secrets of each hook's path. Several are valid at once, so that a change of secret loses no call."""
Used = Callable[[str, str], None]
"""Receives the name of each called hook and the secret used."""


Measured = Callable[[str, "Reply", float], None]
"""Receives a hook's name, its reply, and the value of `perf_counter` at its start."""


def unmeasured(_hook: str, _reply: "Reply", _began: float) -> None:
    """Counts nothing. The default for `measured`."""


def forget(_hook: str, _secret: str) -> None:
    """Records nothing. The default for `used`."""


@dataclass(frozen=True, slots=True)
class Door:
    kit: DoorKit
    secrets: Secrets
    used: Used = forget
    measured: Measured = unmeasured

    def __repr__(self) -> str:
        return "Door()"


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of a hook, always `text/plain`. `repr` does not show its text."""

    body: str
    status: int = 200

    def __repr__(self) -> str:
        return f"Reply({self.status})"


Hook = Callable[[Door, Environ, str], Reply]
"""A function of the door, the request and the secret in its path. It never raises."""
Work = Callable[[DoorKit, CallbackForm], str]
Problem = Callable[[DoorKit, str, Exception], Reply]


def guarded(hook: str, problem: Problem) -> Callable[[Work], Hook]:
    """Wraps work with the checks of `Door`. The work gets the context and the form. `problem` answers its errors."""

    def guard(work: Work) -> Hook:
        def passed(door: Door, environ: Environ, secret: str) -> Reply:
            if not is_live(door.secrets[hook], secret):
                return Reply("", 404)
            if environ["REQUEST_METHOD"] != "POST":
                return Reply("", 405)
            began = perf_counter()
            door.used(hook, secret)
            try:
                reply = Reply(work(door.kit, read_form(environ)))
            except Exception as error:
                reply = problem(door.kit, hook, error)
            door.measured(hook, reply, began)
            return reply

        return passed

    return guard


def is_live(live: Sequence[str], secret: str) -> bool:
    """Returns True for a valid secret. Compares every valid secret, each in constant time."""
    given = secret.encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(given, known.encode()) for known in live]
    return any(matches)
