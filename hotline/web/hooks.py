"""Handles the gateway's callbacks. Reads each form strictly, and refuses a form that the gateway would not send.

A callback is a request that the gateway sends to the hotline. The function that handles a callback is called a hook.
The gateway calls five hooks. Our own clock process calls a sixth hook for each SMS that it found in the gateway's
inbox. If an SMS is in this inbox, the hotline trusts the sender's number (docs/decisions/06).

The reply to a USSD hop has the status 200 and a text that starts with `CON ` or `END `. Only a request with a wrong
secret in its address or a wrong HTTP method gets another status. The gateway repeats an SMS every minute until it gets
the status 200. If the hotline could not store an SMS, it replies with 503, so that the gateway repeats the SMS.

The module also contains the health check `/readyz`, which says if the installation is ready. The installation is
ready if a new tip would be stored and would reach a responder.

The table below lists the fields in the callbacks of the provider Africa's Talking. The module ignores other fields.

    USSD hop phoneNumber serviceCode text sessionId networkCode
    USSD end notice sessionId status phoneNumber serviceCode networkCode date cost durationInMillis hopsCount ...
    incoming SMS id from to text date linkId cost networkCode
    delivery report id status phoneNumber networkCode failureReason retryCount
    opt-out senderId phoneNumber
"""

import hmac
import logging
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from time import perf_counter
from typing import Any
from urllib.parse import unquote_to_bytes

from flask import Response, jsonify
from werkzeug.exceptions import HTTPException

from hotline.alerts.service_sending import apply_report
from hotline.core.addresses import comes_from, peer_of
from hotline.core.contexts import Line, WebContext
from hotline.core.logs import REQUEST
from hotline.core.ussd import EndNotice, UssdHop, hidden_caller, suffix_of, with_suffix
from hotline.dialogue.service_commit import stop_messages
from hotline.dialogue.service_session import answer_hop, end_session, failure
from hotline.dialogue.service_sms import Arrival, take_sms
from hotline.gateway import service_alert_path, tables
from hotline.gateway.rules import MessageIn, ReportIn
from hotline.keys import tables_canaries
from hotline.keys.key_folder import LISTED
from hotline.text import identifiers
from hotline.text.errors import (
    CallbackInvalid,
    NotReady,
    NumberInvalid,
    StoreUnavailable,
    Unavailable,
)

MAX_BYTES = 32 * 1024
"""The largest body of a callback in bytes. An SMS of 1,600 accented letters takes 9,600 bytes."""
MAX_FIELDS = 30
FORM = "application/x-www-form-urlencoded"
COMMON = (b"serviceCode=", b"networkCode=")
"""Fields that have the same value for almost every caller, and contain no personal data. So `_common` can cache their
decoded names and values.
"""
MAX_COMMON = 60
ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")

LOG = logging.getLogger("hotline.web")

LETTERS = str.maketrans("0123456789", "ghijklmnop")

Environ = Mapping[str, Any]
"""The environment of a WSGI request."""


@dataclass(frozen=True, slots=True)
class CallbackForm:
    """The fields of a callback. Each field occurs at most once. `repr` does not show the fields."""

    fields: Mapping[str, str]
    came_from: str = ""
    """The address of the client. If the request came through our own proxy, this is the address in the proxy's header.
    """

    def __repr__(self) -> str:
        return "Form()"

    def text(self, name: str, *, most: int) -> str:
        """Returns the value of a field that must exist but may be empty.

        Raises CallbackInvalid if the field is missing or too long.
        """
        value = self.fields.get(name)
        if value is None:
            raise CallbackInvalid(f"the request lacks the field {name}")
        if len(value) > most:
            raise CallbackInvalid(f"the request's field {name} has more than {most} letters")
        return value

    def identifier(self, name: str) -> str:
        value = self.text(name, most=100)
        if not ID.fullmatch(value):
            raise CallbackInvalid(f"the request's field {name} has no valid id")
        return value

    def known_id(self, name: str) -> str | None:
        """Returns the value of a field if it has the form of an id, and None otherwise."""
        value = self.fields.get(name, "")
        return value if ID.fullmatch(value) else None

    def caller(self, name: str) -> str | None:
        """Returns the caller's number in E.164 format.

        Returns None for a hidden number: the field is missing or empty, or contains a word.
        """
        try:
            return identifiers.parse_caller(
                self.text(name, most=100) if name in self.fields else ""
            )
        except NumberInvalid:
            return None

    def msisdn(self, name: str) -> str:
        """Returns the number in E.164 format.

        Also accepts the national format, and a number whose plus sign is missing or arrived as a space.
        """
        try:
            return identifiers.parse_caller(self.text(name, most=100))
        except NumberInvalid:
            raise CallbackInvalid(f"the request's field {name} has no phone number") from None


def read_form(environ: Environ) -> CallbackForm:
    """Reads the form in the body of a request, and ignores the query string.

    Raises CallbackInvalid for a form that the gateway would not send.
    """
    kind = environ.get("CONTENT_TYPE") or ""
    if kind != FORM and kind.partition(";")[0].strip().lower() != FORM:
        raise CallbackInvalid("the body of the request is not a form")
    return replace(parse(_body(environ)), came_from=peer_of(environ))


def parse(body: bytes) -> CallbackForm:
    """Parses a body in UTF-8. Raises CallbackInvalid for another encoding, more than 30 fields, or a field that occurs
    twice.
    """
    parts = body.split(b"&")
    if len(parts) > MAX_FIELDS:
        raise CallbackInvalid("the form has too many fields")
    fields: dict[str, str] = {}
    try:
        for part in filter(None, parts):
            is_common = part.startswith(COMMON) and len(part) <= MAX_COMMON
            name, value = _common(part) if is_common else _pair(part)
            if name in fields:
                raise CallbackInvalid("a form field occurs twice")
            fields[name] = value
    except UnicodeDecodeError:
        # The message of the UnicodeDecodeError would quote the body of the request. So `from None`
        # hides that error.
        raise CallbackInvalid("the form is not in UTF-8") from None
    return CallbackForm(fields)


@lru_cache(maxsize=64)
def _common(part: bytes) -> tuple[str, str]:
    return _pair(part)


def _pair(part: bytes) -> tuple[str, str]:
    """Decodes the name and the value of a field. Raises UnicodeDecodeError if the bytes are not UTF-8."""
    name, _, value = part.partition(b"=")
    if b"%" in part or b"+" in part:
        return _plain(name), _plain(value)
    return name.decode(), value.decode()


def _plain(written: bytes) -> str:
    """Decodes the plus signs and percent escapes of an encoded form. Raises UnicodeDecodeError if the bytes are not
    UTF-8.
    """
    if b"+" in written:
        written = written.replace(b"+", b" ")
    return (unquote_to_bytes(written) if b"%" in written else written).decode()


def _body(environ: Environ) -> bytes:
    """Returns the whole body of the request. Raises CallbackInvalid if the body is larger than `MAX_BYTES` or
    incomplete.
    """
    declared = environ.get("CONTENT_LENGTH") or ""
    length = int(declared) if declared.isdecimal() else 0
    if length > MAX_BYTES:
        raise CallbackInvalid(f"the body of the request is larger than {MAX_BYTES} bytes")

    ends_by_itself = environ.get("wsgi.input_terminated", False)
    body: bytes = environ["wsgi.input"].read(MAX_BYTES + 1 if ends_by_itself else length)
    if len(body) > MAX_BYTES:
        raise CallbackInvalid(f"the body of the request is larger than {MAX_BYTES} bytes")
    if len(body) < length:
        raise CallbackInvalid("the body of the request is shorter than its header says")
    return body


# The code below guards the hooks: it checks the secret, the method and the form of a request before
# a hook works on it.

Secrets = Mapping[str, Sequence[str]]
"""The valid secrets in the path of each hook. Several secrets are valid at the same time, so that the hotline refuses
no callback while an operator changes a secret.
"""


def ignore(*_: object) -> None:
    """Does nothing. This function is the default of `HookContext.used` and of `HookContext.measured`."""


@dataclass(frozen=True, slots=True)
class HookContext:
    context: WebContext
    secrets: Secrets
    used: Callable[[str, str], None] = ignore
    """Records the use of a secret. The arguments are the name of the called hook and the secret in the path."""
    measured: Callable[[str, "Reply", float], None] = ignore
    """Measures a call. The arguments are the name of the hook, its reply, and the value of `perf_counter` when the hook
    began."""

    def __repr__(self) -> str:
        return "HookContext()"


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply of a hook, which is always `text/plain`. `repr` does not show its text."""

    body: str
    status: int = 200

    def __repr__(self) -> str:
        return f"Reply({self.status})"


Hook = Callable[[HookContext, Environ, str], Reply]
"""A function that answers a callback. The arguments are the context, the request and the secret in the path. The
function never raises an error.
"""
Work = Callable[[WebContext, CallbackForm], str]
Problem = Callable[[WebContext, str, Exception], Reply]


def guarded(hook: str, problem: Problem) -> Callable[[Work], Hook]:
    """Returns a decorator for a function that handles a callback. Before each call, the decorator checks the secret,
    the method and the form of the request. If the form is invalid, or if the function raises an error, `problem` makes
    the reply.
    """

    def guard(work: Work) -> Hook:
        def passed(scope: HookContext, environ: Environ, secret: str) -> Reply:
            if not is_live(scope.secrets[hook], secret):
                return Reply("", 404)
            if environ["REQUEST_METHOD"] != "POST":
                return Reply("", 405)
            began = perf_counter()
            before = REQUEST.set(new_request())
            scope.used(hook, secret)
            try:
                reply = Reply(work(scope.context, read_form(environ)))
            except Exception as error:
                reply = problem(scope.context, hook, error)
            scope.measured(hook, reply, began)
            LOG.info("the hook %s answered with HTTP status %d", hook, reply.status)
            REQUEST.reset(before)
            return reply

        return passed

    return guard


def new_request() -> str:
    """Returns a random id of twelve letters. The id does not depend on the phone or the session.

    The id contains no digits, because the log removes long numbers.
    """
    return secrets.token_hex(6).translate(LETTERS)


def is_live(live: Sequence[str], secret: str) -> bool:
    """Returns True if the secret is one of the valid secrets. Compares the secret with every valid secret in constant
    time, so that the time of the reply reveals nothing.
    """
    secret_bytes = secret.encode("utf-8", "surrogatepass")
    matches = [hmac.compare_digest(secret_bytes, live_secret.encode()) for live_secret in live]
    return any(matches)


def reasons_not_ready(context: WebContext) -> tuple[str, ...]:
    """Returns every reason why the installation is not ready. The reasons contain no secrets."""
    try:
        with context.database.writing() as session:
            tables.try_writing(session, context.now())
        offered, blocked, _ = service_alert_path.current_alert_path(context)
        with context.database.reading() as session:
            starts = tables_canaries.refused_starts(session, context.now())
            wrong = [f"a key of {start.role} is wrong ({start.wrong_keys})" for start in starts]
    except StoreUnavailable:
        return ("the database cannot commit",)

    reasons = []
    if not offered:
        reasons.append("no responder is active, so callers cannot report")
    if blocked:
        reasons.append(f"no alert can leave: {blocked}")
    reasons += wrong
    try:
        context.flow_sets.live()
    except NotReady:
        reasons.append("no flows are live")
    except StoreUnavailable:
        reasons.append("the database does not answer")
    return tuple(reasons)


# The code below makes the replies of hooks that failed, and logs the errors.

PLAIN = "text/plain; charset=utf-8"


def plain_response(body: str, status: int = 200) -> Response:
    return Response(body, status=status, content_type=PLAIN)


def broken_hop(context: WebContext, hook: str, error: Exception) -> Reply:
    """Replies to a failed hop with the status 200 and a text that begins with `END`. The text asks the caller to try
    later. Without this text, the caller would see an error message of the mobile network.
    """
    log_error(hook, error)
    return Reply(failure(context))


def broken_hook(_context: WebContext, hook: str, error: Exception) -> Reply:
    """Logs the error of a hook. Replies with 503, so that the gateway sends the request again.

    If the form of the request is invalid, replies with 200. After a 503, the gateway would repeat this form for
    twelve hours.
    """
    log_error(hook, error)
    return Reply("") if isinstance(error, CallbackInvalid) else Reply("", 503)


def refused(error: HTTPException) -> Response:
    """Replies with the error's status and an empty body, so that the reply does not show which software runs here."""
    return plain_response("", error.code or 500)


def unexpected_error(error: Exception) -> Response:
    """Replies with 500 to an error outside of the hooks.

    Flask's own handler would log the path, which contains a secret.
    """
    log_error("web", error)
    return plain_response("", 500)


def log_error(hook: str, error: Exception) -> None:
    level = logging.WARNING if isinstance(error, CallbackInvalid | Unavailable) else logging.ERROR
    LOG.log(level, "%s: %s", hook, type(error).__name__)


def healthz() -> Response:
    """Replies `ok` if the process runs. Does not check the database or anything else."""
    return plain_response("ok")


def readyz(context: WebContext) -> Response:
    reasons = reasons_not_ready(context)
    answer = jsonify(ready=not reasons, reasons=list(reasons))
    answer.status_code = 503 if reasons else 200
    return answer


MAX_USSD = 1000
MAX_SMS = 32 * 1024
"""The largest number of letters in an SMS. This number is as large as the largest body of a callback, so the hook
accepts every long SMS. The hotline shortens a long SMS before it stores the SMS.
"""
MAX_WORD = 100
NETWORK = re.compile(r"[0-9]{5,6}", re.ASCII)
DATES = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S")
"""The two formats of dates in callbacks. The times in both formats are in UTC."""


def read_hop(form: CallbackForm, line: Line) -> UssdHop:
    """Reads a USSD hop (one request of the gateway during a call), in which the caller's number may be hidden. Raises
    CallbackInvalid."""
    suffix = _our_suffix(form, line)
    text = with_suffix(suffix, form.text("text", most=MAX_USSD))
    if len(text) > MAX_USSD:
        raise CallbackInvalid('the fields "text" and "suffix" together have too many letters')
    session_id = form.identifier("sessionId")
    return UssdHop(
        session_id=session_id,
        caller=form.caller("phoneNumber") or hidden_caller(session_id),
        text=text,
        network=_network(form.fields.get("networkCode", "")),
    )


def read_end(form: CallbackForm, line: Line) -> EndNotice:
    """Reads the notice that a session ended. Ignores `input` and `lastAppResponse`, because they contain text of the
    caller.

    Raises CallbackInvalid.
    """
    if "serviceCode" in form.fields:
        _our_suffix(form, line)
    return EndNotice(
        session_id=form.identifier("sessionId"), status=form.text("status", most=MAX_WORD)
    )


def read_message(form: CallbackForm, line: Line) -> MessageIn | None:
    """Reads an SMS. Returns None if the sender is not a phone number, but for example the name of a network operator.
    Raises CallbackInvalid.

    Also accepts an SMS without a valid id, because it may contain an answer or a tip. The hotline then uses a digest of
    the SMS as its id.
    """
    if form.text("to", most=MAX_WORD).strip() != line.shortcode:
        raise CallbackInvalid('the field "to" is not the short code of this hotline')
    text = form.text("text", most=MAX_SMS)
    try:
        sender = form.msisdn("from")
    except CallbackInvalid:
        form.text("from", most=MAX_WORD)
        return None
    return MessageIn(
        provider_id=form.known_id("id"),
        sender=sender,
        text=text,
        sent_at=_date(form.fields.get("date", "")),
        network=_network(form.fields.get("networkCode", "")),
    )


def read_report(form: CallbackForm) -> ReportIn:
    """Reads a delivery report. Also accepts a report with an unknown status. Raises CallbackInvalid.

    Removes NUL characters, because PostgreSQL cannot store them. A report that cannot be stored would fail each time,
    and the gateway would send it again and again.
    """
    return ReportIn(
        provider_id=form.identifier("id"),
        status=form.text("status", most=MAX_WORD).replace("\0", ""),
        network=_network(form.fields.get("networkCode", "")),
    )


def _our_suffix(form: CallbackForm, line: Line) -> str:
    suffix = suffix_of(form.text("serviceCode", most=MAX_WORD), line.service_code)
    if suffix is None:
        raise CallbackInvalid('the field "serviceCode" is not a short code of this hotline')
    return suffix


def _network(written: str) -> str | None:
    """Returns the code of a network.

    Returns None if the text is not a code of five or six digits, because the text could be a phone number.
    """
    return written if NETWORK.fullmatch(written) else None


def _date(written: str) -> datetime | None:
    for pattern in DATES:
        try:
            return datetime.strptime(written, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


@guarded("ussd", broken_hop)
def ussd(context: WebContext, form: CallbackForm) -> str:
    return answer_hop(context, read_hop(form, context.line))


@guarded("ended", broken_hook)
def session_end(context: WebContext, form: CallbackForm) -> str:
    """Handles the gateway's notice that a session ended. The gateway may send this notice twice,
    late, early or never.
    """
    end_session(context, read_end(form, context.line))
    return ""


@guarded("sms", broken_hook)
def sms(context: WebContext, form: CallbackForm) -> str:
    message = read_message(form, context.line)
    if message is not None:
        own = comes_from(form.came_from, context.line.gateway_addresses)
        take_sms(context, message, Arrival.GATEWAY if own else Arrival.CALLED)
    return ""


@guarded(LISTED, broken_hook)
def listed_sms(context: WebContext, form: CallbackForm) -> str:
    message = read_message(form, context.line)
    if message is not None:
        take_sms(context, message, Arrival.LISTED)
    return ""


@guarded("delivery", broken_hook)
def delivery_report(context: WebContext, form: CallbackForm) -> str:
    """Handles a delivery report. Also accepts a report with an unknown status."""
    apply_report(context, read_report(form))
    return ""


@guarded("optout", broken_hook)
def optout(context: WebContext, form: CallbackForm) -> str:
    """Handles the gateway's notice that a person wants no more messages. The hotline sends no more messages to this
    number."""
    stop_messages(context, form.msisdn("phoneNumber"))
    return ""
