"""A delivery report. A status that nobody has seen before is no error."""

from hotline.ports import DoorKit
from hotline.services.outbox.reports import apply_report
from hotline.web.form import CallbackForm
from hotline.web.guard import guarded
from hotline.web.hooks.africastalking import read_report
from hotline.web.problems import broken_hook


@guarded("delivery", broken_hook)
def delivery(kit: DoorKit, form: CallbackForm) -> str:
    apply_report(kit, read_report(form))
    return ""
