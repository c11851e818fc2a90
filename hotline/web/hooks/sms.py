"""An incoming SMS. The gateway repeats it every minute until it hears 200: so 503 where it could not be stored.

The relay tells what the gateway's inbox lists, by an address of its own: what comes by that is proved (docs/adr/0035).
"""

from hotline.domain.origin import comes_from
from hotline.ports import DoorKit
from hotline.sealing.keys.keyfolder import LISTED
from hotline.services.sms.inbox import Arrival, take_sms
from hotline.web.form import CallbackForm
from hotline.web.guard import guarded
from hotline.web.hooks.africastalking import read_message
from hotline.web.problems import broken_hook


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
