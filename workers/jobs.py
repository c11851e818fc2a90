"""Every job: the kit and a row's id in, one service call. May run twice; finding nothing to do is a success."""

from hotline.ports import Kit
from hotline.services import delivery, referral


def refer_tip(kit: Kit, tip_id: int) -> None:
    referral.refer_waiting(kit, first=tip_id)


def deliver(kit: Kit, message_id: int) -> None:
    delivery.deliver_due(kit, first=message_id)
