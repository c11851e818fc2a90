"""Defines all jobs of the workers. A job gets the context and the id of a row, and calls one service.

A job may run twice. If there is nothing to do, the job has succeeded. A job that may take long runs in a thread, and
only one job of its kind runs there at a time. If a second job of the same kind arrives in this time, the process drops
the second job. The clock process, or the page that waits for the result, queues this job again.
"""

from hotline.alarms.service import run_in_child
from hotline.alerts import service_assignment, service_sending
from hotline.core.contexts import WorkerContext
from hotline.dialogue import service_answers
from workers.clock import BackgroundRun

ANSWERING, CHECKING = BackgroundRun("answering"), BackgroundRun("checking")


def assign_tip(context: WorkerContext, _tip_id: int) -> None:
    """Assigns all pending tips to responders, the most urgent tip first. The job does this for all tips, and not only
    for the tip that the job names."""
    service_assignment.assign_pending(context)


def deliver(context: WorkerContext, _message_id: int) -> None:
    """Sends all due messages, the most urgent first, and not only the message that the job names.

    Returns while the messages are still being sent.
    """
    service_sending.deliver_due(context)


def answer(context: WorkerContext, _answer_id: int) -> None:
    """Begins to send all waiting answers to SMS, the oldest answer first, and not only the answer that the job names.
    Returns before the answers are sent.
    """
    ANSWERING.go(context, service_answers.send_due)


def check_draft(context: WorkerContext, draft_id: int) -> None:
    """Starts a child process that checks a draft, and returns before the check ends. A page of the console waits for
    the result.

    With the id 0, the child process checks the live flows instead of a draft.
    """

    def check(context: WorkerContext) -> None:
        run_in_child(context, "check", b"[%d]" % draft_id)

    CHECKING.go(context, check)
