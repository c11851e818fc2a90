"""Names why a notice did not get through to an on-call contact, and what a person does next."""

from collections.abc import Mapping

from hotline.domain.outbox.delivery import Outcome
from hotline.store.watch.alarms import AlarmNotice

UNTRIED = "not tried yet", "see whether `watch` runs: `hotline doctor` says when it looked last"
CAUSES: Mapping[str, tuple[str, str]] = {
    Outcome.NOT_SENT: (
        "not sent (the gateway could not be reached)",
        "see `gateway` in `hotline doctor`, and the network",
    ),
    Outcome.UNKNOWN: (
        "not known (the gateway gave no answer that can be read)",
        "see `gateway` in `hotline doctor`",
    ),
    Outcome.CONFIG_FAULT: (
        "not sent (the gateway refused our key or account, or the key of the numbers is missing)",
        "see `keys of watch` in `hotline doctor`; `hotline keys gateway` writes the gateway's key",
    ),
    Outcome.MONEY_FAULT: (
        "not sent (the balance at the gateway is spent)",
        "buy SMS",
    ),
    Outcome.PERMANENT: (
        "not sent (the gateway says that the number can never be reached)",
        "remove the contact on the page On-call contacts, and add it with a number that can",
    ),
    Outcome.STOPPED: (
        "not sent (that number asked for no more messages)",
        "remove the contact on the page On-call contacts, and add it with another number",
    ),
    Outcome.TRANSIENT: (
        "not sent (the gateway refused it for now)",
        "wait a minute: it is tried again",
    ),
    Outcome.UNREADABLE: (
        "not sent (the stored number does not open)",
        "see `keys of watch` in `hotline doctor`; then add the contact again",
    ),
}
OTHER_STEP = (
    "see HOTLINE_ALARM_COMMAND and HOTLINE_ALARM_MAIL: the command or the mail server refused it"
)


def cause_and_step(notice: AlarmNotice) -> tuple[str, str]:
    """Returns why a notice did not get through, and the next step."""
    if notice.outcome is None:
        return UNTRIED
    if notice.watcher_id is None:
        return "not sent (the mail or command did not take it)", OTHER_STEP
    return CAUSES.get(notice.outcome, (notice.outcome, "`hotline doctor`"))
