"""The gateway's word that a dialogue is over. It may come twice, late, early or never."""

from flask import Blueprint, Response

from hotline.ports import Kit
from hotline.services.conversation import end_session
from hotline.web.guard import METHODS, Form, guarded
from hotline.web.hooks.africastalking import read_end
from hotline.web.problems import broken_hook, plain

hook = Blueprint("ended", __name__)


@hook.route("/hooks/<secret>/ussd/ended", methods=METHODS)
@guarded("ended", broken_hook)
def ended(kit: Kit, form: Form) -> Response:
    end_session(kit, read_end(form, kit.line))
    return plain("")
