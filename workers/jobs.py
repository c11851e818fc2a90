"""Defines every job. A job takes the context and a row's id, and calls one service.

A job may run twice. Finding nothing to do is a success.
"""

from hotline.errors import NotFound
from hotline.ports import RelayKit
from hotline.services.outbox import delivery
from hotline.services.referrals import referral
from hotline.services.sms import sms_replies


def refer_tip(kit: RelayKit, _tip_id: int) -> None:
    """Assigns all tips that wait, most urgent first, whichever tip rang."""
    referral.refer_waiting(kit)


def deliver(kit: RelayKit, _message_id: int) -> None:
    """Sends all due messages, most urgent first, whichever message rang. Returns while they are being sent."""
    delivery.deliver_due(kit)


def answer(kit: RelayKit, _answer_id: int) -> None:
    """Sends all waiting answers, oldest first, whichever answer rang."""
    sms_replies.send_due(kit)


def check_change(kit: RelayKit, change_id: int) -> None:
    """Checks a draft for the page that waits for the result. The id 0 means the published flows.

    Imports the code that reads flow files only here, so that a starting worker does not load it.
    """
    from hotline.services.changes import going_live

    try:
        if change_id == going_live.LIVE:
            going_live.check_live(kit)
        else:
            going_live.check_change(kit, change_id)
    except NotFound:
        return
