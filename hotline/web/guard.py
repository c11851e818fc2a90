"""The door of the hooks: secret, method, size, and a strict reading of the form. In this order, and before any work.

A guarded hook is a plain function of a WSGI request. Flask asks it, and so does the front that stands before Flask:
there is one door, whichever way one comes. Nothing here says what it saw: neither a path nor a field may end in a log.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

from hotline.ports import DoorKit
from hotline.web.form import CallbackForm, Environ, read_form

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""What the routes take, so that a wrong secret is a 404 whatever the method."""

DOOR = "hotline.door"
"""Where the application keeps what every hook needs."""

Secrets = Mapping[str, Sequence[str]]
"""The live secrets of each hook's path: more than one, so that changing them drops no call."""
Used = Callable[[str, str], None]
"""Told which hook was called with which of its secrets."""


Measured = Callable[[str, "Reply", float], None]
"""Told what a hook answered, and the reading of `perf_counter` when it was asked."""


def unmeasured(_hook: str, _reply: "Reply", _began: float) -> None:
    """Where nobody counts."""


def forget(_hook: str, _secret: str) -> None:
    """Where nobody asks which secret is still in use."""


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
    """What a hook answers, always `text/plain`. Its words stay out of `repr`."""

    body: str
    status: int = 200

    def __repr__(self) -> str:
        return f"Reply({self.status})"


Hook = Callable[[Door, Environ, str], Reply]
"""A request, and the secret of its path. Never raises."""
Work = Callable[[DoorKit, CallbackForm], str]
Problem = Callable[[DoorKit, str, Exception], Reply]


def guarded(hook: str, problem: Problem) -> Callable[[Work], Hook]:
    """Lets work see the kit and a form that passed the door; whatever it raises, `problem` answers."""

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
    """Every live secret is compared, each in constant time."""
    given = secret.encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(given, known.encode()) for known in live]
    return any(matches)
