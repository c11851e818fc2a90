"""A delivery report. A status that nobody has seen before is no error."""

from flask import Blueprint, Response

from hotline.ports import Kit
from hotline.services.reports import apply_report
from hotline.web.guard import METHODS, Form, guarded
from hotline.web.hooks.africastalking import read_report
from hotline.web.problems import broken_hook, plain

hook = Blueprint("delivery", __name__)


@hook.route("/hooks/<secret>/delivery", methods=METHODS)
@guarded("delivery", broken_hook)
def delivery(kit: Kit, form: Form) -> Response:
    apply_report(kit, read_report(form))
    return plain("")
