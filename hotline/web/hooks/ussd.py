"""A hop of a USSD dialogue. Always 200, `text/plain`, `CON ` or `END `, but for a wrong secret or method."""

from hotline.ports import DoorKit
from hotline.services.dialogue.conversation import take_turn
from hotline.web.form import CallbackForm
from hotline.web.guard import guarded
from hotline.web.hooks.africastalking import read_hop
from hotline.web.problems import broken_hop


@guarded("ussd", broken_hop)
def ussd(kit: DoorKit, form: CallbackForm) -> str:
    return take_turn(kit, read_hop(form, kit.line))
