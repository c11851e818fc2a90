"""Defines every job. A job takes the context and a row's id, and calls one service.

A job may run twice. Finding nothing to do is a success. Jobs that may take long run in a thread, one of each kind at a
time. A ring that comes meanwhile is dropped, because the clock or the page rings again.
"""

from hotline.alarms.service import run_in_child
from hotline.alerts import service_assignment, service_sending
from hotline.core.contexts import WorkerContext
from hotline.dialogue import service_answers
from workers.clock import BackgroundRun

ANSWERING, CHECKING = BackgroundRun("answering"), BackgroundRun("checking")


def refer_tip(context: WorkerContext, _tip_id: int) -> None:
    """Assigns all tips that wait, most urgent first, whichever tip rang."""
    service_assignment.assign_pending(context)


def deliver(context: WorkerContext, _message_id: int) -> None:
    """Sends all due messages, most urgent first, whichever message rang. Returns while they are being sent."""
    service_sending.deliver_due(context)


def answer(context: WorkerContext, _answer_id: int) -> None:
    """Starts to send all waiting answers, oldest first, whichever answer rang. Returns at once."""
    ANSWERING.go(context, service_answers.send_due)


def check_change(context: WorkerContext, draft_id: int) -> None:
    """Starts a child process that checks a draft, for the page that waits for the result. Returns at once.

    The id 0 means the published flows.
    """

    def check(context: WorkerContext) -> None:
        run_in_child(context, "check", b"[%d]" % draft_id)

    CHECKING.go(context, check)
