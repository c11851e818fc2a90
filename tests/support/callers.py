"""Simulates phones that call the real hooks through a test client. With `Line`, a test can also read the hotline's
database and memory."""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from nacl.public import PrivateKey
from sqlalchemy import select
from werkzeug.test import Client

from hotline.core.database import Database
from hotline.dialogue.replay_cache import SessionMemory
from hotline.flows.flow_set_cache import SqlFlowSets
from hotline.flows.service_check import place_lists
from hotline.gateway.stand_ins import FakeJobs, FakeStarts, FakeStates
from hotline.keys.decrypt import decrypt_tip
from hotline.keys.encrypt import Encrypter, label
from hotline.keys.key_folder import HOOKS, KEY_BYTES, LISTED, KeyFolder
from hotline.keys.pseudonyms import Pseudonyms
from hotline.keys.weekly_lock import WeeklyLock
from hotline.people.rules import Level, kind_of
from hotline.people.tables_desks import Desk
from hotline.text.places import districts
from hotline.tips.tables import Grant, Tip
from hotline.web.hooks import HookContext
from hotline.web.hooks_app import create_app, hooks_first
from tests.support.builders import make_responder
from tests.support.clock import Clock
from tests.support.contexts import WholeContext, make_context
from tests.support.made_once import (
    is_untouched,
    knowing_shipped,
    lay_keys,
    lay_rows,
    publish_shipped,
    shipped_phrases,
)

FLOWS = Path(__file__).parents[2] / "flows"
SECRETS = {hook: (f"{hook}-first-secret", f"{hook}-second-secret") for hook in (*HOOKS, LISTED)}
FORM = "application/x-www-form-urlencoded"
DESK_KEY = PrivateKey(bytes([7]) * 32)
"""The key of every desk in a test, because making 31 keys would take longer than the test."""


class KnownLock(WeeklyLock):
    """A simulated weekly lock that needs no file, and has the same key in all tests."""

    def __init__(self) -> None:
        super().__init__()
        self._start = "2026-W01", bytes(KEY_BYTES)


LOCK = KnownLock()


def unlocked(grant: bytes, uid: str, desk: str) -> bytes:
    return LOCK.unlock(grant, label(uid, desk))


FAILURE = "END Mutwihanganire, mwongere mu kanya. Mu kaga: 112"

DANGER_HERE = ("5", "1", "2", "1", "1")
"""The pressed keys of a report: a problem, danger, no official, Kigali, its first district. The tip is filed after
these keys."""
QUIET_HERE = ("5", "2", "2", "1", "1", "1", "1")
"""The pressed keys of a report without danger, from the same place, with the first sector and the kind of tip. After
these keys, the tip is still a draft."""
REST = ("5", "1")
"""The pressed keys of the next answers: several people need help, and responders may come. The tip is complete after
these keys."""


MAKING = threading.RLock()
"""Only one thread at a time makes a Flask application, because Flask uses Python's module `ast`, which fails in several
threads of Python 3.11."""


class LaterApp:
    """Makes the Flask application only for the first request that needs it, because many tests call only hooks."""

    def __init__(self, context: WholeContext) -> None:
        self._context = context

    def __call__(self, *asked: Any) -> Any:
        with MAKING:
            app = self._app
        return app(*asked)

    @cached_property
    def _app(self) -> Flask:
        return create_app(HookContext(self._context, SECRETS))


@dataclass
class Line:
    """The web process of a test, with the data that only its operator sees."""

    context: WholeContext
    database: Database
    clock: Clock
    runs: FakeStates
    jobs: FakeJobs
    numbers: Any = field(default_factory=lambda: count(1))
    made: "tuple[WholeContext, Client] | None" = field(default=None, init=False)
    """The simulated web process, made again only after the context has changed, because making it takes longer than a
    hop."""

    @property
    def client(self) -> Client:
        with MAKING:
            if self.made is None or self.made[0] is not self.context:
                scope = HookContext(self.context, SECRETS)
                self.made = self.context, Client(hooks_first(scope, LaterApp(self.context)))
            return self.made[1]

    def flush(self) -> None:  # As if a new process had started, which knows no conversation states.
        self.runs.held.clear()
        self.context.sessions.clear()

    def enrol(self, level: Level, msisdn: str, language: str = "rw") -> int:
        row = make_responder(level=level, msisdn=msisdn, language=language, name=f"{level} 1")
        row.number_key = self.context.pseudonyms.enrolled(msisdn)
        with self.database.writing() as session:
            session.add(row)
            session.flush()
            return row.id

    def all(self, row: Any) -> list[Any]:
        with self.database.reading() as session:
            return list(session.scalars(select(row).order_by(getattr(row, "id", None))))

    @property
    def tips(self) -> list[Tip]:
        return sorted(self.all(Tip), key=lambda tip: tip.id)

    @property
    def tip(self) -> Tip:
        (only,) = self.tips
        return only

    def desks_of(self, tip: Tip) -> set[str]:
        return {grant.desk_code for grant in self.all(Grant) if grant.tip_id == tip.id}

    def read(self, tip: Tip) -> dict[str, str]:
        """Decrypts a tip as the national desk does."""
        rows = [row for row in self.all(Grant) if row.tip_id == tip.id]
        (grant,) = [row for row in rows if row.desk_code == "national"]
        return decrypt_tip(
            body=tip.body,
            grant=unlocked(grant.encrypted_key, tip.uid, "national"),
            uid=tip.uid,
            place=tip.place,
            desk="national",
            private_key=bytes(DESK_KEY),
        )

    def post(self, hook: str, fields: dict[str, str], *, secret: str | None = None) -> Any:
        path = {"ended": "ussd/ended", LISTED: "sms/listed"}.get(hook, hook)
        url = f"/hooks/{secret or SECRETS[hook][0]}/{path}"
        return self.client.post(url, data=urlencode(fields), content_type=FORM)

    def caller(self, msisdn: str = "+250788000077", **fields: Any) -> "Caller":
        return Caller(self, msisdn, f"ATUid_{next(self.numbers):032x}", **fields)

    def written(self, folder: Path) -> bytes:
        """Returns everything that the hotline stored: the bytes of the database and of its log, the conversation states
        and the notes."""
        files = b"".join(path.read_bytes() for path in sorted(folder.glob("hotline.db*")))
        assert isinstance(self.context.notes, FakeStarts)
        return files + (json.dumps(self.runs.held) + repr(self.context.notes.saved)).encode()


@dataclass
class Caller:
    """One call on one phone, with methods such as `dial()`, `key("1")` and `read()`."""

    line: Line
    msisdn: str
    session_id: str
    service_code: str = "*384*777#"
    network: str | None = "63510"
    text: str = ""
    screen: str = ""

    def dial(self, ahead: str = "") -> str:
        """Starts the call. The digits in `ahead` arrive in the form field `text`. A test sets `service_code` instead,
        to simulate a gateway that leaves these digits in the service code."""
        self.text = ahead
        return self.again()

    def key(self, *keyed: str) -> str:
        for one in keyed:
            self.at_once(one)
        return self.screen

    def at_once(self, *keyed: str) -> str:
        """Presses several keys in one hop."""
        for one in keyed:
            self.text = f"{self.text}*{one}" if self.text else one
        return self.again() if keyed else self.screen

    def again(self) -> str:
        """Sends the current hop again, as the gateway may do. The hotline cannot distinguish a repeated request from
        the first one."""
        fields = {
            "phoneNumber": self.msisdn,
            "serviceCode": self.service_code,
            "text": self.text,
            "sessionId": self.session_id,
        }
        if self.network is not None:
            fields["networkCode"] = self.network
        answer = self.line.post("ussd", fields)
        assert (answer.status_code, answer.mimetype) == (200, "text/plain")
        self.screen = answer.get_data(as_text=True)
        assert self.screen.startswith(("CON ", "END "))
        return self.screen

    def read(self) -> str:
        return self.screen[4:]

    def hang_up(self) -> int:
        fields = {"sessionId": self.session_id, "status": "Incomplete", "input": self.text}
        fields |= {"phoneNumber": self.msisdn, "serviceCode": "*384*777#"}
        return int(self.line.post("ended", fields).status_code)


def make_ready(database: Database, tmp_path: Path, clock: Clock, *, national: bool = True) -> Line:
    """Returns a hotline with real flows, encryption, pseudonyms and texts. The store of conversation states, the store
    of notes, and the job queue are simulated."""
    runs, jobs = FakeStates(), FakeJobs()
    lay_keys(tmp_path / "keys", clock.at)
    context = replace(
        make_context(database=database, now=clock, jobs=jobs),
        runs=runs,
        notes=FakeStarts(),
        sessions=SessionMemory(),
        encrypter=Encrypter(mark_key=lambda: b"a key of the folder of the hooks", weekly_lock=LOCK),
        pseudonyms=Pseudonyms(KeyFolder(tmp_path / "keys" / "hooks")),
        flow_sets=knowing_shipped(SqlFlowSets(database, place_lists())),
        phrases=shipped_phrases(),
    )
    line = Line(context, database, clock, runs, jobs)

    def fill() -> None:
        publish_shipped(database, clock.at)
        with database.writing() as session:
            for code in (*(district.code for district in districts()), "national"):
                key = bytes(DESK_KEY.public_key)
                session.add(
                    Desk(code=code, kind=kind_of(code), public_key=key, created_at=clock.at)
                )
        if national:
            line.enrol(Level.NATIONAL, "+250788000090")

    if is_untouched(database):
        lay_rows(database, f"a line at {clock.at}, {national}", fill)
    else:
        fill()
    return line


@pytest.fixture
def line(database: Database, tmp_path: Path, clock: Clock) -> Line:
    return make_ready(database, tmp_path, clock)


def failing_at(line: Line, name: str, die: Callable[[], None]) -> Line:
    """Returns a copy of the hotline `line` that calls `die` at the failpoint `name`."""

    def failpoint(reached: str) -> None:
        if reached == name:
            die()

    return replace(line, context=replace(line.context, failpoint=failpoint))


def told(line: Line, *keyed: str) -> Caller:
    """Dials, and then presses the keys in `keyed` in one hop. Returns the caller."""
    caller = line.caller()
    caller.dial()
    caller.at_once(*keyed)
    return caller


def walked(caller: Caller, keyed: Sequence[str]) -> list[str]:
    """Dials, and then presses the keys in `keyed` one by one. Returns every screen that the caller saw."""
    return [caller.dial(), *(caller.key(one) for one in keyed)]
