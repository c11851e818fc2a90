"""Runs a reader process for a test's hotline, and enrols responders with a PIN."""

import re
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field, replace

import pytest

from hotline.alerts import service_assignment
from hotline.cases import reader_answering
from hotline.cases.decrypt_reader import KeyMemory, ReaderContext
from hotline.cases.reader_access import ReaderAccess, public_half
from hotline.gateway.tables import Assignment
from hotline.keys.encrypt import KeyPair
from hotline.keys.key_folder import KeyFolder, LiveKeys
from hotline.keys.passphrase import Costs
from hotline.people.decrypt_members import PinVault, wrap_desk_key
from hotline.people.rules import Level
from hotline.people.tables import Responder
from hotline.people.tables_desks import DeskMember
from tests.support.builders import post
from tests.support.callers import DANGER_HERE, DESK_KEY, Caller, Line, told

PIN = "407193"
OTHER_PIN = "815260"
PHONE = "+250788000011"
QUICK = Costs(passes=1, kib=8)


@dataclass
class ReaderBeside:
    """The reader process next to the hotline of a test. The reader answers while a hop (a request of the gateway)
    waits, unless the test has stopped the reader."""

    line: Line
    context: ReaderContext
    stopped: bool = False
    waited: list[float] = field(default_factory=list)
    """The seconds of each wait of a hop (a request of the gateway) for the reader process."""
    at: float = 0.0
    while_waiting: Callable[[], None] | None = None

    def pause(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.at += seconds
        if self.while_waiting is not None:
            self.while_waiting()
        if not self.stopped:
            self.look()

    def look(self) -> None:
        # Runs without the context variables of the waiting hop, because a real reader process cannot see them.
        while copy_context().run(reader_answering.answer_next, self.context):
            pass

    def restart(self) -> None:
        """Clears the reader's memory, as a restart does."""
        self.context = replace(self.context, memory=KeyMemory(elapsed=self.elapsed))

    def elapsed(self) -> float:
        return self.at


def reader_beside(line: Line) -> ReaderBeside:
    """Connects a reader process to the hotline. The web process waits with a simulated clock, which only these waits
    move."""
    path = line.context.pseudonyms._folder.path.parent
    half = public_half(KeyFolder(path / "hooks"))
    line.context = replace(line.context, encrypter=replace(line.context.encrypter, reader=half))
    plain = {name: getattr(line.context, name) for name in SHARED}
    context = ReaderContext(
        **plain,
        vault=PinVault(LiveKeys(path / "reader", "pepper.key").now, QUICK),
        pair=LiveKeys(path / "reader", "reader.key"),
    )
    beside = ReaderBeside(line, context)
    beside.restart()
    line.context = replace(
        line.context, reader=ReaderAccess(pause=beside.pause, elapsed=beside.elapsed)
    )
    return beside


SHARED = (
    "database",
    "flow_sets",
    "jobs",
    "encrypter",
    "pseudonyms",
    "phrases",
    "line",
    "now",
    "failpoint",
)


def with_pin(
    beside: ReaderBeside,
    *,
    msisdn: str = PHONE,
    pin: str = PIN,
    level: Level = Level.RESPONDER,
    language: str = "en",
    desks: tuple[str, ...] = (),
) -> int:
    """Enrols a responder with this PIN, and gives the responder the keys of these desks. Returns the id of the
    responder.
    """
    line, pair = beside.line, KeyPair.new()
    person_id = line.enrol(level, msisdn, language)
    with line.database.writing() as session:
        person = session.get_one(Responder, person_id)
        person.public_key = pair.public
        person.pin_wrap = beside.context.vault.wrap(pair.private, pin, person_id)
        person.pin_set_at = line.clock.at
        if desks:
            post(session, person, level, *desks)
        for code in desks:
            member = f"r{person_id}"
            wrapped = wrap_desk_key(bytes(DESK_KEY), pair.public, code, member)
            session.add(
                DeskMember(
                    desk_code=code, member=member, wrapped_key=wrapped, created_at=line.clock.at
                )
            )
    return person_id


def at_home(phone: Caller, *keyed: str, pin: str = PIN) -> str:
    """Types the PIN, and opens the home screen if the next screen shows a case. Then presses the given keys."""
    if other := re.search(
        r"(\d) (?:Others|Other cases|Autres|Autres cas|Ibindi|Ibindi bibazo)\n", phone.key(pin)
    ):
        phone.key(other[1])
    return phone.at_once(*keyed)


def at_her_desk(beside: ReaderBeside) -> tuple[Caller, Assignment]:
    """Alerts a responder of Kigali's first district about danger in this district. Returns the responder's phone and
    the assignment."""
    told(beside.line, *DANGER_HERE)
    place = beside.line.tips[-1].place
    person_id = with_pin(beside, desks=(place,))
    service_assignment.assign_pending(beside.line.context)
    beside.line.clock.turn(seconds=10)
    (hers,) = [one for one in beside.line.all(Assignment) if one.responder_id == person_id]
    return beside.line.caller(PHONE), hers


@pytest.fixture
def beside(line: Line) -> ReaderBeside:
    return reader_beside(line)


@pytest.fixture
def own_case(beside: ReaderBeside) -> tuple[Caller, Assignment]:
    return at_her_desk(beside)
