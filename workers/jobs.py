"""Every job: the kit and a row's id in, one service call. May run twice; finding nothing to do is a success."""

from hotline.errors import NotFound
from hotline.ports import RelayKit
from hotline.services.outbox import delivery
from hotline.services.referrals import referral
from hotline.services.sms import sms_replies


def refer_tip(kit: RelayKit, _tip_id: int) -> None:
    """Whichever tip rang: the most urgent of all that wait go first."""
    referral.refer_waiting(kit)


def deliver(kit: RelayKit, _message_id: int) -> None:
    """Whichever message rang: the most urgent of all that are due go first. Returns while they are being sent."""
    delivery.deliver_due(kit)


def answer(kit: RelayKit, _answer_id: int) -> None:
    """Whichever answer rang: the oldest of all that wait goes first."""
    sms_replies.send_due(kit)


def check_change(kit: RelayKit, change_id: int) -> None:
    """What is wrong with a change, for the page that waits for it; 0 is what is live.

    What reads flow files is imported here alone: a worker that starts has no other use for it.
    """
    from hotline.services.changes import going_live

    try:
        if change_id == going_live.LIVE:
            going_live.check_live(kit)
        else:
            going_live.check_change(kit, change_id)
    except NotFound:
        return
