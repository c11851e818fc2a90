"""Runs the monitor. The monitor checks the hotline every ten seconds, and notifies on-call contacts.

The monitor has its own process, so that it notices when the other processes stop. Two monitors may run at the same
time. They take turns, and each monitor finds the alarms that the other monitor has raised.
"""

import logging
import time
from collections.abc import Sequence
from threading import Event

from hotline.alarms.rules import AlarmState
from hotline.alerts import service_alarm_notices
from hotline.core.contexts import MonitorContext
from hotline.monitoring import service_alarms, service_audit_digest, service_checks_outside
from hotline.text.errors import StoreUnavailable

logger = logging.getLogger(__name__)

LOOK_SECONDS = 10.0
AROUND_EACH = 6
"""The monitor makes the expensive checks only once in this number of rounds."""


class Watchman:
    """The monitor's state between two rounds. This state is in memory, because the database may be unavailable."""

    def __init__(self, context: MonitorContext) -> None:
        self._context = context
        self._contacts: Sequence[tuple[str, bytes]] = ()
        self._database: AlarmState | None = None
        self._looks = 0

    def look(self) -> None:
        """Checks the hotline once, and sends notices. Logs any error. The next round does the work again."""
        try:
            is_round = self._looks % AROUND_EACH == 0
            service_alarms.check_all(self._context, around=is_round)
            if is_round:
                service_checks_outside.run_trial(self._context)
                service_audit_digest.keep_digest(self._context)
            self._looks += 1
            service_alarm_notices.send_due(self._context)
            self._contacts = service_alarm_notices.contacts(self._context)
            database_works = True
        except StoreUnavailable:
            database_works = False
        except Exception as broken:
            logger.error("the watch process could not finish its checks: %s", type(broken).__name__)
            return
        self._database = service_alarm_notices.notify_database_failure(
            self._context, self._contacts, self._database, well=database_works
        )


def run(context: MonitorContext, stop: Event) -> None:
    """Checks the hotline every ten seconds until `stop` is set."""
    watchman = Watchman(context)
    while not stop.is_set():
        began = time.monotonic()
        watchman.look()
        stop.wait(max(0.0, LOOK_SECONDS - (time.monotonic() - began)))
