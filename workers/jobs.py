"""Defines every job. A job takes the context and a row's id, and calls one service.

A job may run twice. Finding nothing to do is a success.
"""

from hotline.alerts import service_assignment, service_sending
from hotline.core.context import RelayKit
from hotline.dialogue import service_answers
from hotline.errors import NotFound


def refer_tip(kit: RelayKit, _tip_id: int) -> None:
    """Assigns all tips that wait, most urgent first, whichever tip rang."""
    service_assignment.refer_waiting(kit)


def deliver(kit: RelayKit, _message_id: int) -> None:
    """Sends all due messages, most urgent first, whichever message rang. Returns while they are being sent."""
    service_sending.deliver_due(kit)


def answer(kit: RelayKit, _answer_id: int) -> None:
    """Sends all waiting answers, oldest first, whichever answer rang."""
    service_answers.send_due(kit)


def check_change(kit: RelayKit, change_id: int) -> None:
    """Checks a draft for the page that waits for the result. The id 0 means the published flows.

    Imports the code that reads flow files only here, so that a starting worker does not load it.
    """
    from hotline.editing import service_publish

    try:
        if change_id == service_publish.LIVE:
            service_publish.check_live(kit)
        else:
            service_publish.check_change(kit, change_id)
    except NotFound:
        return
