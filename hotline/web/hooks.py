"""Handles the gateway's five callbacks, and one callback from our own clock process. Each callback reads a form and
calls a service.

A hop always gets the status 200 and a text that starts with `CON ` or `END `, except for a wrong secret or method. The
gateway repeats an SMS every minute until it gets the status 200. So if an SMS could not be stored, the reply is 503.
The clock process reads the gateway's inbox, and reports each SMS from there at a sixth address. The sender of such an
SMS counts as proved (docs/decisions/06).

The module also turns the callbacks of Africa's Talking into values. The names of their fields are used only here.
Unknown fields are ignored.

USSD hop            phoneNumber serviceCode text sessionId networkCode
USSD end notice     sessionId status phoneNumber serviceCode networkCode date cost durationInMillis hopsCount input ...
incoming SMS        id from to text date linkId cost networkCode
delivery report     id status phoneNumber networkCode failureReason retryCount
opt-out             senderId phoneNumber
"""

import re
from datetime import UTC, datetime

from hotline.alerts.service_sending import apply_report
from hotline.core.addresses import comes_from
from hotline.core.contexts import Line, WebContext
from hotline.core.ussd import EndNotice, UssdHop, hidden_caller, suffix_of, with_suffix
from hotline.dialogue.service_session import answer_hop, end_session
from hotline.dialogue.service_sms import Arrival, take_sms
from hotline.dialogue.service_stop import stop_messages
from hotline.errors import CallbackInvalid
from hotline.gateway.rules_message import MessageIn, ReportIn
from hotline.keys.key_folder import LISTED
from hotline.web.hook_guard import CallbackForm, broken_hook, broken_hop, guarded

MAX_USSD = 1000
MAX_SMS = 32 * 1024
"""The most letters of an SMS. The body of a request has no more bytes than this. A long SMS is accepted, and cut when
it is stored.
"""
MAX_WORD = 100
NETWORK = re.compile(r"[0-9]{5,6}", re.ASCII)
DATES = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S")
"""The two formats of dates in callbacks. Both are in UTC."""


def read_hop(form: CallbackForm, line: Line) -> UssdHop:
    """Reads a hop, also from a caller with a hidden number. Raises CallbackInvalid."""
    suffix = _our_suffix(form, line)
    text = with_suffix(suffix, form.text("text", most=MAX_USSD))
    if len(text) > MAX_USSD:
        raise CallbackInvalid('the fields "text" and "suffix" together are longer than the limit')
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
    """Reads an SMS. Returns None if the sender is not a number, as in notices of the network. Raises CallbackInvalid.

    If an SMS has no usable id, only its digest identifies it. It must be accepted, because it may contain an answer or
    a tip and would not be sent again.
    """
    if form.text("to", most=MAX_WORD).strip() != line.shortcode:
        raise CallbackInvalid('the field "to" does not contain our short code')
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
    """Reads a delivery report with any status. An unknown status is not an error. Raises CallbackInvalid.

    Removes NUL characters. PostgreSQL cannot store them, and the gateway would repeat the report for ever.
    """
    return ReportIn(
        provider_id=form.identifier("id"),
        status=form.text("status", most=MAX_WORD).replace("\0", ""),
        network=_network(form.fields.get("networkCode", "")),
    )


def _our_suffix(form: CallbackForm, line: Line) -> str:
    suffix = suffix_of(form.text("serviceCode", most=MAX_WORD), line.service_code)
    if suffix is None:
        raise CallbackInvalid('the field "serviceCode" does not contain our short code')
    return suffix


def _network(written: str) -> str | None:
    """Returns the code of a network, or None.

    A longer text is refused, because it could contain a phone number, which must not appear in a code.
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
    """Handles the notice that a session ended. The notice may come twice, late, early or never."""
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
    """Handles a delivery report. An unknown status is not an error."""
    apply_report(context, read_report(form))
    return ""


@guarded("optout", broken_hook)
def optout(context: WebContext, form: CallbackForm) -> str:
    """Handles an opt-out notice. The hotline sends no more messages to that number."""
    stop_messages(context, form.msisdn("phoneNumber"))
    return ""
