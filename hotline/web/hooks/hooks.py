"""The gateway's five calls, and the one of our own relay. Each reads a form and calls a service.

A hop is always answered 200, `text/plain`, `CON ` or `END `, but for a wrong secret or method. The gateway repeats an
SMS every minute until it hears 200: so 503 where it could not be stored. The relay tells what the gateway's inbox
lists, by an address of its own: what comes by that is proved (docs/adr/0035).
"""

from hotline.domain.origin import comes_from
from hotline.ports import DoorKit
from hotline.sealing.keys.keyfolder import LISTED
from hotline.services.dialogue.conversation import end_session, take_turn
from hotline.services.outbox.reports import apply_report
from hotline.services.people.stopping import stop
from hotline.services.sms.inbox import Arrival, take_sms
from hotline.web.form import CallbackForm
from hotline.web.guard import guarded
from hotline.web.hooks.africastalking import (
    read_end,
    read_hop,
    read_message,
    read_optout,
    read_report,
)
from hotline.web.problems import broken_hook, broken_hop


@guarded("ussd", broken_hop)
def ussd(kit: DoorKit, form: CallbackForm) -> str:
    return take_turn(kit, read_hop(form, kit.line))


@guarded("ended", broken_hook)
def ended(kit: DoorKit, form: CallbackForm) -> str:
    """Takes the word that a dialogue is over. It may come twice, late, early or never."""
    end_session(kit, read_end(form, kit.line))
    return ""


@guarded("sms", broken_hook)
def sms(kit: DoorKit, form: CallbackForm) -> str:
    message = read_message(form, kit.line)
    if message is not None:
        own = comes_from(form.came_from, kit.line.gateway_addresses)
        take_sms(kit, message, Arrival.GATEWAY if own else Arrival.CALLED)
    return ""


@guarded(LISTED, broken_hook)
def listed(kit: DoorKit, form: CallbackForm) -> str:
    message = read_message(form, kit.line)
    if message is not None:
        take_sms(kit, message, Arrival.LISTED)
    return ""


@guarded("delivery", broken_hook)
def delivery(kit: DoorKit, form: CallbackForm) -> str:
    """Takes a delivery report. A status that nobody has seen before is no error."""
    apply_report(kit, read_report(form))
    return ""


@guarded("optout", broken_hook)
def optout(kit: DoorKit, form: CallbackForm) -> str:
    """Takes an opt-out notice: nothing is sent to that number after it, ever."""
    stop(kit, read_optout(form))
    return ""
