"""The gateway's opt-out notice: nothing is sent to that number after it, ever."""

from flask import Blueprint, Response

from hotline.ports import Kit
from hotline.services.outreach import stop
from hotline.web.guard import METHODS, Form, guarded
from hotline.web.hooks.africastalking import read_optout
from hotline.web.problems import broken_hook, plain

hook = Blueprint("optout", __name__)


@hook.route("/hooks/<secret>/optout", methods=METHODS)
@guarded("optout", broken_hook)
def optout(kit: Kit, form: Form) -> Response:
    stop(kit, read_optout(form))
    return plain("")
