"""A hop of a USSD dialogue. Always 200, `text/plain`, `CON ` or `END `, but for a wrong secret or method."""

from flask import Blueprint, Response

from hotline.ports import Kit
from hotline.services.conversation import take_turn
from hotline.web.guard import METHODS, Form, guarded
from hotline.web.hooks.africastalking import read_hop
from hotline.web.problems import broken_hop, plain

hook = Blueprint("ussd", __name__)


@hook.route("/hooks/<secret>/ussd", methods=METHODS)
@guarded("ussd", broken_hop)
def ussd(kit: Kit, form: Form) -> Response:
    return plain(take_turn(kit, read_hop(form, kit.line)))
