"""Runs a hotline in its own folder, with a clock that can be moved. A caller reports a tip, and then months pass."""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline.alerts import service_messages
from hotline.alerts.service_case import EventActor
from hotline.cases import (
    decrypt_access,
    decrypt_reader_commands,
    reader_handover,
    service_retention,
    service_weekly_keys,
)
from hotline.cli.contexts import build_cli, build_console, build_reader, build_web, build_worker
from hotline.cli.init import FLOWS
from hotline.core.contexts import WebContext
from hotline.core.database import open_database
from hotline.core.settings import Settings
from hotline.core.ussd import UssdHop
from hotline.dialogue import service_answers, service_session, service_sms
from hotline.duty import service_enrolment
from hotline.flows import service_authoring
from hotline.gateway.rules import MessageIn
from hotline.keys.key_making import make_keys
from hotline.operations import migrate
from hotline.people.rules import demo_responders
from hotline.statistics import reader_person_sums
from hotline.text.places import NATIONAL, PROVINCES, districts, sectors
from hotline.tips.rules_events import NoteCode
from hotline.tips.rules_receipts import STILL_REPORTING
from tests.erasure import stolen_codes
from tests.faults.reading import choose
from tests.support import asking
from tests.support.books import OF_THE_TRIAL
from tests.support.labels import ADULT, CALL, CHILD_WORK, NO, PROBLEM, YES
from tests.support.publishing import publish

PLACE = districts("1")[0]
PIN = "4711"
MY_NUMBER = ("4", "5", "5")
"""The keys that a caller presses on the way from the first screen to "My number"."""
PASSED = (76, 15, 15, 15, 7, 7, 7)
"""The days from each run of the worker to the next run.

The first three runs are due when the hotline warns of the erasure, when the text is erased, and when the codes about
persons are erased. The last runs are due in the weeks in which the old keys still exist. These numbers of days work
for a hotline that began on any day of the month.
"""


@dataclass
class TrialClock:
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.at


@dataclass
class ReadingCaller:
    """A simulated caller who reads screens. The caller's hops call the same function that answers the gateway."""

    context: WebContext
    caller: str
    session_id: str = field(default_factory=lambda: f"ATUid_{secrets.token_hex(16)}")
    text: str = ""
    screen: str = ""

    def __post_init__(self) -> None:
        self._answered()

    def reply(self, text: str) -> None:
        self.text = f"{self.text}*{text}" if self.text else text
        self._answered()

    def press(self, *labels: str) -> None:
        for label in labels:
            choose(self, label)

    def _answered(self) -> None:
        hop = UssdHop(self.session_id, self.caller, self.text)
        self.screen = service_session.answer_hop(self.context, hop)[4:]


class Trial:
    """A hotline with keys, tables, flows, desks and people, as `hotline init` makes them."""

    def __init__(self, home: Path, environ: Mapping[str, str]) -> None:
        self.home = home
        self.clock = TrialClock()
        self.passphrase = secrets.token_hex(16)
        ours = {
            "HOTLINE_HOME": str(home),
            "HOTLINE_INBOUND_SMS": "yes",
            "HOTLINE_CALL_BACK_NUMBER": "112",
        }
        self.settings = Settings.read({**ours, **environ})
        make_keys(self.keys, self.clock.at)
        database = open_database(self.settings.database_url)
        migrate.upgrade(database)
        database.close()
        self.hooks = replace(build_web(self.settings), now=self.clock)
        self.relay = replace(build_worker(self.settings), now=self.clock)
        self.console = replace(build_cli(self.settings), now=self.clock)
        self.reader = replace(build_reader(self.settings), now=self.clock)
        self.pages = replace(build_console(self.settings), now=self.clock)
        publish(self.console.database, service_authoring.read_folder(FLOWS), self.clock.at)
        decrypt_access.make_desks(self.console, self.passphrase)
        service_enrolment.import_responders(self.console, demo_responders())

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    def tell(self, caller: str, words: str) -> None:
        """Reports a complete tip with a receipt, a call-back and text. The caller also sends the same text as the
        answer to a question from a desk."""
        handset = ReadingCaller(self.hooks, caller)
        handset.press(PROBLEM, NO, NO, PROVINCES["1"]["rw"], PLACE.name)
        handset.press(sectors(PLACE.code)[0].name, CHILD_WORK)
        handset.press(ADULT, YES)
        handset.reply("2")
        handset.reply(PIN)
        number = "".join(re.findall(r"\d{3} \d{3} \d{3}", handset.screen)).replace(" ", "")
        handset.press(*CALL)
        for keyed in (*("0" for _ in CALL), "2", words):
            handset.reply(keyed)
        self._answer_back(caller, number, words)

    def _answer_back(self, caller: str, number: str, words: str) -> None:
        self.clock.at += STILL_REPORTING
        asking.ask(
            self.console,
            1,
            "landmark",
            desk=NATIONAL,
            passphrase=self.passphrase,
            by=OF_THE_TRIAL,
            reason="a trial",
        )
        handset = ReadingCaller(self.hooks, caller)
        for keyed in (*MY_NUMBER, number, PIN, "3", words):
            handset.reply(keyed)
        self._note(words)

    def _note(self, words: str) -> None:
        """Stores the same text also as a desk's note about the tip."""
        found = decrypt_access.unlock(
            self.console,
            1,
            desk=NATIONAL,
            passphrase=self.passphrase,
            by=OF_THE_TRIAL,
            reason="a trial",
        )
        tip, by = found.tip, EventActor("desk:national:prove-shred", desk=NATIONAL)
        at = self.clock.at
        with self.console.database.writing() as session:
            decrypt_reader_commands.store_note(
                session, tip, NoteCode.WORDS, by, at, words=words, tip_key=found.key
            )
        with self.pages.database.writing() as session:
            stolen_codes.note(session, self.pages, tip)
        reader_handover.reconcile(self.reader)

    def text(self, msisdn: str, words: str) -> None:
        """Receives an SMS. The hotline's answer stays in the outbox, because this hotline has no worker."""
        message = MessageIn(f"ATXid_{secrets.token_hex(16)}", sender=msisdn, text=words)
        service_sms.take_sms(self.hooks, message)

    def pass_by(self, tip_id: int) -> Iterator[str]:
        """Closes the tip and lets its retention period pass.

        Yields a line about the progress after each step. At each run of the worker, another caller dials.
        """
        service_retention.close_tip(self.console, tip_id, by="prove-shred", reason="a trial")
        for days in PASSED:
            self.clock.at += timedelta(days=days)
            service_answers.keep_time(self.relay)
            service_retention.erase_batch(self.relay)
            service_messages.keep_time(self.relay)
            ReadingCaller(self.hooks, "+250788000098")
            service_weekly_keys.delete_old_keys(self.console)
            reader_person_sums.count_due_months(self.reader)
            service_weekly_keys.delete_old_keys(self.reader)
            service_weekly_keys.delete_old_keys(self.pages)
            yield f"{days} days later"

    def close(self) -> None:
        for context in (self.hooks, self.relay, self.console, self.reader, self.pages):
            context.database.close()
