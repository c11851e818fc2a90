"""Enrols phones in a programme with a district's code, removes them, and tells their flows that they are enrolled.

`joined_flags` are pinned when a session begins. Functions that take a database session run inside its transaction.

Counts the community sessions that local leaders report, by district and occasion, apart from calls.

Lessons count for a trainee whose phone is in the programme, and for a responder behind a PIN. A responder needs no
code. This does not put a responder's phone in the programme. Behind the trainees' short code it is unknown. A
responder's lessons are stored like a trainee's, under a keyed digest of the phone. They count for the responder's
district. If the phone is in the programme too, they count for the district of the programme.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from hotline.cases import service_attempts
from hotline.cases.service_attempts import Opens, SecretAttempt, SecretLook
from hotline.core.context import Kit
from hotline.core.database import Session, add_if_new
from hotline.core.rules_attempts import Secret, SecretTyped
from hotline.core.ussd import SEPARATOR, Opening, UssdHop
from hotline.counters import tables as counters_tables
from hotline.counters.service import day_of
from hotline.counters.tables import Cell
from hotline.errors import KeyMissing, NotFound, Undecided
from hotline.flows.flow import Book
from hotline.gateway.tables_sessions import HeldDialogue
from hotline.keys.key_folder import KIGALI
from hotline.people import tables, tables_audit
from hotline.people.rules import every_district
from hotline.people.tables import Responder
from hotline.people.tables_audit import Signer
from hotline.programmes import rules
from hotline.programmes import tables as programmes_tables
from hotline.programmes.rules import CODE_FLAG, CROWD_FLAG, TALK_FLAG, Gathering, Joining, Roll
from hotline.programmes.tables import DistrictCode, Joined
from hotline.text.codes import NATIONAL
from hotline.text.keying import keys
from hotline.text.phone_numbers import sendable
from hotline.text.phrases import remark
from hotline.text.places import district_named

ROLLS = {str(roll): roll for roll in Roll}
"""The programmes, by the name of their flow."""
EVERY = ""
"""Value in the place of a code, for all codes of a programme. Wrong attempts are counted under it."""


@dataclass(frozen=True, slots=True)
class Said:
    """A code that arrived by SMS, and its time."""

    code: str = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Enlisted:
    """The number of a district's phones in a programme, and its codes that are still valid."""

    district: str
    phones: int
    codes: Sequence[DistrictCode]


def roll_of(book: Book, entry: str) -> Roll | None:
    """Returns the programme to whose flow a short code leads. None for any other short code."""
    return ROLLS.get(book.entries.get(entry, ""))


def flags_of_text(book: Book, opening: Opening, hop: UssdHop) -> dict[str, bool]:
    """Returns flags for the numbers that were typed and for the theme of the month.

    Returns nothing behind a short code that leads to no programme.
    """
    if roll_of(book, opening.entry) is None:
        return {}
    typed = {keys(keyed) for keyed in hop.text.split(SEPARATOR)}
    theme = rules.theme_of(opening.started_at.astimezone(KIGALI))
    numbers = {f"{CROWD_FLAG}.{keyed}": True for keyed in typed if rules.crowd(keyed) is not None}
    return numbers | {f"{TALK_FLAG}.{theme}": True}


def joined_flags(kit: Kit, book: Book, opening: Opening, caller: str) -> dict[str, bool]:
    """Returns a flag that says if the phone was in the programme when the session began. Empty without a key."""
    roll = roll_of(book, opening.entry)
    if roll is not None:
        with suppress(KeyMissing):
            return {rules.NAMES[roll].joined: _is_known(kit, roll, opening, caller)}
    return {}


def look(kit: Kit, opening: Opening, hop: UssdHop, asked: SecretTyped) -> SecretLook:
    """Checks if a code is valid for its caller, as one attempt. A caller who hides the number cannot join.

    Raises StoreUnavailable.
    """
    roll = Roll(asked.target)
    if not hop.shows_number:
        return SecretLook()
    with suppress(KeyMissing):
        opens = _opener(kit, roll, asked.typed, opening.started_at)
        target = kit.pseudonyms.joins(roll, EVERY)
        found = service_attempts.look_once(kit, hop, asked.upto, Secret.CODE, target, opens)
        return found if found.opened_key is None else _lets_in(found, asked.typed)
    return SecretLook()


def join_by_sms(session: Session, kit: Kit, roll: Roll, caller: str, said: Said) -> bool:
    """Enrols a phone whose code arrived by SMS. It counts as one attempt, like a code that is keyed."""
    with suppress(KeyMissing):
        key = kit.pseudonyms.session(f"code {caller}")
        attempt = SecretAttempt(
            Secret.CODE,
            session_key=key,
            heard_key=kit.pseudonyms.heard(key, f"{said.at.isoformat()} {said.code}"),
            target_key=kit.pseudonyms.joins(roll, EVERY),
            caller=caller,
        )
        found = service_attempts.judged(
            session, kit, attempt, _opener(kit, roll, said.code, said.at)
        )
        return found.opened_key is not None and join(session, kit, roll, caller, said.code, said.at)
    return False


def join(session: Session, kit: Kit, roll: Roll, caller: str, code: str, at: datetime) -> bool:
    """Enrols a phone. Returns False for a code that is not valid, or without a key. A repeat changes nothing.

    The caller of this function has checked the code as an attempt. No attempt is counted here.
    """
    with suppress(KeyMissing):
        code_key = kit.pseudonyms.joins(roll, code)
        number_key = kit.pseudonyms.joined(roll, caller)
        for living in programmes_tables.living(session, [code_key], at):
            row = Joined(
                number_key=number_key, roll=roll, district=living.district, created_at=at, told=[]
            )
            programmes_tables.join(session, row, code_key)
            return True
    return False


def leave(session: Session, kit: Kit, caller: str, *rolls: Roll) -> int:
    """Removes a phone from these programmes, or from all. Returns how many it was in; 0 without a key."""
    with suppress(KeyMissing):
        names = [kit.pseudonyms.joined(roll, caller) for roll in rolls or tuple(Roll)]
        return programmes_tables.leave(session, names)
    return 0


def make_code(
    kit: Kit, roll: Roll, place: str, *, by: Signer, valid: timedelta = rules.VALID
) -> tuple[str, DistrictCode]:
    """Makes a code for a district, and returns it with its row. It is shown only this once.

    Raises NotFound, Undecided, KeyMissing.
    """
    district = _district(place)
    if not timedelta(days=1) <= valid <= rules.LONGEST_VALID:
        raise Undecided(remark("enter 1 to {most} days", most=rules.LONGEST_VALID.days))
    code, at = rules.new_code(), kit.now()

    with kit.database.writing() as session:
        row = DistrictCode(
            code_key=kit.pseudonyms.joins(roll, code),
            roll=roll,
            district=district,
            made_by=tables_audit.named(by),
            created_at=at,
            ends_at=at + valid,
            uses=0,
        )
        if not add_if_new(session, row):
            raise Undecided(remark("this code already exists: ask for another"))
        _record(session, kit, f"{roll}_code_made", district, by)
    return code, row


def end_codes(kit: Kit, roll: Roll, place: str, *, by: Signer) -> int:
    """Ends every code of a district at once, and returns how many. Phones that joined with one stay enrolled.

    Raises NotFound.
    """
    district = _district(place)
    with kit.database.writing() as session:
        ended = programmes_tables.end_codes(session, roll, district, kit.now())
        _record(session, kit, f"{roll}_codes_ended", district, by)
    return ended


def remove(kit: Kit, roll: Roll, number: str, *, by: Signer) -> None:
    """Removes a phone from a programme, or deletes a responder's lessons.

    Raises NumberInvalid, NotFound, KeyMissing.
    """
    number_key = kit.pseudonyms.joined(roll, sendable(number))
    with kit.database.writing() as session:
        row = programmes_tables.of_number(session, number_key)
        if row is None:
            raise NotFound(remark("this number is not enrolled"))
        programmes_tables.leave(session, [number_key])
        _record(session, kit, f"{roll}_removed", row.district or NATIONAL, by)


def enlisted(kit: Kit, roll: Roll) -> Sequence[Enlisted]:
    """Returns every district that has a phone in the programme or a valid code."""
    with kit.database.reading() as session:
        phones = programmes_tables.by_district(session, roll)
        codes = programmes_tables.codes(session, roll, kit.now())
    places = sorted({*phones, *(code.district for code in codes)})
    return [
        Enlisted(place, phones.get(place, 0), [code for code in codes if code.district == place])
        for place in places
    ]


def _is_known(kit: Kit, roll: Roll, opening: Opening, caller: str) -> bool:
    """Returns True if the phone was in the programme when the session began."""
    with kit.database.reading() as session:
        row = programmes_tables.on_roll(session, kit.pseudonyms.joined(roll, caller))
    return row is not None and row.created_at < opening.started_at


def _opener(kit: Kit, roll: Roll, code: str, at: datetime) -> Opens:
    code_key = kit.pseudonyms.joins(roll, code)

    def opens(session: Session) -> SecretLook:
        living = programmes_tables.living(session, [code_key], at)
        return SecretLook((CODE_FLAG,), code_key) if living else SecretLook()

    return opens


def _lets_in(found: SecretLook, code: str) -> SecretLook:
    """Adds the code to the flag, because the flow asks for it. No row stores the code."""
    return replace(found, said=(f"{CODE_FLAG}.{code}",))


def _district(place: str) -> str:
    code = district_named(place)
    if code is None:
        raise NotFound(remark("choose a district"))
    return code


def _record(session: Session, kit: Kit, action: str, district: str, by: Signer) -> None:
    subject = f"district:{district}"
    tables_audit.sign(session, by, at=kit.now(), action=action, subject=subject)


def log(
    session: Session, kit: Kit, caller: str, told: Gathering, *, at: datetime, channel: str
) -> bool:
    """Counts a community session that a leader reports. Returns False for any other sender.

    The same report twice on one day changes nothing.
    """
    row = None
    with suppress(KeyMissing):
        row = programmes_tables.for_writing(session, kit.pseudonyms.joined(Roll.LEADERS, caller))
    if row is None:
        return False
    day = day_of(at)
    row.told, held, came = rules.counted(row.told, day, told)
    for measure, number in ((rules.HELD, held), (rules.CAME, came)):
        cell = Cell(day, measure, "", channel, "", row.district, told.occasion)
        if number:
            counters_tables.count(session, cell, number)
    return True


def hear(session: Session, kit: Kit, caller: str, text: str, at: datetime, channel: str) -> bool:
    """Handles an SMS of a leader: a code, or a report of a session. Returns False for any other text or sender."""
    match rules.read_sms(text):
        case Joining(code):
            said = Said(code, at)
            return join_by_sms(session, kit, Roll.LEADERS, caller, said)
        case Gathering() as told:
            return log(session, kit, caller, told, at=at, channel=channel)
        case None:
            return False


BEHIND_PIN = {rules.NAMES[Roll.OFFICERS].joined: True}
"""Flags for a responder's session. Only the responder's own flow leads to lessons there, behind the PIN."""


@dataclass(frozen=True, slots=True)
class Learner:
    """A person who takes lessons, as known when the session began."""

    number_key: str
    district: str
    """Empty for a responder who belongs to no single district."""
    row: Joined | None
    """None for a responder who has not answered yet."""


def as_begun(kit: Kit, book: Book, opening: Opening, caller: str) -> Learner | None:
    """Returns the learner of this session. None for people whose lessons do not count, and without a key."""
    who, at = opening.responder_id, opening.started_at
    if who is None and roll_of(book, opening.entry) is not Roll.OFFICERS:
        return None
    with suppress(KeyMissing), kit.database.reading() as session:
        number_key = kit.pseudonyms.joined(Roll.OFFICERS, caller)
        row = programmes_tables.on_roll(session, number_key)
        if row is not None and row.created_at < at:
            return Learner(number_key, row.district, row)
        if who is not None:
            kept = programmes_tables.of_number(session, number_key)
            return Learner(number_key, _district_of(session, who, at), kept)
    return None


def answering(
    session: Session, kit: Kit, dialogue: HeldDialogue, caller: str, at: datetime
) -> Joined | None:
    """Returns the row of a person who answers in a lesson. A responder's row is made with the first answer.

    Returns None for people whose answers do not count: they are in no programme, or were removed after they keyed the
    PIN. Raises KeyMissing.
    """
    number_key = kit.pseudonyms.joined(Roll.OFFICERS, caller)
    if dialogue.responder_id is None:
        return programmes_tables.on_roll(session, number_key)
    person = session.get(Responder, dialogue.responder_id)
    if person is None or not person.active:
        return None
    return programmes_tables.keep_lessons(
        session, number_key, _district_of(session, person.id, at), at
    )


def _district_of(session: Session, responder_id: int, at: datetime) -> str:
    """Returns the responder's district. Empty if there are several, because to count for any of them would be wrong."""
    desks = {*tables.desks_at(session, responder_id, at)} & {*every_district()}
    return desks.pop() if len(desks) == 1 else ""
