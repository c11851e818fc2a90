"""Builds rows and values with a default for every field, so that a test names only the fields that matter for it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hotline.alerts.rules_assignment import AssignmentState
from hotline.core.actors import AccountState, account_name_key
from hotline.core.database import Session
from hotline.core.ussd import SessionStart, UssdHop
from hotline.gateway.rules import MessageIn, Wording, alert_but_ref
from hotline.gateway.tables import Assignment, Dialogue
from hotline.keys.conversation_state import StateCipher
from hotline.keys.key_folder import KeyFolder
from hotline.keys.key_making import make_keys
from hotline.keys.pseudonyms import Pseudonyms
from hotline.keys.weekly_lock import WeeklyLock
from hotline.people import tables
from hotline.people.rules import Level, desks_of
from hotline.people.tables import Person, Responder
from hotline.people.tables_accounts import ConsoleAccount
from hotline.text.places import Category
from hotline.tips.rules import TipState
from hotline.tips.rules_events import Purpose
from hotline.tips.tables import Tip

NOON = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
"""The time at which most tests begin: noon in Kigali."""


def make_keyfolder(tmp_path: Path, *, role: str = "hooks", at: datetime = NOON) -> KeyFolder:
    """Returns the key folder of one role. Creates the keys of all roles in `tmp_path/keys`."""
    make_keys(tmp_path / "keys", at)
    return KeyFolder(tmp_path / "keys" / role)


def make_pseudonyms(tmp_path: Path, *, role: str = "hooks", at: datetime = NOON) -> Pseudonyms:
    return Pseudonyms(make_keyfolder(tmp_path, role=role, at=at))


def state_cipher(key: bytes) -> StateCipher:
    """Returns a cipher for conversation states with this key, and without a weekly key."""
    return StateCipher(lambda: [key], WeeklyLock(), lambda: NOON)


def make_tip(
    *, uid: str = "0" * 31 + "1", passage: int = 1, at: datetime = NOON, **changed: Any
) -> Tip:
    plain: dict[str, Any] = {
        "identity": f"identity of {uid}",
        "session_key": "a" * 64,
        "state": TipState.FILED,
        "channel": "ussd",
        "language": "rw",
        "entry": "",
        "place": "12",
        "category": Category.LABOUR,
        "urgency": 1,
        "official": "no",
        "basis": "public_duty",
        "do_not_visit": False,
        "contact_key": "c" * 64,
        "body": b"sealed",
        "filed_at": NOON,
    }
    return Tip(uid=uid, attempt=passage, created_at=at, updated_at=at, **(plain | changed))


def make_responder(
    *,
    name: str = "Gasabo 1",
    level: Level = Level.RESPONDER,
    language: str = "rw",
    districts: tuple[str, ...] | None = None,
    categories: tuple[Category, ...] = (),
    msisdn: str = "+250788000001",
    active: bool = True,
    unreachable: str | None = None,
    at: datetime = NOON,
) -> Responder:
    """Returns a responder, as a member of the desks of `districts`. The phone number is stored as plain bytes, which
    `FakeNumbers` "decrypts".

    Without `districts`, the responder belongs to the national desk or, at another level, to the desk of Gasabo.
    """
    if districts is None:
        districts = () if level is Level.NATIONAL else ("12",)
    return Responder(
        person=Person(name=name, languages=[language]),
        level=level,
        districts=list(districts),
        categories=list(categories),
        number_key=f"key of {msisdn}",
        encrypted_number=msisdn.encode(),
        active=active,
        unreachable=unreachable,
        created_at=at,
        memberships=tables.new_memberships(desks_of(level, districts), categories, at),
    )


def make_account(
    name: str,
    *roles: str,
    person: Person | None = None,
    state: str = AccountState.ACTIVE,
    public_key: bytes | None = None,
    at: datetime = NOON,
) -> ConsoleAccount:
    """Returns an account that belongs to `person`, or to a new person if none is given."""
    return ConsoleAccount(
        name=account_name_key(name),
        person=person or Person(name=name, languages=["en"]),
        roles=sorted(roles),
        language="en",
        state=state,
        public_key=public_key,
        created_at=at,
    )


def post(session: Session, person: Responder, level: Level, *districts: str) -> None:
    """Makes a responder a member of the desks of these districts, at one level, from `NOON` on."""
    tables.set_desks(session, person, desks_of(level, districts), person.categories, NOON)


def make_referral(*, at: datetime = NOON, **changed: Any) -> Assignment:
    plain: dict[str, Any] = {
        "tip_id": 1,
        "responder_id": 1,
        "step": 0,
        "reference": "K7Q4",
        "state": AssignmentState.SENT,
    }
    return Assignment(created_at=at, **(plain | changed))


def make_dialogue(key: str, at: datetime, *, revision: int = 1, channel: str = "ussd") -> Dialogue:
    row = Dialogue(key=key, channel=channel, revision_id=revision, started_at=at, language="rw")
    row.entry, row.dialled, row.reporting, row.counted = "", 0, True, []
    return row


def make_message(
    *,
    provider_id: str = "ATXid_0001",
    sender: str = "+250788000001",
    text: str = "1 K7Q4",
    sent_at: datetime | None = NOON,
    network: str | None = None,
) -> MessageIn:
    """Returns an SMS from a phone to the hotline."""
    return MessageIn(
        provider_id=provider_id, sender=sender, text=text, sent_at=sent_at, network=network
    )


def make_opening(*, key: str = "a" * 64, **changed: Any) -> SessionStart:
    """Returns the start of a session of a caller who is not enrolled and dials no further digits."""
    plain: dict[str, Any] = {
        "revision_id": 1,
        "entry": "",
        "dialled": 0,
        "reporting": True,
        "responder_id": None,
        "network": "63510",
        "started_at": NOON,
    }
    return SessionStart(key=key, **(plain | changed))


def make_hop(
    *, session_id: str = "ATUid_0001", caller: str = "+250788000099", text: str = ""
) -> UssdHop:
    return UssdHop(session_id=session_id, caller=caller, text=text)


def alert(
    *,
    reference: str,
    place: str,
    urgency: int,
    language: str,
    code: str | None,
    purpose: Purpose = Purpose.ALERT,
    locked: bool = False,
) -> Wording:
    """Returns the text of an alert that reveals nothing about the tip except place and urgency. With `code`, the alert
    asks the responder to dial this short code, as on hotlines that cannot receive SMS replies."""
    alike = alert_but_ref(place, urgency, purpose, language, code, locked)
    return Wording(alike.template, {"ref": reference, **alike.parameters}, language)
