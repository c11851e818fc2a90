"""A line in a folder of its own, with a clock that is turned: somebody tells it a tip, and months go by."""

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline.bootstrap import build_console, build_door, build_pages, build_reader, build_relay
from hotline.cli.line.init import FLOWS
from hotline.config import Settings
from hotline.domain.cases.entries import NoteCode
from hotline.domain.dialogue.ussd import UssdHop
from hotline.domain.outbox.message import MessageIn
from hotline.domain.people.enrolment import demo_responders
from hotline.domain.places.places import PROVINCES, districts, sectors
from hotline.domain.tip import NATIONAL
from hotline.domain.tips.promises import STILL_TELLING
from hotline.ports import DoorKit
from hotline.sealing.keys.keymaking import make_keys
from hotline.sealing.opening import open_grant
from hotline.services import weekly_keys
from hotline.services.cases.entries import EntryBy
from hotline.services.desk import access
from hotline.services.dialogue import conversation
from hotline.services.flows import authoring
from hotline.services.people import enrolment
from hotline.services.reader import acts
from hotline.services.reader.cases import handing_on, month_ends
from hotline.services.referrals import call_back_requests
from hotline.services.sms import inbox, sms_replies
from hotline.services.tips import retention
from hotline.store import migrate
from hotline.store.database import open_database
from tests import asking
from tests.books import OF_THE_TRIAL
from tests.chaos.reading import choose
from tests.erasure import stolen_codes
from tests.labels import ADULT, CALL, CHILD_WORK, NO, PROBLEM, YES
from tests.publishing import publish

PLACE = districts("1")[0]
PIN = "4711"
MY_NUMBER = ("4", "5", "5")
"""The way to "My number" from the front."""
PASSED = (76, 15, 15, 15, 7, 7, 7)
"""Days from visit to visit of the relay: the warning, the end of the words, that of the codes about persons whatever
day of the month it began, and the weeks that their keys live on.
"""


@dataclass
class TrialClock:
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.at


@dataclass
class ReadingCaller:
    """A caller who reads, on the very function that answers the gateway."""

    kit: DoorKit
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
        self.screen = conversation.take_turn(self.kit, hop)[4:]


class Trial:
    """Keys, tables, flows, desks and people, as `hotline init` makes them."""

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
        self.hooks = replace(build_door(self.settings), now=self.clock)
        self.relay = replace(build_relay(self.settings), now=self.clock)
        self.console = replace(build_console(self.settings), now=self.clock)
        self.reader = replace(build_reader(self.settings), now=self.clock)
        self.pages = replace(build_pages(self.settings), now=self.clock)
        publish(self.console.database, authoring.read_folder(FLOWS), self.clock.at)
        access.make_desks(self.console, self.passphrase)
        enrolment.import_responders(self.console, demo_responders())

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    def tell(self, caller: str, words: str) -> None:
        """A whole tip with a receipt, a call that is asked for, and words; the same words again, to a question back."""
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
        self.clock.at += STILL_TELLING
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
        """A desk notes the same words."""
        found = access.unlock(
            self.console,
            1,
            desk=NATIONAL,
            passphrase=self.passphrase,
            by=OF_THE_TRIAL,
            reason="a trial",
        )
        tip, by = found.tip, EntryBy("desk:national:prove-shred", desk=NATIONAL)
        key = open_grant(found.grant, uid=tip.uid, desk=NATIONAL, private_key=found.private_key)
        at = self.clock.at
        with self.console.database.writing() as session:
            acts.keep_note(session, tip, NoteCode.WORDS, by, at, words=words, tip_key=key)
        with self.pages.database.writing() as session:
            stolen_codes.note(session, self.pages, tip)
        handing_on.reconcile(self.reader)

    def text(self, msisdn: str, words: str) -> None:
        """Somebody writes by SMS. Whatever answers her waits: this line has no worker."""
        message = MessageIn(f"ATXid_{secrets.token_hex(16)}", sender=msisdn, text=words)
        inbox.take_sms(self.hooks, message)

    def pass_by(self, tip_id: int) -> Iterator[str]:
        """Close the tip, and let its term run; says how far it is. Another caller dials each time, as callers do."""
        retention.close_tip(self.console, tip_id, by="prove-shred", reason="a trial")
        for days in PASSED:
            self.clock.at += timedelta(days=days)
            sms_replies.keep_time(self.relay)
            retention.tidy(self.relay)
            call_back_requests.keep_time(self.relay)
            ReadingCaller(self.hooks, "+250788000098")
            weekly_keys.forget(self.console)
            month_ends.tidy(self.reader)
            weekly_keys.forget(self.reader)
            weekly_keys.forget(self.pages)
            yield f"{days} days later"

    def close(self) -> None:
        for kit in (self.hooks, self.relay, self.console, self.reader, self.pages):
            kit.database.close()
