"""An incoming SMS. The gateway repeats it every minute until it hears 200: so 503 where it could not be stored."""

from flask import Blueprint, Response

from hotline.ports import Kit
from hotline.services.inbox import take_sms
from hotline.web.guard import METHODS, Form, guarded
from hotline.web.hooks.africastalking import read_message
from hotline.web.problems import broken_hook, plain

hook = Blueprint("sms", __name__)


@hook.route("/hooks/<secret>/sms", methods=METHODS)
@guarded("sms", broken_hook)
def sms(kit: Kit, form: Form) -> Response:
    message = read_message(form, kit.line)
    if message is not None:
        take_sms(kit, message)
    return plain("")
