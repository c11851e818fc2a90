"""The door of the hooks: secret, method, size, and a strict reading of the form. In this order, and before any work.

Nothing here says what it saw: neither a path nor a field may end in a log.
"""

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from urllib.parse import parse_qsl

from flask import Request, Response, abort, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from hotline.domain import msisdn
from hotline.errors import CallbackInvalid, NumberInvalid
from hotline.ports import Kit

MOST_BYTES = 32 * 1024
"""1,600 accented letters take 9,600."""
MOST_FIELDS = 30
FORM = "application/x-www-form-urlencoded"
ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""What the routes take, so that a wrong secret is a 404 whatever the method."""

DOOR = "hotline.door"
"""Where the application keeps what every hook needs."""

Secrets = Mapping[str, Sequence[str]]
"""The live secrets of each hook's path: two, so that changing them drops no call."""


@dataclass(frozen=True, slots=True)
class Door:
    kit: Kit
    secrets: Secrets

    def __repr__(self) -> str:
        return "Door()"


@dataclass(frozen=True, slots=True)
class Form:
    """A callback's fields, each at most once. They stay out of `repr`."""

    fields: Mapping[str, str]

    def __repr__(self) -> str:
        return "Form()"

    def text(self, name: str, *, most: int) -> str:
        """A field that must be there, of any letters; it may be empty."""
        value = self.fields.get(name)
        if value is None:
            raise CallbackInvalid(f"no {name}")
        if len(value) > most:
            raise CallbackInvalid(f"{name} of more than {most} letters")
        return value

    def identifier(self, name: str) -> str:
        value = self.text(name, most=100)
        if not ID.fullmatch(value):
            raise CallbackInvalid(f"{name} is not an id")
        return value

    def optional(self, name: str) -> str | None:
        """An id that may be missing or empty."""
        return self.identifier(name) if self.fields.get(name) else None

    def msisdn(self, name: str) -> str:
        """E.164, also where the plus came as a space or not at all."""
        try:
            return msisdn.caller(self.text(name, most=100))
        except NumberInvalid:
            raise CallbackInvalid(f"{name} is not a number") from None


View = Callable[[Kit, Form], Response]
Problem = Callable[[Kit, str, Exception], Response]


def guarded(hook: str, problem: Problem) -> Callable[[View], Callable[[str], Response]]:
    """Lets a view see the kit and a form that passed the door; whatever it raises, `problem` answers."""

    def guard(view: View) -> Callable[[str], Response]:
        @wraps(view)
        def passed(secret: str) -> Response:
            door = current_app.extensions[DOOR]
            admit(request, door.secrets[hook], secret)
            try:
                return view(door.kit, read_form(request))
            except Exception as error:
                return problem(door.kit, hook, error)

        return passed

    return guard


def admit(request: Request, live: Sequence[str], secret: str) -> None:
    """404 for a wrong secret, then 405 for a wrong method. Every live secret is compared, each in constant time."""
    given = secret.encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(given, known.encode()) for known in live]
    if not any(matches):
        abort(404)
    if request.method != "POST":
        abort(405)


def read_form(request: Request) -> Form:
    """The body, and never the query string. Raises CallbackInvalid for whatever the gateway would not send."""
    if request.mimetype != FORM:
        raise CallbackInvalid("not a form")
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise CallbackInvalid(f"more than {MOST_BYTES} bytes") from None
    if len(body) > MOST_BYTES:
        raise CallbackInvalid(f"more than {MOST_BYTES} bytes")
    return parse(body)


def parse(body: bytes) -> Form:
    """Strictly UTF-8, at most 30 fields, none of them twice. Raises CallbackInvalid."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        # UnicodeDecodeError is one too. Its words would quote the body.
        raise CallbackInvalid("not a form in UTF-8, or of too many fields") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise CallbackInvalid("a field stands twice")
    return Form(fields)
