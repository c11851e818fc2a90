"""The gateway's opt-out notice: nothing is sent to that number after it, ever."""

from hotline.ports import DoorKit
from hotline.services.people.stopping import stop
from hotline.web.form import CallbackForm
from hotline.web.guard import guarded
from hotline.web.hooks.africastalking import read_optout
from hotline.web.problems import broken_hook


@guarded("optout", broken_hook)
def optout(kit: DoorKit, form: CallbackForm) -> str:
    stop(kit, read_optout(form))
    return ""
