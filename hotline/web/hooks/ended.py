"""The gateway's word that a dialogue is over. It may come twice, late, early or never."""

from hotline.ports import DoorKit
from hotline.services.dialogue.conversation import end_session
from hotline.web.form import CallbackForm
from hotline.web.guard import guarded
from hotline.web.hooks.africastalking import read_end
from hotline.web.problems import broken_hook


@guarded("ended", broken_hook)
def ended(kit: DoorKit, form: CallbackForm) -> str:
    end_session(kit, read_end(form, kit.line))
    return ""
